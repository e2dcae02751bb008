// What the tests of step_through share: answers as text.
#pragma once

#include <string>
#include <vector>

#include "demos/step_through/session.hpp"

namespace tapedeck::demos::step_through {

inline std::string joined(const Lines& lines) {
    std::string text;
    for (const Line& line : lines) text += line.text + "\n";
    return text;
}

/// A sentence may be broken over two lines wherever it has a space.
inline std::string on_one_line(std::string text) {
    std::string result;
    for (const char c : text) {
        if (c != '\n' && c != ' ')
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    return result;
}

/// What the last of these commands is answered with, on one line.
inline std::string answer(const std::string& model, const std::vector<std::string>& commands) {
    Session session(make_model(model, 1));
    std::string text;
    for (const std::string& command : commands) text = on_one_line(joined(session.obey(command, 80)));
    return text;
}

}  // namespace tapedeck::demos::step_through
