#include <tapedeck/core/inspect/deposits.hpp>

#include <algorithm>

#include <tapedeck/core/inspect/aside.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {
namespace {

bool reads(const auto& entry, std::size_t input) {
    return std::find(entry.inputs().begin(), entry.inputs().end(), input) != entry.inputs().end();
}

}  // namespace

template <class T>
std::vector<Contribution<T>> deposits(Variable<T> v, Where where) {
    Aside<T> aside(v, "deposits", where);
    const Tape<T>& tape = v.tape();
    const Entry<T>& entry = v.entry();
    if (entry.is_leaf()) refuse::no_adjoint(refuse::call("deposits", where), entry.text());
    std::vector<Contribution<T>> all = aside.adjoint(entry.index(), entry.grad(where));
    for (std::size_t k = 0; k < all.size(); ++k) {
        Contribution<T>& c = all[k];
        c.first = std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k),
                               [&](const Contribution<T>& before) { return before.to == c.to; });
        // A reverse pass runs from the end: whoever stands behind this entry was there before it.
        for (std::size_t i = tape.size(); c.first && --i > entry.index();)
            c.first = tape[i].is_leaf() || tape[i].contributions() == 0 || !reads(tape[i], c.to);
    }
    return all;
}

#define INSTANTIATE(T) template std::vector<Contribution<T>> deposits(Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
