// Exercise: functions to be written, the library's operation for each, and the usual mistakes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "demos/exercises/check/trial.hpp"

namespace exercises::check {

/// Calls a function on a case: the student's, the library's, or a usual mistake.
using Solution = std::function<void(Trial&)>;

/// Right but with one input, where rounding decides: no formula gives the same digits.
struct LostDigits {
    std::string with, words;
};

/// What a mistake gives is computed and compared with what the student's function gives.
struct Mistake {
    std::string words;  ///< what was done, and what to do
    Solution gives;
};

/// One function.
struct Part {
    std::string function;
    std::string library;  ///< "td::tanh"
    std::string file;     ///< "core/ops/activation.cpp"
    std::vector<Case> cases;
    Solution solved;   ///< by the library
    Solution written;  ///< by the student
    std::vector<Mistake> mistakes;
    LostDigits lost_digits = {};
};

/// What is handed out as one header.
struct Exercise {
    std::string name;
    std::vector<Part> parts;
};

/// How far a student is.
enum class State { not_written, wrong, right };

/// With words to it.
struct Verdict {
    State state;
    std::string text;
};

/// Tries each function on each case, and says of the first that isn't right what is wrong.
Verdict judge(const Exercise& exercise);

/// A program's main function: prints the verdict, or with `--state` two words of it.
/// @returns 0 when it is right, else 1.
int run(const Exercise& exercise, int argc, char** argv);

}  // namespace exercises::check
