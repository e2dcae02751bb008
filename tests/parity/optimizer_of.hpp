// Optimizers from PyTorch's name and settings.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/rmsprop.hpp>
#include <tapedeck/optim/sgd.hpp>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tapedeck::parity {

/// Gives `options` what the settings say; each setting must be one of those listed.
class Settings {
  public:
    explicit Settings(const nlohmann::json& json) : json_(json) {}
    template <class N>
    Settings& operator()(const char* name, N& option) {
        if (json_.contains(name)) option = json_.at(name).get<N>(), ++used_;
        return *this;
    }
    void finish() const {
        if (used_ != json_.size())
            throw std::runtime_error(fmt::format("the test does not know all settings of {}", json_.dump()));
    }

  private:
    const nlohmann::json& json_;
    std::size_t used_ = 0;
};

template <class T>
std::unique_ptr<Optimizer<T>> optimizer_of(const std::string& kind, const nlohmann::json& settings,
                                           std::vector<Parameter<T>*> parameters) {
    Settings set(settings);
    if (kind == "SGD") {
        SGDOptions o;
        set("lr", o.lr)("momentum", o.momentum)("dampening", o.dampening)("nesterov", o.nesterov)(
            "weight_decay", o.weight_decay);
        set.finish();
        return std::make_unique<SGD<T>>(std::move(parameters), o);
    }
    const auto adam = [&](auto o) {
        set("lr", o.lr)("beta1", o.beta1)("beta2", o.beta2)("eps", o.eps)("weight_decay", o.weight_decay);
        set.finish();
        return o;
    };
    if (kind == "Adam") return std::make_unique<Adam<T>>(std::move(parameters), adam(AdamOptions()));
    if (kind == "AdamW") return std::make_unique<AdamW<T>>(std::move(parameters), adam(AdamWOptions()));
    if (kind == "RMSProp") {
        RMSPropOptions o;
        set("lr", o.lr)("alpha", o.alpha)("eps", o.eps)("weight_decay", o.weight_decay)(
            "momentum", o.momentum)("centered", o.centered);
        set.finish();
        return std::make_unique<RMSProp<T>>(std::move(parameters), o);
    }
    throw std::runtime_error(fmt::format("the test knows no optimizer called {}", kind));
}

}  // namespace tapedeck::parity
