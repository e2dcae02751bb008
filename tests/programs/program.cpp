#include "program.hpp"

#include <array>
#include <cmath>

#include <tapedeck/core/random.hpp>

namespace tapedeck::test {

std::string_view to_text(Kind kind) {
    static constexpr std::array kNames{
#define TAPEDECK_KIND(name) std::string_view(#name),
        TAPEDECK_KINDS(TAPEDECK_KIND)
#undef TAPEDECK_KIND
    };
    return kNames[static_cast<std::size_t>(kind)];
}

std::vector<double> cotangent(const Program& program, std::size_t size) {
    if (size == 1) return {1};
    Random rng(program.seed);
    std::vector<double> all(size);
    for (double& c : all) c = std::round(rng.uniform(-1500, 1500)) / 1000;
    return all;
}

template <class T>
Program cut(const Program& program, const std::vector<Tensor<T>>& values) {
    Program result = program;
    for (std::size_t i = 0; i < program.size(); ++i) {
        Instruction& instruction = result.instructions[i];
        if (is_leaf(instruction.kind) || !(instruction.paused || instruction.kind == Kind::detach)) continue;
        Instruction constant;
        constant.shape = values[i].shape();
        constant.data.assign(values[i].begin(), values[i].end());
        constant.scope = instruction.scope;
        instruction = constant;
    }
    return result;
}

Program without_dead_code(const Program& program) {
    std::vector<bool> alive(program.size(), false);
    alive.back() = true;
    for (std::size_t i = program.size(); i-- > 0;) {
        if (!alive[i]) continue;
        for (const std::size_t k : program.instructions[i].inputs) alive[k] = true;
    }
    Program result = program;
    result.instructions.clear();
    std::vector<std::size_t> moved(program.size());
    for (std::size_t i = 0; i < program.size(); ++i) {
        if (!alive[i]) continue;
        moved[i] = result.size();
        result.instructions.push_back(program.instructions[i]);
        for (std::size_t& k : result.instructions.back().inputs) k = moved[k];
    }
    return result;
}

template Program cut(const Program&, const std::vector<Tensor<float>>&);
template Program cut(const Program&, const std::vector<Tensor<double>>&);

}  // namespace tapedeck::test
