// The same bits: twice in a row, and again from the tape.
#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

// [train]
td::Tensor<float> train(std::uint64_t seed) {
    td::Random rng(seed);
    td::Sequential<float> net;
    net.add("fc1", td::Linear<float>(4, 16, rng)).add("act", td::Tanh<float>());
    net.add("drop", td::Dropout<float>(0.3, rng))
        .add("fc2", td::Linear<float>(16, 1, rng));
    td::Adam<float> adam(net.parameters());
    td::Tape<float> tape;
    for (int step = 0; step < 20; ++step) {
        tape.rewind();
        auto batch = td::zeros<float>({8, 4});
        for (float& number : batch) number = static_cast<float>(rng.normal());
        adam.zero_grad();
        tape.backward(mean(square(net(tape.input(batch)))));
        adam.step();
    }
    return net.parameters()[0]->value;
}
// [train]

int main() {
    // [compare]
    fmt::print("same seed, same bits: {}\n", train(7) == train(7));
    fmt::print("another seed: {}\n", train(7) == train(8));
    // [compare]

    // [play]
    td::Random rng(1);
    td::Tape<float> tape;
    const auto x = tape.input(td::ones<float>({1000}));
    const auto y = dropout(x, 0.5, rng);
    const td::Tensor<float> first = y.value();
    tape.play(td::frozen);
    fmt::print("play(frozen) repeats the masks: {}\n", y.value() == first);
    tape.play();
    fmt::print("play() draws new ones: {}\n", y.value() != first);
    // [play]

    // [numbers]
    td::Random numbers(2026);
    const std::uint64_t word = numbers.next();  // not among the arguments: in which
    const double normal = numbers.normal();     // order would they be evaluated?
    fmt::print("{} {:.17g}\n", word, normal);
    // [numbers]
}
