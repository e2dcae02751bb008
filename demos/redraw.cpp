// redraw: the report of a demo again, or one of its figures, from results.json
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <tapedeck/core/error.hpp>

#include <tapedeck/core/write_file.hpp>
#include "demos/lab/drawing.hpp"
#include "demos/lab/page.hpp"
#include "demos/report/draw.hpp"
#include "demos/report/figures.hpp"
#include "demos/report/report.hpp"
#include "demos/report/results.hpp"

namespace {

using namespace tapedeck::demos;

Figure figure_named(const std::vector<Figure>& figures, const std::string& name) {
    std::string names;
    for (const Figure& figure : figures) {
        if (figure.name == name) return figure;
        names += "\n  " + figure.name;
    }
    throw tapedeck::Error(
        fmt::format("redraw: there is no figure \"{}\" in these results. There are:{}", name, names));
}

bool of_the_laboratory(const nlohmann::json& results) { return is_set(results, "laboratory"); }

void write_page(const nlohmann::json& results, const std::filesystem::path& file) {
    if (of_the_laboratory(results)) return tapedeck::write_file(file, lab::page_of(results), "redraw");
    write_report(results, file);
}

std::vector<Figure> figures_of_any(const nlohmann::json& results) {
    return of_the_laboratory(results) ? lab::figures_in(results) : figures_of(groups_of(results));
}

int run(int argc, char** argv) {
    CLI::App app{"Draws the report of a demo again, or one of its figures, from a results.json."};
    std::string results_file, name, out;
    bool on_terminal = false, as_png = false, list = false;
    app.add_option("results", results_file, "the results.json that a demo wrote")->required();
    auto* figure = app.add_option("--figure", name, "one figure instead of the whole report");
    app.add_option(
        "--out", out,
        "the file to write (default: report.html beside the results, or the figure's name in this folder)");
    auto* dumb =
        app.add_flag("--dumb", on_terminal, "print the figure on the terminal, in letters")->needs(figure);
    app.add_flag("--png", as_png, "a PNG, 1000 pixels wide, in place of an SVG")
        ->needs(figure)
        ->excludes(dumb);
    app.add_flag("--list", list, "print the names of the figures");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    const nlohmann::json results = read_results(results_file);
    if (name.empty() && !list) {
        const auto file = out.empty() ? std::filesystem::path(results_file).parent_path() / "report.html"
                                      : std::filesystem::path(out);
        write_page(results, file);
        fmt::print("{}\n", file.string());
        return 0;
    }
    const std::vector<Figure> figures = figures_of_any(results);
    if (list) {
        for (const Figure& f : figures)
            fmt::print("{:<38} {}{}\n", f.name, f.title, f.panels.empty() ? " (no data)" : "");
        return 0;
    }
    const Medium medium = on_terminal ? Medium::terminal : as_png ? Medium::png : Medium::svg;
    const std::string picture = draw(figure_named(figures, name), medium);
    if (on_terminal && out.empty()) {
        std::fwrite(picture.data(), 1, picture.size(), stdout);
        return 0;
    }
    const std::string file = out.empty() ? name + (as_png ? ".png" : ".svg") : out;
    tapedeck::write_file(file, picture, "redraw");
    fmt::print("{}\n", file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 2;
    }
}
