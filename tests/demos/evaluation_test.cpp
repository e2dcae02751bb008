// Evaluating leaves a network as it was, and scores what it says it scores.
#include "demos/common/evaluation.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "demos/compare_norms/models.hpp"
#include "demos/data/generated.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;

namespace {

struct Fixture {
    Setting setting = default_setting(Task::spirals, Network::mlp);
    Dataset data = make_spirals(1, {64, 10, 10});
    tapedeck::Random rng{3};
    std::unique_ptr<tapedeck::Module<float>> net = make_network(setting, data, Norm::batch, rng);
    Evaluation evaluation{*net, data};

    std::vector<float> buffers() {
        std::vector<float> values;
        for (const auto& [name, buffer] : net->named_buffers()) {
            values.insert(values.end(), buffer->begin(), buffer->end());
        }
        return values;
    }
};

}  // namespace

TEST_CASE("evaluation: running statistics and mode stay as they were, in either mode") {
    for (const bool training : {true, false}) {
        Fixture f;
        f.net->train(training);
        const auto before = f.buffers();
        const Score in_training = f.evaluation.train_mode_score(f.data.train, 64, 16);
        const Score score = f.evaluation.score(f.data.train, 64, 16);
        CHECK(f.buffers() == before);
        CHECK(f.net->is_training() == training);
        CHECK(std::abs(in_training.loss - score.loss) >
              1e-3);  // the batch's statistics against the initial ones
    }
}

TEST_CASE("evaluation: the batches' size does not matter, a shorter last one included") {
    Fixture f;
    const Score whole = f.evaluation.score(f.data.train, 64, 64),
                parts = f.evaluation.score(f.data.train, 64, 10);
    CHECK(whole.loss == doctest::Approx(parts.loss).epsilon(1e-5));
    CHECK(whole.accuracy == parts.accuracy);
}

TEST_CASE("evaluation: accuracy is the share of right answers, loss the cross entropy of the logits") {
    Fixture f;
    f.net->eval();
    std::size_t right = 0;
    double loss = 0;
    tapedeck::Tape<float> tape;
    for (std::size_t i = 0; i < f.data.test.count; ++i) {
        tape.rewind();
        const tapedeck::Tensor<float> x{{f.data.test.x[2 * i], f.data.test.x[2 * i + 1]}};
        const auto logits = (*f.net)(tape.input(x)).value();
        const std::size_t label = f.data.test.labels[i];
        right += logits(0, label) > logits(0, 1 - label);
        loss += std::log1p(std::exp(static_cast<double>(logits(0, 1 - label) - logits(0, label))));
    }
    const Score score = f.evaluation.score(f.data.test, 10, 4);
    CHECK(score.accuracy == static_cast<double>(right) / 10);
    CHECK(score.loss == doctest::Approx(loss / 10).epsilon(1e-5));
}
