#include <fmt/format.h>

#include "model.hpp"

int main() {
    const td::Tensor<float> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};  // exclusive or
    td::Random rng(1);
    Mlp<float> net(rng);
    td::Adam<float> adam(net.parameters(), {.lr = 0.05});
    td::Tape<float> tape;
    for (int step = 0; step <= 200; ++step) {
        tape.rewind();
        adam.zero_grad();
        const auto loss = td::cross_entropy(net(tape.input(x)), {0, 1, 1, 0});
        tape.backward(loss);
        adam.step();
        if (step % 50 == 0) fmt::print("step {:3}: loss {:.4f}\n", step, loss.item());
    }
}
