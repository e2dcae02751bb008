// The floor: the bare matrix products of a training step, each in its fastest form, and one pass over the
// memory that the update of the parameters must touch.
#include <memory>
#include <stdexcept>

#include <cblas.h>

#include "protocol.hpp"

namespace {

/// c (m, n) = op(a) op(b), k the inner size.
struct Product {
    CBLAS_TRANSPOSE ta, tb;
    int m, n, k;
};

/// The products of a linear map of `rows` rows: forward, to the weight's gradient, and to the input's. The
/// forward form is the one for a weight that has been transposed, which is the faster one.
void linear(std::vector<Product>& all, int rows, int in, int out, bool to_input) {
    all.push_back({CblasNoTrans, CblasNoTrans, rows, out, in});
    all.push_back({CblasTrans, CblasNoTrans, out, in, rows});
    if (to_input) all.push_back({CblasNoTrans, CblasNoTrans, rows, in, out});
}

class Floor {
  public:
    explicit Floor(const benchmark::Work& work) {
        const auto& s = work.sizes;
        const int rows = static_cast<int>(work.batch);
        const auto size = [&](std::size_t i) { return static_cast<int>(s.at(i)); };
        std::size_t parameters = 0;
        if (work.model == "mlp") {
            for (std::size_t i = 0; i + 1 < s.size(); ++i) {
                linear(products_, rows, size(i), size(i + 1), i > 0);
                parameters += s[i] * s[i + 1] + s[i + 1];
                if (work.norm != "none" && i + 2 < s.size()) parameters += 2 * s[i + 1];
            }
        } else {
            const int steps = size(0), in = size(1), hidden = size(2);
            // All steps' inputs are known: one product for all.
            linear(products_, steps * rows, in, hidden, false);
            for (int t = 1; t < steps; ++t) {
                products_.push_back({CblasNoTrans, CblasNoTrans, rows, hidden, hidden});
                products_.push_back({CblasNoTrans, CblasNoTrans, rows, hidden, hidden});
            }
            products_.push_back({CblasTrans, CblasNoTrans, hidden, hidden, (steps - 1) * rows});
            linear(products_, rows, hidden, 1, true);
            parameters = s[1] * s[2] + s[2] * s[2] + 4 * s[2] + 1;
        }
        std::size_t largest = 1;
        for (const Product& p : products_) {
            largest = std::max({largest, static_cast<std::size_t>(p.m) * static_cast<std::size_t>(p.k),
                                static_cast<std::size_t>(p.k) * static_cast<std::size_t>(p.n),
                                static_cast<std::size_t>(p.m) * static_cast<std::size_t>(p.n)});
        }
        a_.assign(largest, 0.5F);
        b_.assign(largest, 0.5F);
        c_.assign(largest, 0.0F);
        for (auto* v : {&p_, &g_, &m_, &v_}) v->assign(parameters, 0.5F);
    }
    void step() {
        for (const Product& p : products_) {
            cblas_sgemm(CblasRowMajor, p.ta, p.tb, p.m, p.n, p.k, 1, a_.data(),
                        p.ta == CblasTrans ? p.m : p.k, b_.data(), p.tb == CblasTrans ? p.k : p.n, 0,
                        c_.data(), p.n);
        }
        float* __restrict p = p_.data();
        float* __restrict m = m_.data();
        float* __restrict v = v_.data();
        const float* __restrict g = g_.data();
        for (std::size_t i = 0; i < p_.size(); ++i) {
            m[i] = 0.9F * m[i] + g[i];
            v[i] = 0.9F * v[i] + g[i];
            p[i] = p[i] - 1e-9F * m[i] * v[i];
        }
    }

  private:
    std::vector<Product> products_;
    std::vector<float> a_, b_, c_, p_, g_, m_, v_;
};

}  // namespace

int main() {
    return benchmark::serve([](const benchmark::Work& work) -> benchmark::Step {
        return [floor = std::make_shared<Floor>(work)] { floor->step(); };
    });
}
