// Operations that move elements: each is described by where in x every element of y comes from.
#include <algorithm>

#include "subject.hpp"

namespace micro {

namespace {

/// y[i] = x[k][from]; what is not read gets a gradient of zero.
struct Source {
    std::size_t input, at;
};

template <class From>
void plain_moves(Case& c, std::size_t size, From from) {
    std::vector<std::size_t> sizes;
    for (const auto& x : c.inputs) sizes.push_back(x.size());
    c.forward = [=](Plain& p) {
        for (std::size_t i = 0; i < size; ++i) {
            const Source s = from(i);
            p.y[i] = p.x[s.input][s.at];
        }
    };
    c.adjoint = [=](Plain& p) {
        for (std::size_t k = 0; k < sizes.size(); ++k) std::fill_n(p.dx[k], sizes[k], 0.F);
        for (std::size_t i = 0; i < size; ++i) {
            const Source s = from(i);
            p.dx[s.input][s.at] += p.dy[i];
        }
    };
}

Subject reshape() {
    return {"reshape", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns})}, [=](const std::vector<F>& x) {
                           return td::reshape(x[0], {s.columns, s.rows});
                       }};
                plain_moves(c, s.all(), [](std::size_t i) { return Source{0, i}; });
                return c;
            }};
}

Subject transpose() {
    return {
        "transpose", kSizes, [](Size s) {
            Case c{{draw({s.rows, s.columns})}, [](const std::vector<F>& x) { return td::transpose(x[0]); }};
            plain_moves(c, s.all(), [=](std::size_t i) {
                return Source{0, i % s.rows * s.columns + i / s.rows};
            });
            return c;
        }};
}

Subject slice() {
    return {"slice", kSizes, [](Size s) {
                const std::size_t half = s.columns / 2;
                Case c{{draw({s.rows, s.columns})},
                       [=](const std::vector<F>& x) { return td::slice(x[0], 1, 1, half + 1); }};
                plain_moves(c, s.rows * half, [=](std::size_t i) {
                    return Source{0, i / half * s.columns + i % half + 1};
                });
                return c;
            }};
}

Subject concat() {
    return {"concat", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns}), draw({s.rows, s.columns})},
                       [](const std::vector<F>& x) { return td::concat(x, 1); }};
                plain_moves(c, 2 * s.all(), [=](std::size_t i) {
                    const std::size_t row = i / (2 * s.columns), column = i % (2 * s.columns);
                    return Source{column / s.columns, row * s.columns + column % s.columns};
                });
                return c;
            }};
}

Subject stack() {
    return {"stack", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns}), draw({s.rows, s.columns})},
                       [](const std::vector<F>& x) { return td::stack(x, 0); }};
                plain_moves(c, 2 * s.all(), [=](std::size_t i) { return Source{i / s.all(), i % s.all()}; });
                return c;
            }};
}

Subject gather() {
    return {"gather", kSizes, [](Size s) {
                auto index = td::Tensor<std::size_t>::from_shape({s.rows, s.columns});
                for (std::size_t i = 0; i < s.all(); ++i) index.storage()[i] = 13 * i % s.columns;
                Case c{{draw({s.rows, s.columns})},
                       [=](const std::vector<F>& x) { return td::gather(x[0], 1, index); }};
                plain_moves(c, s.all(), [=](std::size_t i) {
                    return Source{0, i / s.columns * s.columns + index.data()[i]};
                });
                return c;
            }};
}

Subject detach() {
    return {"detach", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns})}, [](const std::vector<F>& x) { return td::detach(x[0]); }};
                plain_moves(c, s.all(), [](std::size_t i) { return Source{0, i}; });
                c.adjoint = nullptr;
                c.differentiable = false;
                return c;
            }};
}

}  // namespace

std::vector<Subject> parts() {
    return {reshape(), transpose(), slice(), concat(), stack(), gather(), detach()};
}

}  // namespace micro
