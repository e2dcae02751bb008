#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

#include "demos/common/interrupt.hpp"
#include "demos/common/scheduler.hpp"
#include "demos/common/status_line.hpp"
#include "demos/data/fashion_mnist.hpp"

namespace tapedeck::demos::lab {
namespace {

std::string words(const Config& config) {
    std::string text;
    for (const auto& [key, value] : config)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key,
                            value.is_number() ? fmt::format("{:g}", value.number()) : value.text());
    return text.empty() ? "any" : text;
}

/// A table for the terminal: words to the left, numbers to the right.
void print(const Table& table) {
    const auto width = [](const std::string& text) {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    };
    std::vector<std::size_t> widths;
    for (const auto& column : table.columns) widths.push_back(width(column));
    for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text = "  ";
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string air(widths[i] - width(cells[i]), ' ');
            text += i == 0 ? cells[i] + air : "  " + air + cells[i];
        }
        fmt::print("{}\n", text);
    };
    fmt::print("\n{}\n", table.title);
    line(table.columns);
    for (const auto& row : table.rows) line(row);
}

}  // namespace

double Experiment::option(const std::string& name) const {
    for (const Option& option : settings_.options)
        if (option.name == name) return option.value;
    throw Error(fmt::format("This demo has no flag --{}.", name));
}

Dataset Experiment::images(const Counts& counts) const {
    return load_fashion_mnist(settings_.data.value_or(fashion_mnist_folder()), counts);
}

void Experiment::plan(const Config& config, std::function<void(Run&)> task) {
    for (const std::uint64_t seed : settings_.seeds) {
        Run run;
        run.config = config;
        run.seed = seed;
        runs_.push_back(std::move(run));
        tasks_.push_back(task);
    }
}

void Experiment::measure() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < runs_.size(); ++i)
        if (!runs_[i].finished) order.push_back(i);
    std::atomic<std::size_t> done{0};
    const auto start = std::chrono::steady_clock::now();
    const StatusLine status;
    const auto work = [&](std::size_t i) {
        if (interrupted()) return;
        tasks_[i](runs_[i]);
        runs_[i].finished = true;
        ++done;
    };
    const auto watch = [&] {
        const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const double left =
            done > 0 ? passed * static_cast<double>(order.size() - done) / static_cast<double>(done) : 0;
        status.show(fmt::format("{}/{} runs{}", done.load(), order.size(),
                                done > 0 ? fmt::format(", {:.0f} s left", left) : ""));
    };
    run_all(order, settings_.threads > 0 ? settings_.threads : available_cores(), work, watch);
    if (interrupted()) throw Interrupted();
}

std::vector<double> Experiment::values(const std::string& name, const Config& where) const {
    std::vector<double> result;
    for (const std::uint64_t seed : settings_.seeds) {
        const Run* found = nullptr;
        for (const Run& run : runs_) {
            if (run.seed != seed || !run.fits(where) || !run.values.contains(name)) continue;
            if (found != nullptr)
                throw Error(fmt::format("\"{}\" of seed {} was measured by more than one run: {}.", name,
                                        seed, words(where)));
            found = &run;
        }
        if (found == nullptr)
            throw Error(fmt::format("\"{}\" of seed {} was not measured: {}.", name, seed, words(where)));
        result.push_back(found->values.at(name));
    }
    return result;
}

std::vector<double> Experiment::difference(const std::string& name, const Config& a, const Config& b) const {
    return both(values(name, a), values(name, b), [](double x, double y) { return x - y; });
}

std::vector<double> Experiment::ratio(const std::string& name, const Config& a, const Config& b) const {
    return both(values(name, a), values(name, b), [](double x, double y) { return x / y; });
}

void Experiment::show(Table table) {
    print(table);
    tables_.push_back(std::move(table));
}

void Experiment::claim(Claim claim) {
    const Verdict verdict = claim.verdict();
    fmt::print("\nClaim \"{}\": {}.\n", claim.says, name_of(verdict));
    for (const Case& c : claim.cases)
        fmt::print("  {} {}: median {:.3g}, asked for: {}; in {}\n", mark(c.holding(), c.per_seed.size()),
                   c.what, median(c.per_seed), c.condition(), of_seeds(c.holding(), c.per_seed.size()));
    claims_.push_back(std::move(claim));
}

void Experiment::conclude(const std::string& sentence) {
    fmt::print("\n{}\n", sentence);
    conclusions_.push_back(sentence);
}

}  // namespace tapedeck::demos::lab
