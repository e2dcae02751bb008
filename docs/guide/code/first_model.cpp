// The first model: a small network learns to tell two spirals apart.
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

// [data]
/// Points (N, 2) on two arms of a spiral, and which arm each is on.
struct Spirals {
    td::Tensor<float> points;
    std::vector<std::size_t> arm;
};

Spirals make_spirals(std::size_t n, td::Random& rng) {
    Spirals data{td::zeros<float>({n, 2}), std::vector<std::size_t>(n)};
    for (std::size_t i = 0; i < n; ++i) {
        data.arm[i] = i % 2;
        const double radius = rng.uniform(0.1, 1),
                     angle = 6 * radius + 3.14159 * double(data.arm[i]);
        data.points(i, 0) = float(radius * std::cos(angle) + rng.normal(0, 0.02));
        data.points(i, 1) = float(radius * std::sin(angle) + rng.normal(0, 0.02));
    }
    return data;
}
// [data]

// [accuracy]
double accuracy(const td::Tensor<float>& logits, const std::vector<std::size_t>& arm) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < arm.size(); ++i)
        right += (logits(i, 1) > logits(i, 0)) == (arm[i] == 1);
    return double(right) / double(arm.size());
}
// [accuracy]

int main() {
    // [model]
    td::Random rng(1);
    td::Sequential<float> net;
    net.add("fc1", td::Linear<float>(2, 32, rng)).add("norm", td::LayerNorm<float>(32));
    net.add("act", td::Tanh<float>()).add("fc2", td::Linear<float>(32, 2, rng));
    td::Adam<float> adam(net.parameters(), {.lr = 0.03});
    // [model]

    // [train]
    const Spirals train = make_spirals(200, rng), test = make_spirals(100, rng);
    td::Tape<float> tape;
    for (int step = 0; step <= 100; ++step) {
        tape.rewind();  // forget the last step, keep its memory
        const auto logits = net(tape.input(train.points));
        const auto loss = cross_entropy(logits, train.arm);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
        if (step % 20 == 0)
            fmt::print("step {:3}: loss {:.2f}, {:3.0f} % right\n", step, loss.item(),
                       100 * accuracy(logits.value(), train.arm));
    }
    // [train]

    // [test]
    net.eval();
    tape.rewind();
    const auto pause = tape.pause();  // values only: no gradients will be asked for
    const double right = accuracy(net(tape.input(test.points)).value(), test.arm);
    fmt::print("on points that it has not seen: {} right\n",
               right > 0.9 ? "more than 90 %" : "too few");
    // [test]
}
