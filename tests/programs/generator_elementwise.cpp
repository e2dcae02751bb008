// Proposals of element-wise operations.
#include <cmath>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {
namespace {

/// The smallest |a - b| over the shape that both broadcast to.
double smallest_difference(const Tensor<double>& a, const Tensor<double>& b) {
    double m = std::numeric_limits<double>::infinity();
    const Tensor<double> difference = a - b;
    for (const double d : difference.storage()) m = std::min(m, std::abs(d));
    return m;
}

}  // namespace

bool Generator::propose_binary(Kind kind) {
    const bool positive_first = kind == Kind::pow;
    const auto a = positive_first ? pick_positive([&](Index i) { return greatest(value(i)) < 4; }) : pick();
    if (!a) return false;
    const auto fits = [&](Index b) { return broadcasts(*a, b); };
    std::optional<Index> b;
    if (kind == Kind::divide) {
        b = pick([&](Index i) { return fits(i) && smallest_magnitude(value(i)) >= 0.3; });
        if (!b || chance(0.3)) b = pick_positive(fits);
    } else if (kind == Kind::maximum) {
        b = pick([&](Index i) {
            return i != *a && fits(i) && smallest_difference(value(*a), value(i)) >= kMargin;
        });
    } else if (kind == Kind::wrong_product) {
        b = pick([&](Index i) { return shape(i) == shape(*a); });
    } else {
        b = pick(fits);
    }
    return b && attempt(kind, {*a, *b});
}

bool Generator::propose_unary(Kind kind) {
    const double number = draw_number(-2, 2);
    const auto with_number = [&](Instruction& i) { i.number = number; };
    const auto cornerless = [&](Index i) { return smallest_magnitude(value(i)) >= kMargin; };
    switch (kind) {
        case Kind::exp: {
            const auto x = pick([&](Index i) { return greatest(value(i)) <= 2; });
            return x && attempt(kind, {*x});
        }
        case Kind::log:
        case Kind::sqrt: {
            const auto x = pick_positive([](Index) { return true; });
            return x && attempt(kind, {*x});
        }
        case Kind::abs:
        case Kind::relu: {
            const auto x = pick(cornerless);
            return x && attempt(kind, {*x});
        }
        case Kind::number_over: {
            const auto x = pick([&](Index i) { return smallest_magnitude(value(i)) >= 0.3; });
            return x && attempt(kind, {*x}, with_number);
        }
        case Kind::pow_number: {  // whole exponents take any base
            const bool whole = chance(0.5);
            const auto x = whole ? pick() : pick_positive([](Index) { return true; });
            return x && attempt(kind, {*x}, [&](Instruction& i) {
                       i.number = whole ? static_cast<double>(rng_.below(4)) : number;
                   });
        }
        case Kind::maximum_number: {
            const auto x = pick([&](Index i) { return smallest_magnitude(value(i), number) >= kMargin; });
            return x && attempt(kind, {*x}, with_number);
        }
        case Kind::dropout: {
            const auto x = pick();
            return x && attempt(kind, {*x}, [&](Instruction& i) {
                       i.number = draw_number(0, 0.6);
                       i.state = next_state_++;
                   });
        }
        case Kind::add_tensor:
        case Kind::multiply_tensor: {
            const auto x = pick();
            return x && attempt(kind, {*x}, [&](Instruction& i) {
                       i.shape = shape(*x);
                       while (!i.shape.empty() && chance(0.3)) i.shape.erase(i.shape.begin());
                       i.data = draw_numbers(i.shape, -2, 2);
                   });
        }
        default: {
            const auto x = pick();
            return x && attempt(kind, {*x}, with_number);
        }
    }
}

bool Generator::propose_masked(Kind kind) {
    const auto a = pick();
    if (!a) return false;
    std::vector<Index> inputs{*a};
    Shape shape = this->shape(*a);
    if (kind == Kind::where) {
        const auto b = pick([&](Index i) { return broadcasts(*a, i); });
        if (!b) return false;
        inputs.push_back(*b);
        broadcast(shape, this->shape(*b), shape);
    }
    return attempt(kind, inputs, [&](Instruction& i) {
        while (!shape.empty() && chance(0.2)) shape.erase(shape.begin());  // the mask broadcasts too
        for (std::size_t& size : shape) size = chance(0.15) ? 1 : size;
        i.shape = shape;
        i.number = draw_number(-2, 2);
        for (std::size_t k = 0; k < elements(shape); ++k) i.index.push_back(rng_.below(2));
    });
}

}  // namespace tapedeck::test
