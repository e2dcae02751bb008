#include "demos/exercises/check/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "demos/exercises/check/words.hpp"

namespace exercises::check {
namespace {

using Attempts = std::vector<Attempt>;

/// Of one output in every case: whether `holds(got, expected, attempt)`.
bool in_all(const Attempts& attempts, Size output,
            const std::function<bool(const Values&, const Values&, const Attempt&)>& holds) {
    return std::all_of(attempts.begin(), attempts.end(), [&](const Attempt& a) {
        return holds(a.got[output].values, a.expected[output].values, a);
    });
}

bool is_right(const Attempt& a) {
    for (Size o = 0; o < a.got.size(); ++o)
        if (!alike(a.got[o].values, a.expected[o].values, a.of->tolerance)) return false;
    return true;
}

/// Whether the mistake gives these numbers in every case: in one output, or in all of them.
bool explains(const Mistake& mistake, const Attempts& attempts, Size output, bool all_outputs) {
    // A call that went outside has overwritten who knows what, and doesn't tell.
    const auto tells = [](const Attempt& a) { return a.outside.empty() && !is_right(a); };
    if (std::none_of(attempts.begin(), attempts.end(), tells)) return false;
    return std::all_of(attempts.begin(), attempts.end(), [&](const Attempt& a) {
        if (!a.outside.empty()) return true;
        const auto gives = results_of(mistake.gives, *a.of);
        for (Size o = 0; o < gives.size(); ++o) {
            if ((all_outputs || o == output) && !alike(a.got[o].values, gives[o].values, a.of->tolerance))
                return false;
        }
        return true;
    });
}

std::string usual_mistake(const Part& part, const Attempts& attempts, Size output) {
    for (const bool all_outputs : {true, false})
        for (const Mistake& mistake : part.mistakes)
            if (explains(mistake, attempts, output, all_outputs)) return mistake.words;
    return "";
}

/// Right everywhere but where digits are lost.
std::string lost_digits(const Part& part, const Attempts& attempts) {
    const bool there_alone = std::all_of(attempts.begin(), attempts.end(), [&](const Attempt& a) {
        return is_right(a) != (a.of->name == part.lost_digits.with);
    });
    return there_alone ? part.lost_digits.words : "";
}

std::string untouched(const Attempts& attempts, const Difference& d) {
    const auto start = [&](const Attempt& a) { return a.of->outputs[d.output].start.values; };
    if (!in_all(attempts, d.output, [&](auto& got, auto&, auto& a) { return alike(got, start(a), 0); }))
        return "";
    const std::string name = name_text(attempts[0].got[d.output]);
    switch (attempts[0].of->outputs[d.output].use) {
        case Use::added_to:
            return fmt::format("Nothing is added to {0}: it is zero, as before the call.", name);
        case Use::changed:
            return fmt::format("{0} is as it was before the call: write the new numbers into {0}.", name);
        case Use::assigned:
            break;
    }
    return fmt::format("{} is zero: nothing is written to it.", name);
}

std::string wrong_sign(const Attempts& attempts, const Difference& d) {
    const auto negative = [](auto& got, auto& expected, auto& a) {
        return alike(scaled(got, -1), expected, a.of->tolerance);
    };
    if (!in_all(attempts, d.output, negative)) return "";
    return fmt::format("{} has the wrong sign, everywhere.", name_text(attempts[0].got[d.output]));
}

std::string wrong_factor(const Attempts& attempts, const Difference& d) {
    const double got = attempts[d.attempt].got[d.output].values[d.element];
    const double expected = attempts[d.attempt].expected[d.output].values[d.element];
    const double factor = got / expected;
    if (!std::isfinite(factor) || factor == 0) return "";
    const auto fits = [&](auto& g, auto& e, auto& a) { return alike(g, scaled(e, factor), a.of->tolerance); };
    if (!in_all(attempts, d.output, fits)) return "";
    return fmt::format("{} is {:.6g} times what it should be, everywhere: a factor is missing, or too much.",
                       name_text(attempts[0].got[d.output]), factor);
}

std::string not_finite(const Attempts& attempts, const Difference& d) {
    const double got = attempts[d.attempt].got[d.output].values[d.element];
    if (std::isnan(got))
        return "A nan comes from 0/0, inf - inf, inf/inf, or the root of a negative number: look for one.";
    if (std::isinf(got))
        return "An infinite number comes from x/0, the log of 0, or exp of a large number: look for one.";
    return "";
}

/// Some elements are as before the call, and the others are right: in the whole, a loop's first or last
/// round.
std::string untouched_elements(const Attempts& attempts, const Difference& d) {
    std::vector<Size> untouched;
    for (Size n = 0; n < attempts.size(); ++n) {
        const Attempt& a = attempts[n];
        const Values &got = a.got[d.output].values, &expected = a.expected[d.output].values;
        const Values &start = a.of->outputs[d.output].start.values, &found = a.got_prefilled[d.output].values;
        if (a.of->outputs[d.output].use == Use::changed) return "";
        const double size = largest(expected);
        for (Size i = 0; i < got.size(); ++i) {
            if (alike(got[i], expected[i], a.of->tolerance, size == 0 ? 1 : size)) continue;
            if (got[i] != start[i] || found[i] != prefilled_with(i)) return "";
            if (n == d.attempt) untouched.push_back(i);
        }
    }
    const Array& array = attempts[d.attempt].got[d.output];
    if (untouched.size() == array.values.size()) return "";
    const std::string first = element_text(array, untouched[0]);
    const std::string which = untouched.size() == 1
                                  ? first + " is"
                                  : fmt::format("{} and {} more are", first, untouched.size() - 1);
    return which + " untouched: does a loop start late or end early?";
}

/// To about 7 digits it is right, but where digits are lost anyway.
std::string single_precision(const Part& part, const Attempts& attempts) {
    constexpr double kSinglePrecision = 1e-6;
    for (const Attempt& a : attempts) {
        if (a.of->name == part.lost_digits.with) continue;
        for (Size o = 0; o < a.got.size(); ++o)
            if (!alike(a.got[o].values, a.expected[o].values, kSinglePrecision)) return "";
    }
    return "It agrees to 7 digits only: is a float among your variables?";
}

}  // namespace

std::string right_elsewhere(const Attempts& attempts) {
    std::string right, wrong;
    Size count = 0;
    for (const Attempt& a : attempts) {
        std::string& names = is_right(a) ? right : wrong;
        names += (names.empty() ? "" : " and ") + a.of->name;
        count += is_right(a);
    }
    if (count == 0) return "";
    if (2 * count < attempts.size())
        return fmt::format("Right only with {}: what is different there?", right);
    return fmt::format("It is right on {} of {} inputs, and wrong with {}: what is different there?", count,
                       attempts.size(), wrong);
}

std::string diagnose_outside(const Attempts& attempts) {
    for (const Attempt& a : attempts) {
        if (!a.outside.empty()) return fmt::format("{}: an index goes outside of its array.", a.outside);
        if (a.read_outside())
            return fmt::format(
                "A number from outside of the arrays is read ({}): an index goes too far, or a variable is "
                "used "
                "before it is set (s = 0 before its sum).",
                a.of->sizes_text());
    }
    return "";
}

std::string diagnose(const Part& part, const Attempts& attempts, const Difference& d) {
    const std::string outside = diagnose_outside(attempts);
    const std::string mistake = usual_mistake(part, attempts, d.output);
    if (!outside.empty() || !mistake.empty())
        return outside + (outside.empty() || mistake.empty() ? "" : " ") + mistake;
    if (const std::string lost = lost_digits(part, attempts); !lost.empty()) return lost;
    if (const std::string found = single_precision(part, attempts); !found.empty()) return found;
    for (const auto words : {untouched, untouched_elements, wrong_sign, wrong_factor, not_finite})
        if (const std::string found = words(attempts, d); !found.empty()) return found;
    return "";
}

std::string diagnose_prefilled(const Attempts& attempts) {
    for (const Attempt& a : attempts) {
        for (Size o = 0; o < a.got.size(); ++o) {
            const Use use = a.of->outputs[o].use;
            if (use == Use::changed) continue;
            const Values& once = a.got[o].values;
            const Values& found = a.got_prefilled[o].values;
            Values sum = once;
            for (Size i = 0; i < sum.size(); ++i) sum[i] += prefilled_with(i);
            if (alike(found, use == Use::added_to ? sum : once, a.of->tolerance)) continue;
            const std::string& name = a.got[o].name;
            if (use == Use::added_to && alike(found, once, a.of->tolerance))
                return fmt::format(
                    "{0} is overwritten. What is in it already is the share of another use of the same "
                    "variable, and a "
                    "gradient is the sum of all shares: add to it (+=).",
                    name);
            if (use == Use::assigned && alike(found, sum, a.of->tolerance))
                return fmt::format("{0} is added to what was in it, which are old numbers: assign it (=).",
                                   name);
            return fmt::format(
                "It is right when {0} holds zeros before the call, and wrong when it holds other "
                "numbers ({1}): not every element is {2}.",
                name, a.of->sizes_text(),
                use == Use::added_to ? "added to exactly as it should be" : "assigned");
        }
    }
    return "";
}

}  // namespace exercises::check
