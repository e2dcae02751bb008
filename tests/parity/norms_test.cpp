#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

std::size_t groups(const auto& r) { return r.options().at("groups").template get<std::size_t>(); }

std::optional<double> optional_number(const auto& r, const char* option) {
    return r.options().at(option).is_null() ? std::nullopt : std::optional(r.number(option));
}

BatchNormMode mode(const auto& r) {
    return {
        .training = r.flag("training"), .momentum = optional_number(r, "momentum"), .eps = r.number("eps")};
}

/// f(x, running, weight, bias, mode), and afterwards the running statistics.
template <class F>
auto with_statistics(F f) {
    return parity::program([f]<class T>(parity::Run<T>& r) {
        const Variable<T> x = r("x");
        RunningStatistics<T> running(x.shape()[x.shape().size() == 2 && r.flag("channels_first") ? 0 : 1]);
        if (r.flag("running")) {
            running.mean = r.tensor("running_mean");
            running.var = r.tensor("running_var");
            running.batches.storage()[0] = static_cast<T>(r.number("batches"));
        }
        const auto weight = r.if_there("weight");
        r.reverse(f(x, r.flag("running") ? &running : nullptr, weight, r.if_there("bias"), mode(r)));
        if (!r.flag("running")) return;
        r.check("running_mean", running.mean);
        r.check("running_var", running.var);
    });
}

const parity::Table table{
    {"layer_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return layer_norm(x, r.shape("normalized_shape"), weight, r.if_there("bias"), r.number("eps"));
     })},
    {"spelled_out layer_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return spelled_out::layer_norm(x, static_cast<int>(r.number("dimensions")), weight,
                                        r.if_there("bias"), r.number("eps"));
     })},
    {"batch_norm", with_statistics([](auto x, auto* running, auto weight, auto bias, BatchNormMode mode) {
         return batch_norm(x, running, weight, bias, mode);
     })},
    {"spelled_out batch_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return spelled_out::batch_norm(x, weight, r.if_there("bias"), r.number("eps"));
     })},
    {"rms_norm", operation([](auto& r) {
         const auto x = r("x");
         return rms_norm(x, r.shape("normalized_shape"), r.if_there("weight"), optional_number(r, "eps"));
     })},
    {"spelled_out rms_norm", operation([](auto& r) {
         const auto x = r("x");
         return spelled_out::rms_norm(x, static_cast<int>(r.number("dimensions")), r.if_there("weight"),
                                      optional_number(r, "eps"));
     })},
    {"group_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return group_norm(x, groups(r), weight, r.if_there("bias"), r.number("eps"));
     })},
    {"spelled_out group_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return spelled_out::group_norm(x, groups(r), weight, r.if_there("bias"), r.number("eps"));
     })},
    {"instance_norm", with_statistics([](auto x, auto* running, auto weight, auto bias, BatchNormMode mode) {
         return instance_norm(x, running, weight, bias, mode);
     })},
    {"spelled_out instance_norm", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r.if_there("weight");
         return spelled_out::instance_norm(x, weight, r.if_there("bias"), r.number("eps"));
     })},
    {"weight_norm", operation([](auto& r) {
         const auto v = r("v");
         return weight_norm(v, r("g"));
     })},
    {"spelled_out weight_norm", operation([](auto& r) {
         const auto v = r("v");
         return spelled_out::weight_norm(v, r("g"));
     })},
};

}  // namespace

TEST_CASE("Normalizations agree with PyTorch") { parity::check_family("norms", table, 150); }
