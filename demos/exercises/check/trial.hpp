// Trial: a function's call on one case, with a margin around each array that shows what goes outside.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demos/exercises/check/case.hpp"

namespace exercises::check {

/// What the arrays hold before the call.
struct Setting {
    double margin;   ///< around every array
    bool prefilled;  ///< arrays to be assigned or added to hold numbers already, in place of zeros
};

/// Arguments by name. @throws std::logic_error for a name that the case doesn't have.
class Trial {
  public:
    Trial(const Case& c, Setting setting);

    Size size(std::string_view name) const;
    double number(std::string_view name) const;
    std::span<const Size> indices(std::string_view name) const;
    std::span<const double> given(std::string_view name) const;
    std::span<double> out(std::string_view name);
    /// For a number that a function returns.
    void returned(double value) { out("returned")[0] = value; }

    const Case& its_case() const { return *case_; }
    /// What the outputs hold now.
    std::vector<Array> results() const;
    /// "dx has 4 elements, and dx[4] was written"; "" when nothing was written outside.
    std::string written_outside() const;

  private:
    static constexpr Size kMargin = 256;
    struct WithMargin {
        Array array;
        Values memory;
    };
    WithMargin with_margin(const Array& array) const;

    const Case* case_;
    Setting setting_;
    std::vector<WithMargin> given_, outputs_;
};

/// What element i of an output holds before a call that finds it filled.
inline double prefilled_with(Size i) { return 3 + 0.25 * static_cast<double>(i); }

}  // namespace exercises::check
