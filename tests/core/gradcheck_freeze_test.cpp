// tape.freeze(): a recording without side effects.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

namespace td = tapedeck;
using td::test::list;

TEST_CASE("a frozen recording leaves running statistics and generators alone, and can be played") {
    td::Tape<float> tape;
    td::Random rng(5);
    const auto state = rng.state();
    td::RunningStatistics<float> running(2);
    const auto x = tape.variable(td::Tensor<float>{{1, 2}, {3, 5}, {0, 1}});
    td::Variable<float> y;
    {
        const auto guard = tape.freeze();
        y = td::dropout(td::batch_norm(x, &running), 0.5, rng);
    }
    CHECK(running.batches() == 0);
    CHECK(list(running.mean) == std::vector<float>{0, 0});
    CHECK(rng.state() == state);
    const auto first = list(y.value());
    tape.play(td::frozen);
    CHECK(list(y.value()) == first);
    // What comes after the guard is as always.
    td::batch_norm(x, &running);
    CHECK(running.batches() == 1);
    td::dropout(x, 0.5, rng);
    CHECK(rng.state() != state);
}

TEST_CASE("a frozen recording over an old one draws a mask of its own") {
    td::Tape<float> tape;
    td::Random rng(5);
    const auto large = td::ones<float>({100}), small = td::ones<float>({60});
    td::dropout(tape.variable(large), 0.5, rng);
    tape.rewind();
    const auto guard = tape.freeze();
    const auto y = td::dropout(tape.variable(small), 0.5, rng);
    CHECK(y.value().size() == 60);
    td::Random same = rng;
    td::Tape<float> other;
    CHECK(list(td::dropout(other.variable(small), 0.5, same).value()) == list(y.value()));
}
