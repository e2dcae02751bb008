// Hypotheses: the right numbers in the wrong places.
#include <numeric>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck/groups.hpp>

namespace tapedeck::diagnosis {
namespace {

/// Row-major `v` of this shape with two axes exchanged, again row-major.
Values exchanged(const Values& v, const Shape& shape, std::size_t a, std::size_t b) {
    Shape turned = shape;
    std::swap(turned[a], turned[b]);
    std::vector<std::size_t> stride(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;) stride[axis - 1] = stride[axis] * shape[axis];
    std::swap(stride[a], stride[b]);
    Values result(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        std::size_t rest = i, from = 0;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            from += rest % turned[axis] * stride[axis];
            rest /= turned[axis];
        }
        result[i] = v[from];
    }
    return result;
}

struct Matrix {
    std::string text;
    std::size_t rows, columns;
    Values values;

    Matrix transposed() const {
        return {text + "^T", columns, rows, exchanged(values, {rows, columns}, 0, 1)};
    }
};

std::optional<Matrix> product(const Matrix& a, const Matrix& b) {
    if (a.columns != b.rows) return std::nullopt;
    Matrix c{a.text + " . " + b.text, a.rows, b.columns, Values(0.0, a.rows * b.columns)};
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t j = 0; j < b.columns; ++j) {
            for (std::size_t k = 0; k < a.columns; ++k)
                c.values[i * b.columns + j] += a.values[i * a.columns + k] * b.values[k * b.columns + j];
        }
    }
    return c;
}

}  // namespace

std::optional<std::string> overwritten(const Evidence& e) {
    for (const Deposit& d : e.deposits) {
        if (d.before.size() == e.recorded.size() && e.is_numeric(e.recorded + d.before)) {
            return fmt::format(
                "a contribution is lost: {} assigned its own where it must add to what had come before",
                d.operation);
        }
    }
    return std::nullopt;
}

std::optional<std::string> transposed(const Evidence& e) {
    const Shape& shape = e.argument.shape;
    for (std::size_t a = 0; a < shape.size(); ++a) {
        for (std::size_t b = a + 1; b < shape.size(); ++b) {
            if (shape[a] == 1 || shape[b] == 1) continue;
            if (e.is_recorded(exchanged(e.numeric, shape, a, b)))
                return fmt::format(
                    "it is transposed: recorded is the numeric gradient with axes {} and {} exchanged", a, b);
        }
    }
    return std::nullopt;
}

std::optional<std::string> matmul_operand_transposed(const Evidence& e) {
    if (e.argument.shape.size() != 2 || e.readers.size() != 1) return std::nullopt;
    const Reader& r = e.readers[0];
    if (r.output.shape.size() != 2) return std::nullopt;
    const Matrix dy{"dy", r.output.shape[0], r.output.shape[1], r.upstream};
    for (const Field& other : r.others) {
        if (other.shape.size() != 2) continue;
        const Matrix b{"b", other.shape[0], other.shape[1], other.values};
        std::optional<Matrix> right, made;
        for (const Matrix& p : {dy, dy.transposed()}) {
            for (const Matrix& q : {b, b.transposed()}) {
                for (const auto& c : {product(p, q), product(q, p)}) {
                    if (!c || c->values.size() != e.numeric.size()) continue;
                    if (c->rows == e.argument.shape[0] && e.is_numeric(c->values)) right = c;
                    if (e.is_recorded(c->values)) made = c;
                }
            }
        }
        if (right && made) {
            return fmt::format(
                "a factor of the product is transposed: recorded is {}, and {} is right (b: {})", made->text,
                right->text, other.name);
        }
    }
    return std::nullopt;
}

std::optional<std::string> broadcast_not_summed(const Evidence& e) {
    for (const Reader& r : e.readers) {
        const auto groups = stretched(e.argument.shape, r.output.shape);
        if (!groups || groups->size() < 2) continue;
        std::vector<Values> whole{r.upstream, -r.upstream};
        for (const Field& other : r.others) {
            for (const Values& v : aligned(other, r.output.shape)) {
                whole.push_back(r.upstream * v);
                whole.push_back(r.upstream / v);
            }
        }
        for (const Values& v : whole) {
            if (!e.is_numeric(groups->sums(v))) continue;
            // Which element of each group was taken for all of them?
            const std::size_t of_groups = e.numeric.size();
            Values first(of_groups), last(of_groups);
            std::vector<bool> seen(of_groups, false);
            Values numbers(of_groups);
            std::iota(std::begin(numbers), std::end(numbers), 0.0);
            const Values group = groups->spread(numbers);
            for (std::size_t i = 0; i < v.size(); ++i) {
                const auto g = static_cast<std::size_t>(group[i]);
                if (!seen[g]) first[g] = v[i];
                seen[g] = true;
                last[g] = v[i];
            }
            for (const auto& [values, which] : {std::pair{&first, "first"}, std::pair{&last, "last"}}) {
                if (e.is_recorded(*values)) {
                    return fmt::format(
                        "a broadcast is not summed back: {} stretches it along {}, and recorded is the {} "
                        "slice "
                        "where the sum belongs",
                        r.operation, groups->text(), which);
                }
            }
        }
    }
    return std::nullopt;
}

}  // namespace tapedeck::diagnosis
