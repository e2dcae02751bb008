#include "demos/compare_norms/deck.hpp"

#include <fmt/format.h>

#include <tapedeck/core/deck/deck.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/optimizer.hpp>

#include <algorithm>
#include <array>

#include "demos/common/evaluation.hpp"
#include "demos/compare_norms/models.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

constexpr std::array<std::size_t, 4> kMoments{0, 1, 10, 100};

std::string title_of(Norm norm) {
    switch (norm) {
        case Norm::none:
            return "no norm";
        case Norm::batch:
            return "BatchNorm";
        case Norm::layer:
            return "LayerNorm";
        case Norm::batch_shared:
            return "BatchNorm, shared";
    }
    return "";
}

/// The first steps of a training, with the numbers that training.cpp meets.
void add_training(Deck<float>& deck, const Setting& setting, const Dataset& data, const Job& job) {
    Random random(job.seed), weights(random.fork()), order(random.fork());
    const auto network = make_network(setting, data, job.norm, weights);
    Adam<float> optimizer(network->parameters(), {.lr = job.rate});
    Tape<float> tape;
    Batch batch;
    std::vector<std::size_t> permutation;
    const std::size_t last = std::min(kMoments.back(), setting.steps() - 1);
    for (std::size_t step = 0; step <= last; ++step) {
        const std::size_t within = step % setting.steps_per_epoch();
        if (within == 0) order.permutation(permutation, setting.counts.train);
        fill(batch, data, data.train, std::span(permutation.data() + within * setting.batch, setting.batch));
        tape.rewind();
        const auto loss = loss_of(data, (*network)(tape.input(batch.x, "x")), batch);
        optimizer.zero_grad();
        const bool is_moment = std::find(kMoments.begin(), kMoments.end(), step) != kMoments.end();
        if (!std::isfinite(loss.item()) || is_moment || step == last)
            deck.add(title_of(job.norm), fmt::format("step {}", step), loss);
        if (!std::isfinite(loss.item())) return;
        tape.backward(loss);
        if (setting.max_gradient_norm > 0) clip_grad_norm(network->parameters(), setting.max_gradient_norm);
        optimizer.step();
    }
}

}  // namespace

void write_comparison(const Plan& plan, const std::map<Task, Dataset>& data, const std::string& file) {
    const Setting& setting = plan.settings.front();
    Deck<float> deck(
        {.title = fmt::format("{} on {}, by norm", name_of(setting.network), name_of(setting.task)),
         .effort = 0.3});
    std::vector<Norm> done;
    for (const Job& job : plan.jobs) {
        if (job.setting != 0 || std::find(done.begin(), done.end(), job.norm) != done.end()) continue;
        done.push_back(job.norm);
        add_training(deck, setting, data.at(setting.task), job);
    }
    deck.write(file);
}

}  // namespace tapedeck::demos::compare_norms
