// One run of an experiment: its configuration, its seed, and what was measured.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tapedeck::demos::lab {

/// What a key of a configuration says: a word or a number.
class Value {
  public:
    Value(const char* text) : text_(text) {}             // NOLINT: {"norm", "batch"}
    Value(std::string text) : text_(std::move(text)) {}  // NOLINT
    template <class N>
    requires std::is_arithmetic_v<N> Value(N number)  // NOLINT: {"batch", 32}
        : number_(static_cast<double>(number)), is_number_(true) {}

    bool is_number() const { return is_number_; }
    double number() const { return number_; }
    const std::string& text() const { return text_; }
    bool operator==(const Value& other) const = default;

  private:
    std::string text_;
    double number_ = 0;
    bool is_number_ = false;
};

/// {{"norm", "batch"}, {"batch", 32}}: what sets a run apart, in the order in which it is to be read.
using Config = std::vector<std::pair<std::string, Value>>;

/// A row of points.
struct Points {
    std::vector<double> x, y;
};

struct Run {
    Config config;
    std::uint64_t seed = 0;
    std::map<std::string, double> values;
    std::map<std::string, Points> series;
    /// Times, in seconds: they differ from run to run, and are kept apart from what does not.
    std::map<std::string, double> seconds;
    bool finished = false;

    /// The word, or the number, under a key of the configuration. @throws Error when there is none.
    const std::string& text(const std::string& key) const;
    double number(const std::string& key) const;
    std::size_t count(const std::string& key) const { return static_cast<std::size_t>(number(key)); }
    /// Whether the configuration says this, and perhaps more.
    bool fits(const Config& where) const;

    void add(const std::string& series_name, double x, double y);

  private:
    const Value& under(const std::string& key, bool as_number) const;
};

}  // namespace tapedeck::demos::lab
