#include <tapedeck/core/gradcheck/evidence.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <tapedeck/core/playback.hpp>

namespace tapedeck::diagnosis {
namespace {

template <class T>
Values values(const Tensor<T>& x) {
    Values copy(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) copy[i] = static_cast<double>(x.storage()[i]);
    return copy;
}

template <class T>
Field field(const Entry<T>& entry, std::string name) {
    return {std::move(name), entry.value().shape(), values(entry.value())};
}

template <class T>
Reader reader(const numeric::Program<T>& program, const Entry<T>& entry, std::uint32_t argument) {
    Reader r{std::string(entry.op()), field(entry, std::string(entry.op())), values(entry.grad()), {}};
    for (std::size_t k = 0; k < entry.inputs().size(); ++k) {
        const std::uint32_t i = entry.inputs()[k];
        if (i == argument) continue;
        const Entry<T>& other = program.tape()[i];
        r.others.push_back(field(other, other.name().empty() ? fmt::format("input {} of {}", k, entry.op())
                                                             : fmt::format("\"{}\"", other.name())));
    }
    return r;
}

}  // namespace

template <class T>
Evidence evidence(numeric::Program<T>& program, std::size_t a, const std::vector<numeric::Slope>& numeric) {
    Evidence e;
    e.argument = {program.name(a), program.argument(a).shape(), values(program.argument(a))};
    e.recorded.resize(numeric.size());
    e.numeric.resize(numeric.size());
    for (std::size_t i = 0; i < numeric.size(); ++i) {
        e.numeric[i] = numeric[i].value;
        if (std::isfinite(numeric[i].uncertainty)) e.noise = std::max(e.noise, numeric[i].uncertainty);
    }
    for (std::size_t k = 0; k < program.arguments(); ++k) {
        if (k != a)
            e.arguments.push_back(
                {program.name(k), program.argument(k).shape(), values(program.argument(k))});
    }
    const Entry<T>* mine = program.entry(a);
    if (mine == nullptr || !program.result().entry().needs_grad()) return e;

    program.keeper().zero_grad();
    auto pass = program.tape().reverse(program.result(), program.cotangent());
    while (!pass.done()) {
        const std::string operation(pass.here().op());
        const std::size_t before = mine->contributions();
        const Values grad = before > 0 ? values(mine->grad()) : Values();
        pass.step();
        if (before > 0 && mine->contributions() > before) e.deposits.push_back({operation, grad});
    }
    if (mine->has_grad()) e.recorded = values(mine->grad());
    const std::vector<bool> matters = program.upstream();
    for (const Entry<T>& entry : program.tape()) {
        const auto inputs = entry.inputs();
        const auto index = static_cast<std::uint32_t>(mine->index());
        if (matters[entry.index()] && entry.contributions() > 0 &&
            std::find(inputs.begin(), inputs.end(), index) != inputs.end())
            e.readers.push_back(reader(program, entry, index));
    }
    return e;
}

template Evidence evidence(numeric::Program<float>&, std::size_t, const std::vector<numeric::Slope>&);
template Evidence evidence(numeric::Program<double>&, std::size_t, const std::vector<numeric::Slope>&);

}  // namespace tapedeck::diagnosis
