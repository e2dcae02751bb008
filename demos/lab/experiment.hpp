// What a demo of the laboratory is made of: runs, figures of them, claims, and words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tapedeck/core/deck/deck.hpp>

#include "demos/data/dataset.hpp"
#include "demos/lab/claim.hpp"
#include "demos/lab/plot.hpp"
#include "demos/lab/run.hpp"

namespace tapedeck::demos::lab {

/// A flag of one demo's own: a number with a default and a range.
struct Option {
    std::string name;  ///< "eps" is --eps
    std::string help;
    double value = 0;
    double low = 0, high = 1e9;
};

/// What the command line said.
struct Settings {
    std::vector<std::uint64_t> seeds = {};
    bool full = false;
    std::size_t threads = 0;  ///< 0: as many as there are cores
    std::filesystem::path out = {};
    std::optional<std::filesystem::path> deck = {}, data = {};
    bool report = true;
    std::vector<Option> options = {};
};

struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

class Experiment {
  public:
    explicit Experiment(Settings settings) : settings_(std::move(settings)) {}

    const std::vector<std::uint64_t>& seeds() const { return settings_.seeds; }
    /// Whether the paper's set-up was asked for.
    bool full() const { return settings_.full; }
    /// The value of one of the demo's own flags.
    double option(const std::string& name) const;
    const Settings& settings() const { return settings_; }
    /// Fashion-MNIST, standardised, from --data or where Debian has it. @throws FileError
    Dataset images(const Counts& counts) const;

    /// Plans a run for each seed; `measure` calls the task, perhaps beside others, on a thread of its own.
    void plan(const Config& config, std::function<void(Run&)> task);
    /// Does what was planned, with a line of progress; an exception of a task goes on from here.
    void measure();
    /// One number a seed, in the seeds' order: of the runs that fit.
    /// @throws Error unless there is one such run for each seed.
    std::vector<double> values(const std::string& name, const Config& where) const;
    /// The same from each seed's two numbers.
    template <class F>
    std::vector<double> both(const std::vector<double>& a, const std::vector<double>& b, F f) const {
        std::vector<double> result;
        for (std::size_t i = 0; i < a.size(); ++i) result.push_back(f(a[i], b[i]));
        return result;
    }
    std::vector<double> difference(const std::string& name, const Config& a, const Config& b) const;
    std::vector<double> ratio(const std::string& name, const Config& a, const Config& b) const;

    void draw(Sheet sheet) { sheets_.push_back(std::move(sheet)); }
    /// Tables of words and numbers, for what is shown step by step. They are printed, too.
    void show(Table table);
    void claim(Claim claim);
    /// One sentence on what was measured and what that says; it must follow from the data.
    void conclude(const std::string& sentence);
    /// Where moments of tapes go under --deck; null without.
    Deck<float>* deck() { return deck_ ? &*deck_ : nullptr; }
    void open_deck(const std::string& title) { deck_.emplace(DeckOptions{.title = title}); }

    const std::vector<Run>& runs() const { return runs_; }
    const std::vector<Sheet>& sheets() const { return sheets_; }
    const std::vector<Table>& tables() const { return tables_; }
    const std::vector<Claim>& claims() const { return claims_; }
    const std::vector<std::string>& conclusions() const { return conclusions_; }

  private:
    Settings settings_;
    std::vector<Run> runs_;
    std::vector<std::function<void(Run&)>> tasks_;
    std::vector<Sheet> sheets_;
    std::vector<Table> tables_;
    std::vector<Claim> claims_;
    std::vector<std::string> conclusions_;
    std::optional<Deck<float>> deck_;
};

/// A demo: its name, its question, and how it is answered.
struct Demo {
    std::string name;
    std::string question;    ///< the report's title
    std::string about;       ///< one or two sentences: what is done to answer it
    std::string setup = {};  ///< what was trained on what, how: enough to do it again
    /// Why it comes out so, as far as that is known, and what the measurement does not explain.
    std::string why = {};
    /// What --full changes, and about how long it takes; "" when it changes nothing.
    std::string full = {};
    void (*body)(Experiment&) = nullptr;
    std::vector<Option> options = {};
};

/// The main function of a demo: flags, errors, results.json, report.html, the deck.
int run_demo(int argc, char** argv, const Demo& demo);

}  // namespace tapedeck::demos::lab
