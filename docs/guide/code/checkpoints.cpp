// Saving and loading: a module, a training that is resumed, and what errors look like.
#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>

#include <filesystem>
namespace td = tapedeck;

// [net]
td::Sequential<float> make_net(std::size_t hidden, td::Random& rng) {
    td::Sequential<float> net;
    net.add("fc1", td::Linear<float>(4, hidden, rng))
        .add("norm", td::BatchNorm<float>(hidden));
    net.add("drop", td::Dropout<float>(0.3, rng))
        .add("fc2", td::Linear<float>(hidden, 1, rng));
    return net;
}
// [net]

// [training]
/// All that a training consists of. `all` names it once, for saving and for loading.
struct Training {
    td::Random rng;  // draws the batches
    td::Sequential<float> net;
    td::Adam<float> adam;
    td::CosineLR<float> schedule;
    int step = 0;
    td::Checkpoint<float> all;

    explicit Training(std::uint64_t seed)
        : rng(seed),
          net(make_net(8, rng)),
          adam(net.parameters(), {.lr = 0.01}),
          schedule(adam, 40) {
        all.add("net", net).add("adam", adam).add("schedule", schedule);
        all.add("rng", rng).add("step", step);
    }
    Training(const Training&) = delete;  // `all` points at this one's members

    void run(int until) {
        td::Tape<float> tape;
        for (; step < until; ++step) {
            tape.rewind();
            auto batch = td::zeros<float>({8, 4});
            for (float& number : batch) number = static_cast<float>(rng.normal());
            adam.zero_grad();
            tape.backward(mean(square(net(tape.input(batch)))));
            adam.step();
            schedule.step();
        }
    }
};
// [training]

void say_what_is_wrong(td::Module<float>& net, const char* file) {
    // [refused]
    try {
        td::load(net, file);
    } catch (const td::CheckpointError& error) {
        fmt::print("{}\n", error.what());
    }
    // [refused]
}

int main() {
    // [module]
    td::Random rng(1), another(2);
    auto net = make_net(8, rng);
    td::save(net, "net.safetensors");

    auto copy = make_net(8, another);  // built alike, with other numbers in it
    td::load(copy, "net.safetensors");
    fmt::print("the same weights: {}\n",
               copy.parameters()[0]->value == net.parameters()[0]->value);
    // [module]

    // [resume]
    Training straight(1);
    straight.run(40);

    Training first(1);
    first.run(20);
    first.all.save("training.safetensors");  // and the program ends here

    Training second(99);  // another seed: nothing of it is left after loading
    second.all.load("training.safetensors");
    second.run(40);

    straight.all.save("straight.safetensors");
    second.all.save("resumed.safetensors");
    // [resume]
    const auto weights = [](Training& t) { return t.net.parameters()[0]->value; };
    fmt::print("resumed at step {}, ends in the same bits: {}\n", first.step,
               weights(second) == weights(straight) &&
                   second.rng.state() == straight.rng.state());

    auto wider = make_net(16, rng);
    say_what_is_wrong(wider, "net.safetensors");
    std::filesystem::copy_file("net.safetensors", "half.safetensors",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file("half.safetensors",
                                 std::filesystem::file_size("half.safetensors") / 2);
    say_what_is_wrong(copy, "half.safetensors");
    say_what_is_wrong(copy, "nothing.safetensors");
    say_what_is_wrong(copy, "training.safetensors");
}
