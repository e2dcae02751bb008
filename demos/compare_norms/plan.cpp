// Defaults by task, and the list of trainings.
#include "demos/compare_norms/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "demos/common/error.hpp"
#include "demos/data/fashion_mnist.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

void overrule(Setting& setting, const Flags& flags) {
    const bool mlp = setting.network == Network::mlp;
    setting.epochs = flags.epochs.value_or(setting.epochs);
    setting.batch = flags.batch.value_or(setting.batch);
    setting.points = flags.points;
    setting.counts.train = flags.train.value_or(setting.counts.train);
    setting.counts.validation = flags.validation.value_or(setting.counts.validation);
    setting.counts.test = flags.test.value_or(setting.counts.test);
    setting.hidden = (mlp ? flags.hidden : flags.rnn_hidden).value_or(setting.hidden);
    setting.rates = flags.rates.value_or(setting.rates);
}

void check(const Setting& setting, const std::vector<Norm>& norms) {
    if (setting.batch > setting.counts.train) {
        throw FlagError(
            fmt::format("--batch {} is more than the {} training samples of {}; lower it or raise --train.",
                        setting.batch, setting.counts.train, name_of(setting.task)));
    }
    for (const Norm norm : norms) {
        if (setting.batch == 1 && (norm == Norm::batch || norm == Norm::batch_shared)) {
            throw FlagError(
                fmt::format("--batch 1 leaves {} nothing to normalize over; take 2 or more, or leave that "
                            "norm out of --norms.",
                            name_of(norm)));
        }
    }
}

}  // namespace

Setting default_setting(Task task, Network network) {
    Setting setting;
    setting.task = task;
    setting.network = network;
    setting.hidden = {64};
    switch (task) {
        case Task::fashion:
            setting.counts = {9000, 1000, 10000};
            setting.epochs = network == Network::mlp ? 6 : 8;
            if (network == Network::mlp) setting.hidden = {128, 128};
            setting.rates = {0.0003, 0.001, 0.003};
            if (network == Network::rnn) setting.rates = {0.001, 0.003, 0.01};
            break;
        case Task::spirals:
            setting.counts = {1000, 500, 1000};
            setting.epochs = 100;
            setting.hidden = {32, 32};
            setting.rates = {0.003, 0.01, 0.03};
            break;
        case Task::adding:
            setting.counts = {9000, 1000, 1000};
            setting.epochs = 16;
            setting.hidden = {32};
            setting.rates = {0.0003, 0.001, 0.003};
            break;
    }
    if (network == Network::rnn) setting.max_gradient_norm = 1;
    return setting;
}

Plan make_plan(const Flags& flags) {
    Plan plan;
    for (const Task task : flags.tasks) {
        for (const Network network : flags.networks) {
            if (!fits(task, network)) continue;
            Setting setting = default_setting(task, network);
            overrule(setting, flags);
            check(setting, flags.norms);
            for (const Norm norm : flags.norms) {
                if (!fits(norm, network)) continue;
                for (std::size_t s = 0; s < flags.seeds; ++s) {
                    for (const double rate : setting.rates) {
                        plan.jobs.push_back({plan.settings.size(), norm, flags.first_seed + s, rate});
                    }
                }
            }
            plan.settings.push_back(setting);
        }
    }
    if (plan.jobs.empty()) {
        throw FlagError(
            "The tasks, networks and norms chosen have nothing in common: spirals are for the mlp, adding "
            "and batch-shared for the rnn, fashion for both; change --tasks, --networks or --norms.");
    }
    plan.order.resize(plan.jobs.size());
    std::iota(plan.order.begin(), plan.order.end(), 0u);
    std::stable_sort(plan.order.begin(), plan.order.end(),
                     [&](std::size_t a, std::size_t b) { return plan.jobs[a].seed < plan.jobs[b].seed; });
    return plan;
}

std::filesystem::path fashion_folder(const Flags& flags) {
    return flags.data.value_or(fashion_mnist_folder());
}

std::string choose_tasks(Flags& flags) {
    if (!flags.tasks.empty()) return "";
    if (flags.data || has_fashion_mnist(fashion_mnist_folder())) {
        flags.tasks = {Task::fashion};
        return "";
    }
    flags.tasks = {Task::spirals, Task::adding};
    return fmt::format(
        "Fashion-MNIST is not in {} (Debian's package dataset-fashion-mnist), so the generated tasks, "
        "spirals and adding, are trained instead.",
        fashion_mnist_folder().string());
}

}  // namespace tapedeck::demos::compare_norms
