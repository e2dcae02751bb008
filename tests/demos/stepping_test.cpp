// Stepping forth and back at random across the tapes of the demos' models ends in the bits of backward.
#include <doctest/doctest.h>

#include <numeric>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "demos/compare_norms/models.hpp"
#include "demos/data/generated.hpp"

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;

namespace {

/// Every gradient on the tape, parameters' included.
std::vector<std::vector<float>> gradients(const Tape<float>& tape) {
    std::vector<std::vector<float>> all;
    for (const auto& entry : tape)
        all.push_back(entry.has_grad() ? test::list(entry.grad()) : std::vector<float>());
    return all;
}

}  // namespace

TEST_CASE("stepping through the models of compare_norms, at random, ends in the bits of backward") {
    for (const Task task : {Task::spirals, Task::adding}) {
        const Dataset data = task == Task::spirals ? make_spirals(1, {16, 4, 4}) : make_adding(1, {16, 4, 4});
        Setting setting = default_setting(task, task == Task::spirals ? Network::mlp : Network::rnn);
        std::vector<std::size_t> rows(16);
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        Batch batch;
        fill(batch, data, data.train, rows);
        for (const Norm norm : {Norm::none, Norm::batch, Norm::layer, Norm::batch_shared}) {
            if (norm == Norm::batch_shared && task == Task::spirals)
                continue;  // only an RNN has steps to share
            CAPTURE(static_cast<int>(task));
            CAPTURE(static_cast<int>(norm));
            Random rng(test::test_seed(2));
            const auto net = make_network(setting, data, norm, rng);
            Tape<float> tape;
            const Variable<float> out = (*net)(tape.input(batch.x));
            const Variable<float> loss =
                data.classes > 0 ? cross_entropy(out, batch.labels) : mse_loss(out, batch.targets);
            net->zero_grad();
            tape.backward(loss);
            const auto expected = gradients(tape);
            net->zero_grad();
            auto pass = tape.reverse(loss);
            std::size_t moves = 0;
            for (; !pass.done(); ++moves) rng.bernoulli(0.4) ? pass.back() : pass.step();
            CHECK(moves > pass.steps());
            CHECK(gradients(tape) == expected);
            while (pass.back()) {
            }
            pass.finish();
            CHECK(gradients(tape) == expected);
        }
    }
}
