#include "demos/step_through/paint.hpp"

#include <string_view>

namespace tapedeck::demos::step_through {
namespace {

std::string_view code(Look look) {
    switch (look) {
        case Look::faint:
            return "\x1b[2m";
        case Look::strong:
            return "\x1b[1m";
        case Look::playhead:
            return "\x1b[7m";
        case Look::good:
            return "\x1b[32m";
        case Look::bad:
            return "\x1b[1;31m";
        case Look::plain:
            break;
    }
    return "";
}

}  // namespace

std::string painted(const Line& line, bool colour) {
    if (!colour || line.look == Look::plain) return line.text;
    return std::string(code(line.look)) + line.text + "\x1b[0m";
}

}  // namespace tapedeck::demos::step_through
