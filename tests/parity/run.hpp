// One case run in one precision: its inputs on a tape, and what comes out compared with PyTorch's answer.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

#include "fixture.hpp"

namespace tapedeck::parity {

/// What is tolerated of an array, as a difference from PyTorch's: a share of the largest finite magnitude in
/// it (1e-10 in double, 1e-5 in float), or eight times PyTorch's own float32 error where that is more; in
/// double 2^-29 of it.
template <class T>
double tolerance(const Array& expected);

/// One precision of one case. It collects what differs, and what of the fixture nobody asked for.
template <class T>
class Run {
  public:
    explicit Run(const Case& its_case) : case_(its_case) {}

    Tape<T> tape;
    const nlohmann::json& options() const { return case_.options; }

    /// The input as the operation sees it: a leaf of the tape, through its views.
    Variable<T> operator()(std::string_view name);
    bool has(std::string_view name) const;
    std::optional<Variable<T>> if_there(std::string_view name) {
        return has(name) ? std::optional((*this)(name)) : std::nullopt;
    }
    /// The input's numbers, without a tape.
    Tensor<T> tensor(std::string_view name);
    Tensor<bool> mask(std::string_view name);
    Tensor<std::size_t> indices(std::string_view name);
    /// All inputs in order, but for the cotangent.
    std::vector<Variable<T>> all();

    double number(const char* option) const { return case_.options.at(option).template get<double>(); }
    bool flag(const char* option) const { return case_.options.at(option).template get<bool>(); }
    Shape shape(const char* option) const;
    Axes axes(const char* option) const;

    bool expects(std::string_view output) const;
    /// Compares one output.
    void check(std::string_view name, const Tensor<T>& got);
    /// An output that is not compared but looked at: what PyTorch gave where we differ.
    const Array& recorded(std::string_view name);
    /// Adds to the faults.
    void fault(std::string_view text);
    /// Compares y, runs the reverse pass from the case's cotangent and compares the gradient of every input.
    void reverse(Variable<T> y);

    /// What was found: empty when all agrees.
    const std::string& faults() const { return faults_; }
    /// Adds to the faults what of the fixture was left unused.
    void finish();
    /// The largest difference as a share of what is tolerated.
    double worst() const { return worst_; }

  private:
    const Array& input(std::string_view name);
    Variable<T> leaf(const Array& input);

    const Case& case_;
    std::map<std::string, Variable<T>, std::less<>> leaves_;
    std::set<std::string, std::less<>> used_, checked_;
    std::string faults_;
    double worst_ = 0;
};

extern template class Run<float>;
extern template class Run<double>;

}  // namespace tapedeck::parity
