// How much the loss and its gradient change on a walk against the gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <tapedeck/layers/sequential.hpp>

#include "demos/common/evaluation.hpp"

namespace tapedeck::demos::lab {

using Net = Sequential<float>;

/// The loss over the samples in training mode; the gradients are left in the parameters.
inline double loss_and_gradients(Net& net, const Dataset& data, const Batch& samples) {
    Tape<float> tape;
    const KeepState keep(net);
    net.zero_grad();
    const auto loss = loss_of(data, net(tape.input(samples.x, "x")), samples);
    tape.backward(loss);
    return loss.item();
}

inline double length(const std::vector<Tensor<float>>& vector) {
    double sum = 0;
    for (const Tensor<float>& t : vector) sum = std::inner_product(t.begin(), t.end(), t.begin(), sum);
    return std::sqrt(sum);
}

/// Walks against the gradient, one half to four times as far as the optimizer's step (Santurkar et al. 2018,
/// section 3.1), and measures how much the loss and the gradient change on the way.
inline std::map<std::string, double> landscape(Net net, const Dataset& data, const Batch& probe, double lr) {
    const auto parameters = net.parameters();
    double lowest = loss_and_gradients(net, data, probe), highest = lowest;
    std::vector<Tensor<float>> start, gradient, change;
    for (const auto* p : parameters) {
        start.push_back(p->value);
        gradient.push_back(p->grad);
    }
    change = gradient;
    double largest = 0, beta = 0;
    for (double multiple = 0.5; multiple <= 4; multiple += 0.5) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            parameters[i]->value = start[i] - static_cast<float>(multiple * lr) * gradient[i];
            parameters[i]->changed();
        }
        const double loss = loss_and_gradients(net, data, probe);
        lowest = std::min(lowest, loss);
        highest = std::max(highest, loss);
        for (std::size_t i = 0; i < parameters.size(); ++i) change[i] = parameters[i]->grad - gradient[i];
        largest = std::max(largest, length(change));
        beta = std::max(beta, length(change) / (multiple * lr * length(gradient)));
    }
    return {{"range of the loss", highest - lowest},
            {"change of the gradient", largest},
            {"effective beta", beta}};
}

}  // namespace tapedeck::demos::lab
