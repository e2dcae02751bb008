// Laying the table out.
#include "demos/compare_norms/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "demos/compare_norms/choice.hpp"
#include "demos/report/spread.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

using Measure = std::function<double(const Run&)>;

struct Column {
    std::string title;
    Measure measure;
    int digits;
};

/// The runs of one norm in one setting.
struct Row {
    Norm norm;
    std::vector<const Run*> all, chosen;
};

std::string without_end(const std::string& text) {
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

std::string number(double x, int digits) {
    return std::isfinite(x) ? fmt::format("{:.{}f}", x, digits) : "-";
}

Spread spread_over_seeds(const Row& row, const Measure& measure) {
    std::vector<double> values;
    for (const Run* run : row.chosen) values.push_back(measure(*run));
    return spread_of(values);
}

std::string cell(const Row& row, const Column& column) {
    const Spread s = spread_over_seeds(row, column.measure);
    if (s.count == 0) return "-";
    return fmt::format("{} ({}..{})", number(s.median, column.digits), number(s.low, column.digits),
                       number(s.high, column.digits));
}

std::string rate_text(double rate) { return fmt::format("{:g}", rate); }

/// The columns one beside the other, each as wide as its widest cell.
std::string block(const std::vector<Row>& rows, const std::vector<Column>& columns) {
    std::vector<std::string> lines{fmt::format("  {:<13}{:<8}", "norm", "rate")};
    for (const Row& row : rows) {
        lines.push_back(fmt::format("  {:<13}{:<8}", name_of(row.norm),
                                    row.chosen.empty() ? "-" : rate_text(row.chosen[0]->job.rate)));
    }
    for (const Column& column : columns) {
        std::vector<std::string> cells{column.title};
        for (const Row& row : rows) cells.push_back(cell(row, column));
        std::size_t width = 0;
        for (const auto& text : cells) width = std::max(width, text.size());
        for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += fmt::format("{:<{}}", cells[i], width + 2);
    }
    std::string text;
    for (const auto& line : lines) text += without_end(line);
    return text + "\n";
}

double median_validation_loss(const Row& row, double rate) {
    std::vector<double> losses;
    for (const Run* run : row.all) {
        if (run->job.rate != rate) continue;
        if (run->status == Status::done) losses.push_back(run->validation.loss);
        if (run->status == Status::diverged) losses.push_back(std::numeric_limits<double>::infinity());
    }
    return median(losses);
}

std::string rates_block(const std::vector<Row>& rows, const std::vector<double>& rates, int digits) {
    std::string text = "  Validation loss at each rate (median; * chosen):\n";
    for (const Row& row : rows) {
        std::string line = fmt::format("  {:<13}", name_of(row.norm));
        for (const double rate : rates) {
            const bool chosen = !row.chosen.empty() && row.chosen[0]->job.rate == rate;
            line += fmt::format(
                "{:<20}", fmt::format("{}: {}{}", rate_text(rate),
                                      number(median_validation_loss(row, rate), digits), chosen ? "*" : ""));
        }
        text += without_end(line);
    }
    for (const Row& row : rows) {
        if (row.chosen.empty() || rates.size() < 2) continue;
        const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
        const double rate = row.chosen[0]->job.rate;
        if (rate != *low && rate != *high) continue;
        text += fmt::format("  {}'s best rate is the {} tried: a {} one may do better still.\n",
                            name_of(row.norm), rate == *low ? "lowest" : "highest",
                            rate == *low ? "lower" : "higher");
    }
    return text + "\n";
}

/// "layer below none, batch below none", or "none": only pairs whose ranges over the seeds do not overlap.
std::string separated_pairs(const std::vector<Row>& rows, const Measure& measure) {
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = i + 1; j < rows.size(); ++j) {
            const Spread a = spread_over_seeds(rows[i], measure), b = spread_over_seeds(rows[j], measure);
            if (!separated(a, b)) continue;
            const bool first_lower = a.median < b.median;
            pairs.push_back(fmt::format("{} below {}", name_of(rows[first_lower ? i : j].norm),
                                        name_of(rows[first_lower ? j : i].norm)));
        }
    }
    return pairs.empty() ? "no pair" : fmt::format("{}", fmt::join(pairs, ", "));
}

std::string title(const Setting& setting) {
    std::string text = fmt::format(
        "{}, {} with {} hidden units: {} training, {} validation, {} test samples; {} epochs, "
        "batch {}, Adam, rate falling to 0",
        name_of(setting.task), name_of(setting.network), fmt::join(setting.hidden, "-"), setting.counts.train,
        setting.counts.validation, setting.counts.test, setting.epochs, setting.batch);
    if (setting.max_gradient_norm > 0)
        text += fmt::format(", gradients clipped to {:g}", setting.max_gradient_norm);
    return text + "\n";
}

std::vector<Row> rows_of(std::size_t setting, const std::vector<Run>& runs) {
    std::vector<Row> rows;
    for (const Run& run : runs) {
        if (run.job.setting != setting) continue;
        if (rows.empty() || rows.back().norm != run.job.norm) rows.push_back({run.job.norm, {}, {}});
        rows.back().all.push_back(&run);
        if (run.chosen && run.status == Status::done) rows.back().chosen.push_back(&run);
    }
    return rows;
}

}  // namespace

std::string table_text(const Plan& plan, const std::vector<Run>& runs) {
    std::string text;
    for (std::size_t s = 0; s < plan.settings.size(); ++s) {
        const Setting& setting = plan.settings[s];
        const std::vector<Row> rows = rows_of(s, runs);
        std::size_t seeds = 0;
        for (const Row& row : rows) seeds = std::max(seeds, row.chosen.size());
        text += title(setting);
        text += fmt::format(
            "  Median (lowest..highest) over {} seed{}, at the rate with the best validation loss.\n\n",
            seeds, seeds == 1 ? "" : "s");

        const Measure test_loss = [](const Run& run) { return run.test.loss; };
        const Measure test_accuracy = [](const Run& run) { return 100 * run.test.accuracy; };
        const bool classification = setting.task != Task::adding;
        const int digits = classification ? 3 : 4;
        text += block(rows, {{"train loss", [](const Run& run) { return run.train.loss; }, digits},
                             {"validation loss", [](const Run& run) { return run.validation.loss; }, digits},
                             {"test loss", test_loss, digits},
                             {"seconds", [](const Run& run) { return run.seconds; }, 2}});
        if (classification) {
            text += block(
                rows,
                {{"train accuracy %", [](const Run& run) { return 100 * run.train.accuracy; }, 1},
                 {"validation accuracy %", [](const Run& run) { return 100 * run.validation.accuracy; }, 1},
                 {"test accuracy %", test_accuracy, 1}});
        } else {
            text += "  Always answering 1 gives a loss of 1/6 = 0.1667.\n\n";
        }
        text += rates_block(rows, setting.rates, digits);
        text += "  Differences that exceed the spread over seeds (their ranges do not overlap):\n";
        text += fmt::format("    test loss      {}\n", separated_pairs(rows, test_loss));
        if (classification)
            text += fmt::format("    test accuracy  {}\n", separated_pairs(rows, test_accuracy));
        if (seeds >= 2) {
            text +=
                fmt::format("    (Chance alone separates two equal norms so in one of {:.0f} comparisons.)\n",
                            1 / chance_of_separation(seeds, seeds));
        } else {
            text += "    (It takes two seeds or more to see a spread.)\n";
        }
        text += "\n";
    }
    return text;
}

}  // namespace tapedeck::demos::compare_norms
