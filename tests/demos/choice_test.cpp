// The learning rate is chosen by the median of the validation loss, whatever the test scores say.
#include "demos/compare_norms/choice.hpp"

#include <doctest/doctest.h>

using namespace tapedeck::demos::compare_norms;

namespace {

Plan plan_with(std::vector<double> rates) {
    Plan plan;
    plan.settings.resize(1);
    plan.settings[0].rates = std::move(rates);
    return plan;
}

Run run_with(double rate, double validation, double test, Status status = Status::done) {
    Run run;
    run.job.rate = rate;
    run.status = status;
    run.validation.loss = validation;
    run.test.loss = test;
    return run;
}

double chosen_rate(const std::vector<Run>& runs) {
    double rate = 0;
    for (const Run& run : runs) {
        if (run.chosen) rate = run.job.rate;
    }
    for (const Run& run : runs) CHECK(run.chosen == (run.job.rate == rate));
    return rate;
}

}  // namespace

TEST_CASE("choice: by the median over seeds of the validation loss, not by test, not by the best seed") {
    const Plan plan = plan_with({0.1, 0.2});
    std::vector<Run> runs{run_with(0.1, 0.10, 0.1), run_with(0.1, 0.60, 0.1), run_with(0.1, 0.70, 0.1),
                          run_with(0.2, 0.50, 0.9), run_with(0.2, 0.50, 0.9), run_with(0.2, 0.55, 0.9)};
    choose_rates(plan, runs);
    CHECK(chosen_rate(runs) == 0.2);
}

TEST_CASE("choice: a training that diverged counts as infinitely bad") {
    const Plan plan = plan_with({0.1, 0.2});
    std::vector<Run> runs{run_with(0.1, 0.9, 0.9), run_with(0.1, 0.9, 0.9), run_with(0.2, 0.1, 0.1),
                          run_with(0.2, kNone, kNone, Status::diverged)};
    choose_rates(plan, runs);
    CHECK(chosen_rate(runs) == 0.1);
}

TEST_CASE("choice: finished trainings go before interrupted ones") {
    const Plan plan = plan_with({0.1, 0.2});
    Run begun = run_with(0.2, kNone, kNone, Status::interrupted);
    begun.series.validation_loss = {2.0, 0.1};
    std::vector<Run> runs{run_with(0.1, 0.9, 0.9), begun};
    choose_rates(plan, runs);
    CHECK(chosen_rate(runs) == 0.1);
    runs = {run_with(0.1, kNone, kNone, Status::waiting), begun};
    choose_rates(plan, runs);
    CHECK(chosen_rate(runs) == 0.2);
}

TEST_CASE("choice: each norm has a rate of its own") {
    const Plan plan = plan_with({0.1, 0.2});
    std::vector<Run> runs{run_with(0.1, 0.3, 0), run_with(0.2, 0.4, 0), run_with(0.1, 0.4, 0),
                          run_with(0.2, 0.3, 0)};
    runs[2].job.norm = runs[3].job.norm = Norm::layer;
    choose_rates(plan, runs);
    CHECK((runs[0].chosen && !runs[1].chosen && !runs[2].chosen && runs[3].chosen));
}
