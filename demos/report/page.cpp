#include "page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "html.hpp"
#include "style.hpp"
#include "table.hpp"

namespace tapedeck::demos {
namespace {

using nlohmann::json;

/// A path as a shell takes it.
std::string shell_word(const std::string& word) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("/._-+=:@,").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
    std::string result = "'";
    for (const char c : word) c == '\'' ? result += "'\\''" : result += c;
    return result + "'";
}

std::string figure_html(const Figure& figure, const std::string& picture,
                        const std::filesystem::path& results_file) {
    if (picture.empty())
        return fmt::format("<figure id=\"{}\"><h3>{}</h3><p class=\"rule\">{}</p></figure>\n",
                           escaped(figure.name), escaped(figure.heading), escaped(figure.hint));
    return fmt::format(
        "<figure id=\"{}\"><h3>{}</h3>\n<div class=\"card\">{}</div>\n<figcaption><p>{}</p><p "
        "class=\"command\"><code>./run redraw {} "
        "--figure {}</code></p></figcaption></figure>\n",
        escaped(figure.name), escaped(figure.heading), picture, escaped(figure.hint),
        escaped(shell_word(results_file.string())), escaped(shell_word(figure.name)));
}

/// What was compared: norms, networks, tasks, seeds and how many runs.
struct Overview {
    std::vector<std::string> norms, networks, tasks;
    std::set<double> seeds, rates;
    std::size_t runs = 0, diverged = 0, interrupted = 0;
    double seconds = 0;
};

Overview overview_of(const std::vector<Group>& groups) {
    Overview o;
    const auto add = [](std::vector<std::string>& to, const std::string& item) {
        if (std::find(to.begin(), to.end(), item) == to.end()) to.push_back(item);
    };
    for (const Group& group : groups) {
        add(o.networks, phrase_of(group.network));
        add(o.tasks, phrase_of(group.task));
        for (const Model& model : group.models) {
            add(o.norms, norm_style(model.norm).label);
            for (const json* run : model.runs) {
                o.runs += 1;
                o.diverged += text(*run, "status") == "diverged" ? 1 : 0;
                o.interrupted += text(*run, "status") == "interrupted" ? 1 : 0;
                if (part(*run, {"seed"}) != nullptr) o.seeds.insert(number(part(*run, {"seed"})));
                if (part(*run, {"learning_rate"}) != nullptr)
                    o.rates.insert(number(part(*run, {"learning_rate"})));
            }
        }
    }
    return o;
}

std::string counted(std::size_t n, const std::string& what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// "batch 64 · epochs 4 · ...": the group's configuration, from its first run.
std::string configuration(const Group& group) {
    const json* config = part(*group.models.front().runs.front(), {"config"});
    if (config == nullptr || !config->is_object()) return "";
    std::vector<std::string> items;
    for (const auto& item : config->items())
        if (item.key() != "parameters") items.push_back(item.key() + " " + value_text(item.value()));
    std::vector<std::string> parameters;
    for (const Model& model : group.models)
        if (const json* n = part(*model.runs.front(), {"config", "parameters"}); n != nullptr)
            parameters.push_back(n->dump() + " (" + norm_style(model.norm).label + ")");
    if (!parameters.empty()) items.push_back("parameters " + listed(parameters));
    return fmt::format("<p class=\"rule\">{}</p>\n", escaped(fmt::format("{}", fmt::join(items, " · "))));
}

std::string head_html(const json& results, const Overview& o, const std::vector<Group>& groups) {
    const std::string title =
        o.norms.size() > 1 ? "Compared: " + listed(o.norms) : "Trained: " + listed(o.norms);
    std::string html = page_start(title);
    html += fmt::format(
        "<p class=\"lead\">On {} trained on {}, by Tapedeck's demo compare_norms: {} and {} for each model, "
        "{} in all",
        escaped(listed(o.networks)), escaped(listed(o.tasks)), counted(o.seeds.size(), "seed"),
        counted(o.rates.size(), "learning rate"), counted(o.runs, "run"));
    if (o.diverged > 0) html += fmt::format(", {} of them diverged", o.diverged);
    html +=
        ". Within a seed all models start from the same weights where shapes agree and see the samples in "
        "the same order.</p>\n";
    const double planned = number(part(results, {"planned_runs"}));
    const std::size_t complete = o.runs - o.interrupted;
    if (o.interrupted > 0 || text(results, "status") == "interrupted")
        html += fmt::format(
            "<p class=\"notice\">The demo was interrupted: {} complete{}; what was not measured is missing "
            "below.</p>\n",
            counted(complete, "run"), planned > 0 ? fmt::format(" of {:g} planned", planned) : "");
    html += "<nav>";
    for (const Group& group : groups)
        html += fmt::format("<a href=\"#{}\">{}</a>", escaped(group.key()), escaped(group.title()));
    return html + "<a href=\"#setup\">Flags and machine</a></nav></header>\n";
}

}  // namespace

std::string page(const json& results, const std::vector<Group>& groups, const std::vector<Figure>& figures,
                 const std::vector<std::string>& pictures, const std::filesystem::path& results_file) {
    std::string html = head_html(results, overview_of(groups), groups);
    const auto add_figures = [&](const std::string& section) {
        for (std::size_t i = 0; i < figures.size(); ++i)
            if (figures[i].section == section) html += figure_html(figures[i], pictures[i], results_file);
    };
    add_figures("");
    for (const Group& group : groups) {
        html += fmt::format("<section id=\"{}\"><h2>{}</h2>\n", escaped(group.key()), escaped(group.title()));
        html += configuration(group) + result_table(group) + run_table(group);
        add_figures(group.key());
        html += "</section>\n";
    }
    html += "<footer id=\"setup\"><h3>Flags</h3>\n" + definitions(results, "flags") + "<h3>Machine</h3>\n" +
            definitions(results, "machine") + "</footer>\n</body></html>\n";
    return html;
}

}  // namespace tapedeck::demos
