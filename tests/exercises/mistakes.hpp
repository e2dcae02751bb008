// What the tests of the exercises share: the words that a solution is met with.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "demos/exercises/check/blank.hpp"
#include "demos/exercises/check/exercises.hpp"

namespace exercises::test {

using check::In;
using check::Out;
using check::Size;
using Targets = std::span<const Size>;

/// A solution is refused, in these words.
inline void refused(const check::Exercise& exercise, std::string_view words) {
    const check::Verdict verdict = judge(exercise);
    CAPTURE(words);
    INFO(verdict.text);
    CHECK(verdict.state == check::State::wrong);
    CHECK(verdict.text.find(words) != std::string::npos);
}

/// A blank is met with the words that name it.
inline void not_written(const check::Exercise& exercise, std::string_view what) {
    const check::Verdict verdict = judge(exercise);
    INFO(verdict.text);
    CHECK(verdict.state == check::State::not_written);
    CHECK(verdict.text.find("nothing is written yet: fill in " + std::string(what)) != std::string::npos);
    CHECK(verdict.text.find(", line ") != std::string::npos);
}

/// A right solution passes.
inline void right(const check::Exercise& exercise) {
    const check::Verdict verdict = judge(exercise);
    INFO(verdict.text);
    CHECK(verdict.state == check::State::right);
    for (const check::Part& part : exercise.parts)
        CHECK(verdict.text.find(part.function + " is right") != std::string::npos);
}

/// Each usual mistake, written by a student, is told from all the others, and by nothing less than its words.
inline void each_mistake_is_named(check::Exercise exercise) {
    for (check::Part& part : exercise.parts) {
        const check::Solution written = part.written;
        for (const check::Mistake& mistake : part.mistakes) {
            part.written = mistake.gives;
            refused(exercise, mistake.words);
        }
        part.written = written;
    }
}

}  // namespace exercises::test
