// Sums, means, variances and maxima: of everything, along each row (axis 1) and along each column (axis 0).
#include <algorithm>
#include <limits>

#include "subject.hpp"

namespace micro {

namespace {

/// A group of elements that is reduced to one: where it begins, how far apart, how many.
struct Groups {
    std::size_t count, size, step, stride;

    static Groups of(Size size, const std::string& axis) {
        if (axis == "rows") return {size.rows, size.columns, size.columns, 1};
        if (axis == "columns") return {size.columns, size.rows, 1, size.columns};
        return {1, size.all(), 0, 1};
    }
};

/// `fold` gives a group's result, `slope` what an element of it gets.
template <class Op, class Fold, class Slope>
void add(std::vector<Subject>& all, const std::string& name, Op op, Fold fold, Slope slope) {
    for (const std::string axis : {"all", "rows", "columns"}) {
        const auto make = [=](Size size) {
            const Groups g = Groups::of(size, axis);
            const td::Axes axes = axis == "rows" ? td::Axes(1) : axis == "columns" ? td::Axes(0) : td::Axes{};
            Case c{{draw({size.rows, size.columns})},
                   [=](const std::vector<F>& x) { return op(x[0], axes); }};
            c.forward = [=](Plain& p) {
                for (std::size_t k = 0; k < g.count; ++k) p.y[k] = fold(p.x[0] + k * g.step, g);
            };
            c.adjoint = [=](Plain& p) {
                for (std::size_t k = 0; k < g.count; ++k)
                    slope(p.x[0] + k * g.step, p.y[k], p.dy[k], p.dx[0] + k * g.step, g);
            };
            return c;
        };
        all.push_back({name + "_" + axis, kSizes, make});
    }
}

/// In double, as a float's rounding errors would add up.
float mean_of(const float* x, const Groups& g) {
    double total = 0;
    for (std::size_t i = 0; i < g.size; ++i) total += static_cast<double>(x[i * g.stride]);
    return static_cast<float>(total / static_cast<double>(g.size));
}

float var_of(const float* x, const Groups& g) {
    const float mean = mean_of(x, g);
    double total = 0;
    for (std::size_t i = 0; i < g.size; ++i) {
        const double off = static_cast<double>(x[i * g.stride] - mean);
        total += off * off;
    }
    return static_cast<float>(total / static_cast<double>(g.size - 1));
}

float max_of(const float* x, const Groups& g) {
    float most = x[0];
    for (std::size_t i = 1; i < g.size; ++i) most = std::max(most, x[i * g.stride]);
    return most;
}

}  // namespace

std::vector<Subject> reductions() {
    std::vector<Subject> all;
    const auto constant = [](float slope, float* dx, const Groups& g) {
        for (std::size_t i = 0; i < g.size; ++i) dx[i * g.stride] = slope;
    };
    add(
        all, "sum", [](F x, td::Axes axes) { return td::sum(x, axes); },
        [](const float* x, const Groups& g) { return mean_of(x, g) * static_cast<float>(g.size); },
        [=](const float*, float, float dy, float* dx, const Groups& g) { constant(dy, dx, g); });
    add(
        all, "mean", [](F x, td::Axes axes) { return td::mean(x, axes); }, mean_of,
        [=](const float*, float, float dy, float* dx, const Groups& g) {
            constant(dy / static_cast<float>(g.size), dx, g);
        });
    add(
        all, "var", [](F x, td::Axes axes) { return td::var(x, axes); }, var_of,
        [](const float* x, float, float dy, float* dx, const Groups& g) {
            const float mean = mean_of(x, g), scale = 2 * dy / static_cast<float>(g.size - 1);
            for (std::size_t i = 0; i < g.size; ++i) dx[i * g.stride] = scale * (x[i * g.stride] - mean);
        });
    add(
        all, "max", [](F x, td::Axes axes) { return td::max(x, axes); }, max_of,
        [](const float* x, float y, float dy, float* dx, const Groups& g) {
            std::size_t equal = 0;
            for (std::size_t i = 0; i < g.size; ++i) equal += x[i * g.stride] == y ? 1 : 0;
            const float share = dy / static_cast<float>(equal);
            for (std::size_t i = 0; i < g.size; ++i) dx[i * g.stride] = x[i * g.stride] == y ? share : 0;
        });
    return all;
}

}  // namespace micro
