#include "demos/step_through/script.hpp"

#include <string>
#include <string_view>

#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {
namespace {

void print(std::ostream& out, const Lines& lines) {
    for (const Line& line : lines)
        out << std::string_view(line.text).substr(0, line.text.find_last_not_of(' ') + 1) << '\n';
}

}  // namespace

void run_script(Session& session, std::istream& in, std::ostream& out, const ScriptOptions& options) {
    print(out, session.introduction(options.width));
    print(out, tape_view(session.player(), options.width, 24));
    std::string line;
    while (!session.over()) {
        if (!options.echo) out << "> " << std::flush;
        if (!std::getline(in, line)) break;
        if (options.echo) out << "> " << fit(printable(line), options.width - 2) << '\n';
        print(out, session.obey(line, options.width));
        out << std::flush;
    }
    if (!options.echo && !session.over()) out << '\n';
}

}  // namespace tapedeck::demos::step_through
