// gnuplot's SVG, tidied so that many of them share one page.
#include <algorithm>
#include <string_view>

#include "draw.hpp"
#include "html.hpp"

namespace tapedeck::demos {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

bool starts(std::string_view line, std::string_view with) { return line.substr(0, with.size()) == with; }

}  // namespace

std::string tidy_svg(const std::string& document, const Figure& figure) {
    // gnuplot writes an element a line, so the rules below go by lines.
    std::string body;
    std::string_view group;  // an opening <g> that waits for its first content
    bool inside = false, in_definitions = false;
    const bool has_symbols =
        document.find("xlink:href='#gpPt", document.find("</defs>")) != std::string::npos;
    std::string view_box;
    for (std::size_t at = 0; at < document.size();) {
        const std::size_t end = std::min(document.find('\n', at), document.size());
        std::string_view line(document.data() + at, end - at);
        at = end + 1;
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
        if (starts(line, "viewBox=")) view_box = line;
        if (starts(line, "<g id=\"gnuplot_canvas\"")) inside = true;
        if (!inside || line.empty()) continue;
        if (starts(line, "<defs>")) in_definitions = true;
        const bool drop = in_definitions && (!has_symbols || line.find("gp") == std::string_view::npos);
        if (starts(line, "</defs>")) in_definitions = false;
        if (drop && !(has_symbols && line.find("defs>") != std::string_view::npos)) continue;
        if (line == "</g>" && !group.empty()) {
            group = {};
            continue;
        }
        if (!group.empty()) {
            body.append(group).append("\n");
            group = {};
        }
        if (starts(line, "<g id=\"gnuplot_")) {
            body += "<g>\n";
        } else if (starts(line, "<g fill=\"none\"")) {
            group = line;
        } else {
            body.append(line).append("\n");
        }
    }
    replace_all(body, "\"sans-serif:Bold\"", "\"sans-serif\" font-weight=\"600\"");
    replace_all(body, "#gpPt", "#" + figure.name + "-pt");
    replace_all(body, "id='gpPt", "id='" + figure.name + "-pt");
    replace_all(body, "id='gpDot'", "id='" + figure.name + "-dot'");
    return "<svg " + view_box + " role=\"img\" aria-label=\"" + escaped(figure.title) +
           "\" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n" + body;
}

}  // namespace tapedeck::demos
