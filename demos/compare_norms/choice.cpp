// Choosing the learning rate on validation; the test scores are not looked at.
#include "demos/compare_norms/choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace tapedeck::demos::compare_norms {
namespace {

using Model = std::pair<std::size_t, Norm>;

double validation_loss_of(const Run& run) {
    if (run.status == Status::diverged) return std::numeric_limits<double>::infinity();
    double loss = run.validation.loss;
    if (run.status == Status::interrupted && !run.series.validation_loss.empty())
        loss = run.series.validation_loss.back();
    return std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity();
}

/// The best rate among the runs of a model that are in one of the given states; the first one wins a tie.
std::optional<double> best_rate(const std::vector<double>& rates, const std::vector<const Run*>& runs,
                                bool interrupted_too) {
    std::optional<double> best;
    double best_loss = std::numeric_limits<double>::infinity();
    for (const double rate : rates) {
        std::vector<double> losses;
        for (const Run* run : runs) {
            const bool counts = run->status == Status::done || run->status == Status::diverged ||
                                (interrupted_too && run->status == Status::interrupted);
            if (counts && run->job.rate == rate) losses.push_back(validation_loss_of(*run));
        }
        if (losses.empty()) continue;
        if (const double loss = median(losses); !best || loss < best_loss) {
            best = rate;
            best_loss = loss;
        }
    }
    return best;
}

}  // namespace

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    if (n == 0) return kNone;
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void choose_rates(const Plan& plan, std::vector<Run>& runs) {
    std::map<Model, std::vector<const Run*>> models;
    for (const Run& run : runs) models[{run.job.setting, run.job.norm}].push_back(&run);
    std::map<Model, std::optional<double>> choice;
    for (const auto& [model, of_model] : models) {
        const auto& rates = plan.settings[model.first].rates;
        choice[model] = best_rate(rates, of_model, false);
        if (!choice[model]) choice[model] = best_rate(rates, of_model, true);
    }
    for (Run& run : runs) run.chosen = choice[{run.job.setting, run.job.norm}] == run.job.rate;
}

}  // namespace tapedeck::demos::compare_norms
