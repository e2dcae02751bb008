// The floor: the bare matrix products of a training step, each in its fastest form, and one pass over the
// memory that the update must touch: parameters, gradients, and Adam's two moments.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#include "product.hpp"

namespace benchmark_steps {

class Floor {
  public:
    /// @throws std::runtime_error when there is no such model.
    explicit Floor(const Work& work) {
        if (work.model == "mlp")
            mlp(work);
        else if (work.model == "rnn" || work.model == "rnn_cell")
            rnn(work);
        else
            throw std::runtime_error("there is no model " + work.model);
        for (auto* moments : {&first_, &second_}) moments->assign(parameters_.size(), 0.5F);
        take_fastest_forms();
    }
    void step() {
        for (const Product& p : products_) p.run();
        float* __restrict p = parameters_.data();
        float* __restrict m = first_.data();
        float* __restrict v = second_.data();
        const float* __restrict g = gradients_.data();
        const std::size_t n = parameters_.size();
        for (std::size_t i = 0; i < n; ++i) {
            m[i] = 0.9F * m[i] + 0.1F * g[i];
            v[i] = 0.9F * v[i] + 0.1F * g[i] * g[i];
            p[i] -= 1e-9F * m[i] * v[i];
        }
    }
    const std::vector<Product>& products() const { return products_; }
    std::size_t parameters() const { return parameters_.size(); }

  private:
    /// Every operand that is a tensor of its own in a training step has memory of its own here. Results are
    /// written beside what is read, so that the numbers stay as they were drawn.
    float* tensor(std::size_t rows, std::size_t columns) {
        auto& memory = tensors_.emplace_back(rows * columns);
        for (float& x : memory) x = uniform_(random_);
        return memory.data();
    }
    void multiply(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b, float* c) {
        products_.push_back({static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), a, b, c});
    }
    /// y = x w, then dw = x^T dy and, where it is wanted, dx = dy w^T.
    void linear(std::size_t rows, std::size_t in, std::size_t out, float* w, float* dw, bool to_input) {
        float* x = tensor(rows, in);
        float* dy = tensor(rows, out);
        multiply(rows, out, in, x, w, tensor(rows, out));
        multiply(in, out, rows, x, dy, dw);
        if (to_input) multiply(rows, in, out, dy, w, tensor(rows, in));
    }
    void reserve_parameters(std::size_t n) {
        for (auto* all : {&parameters_, &gradients_}) {
            all->resize(n);
            for (float& x : *all) x = uniform_(random_);
        }
    }

    void mlp(const Work& work) {
        const auto& s = work.sizes;
        std::size_t total = 0, at = 0;
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            total += s[i] * s[i + 1] + s[i + 1];
            if (work.norm != "none" && i + 2 < s.size()) total += 2 * s[i + 1];
        }
        reserve_parameters(total);
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            linear(work.batch, s[i], s[i + 1], &parameters_[at], &gradients_[at], i > 0);
            at += s[i] * s[i + 1];
        }
    }
    /// All steps' inputs are known, so that one product serves them; each weight's gradient is one as well,
    /// or the sum of the steps', whichever is faster.
    void rnn(const Work& work) {
        const std::size_t steps = work.sizes.at(0), in = work.sizes.at(1), hidden = work.sizes.at(2);
        const std::size_t rows = work.batch, wh = in * hidden, out = wh + hidden * hidden;
        reserve_parameters(out + 2 * hidden + 1 + (work.norm != "none" ? 2 * hidden : 0));
        linear(steps * rows, in, hidden, &parameters_[0], &gradients_[0], false);
        const std::size_t block = rows * hidden, later = steps - 1;
        const float* h = tensor(later * rows, hidden);
        const float* dz = tensor(later * rows, hidden);
        float* z = tensor(later * rows, hidden);
        float* dh = tensor(later * rows, hidden);
        for (std::size_t t = 0; t < later; ++t) {
            multiply(rows, hidden, hidden, h + t * block, &parameters_[wh], z + t * block);
            multiply(rows, hidden, hidden, dz + t * block, &parameters_[wh], dh + t * block);
        }
        multiply(hidden, hidden, later * rows, h, dz, &gradients_[wh]);
        linear(rows, hidden, 1, &parameters_[out], &gradients_[out], true);
    }
    /// Equal sizes are tried once.
    void take_fastest_forms() {
        std::map<std::array<int, 3>, Form> known;
        for (Product& p : products_) {
            const auto [found, is_new] = known.try_emplace({p.m, p.n, p.k});
            if (is_new) found->second = fastest_form(p);
            p.form = found->second;
        }
    }

    std::mt19937 random_{1};
    std::uniform_real_distribution<float> uniform_{-0.1F, 0.1F};
    std::deque<std::vector<float>> tensors_;
    std::vector<Product> products_;
    std::vector<float> parameters_, gradients_, first_, second_;
};

}  // namespace benchmark_steps
