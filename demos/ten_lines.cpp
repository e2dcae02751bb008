// ten_lines: trains a model, pauses the reverse pass, steps it and steps back
#include <fmt/format.h>

#include <string_view>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

int main(int argc, char** argv) {
    const bool wants_deck = argc == 3 && std::string_view(argv[1]) == "--deck";
    if (argc > 1 && !wants_deck)
        return fmt::print("ten_lines [--deck FILE]: FILE is a page to step through\n"), 2;

    // The model and what it is to learn: to add two bits.
    const td::Tensor<float> bits{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, sum{{0, 0}, {0, 1}, {0, 1}, {1, 0}};
    td::Random rng(1);
    td::Sequential<float> net;
    net.add("hidden", td::Linear<float>(2, 8, rng));
    net.add("norm", td::LayerNorm<float>(8)).add("act", td::Tanh<float>());
    net.add("out", td::Linear<float>(8, 2, rng));
    td::Adam<float> adam(net.parameters(), {.lr = 0.02});
    td::Tape tape;

    // What to print of a pass that is paused: where it stands, and whether the norm's input has its gradient
    // yet.
    const auto look = [&](const td::Playback<float>& reverse) {
        const auto &here = reverse.here(), &pre_activation = tape[3];
        fmt::print("step {}, paused before {}\n  its rule: {}\n", reverse.steps(), here.text(), here.rule());
        fmt::print(
            "  gradient of {}: {}\n", pre_activation.text(),
            pre_activation.has_grad() ? fmt::format("{:.4f}, ...", pre_activation.grad()(0, 0)) : "none yet");
    };

    for (int step = 0; step < 30; ++step) {
        tape.rewind();
        net.zero_grad();
        const auto loss = mse_loss(net(tape.input(bits)), sum);
        if (step % 10 == 0) fmt::print("training step {}: loss {:.4f}\n", step, loss.item());
        auto reverse = tape.reverse(loss);
        if (step == 20) {
            reverse.until("norm"), look(reverse);
            reverse.step(), look(reverse);
            reverse.back(), look(reverse);
        }
        reverse.finish();
        if (wants_deck && step == 29) td::write_deck(tape, loss, argv[2], {.title = "ten lines"});
        adam.step();
    }
}
