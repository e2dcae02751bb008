// Proposals of products and losses.
#include <cmath>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {

bool Generator::propose_product(Kind kind) {
    const auto x = pick([&](Index i) { return rank(i) > 0; });
    if (!x) return false;
    const Shape a = shape(*x);
    if (kind == Kind::softmax || kind == Kind::log_softmax)
        return attempt(kind, {*x}, [&](Instruction& i) { i.axes = {draw_axis(a.size())}; });
    if (kind == Kind::matmul) {
        auto other = pick([&](Index i) {
            const Shape& b = shape(i);
            if (b.empty() || b[b.size() == 1 ? 0 : b.size() - 2] != a.back()) return false;
            Shape lead_a(a.begin(), a.end() - std::min<std::ptrdiff_t>(2, std::ssize(a)));
            Shape lead_b(b.begin(), b.end() - std::min<std::ptrdiff_t>(2, std::ssize(b)));
            Shape lead;
            return broadcast(lead_a, lead_b, lead) && elements(lead) * elements(a) * b.back() < 3000;
        });
        if (!other || chance(0.2)) other = leaf({a.back(), 1 + rng_.below(6)});
        return attempt(kind, {*x, *other});
    }
    const std::size_t out = chance(0.5) ? sizes_[rng_.below(3)] : 1 + rng_.below(6);
    Instruction i{.kind = kind, .inputs = {*x, existing_or_leaf({out, a.back()})}, .has_bias = chance(0.6)};
    if (i.has_bias) i.inputs.push_back(existing_or_leaf({out}));
    return attempt(std::move(i));
}

bool Generator::propose_loss(Kind kind) {
    if (kind == Kind::cross_entropy) {
        const auto x = pick([&](Index i) { return rank(i) == 2; });
        return x && attempt(kind, {*x}, [&](Instruction& i) {
                   for (std::size_t n = 0; n < shape(*x)[0]; ++n) i.index.push_back(rng_.below(shape(*x)[1]));
               });
    }
    const auto x = pick();
    if (!x) return false;
    const auto probability = [&](Index i) { return smallest(value(i)) >= 0 && greatest(value(i)) <= 1; };
    if (kind == Kind::mse_loss || kind == Kind::binary_cross_entropy) {
        const auto target = pick(
            [&](Index i) { return shape(i) == shape(*x) && (kind == Kind::mse_loss || probability(i)); });
        return target && attempt(kind, {*x, *target});
    }
    return attempt(kind, {*x}, [&](Instruction& i) { i.number = draw_number(0, 1); });
}

}  // namespace tapedeck::test
