// Normalizations whose backward is wrong in one of the ways that circulate. The forward is right, written out
// in plain loops, apart from the library's kernels.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::museum {

/// What one statistic of a (N, C) input is taken over.
enum class Kind {
    batch,  ///< the column, as BatchNorm
    layer,  ///< the row, as LayerNorm
    rms,    ///< the row, no mean taken off, as RMSNorm
};

enum class Mistake {
    none,
    all_zeros,
    no_variance_path,
    variance_path_sign,
    no_mean_path,
    mean_path_sign,
    no_paths,
    weight_forgotten,
    weight_at_the_end,
    statistics_factor_forgotten,
    variance_not_its_root,
    centered_for_xhat,
    unbiased_in_variance_path,
    other_axis,
    dweight_of_x,
    dweight_of_y,
    dweight_without_xhat,
    dbias_mean,
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias; dx, dweight and dbias with one mistake
struct Norm final : Op<double> {
    struct Options {
        Kind kind = Kind::layer;
        Mistake mistake = Mistake::none;
        double eps = 1e-5;
    };
    Options options;
    std::vector<double> mean, rstd;

    std::string_view name() const override { return "MuseumNorm"; }
    std::string_view rule() const override {
        return "dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), but wrong";
    }

    void forward(Forward<double>& f) override {
        const Tensor<double>& x = f.input(0);
        rows_ = x.shape()[0];
        columns_ = x.shape()[1];
        Tensor<double>& y = f.output(x.shape());
        statistics(x, options.kind);
        each([&](std::size_t i, std::size_t group, std::size_t c) {
            y.storage()[i] = (x.storage()[i] - mean[group]) * rstd[group] * f.input(1).storage()[c] +
                             f.input(2).storage()[c];
        });
    }

    void adjoint(Reverse<double>& r) override {
        const Tensor<double>& x = r.input(0);
        const Tensor<double>& dy = r.upstream();
        const Tensor<double>& y = r.output();
        const Mistake m = options.mistake;
        statistics(x, options.kind);  // a reverse pass before this one may have left the other axis's
        const auto xhat = [&](std::size_t i, std::size_t g) { return (x.storage()[i] - mean[g]) * rstd[g]; };

        std::vector<double> dweight(columns_), dbias(columns_);
        each([&](std::size_t i, std::size_t g, std::size_t c) {
            const double factor = m == Mistake::dweight_of_x           ? x.storage()[i]
                                  : m == Mistake::dweight_of_y         ? y.storage()[i]
                                  : m == Mistake::dweight_without_xhat ? 1
                                                                       : xhat(i, g);
            dweight[c] += dy.storage()[i] * factor;
            dbias[c] += dy.storage()[i] / (m == Mistake::dbias_mean ? static_cast<double>(rows_) : 1);
        });
        give(r, 1, dweight);
        give(r, 2, dbias);

        const Kind kind = m != Mistake::other_axis      ? options.kind
                          : options.kind == Kind::batch ? Kind::layer
                                                        : Kind::batch;
        if (m == Mistake::other_axis) statistics(x, kind);
        const std::size_t groups = mean.size();
        const double n = static_cast<double>(x.size() / groups);
        std::vector<double> mean_g(groups), mean_gx(groups);
        const auto g_of = [&](std::size_t i, std::size_t c) {
            const bool unweighted = m == Mistake::weight_forgotten || m == Mistake::weight_at_the_end;
            return dy.storage()[i] * (unweighted ? 1 : r.input(1).storage()[c]);
        };
        each(
            [&](std::size_t i, std::size_t group, std::size_t c) {
                if (options.kind != Kind::rms) mean_g[group] += g_of(i, c) / n;
                mean_gx[group] += g_of(i, c) * xhat(i, group) / n;
            },
            kind);
        double mean_path = 1, variance_path = 1;
        if (m == Mistake::no_mean_path || m == Mistake::no_paths) mean_path = 0;
        if (m == Mistake::mean_path_sign) mean_path = -1;
        if (m == Mistake::no_variance_path || m == Mistake::no_paths) variance_path = 0;
        if (m == Mistake::variance_path_sign) variance_path = -1;
        if (m == Mistake::unbiased_in_variance_path) variance_path = n / (n - 1);
        std::vector<double> dx(x.size());
        each(
            [&](std::size_t i, std::size_t group, std::size_t c) {
                const double s = m == Mistake::statistics_factor_forgotten ? 1
                                 : m == Mistake::variance_not_its_root     ? rstd[group] * rstd[group]
                                                                           : rstd[group];
                const double along =
                    m == Mistake::centered_for_xhat ? xhat(i, group) / rstd[group] : xhat(i, group);
                dx[i] = s * (g_of(i, c) - mean_path * mean_g[group] - variance_path * along * mean_gx[group]);
                if (m == Mistake::weight_at_the_end) dx[i] *= r.input(1).storage()[c];
                if (m == Mistake::all_zeros) dx[i] = 0;
            },
            kind);
        give(r, 0, dx);
    }

  private:
    template <class F>
    void each(F f) const {
        each(f, options.kind);
    }
    template <class F>
    void each(F f, Kind kind) const {
        for (std::size_t i = 0; i < rows_ * columns_; ++i)
            f(i, kind == Kind::batch ? i % columns_ : i / columns_, i % columns_);
    }

    void statistics(const Tensor<double>& x, Kind kind) {
        const std::size_t groups = kind == Kind::batch ? columns_ : rows_;
        const double n = static_cast<double>(x.size() / groups);
        mean.assign(groups, 0);
        rstd.assign(groups, 0);
        if (kind != Kind::rms)
            each([&](std::size_t i, std::size_t g, std::size_t) { mean[g] += x.storage()[i] / n; }, kind);
        each([&](std::size_t i, std::size_t g,
                 std::size_t) { rstd[g] += (x.storage()[i] - mean[g]) * (x.storage()[i] - mean[g]) / n; },
             kind);
        for (double& s : rstd) s = 1 / std::sqrt(s + options.eps);
    }

    static void give(Reverse<double>& r, std::size_t input, const std::vector<double>& gradient) {
        if (!r.needs(input)) return;
        const Deposit<double> to = r.deposit(input);
        for (std::size_t i = 0; i < gradient.size(); ++i)
            to.data[i] = (to.add ? to.data[i] : 0) + gradient[i];
    }

    std::size_t rows_ = 0, columns_ = 0;
};

inline Variable<double> norm(Variable<double> x, Variable<double> weight, Variable<double> bias, Kind kind,
                             Mistake mistake = Mistake::none, double eps = 1e-5) {
    return x.tape().record<Norm>(Where::here(), {kind, mistake, eps}, x, weight, bias);
}

/// Normal numbers, the same in every run.
inline Tensor<double> draw(const Shape& shape, std::uint64_t seed, double mean = 0, double deviation = 1) {
    Random rng(seed);
    Tensor<double> x = Tensor<double>::from_shape(shape);
    for (double& v : x.storage()) v = rng.normal(mean, deviation);
    return x;
}

/// x (8, 3), a weight away from 1, a bias.
inline std::vector<Tensor<double>> norm_inputs(double offset = 0) {
    return {draw({8, 3}, 1, offset, 1.5), Tensor<double>{2.5, 0.4, -1.3}, Tensor<double>{0.3, -0.2, 0.9}};
}

}  // namespace tapedeck::museum
