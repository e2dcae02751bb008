#include <doctest/doctest.h>

#include <deque>

#include <fmt/format.h>

#include "family.hpp"
#include "optimizer_of.hpp"

using namespace tapedeck;

namespace {

/// Steps on gradients that are given; the parameters are compared after some of them.
template <class T>
void over_steps(parity::Run<T>& run, const std::string& kind) {
    std::deque<Parameter<T>> parameters;
    std::vector<Parameter<T>*> pointers;
    std::vector<Tensor<T>> gradients;
    for (std::size_t i = 0; run.has(fmt::format("param{}", i)); ++i) {
        pointers.push_back(&parameters.emplace_back(run.tensor(fmt::format("param{}", i))));
        gradients.push_back(run.tensor(fmt::format("gradients{}", i)));
    }
    const auto optimizer = parity::optimizer_of<T>(kind, run.options().at("settings"), pointers);
    const std::size_t steps = gradients.at(0).shape()[0];
    for (std::size_t step = 0; step < steps; ++step) {
        for (const auto& [at, lr] :
             run.options().at("lr_at").template get<std::vector<std::pair<std::size_t, double>>>())
            if (at == step) optimizer->lr(lr);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const std::size_t n = parameters[i].grad.size();
            std::copy_n(gradients[i].storage().begin() + static_cast<std::ptrdiff_t>(step * n), n,
                        parameters[i].grad.storage().begin());
        }
        optimizer->step();
        for (const std::size_t recorded : run.options().at("recorded")) {
            if (recorded != step + 1) continue;
            for (std::size_t i = 0; i < parameters.size(); ++i)
                run.check(fmt::format("param{} after {}", i, recorded), parameters[i].value);
        }
    }
}

template <class T>
void clip(parity::Run<T>& run) {
    std::deque<Parameter<T>> parameters;
    std::vector<Parameter<T>*> pointers;
    for (std::size_t i = 0; i < static_cast<std::size_t>(run.number("count")); ++i) {
        const Tensor<T> gradient = run.tensor(fmt::format("gradient{}", i));
        pointers.push_back(&parameters.emplace_back(zeros<T>(gradient.shape())));
        pointers.back()->grad = gradient;
    }
    const double max_norm = std::stod(run.options().at("max_norm").template get<std::string>());
    Tensor<T> norm = Tensor<T>::from_shape({});
    norm.storage()[0] = clip_grad_norm(pointers, max_norm);
    run.check("norm", norm);
    for (std::size_t i = 0; i < pointers.size(); ++i)
        run.check(fmt::format("gradient{}", i), pointers[i]->grad);
}

parity::Entry steps_with(const std::string& kind) {
    return parity::program([kind](auto& run) { over_steps(run, kind); });
}

const parity::Table table{
    {"SGD", steps_with("SGD")},
    {"Adam", steps_with("Adam")},
    {"AdamW", steps_with("AdamW")},
    {"RMSProp", steps_with("RMSProp")},
    {"clip_grad_norm", parity::program([](auto& run) { clip(run); })},
};

}  // namespace

TEST_CASE("Optimizers and clipping agree with PyTorch over many steps") {
    parity::check_family("optimizers", table, 90);
}
