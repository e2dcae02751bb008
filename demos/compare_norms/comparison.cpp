// From a plan to its runs.
#include "demos/compare_norms/comparison.hpp"

#include "demos/common/interrupt.hpp"
#include "demos/common/scheduler.hpp"
#include "demos/compare_norms/choice.hpp"
#include "demos/compare_norms/progress.hpp"
#include "demos/compare_norms/training.hpp"
#include "demos/data/fashion_mnist.hpp"
#include "demos/data/generated.hpp"

namespace tapedeck::demos::compare_norms {

std::map<Task, Dataset> load_data(const Flags& flags, const Plan& plan) {
    std::map<Task, Dataset> data;
    for (const Setting& setting : plan.settings) {
        if (data.contains(setting.task)) continue;
        Dataset& task = data[setting.task];
        switch (setting.task) {
            case Task::fashion:
                task = load_fashion_mnist(fashion_folder(flags), setting.counts);
                break;
            case Task::spirals:
                task = make_spirals(flags.first_seed, setting.counts);
                break;
            case Task::adding:
                task = make_adding(flags.first_seed, setting.counts);
                break;
        }
    }
    return data;
}

std::vector<Run> compare(const Plan& plan, const std::map<Task, Dataset>& data, std::size_t threads,
                         FinishedRuns* finished) {
    std::vector<Run> runs(plan.jobs.size());
    Progress progress;
    progress.models = plan.jobs.size();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        runs[i].job = plan.jobs[i];
        if (finished != nullptr && finished->found().contains(i)) {
            runs[i] = finished->found().at(i);
            ++progress.models_done;
            continue;
        }
        const Setting& setting = plan.settings[plan.jobs[i].setting];
        progress.work +=
            static_cast<double>(setting.steps()) * work_of_a_step(setting, data.at(setting.task));
    }
    ProgressLine line(progress);
    const auto work = [&](std::size_t i) {
        if (interrupted() || runs[i].status != Status::waiting) return;
        const Setting& setting = plan.settings[plan.jobs[i].setting];
        runs[i] = train(setting, data.at(setting.task), plan.jobs[i], progress);
        if (finished != nullptr && runs[i].status != Status::interrupted) finished->keep(i, runs[i]);
    };
    run_all(plan.order, threads, work, [&] { line.update(); });
    choose_rates(plan, runs);
    return runs;
}

}  // namespace tapedeck::demos::compare_norms
