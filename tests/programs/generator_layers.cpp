// Proposals of products, losses and normalizations.
#include <cmath>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {
namespace {

constexpr double kVariance = 0.05;  // of what is normalized, at least

}  // namespace

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

/// A weight and a bias, either, or none.
bool Generator::affine(Instruction& instruction, const Shape& shape) {
    instruction.has_weight = chance(0.6);
    instruction.has_bias = chance(0.6);
    if (instruction.has_weight) instruction.inputs.push_back(existing_or_leaf(shape));
    if (instruction.has_bias) instruction.inputs.push_back(existing_or_leaf(shape));
    return true;
}

bool Generator::propose_normalization(Kind kind) {
    static constexpr std::array kEps{1e-5, 1e-3, 0.1};
    Instruction i{.kind = kind, .eps = kEps[rng_.below(3)]};
    if (kind == Kind::layer_norm || kind == Kind::spelled_out_layer_norm) {
        const auto x = pick([&](Index k) { return rank(k) > 0; });
        if (!x) return false;
        const std::size_t dimensions = 1 + rng_.below(chance(0.7) ? 1 : rank(*x));
        Axes trailing;
        for (std::size_t d = rank(*x) - dimensions; d < rank(*x); ++d) {
            i.shape.push_back(shape(*x)[d]);
            trailing.axis[trailing.count++] = static_cast<int>(d);
        }
        if (smallest_variance(value(*x), trailing) < kVariance) return false;
        i.inputs = {*x};
        return affine(i, i.shape) && attempt(std::move(i));
    }
    const auto x = pick([&](Index k) {
        const Shape& s = shape(k);
        return (s.size() == 2 || s.size() == 3) && elements(s) / s[1] > 1;
    });
    if (!x) return false;
    i.inputs = {*x};
    const std::size_t channels = shape(*x)[1];
    if (kind == Kind::batch_norm) {
        i.training = chance(0.6);
        i.number = chance(0.2) ? -1 : draw_number(0, 1);
        i.state = next_state_++;
        if (!i.training || chance(0.8)) {
            i.data = draw_numbers({channels}, -1, 1);
            const std::vector<double> variances = draw_numbers({channels}, 0.2, 2);
            i.data.insert(i.data.end(), variances.begin(), variances.end());
        }
        if (!i.training) {  // with statistics of its own, or those that a training one keeps
            const auto other = pick([&](Index k) {
                const Instruction& o = program_.instructions[k];
                return o.kind == Kind::batch_norm && o.data.size() == 2 * channels;
            });
            if (other && chance(0.5)) {
                i.state = program_.instructions[*other].state;
                i.data = program_.instructions[*other].data;
            }
        }
    }
    const bool own_statistics = kind == Kind::spelled_out_batch_norm || i.training;
    const Axes batch = rank(*x) == 3 ? Axes{0, 2} : Axes{0};
    if (own_statistics && smallest_variance(value(*x), batch) < kVariance) return false;
    return affine(i, {channels}) && attempt(std::move(i));
}

}  // namespace tapedeck::test
