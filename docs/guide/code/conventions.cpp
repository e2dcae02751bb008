// One name, several functions: what libraries do differently under "normalization".
#include <cmath>

#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

int main() {
    td::Tape<double> tape;

    // [eps]
    const auto x = tape.input(td::Tensor<double>{{0, 1, 2, 3, 4}});
    const auto inside = td::spelled_out::normalize(x, -1, {.eps = 5e-5});
    const auto beside = td::spelled_out::normalize(
        x, -1, {.eps = 5e-5, .eps_place = td::EpsPlace::beside_root});
    const auto unbiased =
        td::spelled_out::normalize(x, -1, {.eps = 5e-5, .unbiased = true});
    fmt::print("eps inside the root: {:.7f}\n", inside.value()(0, 4));
    fmt::print("eps beside the root: {:.7f}\n", beside.value()(0, 4));
    fmt::print("variance over n - 1: {:.7f}\n", unbiased.value()(0, 4));
    // [eps]

    // [momentum]
    const auto batch = reshape(tape.input(td::Tensor<double>{2, 4, 9}), {3, 1});
    for (const auto& [name, by] : {std::pair{"PyTorch", td::conventions::pytorch},
                                   {"Keras", td::conventions::keras},
                                   {"ONNX", td::conventions::onnx},
                                   {"the paper", td::conventions::paper}}) {
        td::BatchNorm<double> norm(1, td::BatchNormOptions::by(by));
        norm(batch);  // mean 5, variance 8.667 over n, 13 over n - 1
        fmt::print("{:9}: running mean {:.3f}, running variance {:.3f}\n", name,
                   norm.running->mean(0), norm.running->var(0));
    }
    // [momentum]

    // [rows]
    const auto rows = tape.input(td::Tensor<double>{{1, 1, 1}, {1e6, 1e6 + 1, 1e6 + 2}});
    const auto y = layer_norm(rows, {3});
    fmt::print("a constant row: {} {} {}\n", y.value()(0, 0), y.value()(0, 1),
               y.value()(0, 2));
    fmt::print("a far row: {:.4f} {:.4f} {:.4f}\n", y.value()(1, 0), y.value()(1, 1),
               y.value()(1, 2));
    try {
        layer_norm(rows, {3}, std::nullopt, std::nullopt, /* eps= */ 0);
    } catch (const td::NonFiniteError& error) {
        fmt::print("{}\n", error.what());
    }
    // [rows]
}
