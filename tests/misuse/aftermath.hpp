// Aftermath: a World goes on being used, and what comes of it.
#pragma once

#include "snapshot.hpp"

namespace tapedeck::test {

/// Finishes the paused pass, records more and runs backward, takes optimizer steps, then trains on afresh;
/// all that can be seen after each. What a step refuses is part of it.
template <class T>
Snapshot aftermath(World<T>& world) {
    Snapshot seen(world);
    const auto then = [&](const char* what, auto step) {
        try {
            step();
        } catch (const Error& error) {
            seen.note(what, error.what());
        }
        seen.take(world);
    };
    then("finish", [&] { world.pass.finish(); });
    then("record on", [&] {
        const Variable<T> more = world.cell(world.data, world.h) * world.number;
        world.tape.backward(world.loss + mean(more) + sum(tanh(world.net(world.x + world.data))));
    });
    then("play", [&] { world.tape.play(); });
    then("step", [&] {
        world.sgd.step();
        world.adam.step();
    });
    for (int i = 0; i < 2; ++i) then("train", [&] { world.train(); });
    return seen;
}

}  // namespace tapedeck::test
