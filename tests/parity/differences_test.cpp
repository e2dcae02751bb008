// Where we differ from PyTorch on purpose; cases/differences.py says why. Each case holds PyTorch's own
// answer, and a test that the difference is there: were PyTorch to change its mind, the case would belong
// elsewhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/optim/rmsprop.hpp>
#include <typeinfo>

#include <fmt/format.h>

#include "family.hpp"

using namespace tapedeck;
using parity::Array;
using parity::Run;

namespace {

bool finite(const auto& values) {
    return std::all_of(values.begin(), values.end(), [](auto v) { return std::isfinite(v); });
}
bool all_zero(const auto& values) {
    return std::all_of(values.begin(), values.end(), [](auto v) { return v == 0; });
}

/// PyTorch's float32 loses numbers whose squares float cannot hold, in y or in the gradient; ours are those
/// of float64.
template <class F>
parity::Entry beyond_squares(F f) {
    return parity::program([f]<class T>(Run<T>& run) {
        const Array& y = run.recorded("torch y in float32");
        const Array& grad = run.recorded("torch x.grad in float32");
        if (run.flag("torch loses it") && finite(y.values) && finite(grad.values) && !all_zero(y.values))
            run.fault("PyTorch's float32 has an answer now");
        run.reverse(f(run("x"), run.number("eps")));
    });
}

/// f throws an E, and PyTorch gives something.
template <class E, class F>
parity::Entry refuses(F f) {
    return parity::program([f]<class T>(Run<T>& run) {
        run.recorded("torch y");
        std::vector<Variable<T>> inputs = run.all();
        const std::size_t before = run.tape.size();
        try {
            f(run, inputs);
            run.fault("no exception was thrown");
        } catch (const std::exception& error) {
            if (typeid(error) != typeid(E))
                run.fault(fmt::format("another type of exception: {}", error.what()));
        }
        if (run.tape.size() != before) run.fault("the tape is not as it was before");
    });
}

/// The channel with the infinite or nan value keeps its statistics, the others have PyTorch's.
template <class T>
void poisoned(Run<T>& run) {
    const Array& mean = run.recorded("torch running_mean");
    const Array& var = run.recorded("torch running_var");
    if (std::isfinite(mean.values[1]) && std::isfinite(var.values[1]))
        run.fault("PyTorch's statistics are no longer poisoned");
    RunningStatistics<T> running(3);
    run.check("y", batch_norm(run("x"), &running).value());
    for (const std::size_t c : {0u, 2u}) {
        if (!(std::abs(static_cast<double>(running.mean(c)) - mean.values[c]) <= 1e-6))
            run.fault("running mean");
        if (!(std::abs(static_cast<double>(running.var(c)) - var.values[c]) <= 1e-6))
            run.fault("running variance");
    }
    if (running.mean(1) != T(0) || running.var(1) != T(1)) run.fault("the channel's statistics were lost");
}

/// PyTorch's parameter becomes nan; ours goes on as far as eps lets it.
template <class T>
void steady_gradient(Run<T>& run) {
    if (finite(run.recorded("torch param in float32").values)) run.fault("PyTorch's parameter is finite now");
    Parameter<T> p(run.tensor("param"));
    p.grad = run.tensor("gradient");
    RMSProp<T> optimizer({&p}, {.lr = 1e-3, .alpha = 0.5, .eps = 1e-2, .centered = true});
    for (int step = 0; step < 100; ++step) optimizer.step();
    if (!finite(p.value.storage())) run.fault("the parameter is not finite");
    // No step is longer than lr * |g| / eps, and they all go downhill.
    const Tensor<T> start = run.tensor("param");
    for (std::size_t i = 0; i < p.value.size(); ++i) {
        const double moved = static_cast<double>((start(i) - p.value(i)) / p.grad(i));
        if (!(moved > 0 && moved <= 100 * 1e-3 / 1e-2 * 1.001))
            run.fault(fmt::format("it moved by {} g", moved));
    }
}

template <class T>
void count_of_batches(Run<T>& run) {
    if (run.recorded("torch num_batches_tracked").values[0] != 0) run.fault("PyTorch counts now");
    InstanceNorm<T> norm(3, {.momentum = std::nullopt, .track_running_stats = true});
    for (const char* x : {"x0", "x1", "x2"}) norm(run(x));
    if (norm.running->batches() != T(3)) run.fault("three batches were not counted as three");
    run.check("average mean", norm.running->mean);
    run.check("average var", norm.running->var);
}

/// PyTorch's y is nan, ours infinite or nan as well; the gradients of x agree where PyTorch's is finite, and
/// only there is ours.
template <class F>
parity::Entry otherwise_infinite(bool y_is_nan, F f) {
    return parity::program([f, y_is_nan]<class T>(Run<T>& run) {
        const Variable<T> x = run("x");
        const Variable<T> y = f(run, x);
        run.tape.backward(y, ones<T>(y.shape()));  // without a cotangent it refuses such a loss
        if (!std::isnan(run.recorded("torch y").values[0])) run.fault("PyTorch's y is no longer nan");
        if (y_is_nan ? !std::isnan(y.item()) : y.item() != std::numeric_limits<T>::infinity())
            run.fault(fmt::format("y is {}", y.item()));
        const Array& grad = run.recorded("torch x.grad");
        for (std::size_t i = 0; i < grad.values.size(); ++i) {
            const double ours = static_cast<double>(x.grad().storage()[i]);
            const bool close = std::abs(ours - grad.values[i]) <= 1e-6;
            if (std::isfinite(grad.values[i]) ? !close : std::isfinite(ours))
                run.fault(fmt::format("x.grad {} is {}, in PyTorch {}", i, ours, grad.values[i]));
        }
    });
}

parity::Table make_table() {
    parity::Table table;
    // Normalizations of (N, C, L), or over all but the first dimension.
    const auto norm = [&table](const std::string& name, auto f) {
        table[name + " beyond squares"] = beyond_squares(f);
        table[name + " with eps 0"] = refuses<NonFiniteError>([f](auto&, auto& in) { f(in.at(0), 0.0); });
    };
    norm("layer_norm", [](auto x, double eps) {
        return layer_norm(x, {x.shape()[1], x.shape()[2]}, std::nullopt, std::nullopt, eps);
    });
    norm("rms_norm", [](auto x, double eps) {
        return rms_norm(x, {x.shape()[1], x.shape()[2]}, std::nullopt, eps);
    });
    norm("batch_norm",
         [](auto x, double eps) { return batch_norm(x, nullptr, std::nullopt, std::nullopt, {.eps = eps}); });
    norm("instance_norm", [](auto x, double eps) {
        return instance_norm(x, nullptr, std::nullopt, std::nullopt, {.eps = eps});
    });
    norm("group_norm", [](auto x, double eps) { return group_norm(x, 2, std::nullopt, std::nullopt, eps); });
    table["weight_norm of zeros"] =
        refuses<NonFiniteError>([](auto&, auto& in) { weight_norm(in.at(0), in.at(1)); });
    table["var of too few"] = refuses<ShapeError>([](auto& run, auto& in) {
        var(in.at(0), run.axes("axes"), false, static_cast<int>(run.number("correction")));
    });
    table["max of nothing"] =
        refuses<ShapeError>([](auto& run, auto& in) { max(in.at(0), run.axes("axes")); });
    table["mse_loss of nothing"] = refuses<ShapeError>([](auto&, auto& in) { mse_loss(in.at(0), in.at(0)); });
    table["binary cross entropy of nothing"] =
        refuses<ShapeError>([](auto&, auto& in) { binary_cross_entropy_with_logits(in.at(0), in.at(0)); });
    table["cross_entropy of nothing"] =
        refuses<ShapeError>([](auto&, auto& in) { cross_entropy(in.at(0), {}); });
    table["mse_loss of two shapes"] =
        refuses<ShapeError>([](auto&, auto& in) { mse_loss(in.at(0), in.at(1)); });
    table["binary cross entropy of -inf"] = otherwise_infinite(
        false, [](auto& run, auto x) { return binary_cross_entropy_with_logits(x, run("target")); });
    table["var of infinity"] = otherwise_infinite(true, [](auto&, auto x) { return sum(var(x, 1)); });
    table["poisoned batch_norm"] = parity::program([](auto& run) { poisoned(run); });
    table["count of batches"] = parity::program([](auto& run) { count_of_batches(run); });
    table["steady gradient"] = parity::program([](auto& run) { steady_gradient(run); });
    return table;
}

}  // namespace

TEST_CASE("Where we differ from PyTorch on purpose") {
    parity::check_family("differences", make_table(), 30);
}
