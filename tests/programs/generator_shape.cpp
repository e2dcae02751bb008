// Proposals of reductions, and of operations that move elements.
#include <algorithm>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {

bool Generator::propose_reduction(Kind kind) {
    const auto x = pick();
    if (!x) return false;
    Instruction i{.kind = kind, .inputs = {*x}, .axes = draw_axes(rank(*x)), .keep_dims = chance(0.4)};
    const Axes resolved = axes_of(i).resolved(rank(*x));
    if (kind == Kind::max && smallest_lead(value(*x), resolved) < kMargin) return false;
    if (kind == Kind::var) {
        std::size_t count = 1;
        for (std::size_t d = 0; d < rank(*x); ++d) count *= resolved.contains(d) ? shape(*x)[d] : 1;
        i.start = std::min<std::size_t>(rng_.below(3), count - 1);
    }
    return attempt(std::move(i));
}

bool Generator::propose_parts(Kind kind) {
    const bool needs_axis = kind != Kind::reshape && kind != Kind::stack;
    const auto x = pick([&](Index i) { return !needs_axis || rank(i) > 0; });
    if (!x) return false;
    const Shape& shape = this->shape(*x);
    Instruction i{.kind = kind, .inputs = {*x}};
    if (kind == Kind::reshape) {  // its sizes, drawn anew from the factors of the number of elements
        std::size_t rest = value(*x).size();
        while (rest > 1 && i.shape.size() < 3) {
            std::size_t factor = 1 + rng_.below(rest);
            while (rest % factor != 0) --factor;
            i.shape.push_back(factor);
            rest /= factor;
        }
        i.shape.push_back(rest);
    } else if (kind == Kind::stack) {
        i.axes = {draw_axis(rank(*x) + 1)};
        for (std::size_t parts = 1 + rng_.below(3); i.inputs.size() < parts;)
            i.inputs.push_back(*pick([&](Index k) { return this->shape(k) == shape; }));
        if (value(*x).size() * i.inputs.size() > 150) return false;
    } else if (kind == Kind::transpose) {
        i.axes = {draw_axis(rank(*x)), draw_axis(rank(*x))};
    } else {
        i.axes = {draw_axis(rank(*x))};
        const std::size_t axis = resolve_axis(i.axes[0], rank(*x));
        if (kind == Kind::slice) {
            i.start = rng_.below(shape[axis]);
            i.stop = i.start + 1 + rng_.below(shape[axis] - i.start);
        } else if (kind == Kind::concat) {
            const auto fits = [&](Index k) {
                if (rank(k) != rank(*x)) return false;
                for (std::size_t d = 0; d < rank(k); ++d) {
                    if (d != axis && this->shape(k)[d] != shape[d]) return false;
                }
                return value(k).size() <= 80;
            };
            for (std::size_t parts = 1 + rng_.below(3); i.inputs.size() < parts;) {
                const auto k = pick(fits);
                if (!k) return false;
                i.inputs.push_back(*k);
            }
        } else {  // gather
            for (std::size_t d = 0; d < rank(*x); ++d)
                i.shape.push_back(d == axis ? 1 + rng_.below(6) : 1 + rng_.below(shape[d]));
            for (std::size_t k = 0; k < elements(i.shape); ++k) i.index.push_back(rng_.below(shape[axis]));
        }
    }
    return attempt(std::move(i));
}

}  // namespace tapedeck::test
