#include "draw.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <tapedeck/core/error.hpp>

#include "gnuplot.hpp"

namespace tapedeck::demos {

std::string draw(const Figure& figure, Medium medium) {
    if (figure.panels.empty()) throw Error(fmt::format("report: {}: {}", figure.name, figure.hint));
    const std::string drawn = Gnuplot(script_of(figure, medium, /* with_title= */ true)).output();
    if (drawn.empty()) throw Error(fmt::format("report: gnuplot drew nothing for {}.", figure.name));
    if (medium == Medium::svg)
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + tidy_svg(drawn, figure);
    return drawn;
}

std::vector<std::string> draw_for_page(const std::vector<Figure>& figures) {
    // Every other figure goes to each process: a page's figures repeat in kind, so the halves take about as
    // long.
    std::array<std::string, 2> scripts;
    std::array<std::vector<std::size_t>, 2> indices;
    for (std::size_t i = 0, turn = 0; i < figures.size(); ++i) {
        if (figures[i].panels.empty()) continue;
        scripts[turn % 2] += script_of(figures[i], Medium::svg, /* with_title= */ false);
        indices[turn++ % 2].push_back(i);
    }
    std::array<std::unique_ptr<Gnuplot>, 2> processes;
    for (std::size_t p = 0; p < 2; ++p)
        if (!indices[p].empty()) processes[p] = std::make_unique<Gnuplot>(scripts[p]);
    std::vector<std::string> pictures(figures.size());
    for (std::size_t p = 0; p < 2; ++p) {
        if (!processes[p]) continue;
        const std::string drawn = processes[p]->output();
        std::size_t at = 0;
        for (const std::size_t i : indices[p]) {
            const std::size_t end = drawn.find("</svg>", at);
            if (end == std::string::npos)
                throw Error(fmt::format("report: gnuplot drew nothing for {}.", figures[i].name));
            pictures[i] = tidy_svg(drawn.substr(at, end + 6 - at) + "\n", figures[i]);
            at = end + 6;
        }
    }
    return pictures;
}

}  // namespace tapedeck::demos
