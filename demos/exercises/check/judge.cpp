#include <fmt/format.h>

#include <algorithm>

#include "demos/exercises/check/blank.hpp"
#include "demos/exercises/check/diagnose.hpp"
#include "demos/exercises/check/words.hpp"

namespace exercises::check {
namespace {

/// "m and v are right." of the outputs beside a wrong one; "" when there are none.
std::string right_outputs(const std::vector<Attempt>& attempts) {
    std::string names;
    Size count = 0;
    for (Size o = 0; o < attempts[0].got.size(); ++o) {
        const bool right = std::all_of(attempts.begin(), attempts.end(), [&](const Attempt& a) {
            return alike(a.got[o].values, a.expected[o].values, a.of->tolerance);
        });
        if (right) names += (count++ == 0 ? "" : " and ") + name_text(attempts[0].got[o]);
    }
    return count == 0 ? "" : fmt::format(" But {} {} right.", names, count == 1 ? "is" : "are");
}

Verdict wrong(const Part& part, const std::string& words) {
    return {State::wrong, fmt::format("{} is wrong.\n  {}\n", part.function, words)};
}

Verdict wrong(const Part& part, const std::vector<Attempt>& attempts, const Difference& d) {
    std::string why = diagnose(part, attempts, d);
    why = why.empty() ? right_elsewhere(attempts) : "Why: " + why;
    if (why.empty())
        why = "It is none of the usual mistakes: go through your formula with the first input, on paper.";
    return wrong(part, where_text(part, attempts[d.attempt], d) + right_outputs(attempts) + "\n  " + why);
}

Verdict judge(const Part& part) {
    std::vector<Attempt> attempts;
    try {
        for (const Case& c : part.cases) attempts.push_back(attempt(part, c));
    } catch (const NothingWritten& blank) {
        return {State::not_written, fmt::format("{}: {}\n", part.function, blank.what())};
    } catch (const std::exception& error) {
        return wrong(part, fmt::format("With {} ({}) it throws: {}", part.cases[attempts.size()].name,
                                       part.cases[attempts.size()].sizes_text(), error.what()));
    }
    if (const auto difference = first_difference(attempts)) return wrong(part, attempts, *difference);
    if (const std::string outside = diagnose_outside(attempts); !outside.empty()) return wrong(part, outside);
    if (const std::string prefilled = diagnose_prefilled(attempts); !prefilled.empty())
        return wrong(part, prefilled);
    return {State::right, fmt::format("{} is right: on {} inputs it gives what {} gives ({}).\n",
                                      part.function, part.cases.size(), part.library, part.file)};
}

}  // namespace

Verdict judge(const Exercise& exercise) {
    std::string text;
    for (const Part& part : exercise.parts) {
        const Verdict verdict = judge(part);
        text += verdict.text;
        if (verdict.state != State::right) return {verdict.state, text};
    }
    return {State::right, text};
}

}  // namespace exercises::check
