// The checks of the museum: each says whether it catches an implementation, and in which words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck.hpp>

#include "demos/bug_museum/wrong_norms.hpp"

namespace tapedeck::demos {

/// What the checks say of an implementation.
struct Finding {
    bool caught;
    std::string by, words;
};

/// How far it is from the library's layer_norm.
template <class T>
double off_formula(Bug bug, Random& rng, double offset) {
    Tape<T> tape;
    const auto x = tape.input(normal<T>({8, 16}, rng, offset, 1.5));
    const auto gamma = tape.input(normal<T>({16}, rng, 1, 0.5)), beta = tape.input(normal<T>({16}, rng));
    const auto right = layer_norm(x, {16}, gamma, beta);
    return static_cast<double>(
        xt::amax(xt::abs(wrong_norm(bug, x, gamma, beta, rng).value() - right.value()))());
}

/// The right forward in double, the same in float under an offset, and the gradient's check: the first that
/// objects.
inline Finding examine(Bug bug, std::uint64_t seed) {
    Random rng(seed);
    const double off = off_formula<double>(bug, rng, 0), off_in_float = off_formula<float>(bug, rng, 1e4);
    if (off > 1e-7) return {true, "the right forward", fmt::format("off by {:.1g}", off)};
    if (!(off_in_float < 0.05))
        return {true, "the right forward, offset 10000, float", fmt::format("off by {:.1g}", off_in_float)};
    const auto report = gradcheck(
        [&](auto&, auto x) {
            return wrong_norm<double>(bug, x[0].named("x"), x[1].named("gamma"), x[2].named("beta"), rng);
        },
        {normal<double>({8, 3}, rng), Tensor<double>{2.5, 0.4, -1.3}, Tensor<double>{0.3, -0.2, 0.9}});
    if (report.ok()) return {false, "nothing", ""};
    const std::string words = report.diagnosis();
    // Of "argument 0 "x" (8, 3): what is wrong: more of it", what is wrong.
    const std::size_t from = std::min(words.find("): "), words.size() - 3) + 3;
    return {true, "gradcheck", words.substr(from, words.find_first_of(":,", from) - from)};
}

}  // namespace tapedeck::demos
