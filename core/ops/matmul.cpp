#include <tapedeck/core/ops/matmul.hpp>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/bias.hpp>
#include <tapedeck/core/kernels/gemm.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

using kernels::gemm;
using enum kernels::Transpose;

/// y = a b, for each pair of matrices that broadcasting of the leading dimensions makes
template <class T>
struct Matmul final : Op<T> {
    // The operands as stacks of matrices: sizes, and the walk over the leading dimensions.
    std::size_t n = 0, k = 0, m = 0;
    Shape lead_a, lead_b, lead;

    std::string_view name() const override { return "Matmul"; }
    std::string_view rule() const override { return "da = dy b^T, db = a^T dy"; }

    void forward(Forward<T>& f) override {
        const Shape& a = f.input(0).shape();
        const Shape& b = f.input(1).shape();
        const auto misfit = [&](const std::string& why) {
            f.fail(fmt::format("a is {}, b is {}: {}", to_text(a), to_text(b), why), {"a", "b"});
        };
        if (a.empty() || b.empty()) misfit("a scalar has no matrix product; use *.");
        n = a.size() == 1 ? 1 : a[a.size() - 2];
        k = a.back();
        m = b.size() == 1 ? 1 : b.back();
        const std::size_t inner = b.size() == 1 ? b[0] : b[b.size() - 2];
        if (k != inner)
            misfit(fmt::format("the inner sizes {} and {} differ; does one want transpose()?", k, inner));
        lead_a.assign(a.begin(), a.end() - std::min<std::ptrdiff_t>(2, std::ssize(a)));
        lead_b.assign(b.begin(), b.end() - std::min<std::ptrdiff_t>(2, std::ssize(b)));
        if (!broadcast(lead_a, lead_b, lead)) {
            misfit(fmt::format("the leading dimensions {} and {} do not broadcast: sizes must be equal or 1.",
                               to_text(lead_a), to_text(lead_b)));
        }
        Shape out = lead;
        if (a.size() > 1) out.push_back(n);
        if (b.size() > 1) out.push_back(m);
        T* y = f.output(out).storage().data();
        if (lead_b.empty()) {  // one b: its products with a stack of matrices are one product with all their
                               // rows
            n *= elements(lead_a);
            lead_a.clear();
            lead.clear();
        }
        each_product([&](std::size_t i, std::size_t j, std::size_t o) {
            gemm(no, no, n, m, k, f.input(0).storage().data() + i, f.input(1).storage().data() + j, y + o,
                 false);
        });
    }

    void adjoint(Reverse<T>& r) override {
        const T* dy = r.upstream().storage().data();
        if (r.needs(0)) {
            T* da = cleared(r, 0);
            each_product([&](std::size_t i, std::size_t j, std::size_t o) {
                gemm(no, yes, n, k, m, dy + o, r.input(1).storage().data() + j, da + i, true);
            });
        }
        if (r.needs(1)) {
            T* db = cleared(r, 1);
            each_product([&](std::size_t i, std::size_t j, std::size_t o) {
                gemm(yes, no, k, m, n, r.input(0).storage().data() + i, dy + o, db + j, true);
            });
        }
    }

  private:
    /// Several products may add to one matrix: a first contribution starts from zeros.
    static T* cleared(Reverse<T>& r, std::size_t i) {
        const Deposit<T> to = r.deposit(i);
        if (!to.add) std::fill_n(to.data, r.input(i).storage().size(), T(0));
        return to.data;
    }
    template <class F>
    void each_product(F f) const {
        if (elements(lead) == 0) return;
        const kernels::Walk<3> walk(lead, {&lead_a, &lead_b, &lead});
        walk.each_run([&](const std::array<std::size_t, 3>& offset) {
            for (std::size_t i = 0; i < walk.run(); ++i) {
                f((offset[0] + (walk.still(0) ? 0 : i)) * n * k,
                  (offset[1] + (walk.still(1) ? 0 : i)) * k * m, (offset[2] + i) * n * m);
            }
        });
    }
};

/// y = x W^T + b
template <class T>
struct Linear final : Op<T> {
    std::string_view name() const override { return "Linear"; }
    std::string_view rule() const override { return "dx = dy W, dW = dy^T x, db = sum of dy over rows"; }

    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const Tensor<T>& weight = f.input(1);
        if (weight.dimension() != 2 || x.dimension() == 0 || x.shape().back() != weight.shape()[1]) {
            const std::string why =
                weight.dimension() == 2
                    ? fmt::format("weight is (out, in), and so x's last dimension must be {}.",
                                  weight.shape()[1])
                    : "weight must be (out, in).";
            f.fail(fmt::format("x is {}, weight is {}: {}", to_text(x.shape()), to_text(weight.shape()), why),
                   {"x", "weight"});
        }
        const std::size_t out = weight.shape()[0];
        if (f.inputs() == 3 && (f.input(2).dimension() != 1 || f.input(2).shape()[0] != out)) {
            f.fail(fmt::format("weight is {}, bias is {}: the bias must be ({}).", to_text(weight.shape()),
                               to_text(f.input(2).shape()), out),
                   {"x", "weight", "bias"});
        }
        Shape shape = x.shape();
        shape.back() = out;
        Tensor<T>& y = f.output(shape);
        const std::size_t in = weight.shape()[1];
        std::size_t rows = 1;
        for (std::size_t axis = 0; axis + 1 < x.dimension(); ++axis) rows *= x.shape()[axis];
        // BLAS has the quicker kernels for small products when neither factor is transposed.
        constexpr std::size_t kSmall = 1'000'000;
        const T* transposed = rows * out * in <= kSmall ? f.transposed(1) : nullptr;
        const T* w = transposed != nullptr ? transposed : weight.storage().data();
        gemm(no, transposed != nullptr ? no : yes, rows, out, in, x.storage().data(), w, y.storage().data(),
             false);
        if (f.inputs() == 3) kernels::add_to_rows(rows, out, f.input(2).storage().data(), y.storage().data());
    }

    void adjoint(Reverse<T>& r) override {
        const std::size_t out = r.input(1).shape()[0];
        const std::size_t in = r.input(1).shape()[1];
        const std::size_t rows = out == 0 ? 0 : r.upstream().storage().size() / out;
        const T* dy = r.upstream().storage().data();
        if (r.needs(0)) {
            const Deposit<T> dx = r.deposit(0);
            gemm(no, no, rows, in, out, dy, r.input(1).storage().data(), dx.data, dx.add);
        }
        if (r.needs(1)) {
            const Deposit<T> dw = r.deposit(1);
            gemm(yes, no, out, in, rows, dy, r.input(0).storage().data(), dw.data, dw.add);
        }
        if (r.inputs() == 3 && r.needs(2)) {
            const Deposit<T> db = r.deposit(2);
            kernels::sum_rows(rows, out, dy, db.data, db.add);
        }
    }
};

}  // namespace op

template <class T>
Variable<T> matmul(Variable<T> a, Variable<T> b, Where where) {
    return op::record<op::Matmul<T>>(where, {}, a, b);
}
template <class T>
Variable<T> linear(Variable<T> x, Variable<T> weight, Optional<T> bias, Where where) {
    if (bias) return op::record<op::Linear<T>>(where, {}, x, weight, *bias);
    return op::record<op::Linear<T>>(where, {}, x, weight);
}

#define INSTANTIATE(T)                                            \
    template Variable<T> matmul(Variable<T>, Variable<T>, Where); \
    template Variable<T> linear(Variable<T>, Variable<T>, std::optional<Variable<T>>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
