#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "html.hpp"
#include "spread.hpp"
#include "style.hpp"

namespace tapedeck::demos {
namespace {

using nlohmann::json;

struct Measurement {
    std::string head, name;
    Path path;
    double scale;
    bool higher_is_better, judged;  // a training result or a time is shown, not judged
};

const std::array<Measurement, 7>& measurements() {
    static const std::array<Measurement, 7> all{{
        {"train", "training loss", {"final", "train_loss"}, 1, false, false},
        {"validation", "validation loss", {"final", "validation_loss"}, 1, false, true},
        {"test", "test loss", {"final", "test_loss"}, 1, false, true},
        {"train", "training accuracy", {"final", "train_accuracy"}, 100, true, false},
        {"validation", "validation accuracy", {"final", "validation_accuracy"}, 100, true, true},
        {"test", "test accuracy", {"final", "test_accuracy"}, 100, true, true},
        {"total", "seconds", {"seconds", "total"}, 1, false, false},
    }};
    return all;
}

Spread spread_of(const std::vector<const json*>& runs, const Measurement& m) {
    std::vector<double> values;
    for (const json* run : runs) values.push_back(number(part(*run, m.path)) * m.scale);
    return demos::spread_of(std::move(values));
}

/// As many decimals as show two digits of the smallest median, and three at least, so that a column's numbers
/// align.
int decimals_for(const std::vector<Spread>& spreads, const Measurement& m) {
    if (m.scale > 1) return 1;
    if (m.name == "seconds") return 2;
    double smallest = INFINITY;
    for (const Spread& s : spreads)
        if (s.count > 0 && s.median != 0) smallest = std::min(smallest, std::abs(s.median));
    return std::isfinite(smallest) ? std::clamp(1 - static_cast<int>(std::floor(std::log10(smallest))), 3, 6)
                                   : 3;
}

std::string cell(const Spread& s, int decimals, bool best) {
    if (s.count == 0) return "<td class=\"n\">–</td>";
    return fmt::format("<td class=\"n{}\">{:.{}f}{}<small>{:.{}f} – {:.{}f}</small></td>",
                       best ? " best" : "", s.median, decimals,
                       best ? "<i title=\"beyond the spread of every other row\">◆</i>" : "", s.low, decimals,
                       s.high, decimals);
}

/// A short piece of the norm's line, as the figures draw it.
std::string swatch(const std::string& norm) {
    const Pen pen = norm_style(norm).pen;
    std::string dash = pen.dash == "solid" ? "" : pen.dash.substr(1, pen.dash.size() - 2);
    return fmt::format(
        "<svg class=\"swatch\" viewBox=\"0 0 44 8\" width=\"44\" height=\"8\" aria-hidden=\"true\"><path "
        "d=\"M1 4H43\" "
        "stroke=\"{}\" stroke-width=\"3\" stroke-dasharray=\"{}\"/></svg>",
        pen.color, dash);
}

std::string heads(const std::vector<Measurement>& shown, const std::string& first) {
    std::string groups, names;
    for (const auto& [title, key] : {std::pair{"loss", "loss"}, std::pair{"accuracy (%)", "accuracy"},
                                     std::pair{"seconds", "seconds"}}) {
        const auto n = std::count_if(shown.begin(), shown.end(),
                                     [&, k = key](const Measurement& m) { return m.name.ends_with(k); });
        if (n > 0) groups += fmt::format("<th class=\"group\" colspan=\"{}\">{}</th>", n, title);
    }
    for (const Measurement& m : shown) names += fmt::format("<th class=\"n\">{}</th>", m.head);
    return fmt::format("<thead><tr>{}{}</tr><tr>{}</tr></thead>\n", first, groups, names);
}

/// Which of these measurements any run has: a regression has no accuracy.
std::vector<Measurement> present(const Group& group) {
    std::vector<Measurement> shown;
    for (const Measurement& m : measurements())
        if (std::any_of(group.models.begin(), group.models.end(),
                        [&](const Model& model) { return spread_of(model.runs, m).count > 0; }))
            shown.push_back(m);
    return shown;
}

/// "test loss: LayerNorm below no norm, ...; within the spread: BatchNorm and no norm."
std::string differences(const Group& group, const Measurement& m) {
    std::vector<std::string> apart, close;
    bool any_spread = false;
    for (std::size_t i = 0; i < group.models.size(); ++i)
        for (std::size_t j = i + 1; j < group.models.size(); ++j) {
            Spread a = spread_of(group.models[i].chosen, m), b = spread_of(group.models[j].chosen, m);
            if (a.count < 2 || b.count < 2) continue;
            any_spread = true;
            std::string first = escaped(norm_style(group.models[i].norm).label),
                        second = escaped(norm_style(group.models[j].norm).label);
            const bool swapped = m.higher_is_better ? b.median > a.median : b.median < a.median;
            if (swapped) std::swap(first, second);
            if (separated(a, b))
                apart.push_back(fmt::format("<b>{}</b> {} <b>{}</b>", first,
                                            m.higher_is_better ? "above" : "below", second));
            else
                close.push_back(fmt::format("{} and {}", first, second));
        }
    if (!any_spread) return "";
    std::string name = m.name;
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    std::string line = fmt::format("<li><span>{}</span><div>", name);
    if (!apart.empty()) line += fmt::format("Beyond the spread: {}. ", fmt::join(apart, ", "));
    if (!close.empty()) line += fmt::format("Within the spread: {}.", fmt::join(close, ", "));
    return line + "</div></li>\n";
}

std::string rule(const Group& group) {
    std::size_t seeds = 0;
    for (const Model& model : group.models) seeds = std::max(seeds, model.chosen.size());
    std::string text = fmt::format(
        "<p class=\"rule\">Each cell is the median over {} seed{}, with the lowest and the highest below it, "
        "at the "
        "learning rate with the best validation loss. ",
        seeds, seeds == 1 ? "" : "s");
    if (seeds < 2) return text + "One seed has no spread, so no difference is called one.</p>\n";
    text += fmt::format(
        "A difference exceeds the spread over seeds (beyond the spread) when the two ranges do not overlap; "
        "were there no "
        "difference, independent seeds would do so by chance in {:.1f} % of such comparisons. ◆ marks a "
        "result that is "
        "beyond the spread of every other row, on the better side.</p>\n",
        100 * chance_of_separation(seeds, seeds));
    return text;
}

}  // namespace

std::string result_table(const Group& group) {
    const std::vector<Measurement> shown = present(group);
    std::vector<std::vector<Spread>> columns;
    for (const Measurement& m : shown) {
        auto& column = columns.emplace_back();
        for (const Model& model : group.models) column.push_back(spread_of(model.chosen, m));
    }
    std::string html =
        "<div class=\"wide\"><table class=\"results\">\n" +
        heads(shown, "<th rowspan=\"2\">norm</th><th class=\"n\" rowspan=\"2\">learning rate</th>") +
        "<tbody>\n";
    for (std::size_t row = 0; row < group.models.size(); ++row) {
        const Model& model = group.models[row];
        html += fmt::format("<tr><th scope=\"row\">{}{}</th>", swatch(model.norm),
                            escaped(norm_style(model.norm).label));
        if (model.chosen.empty()) {
            html += fmt::format(
                "<td colspan=\"{}\">no learning rate was chosen: the runs of this model are not "
                "complete</td></tr>\n",
                shown.size() + 1);
            continue;
        }
        html +=
            fmt::format("<td class=\"n\">{:g}</td>", number(part(*model.chosen.front(), {"learning_rate"})));
        for (std::size_t c = 0; c < shown.size(); ++c) {
            const Spread& mine = columns[c][row];
            bool best = shown[c].judged && group.models.size() > 1;
            for (std::size_t other = 0; other < group.models.size(); ++other)
                if (other != row)
                    best = best && separated(mine, columns[c][other]) &&
                           (mine.median > columns[c][other].median) == shown[c].higher_is_better;
            html += cell(mine, decimals_for(columns[c], shown[c]), best);
        }
        html += "</tr>\n";
    }
    html += "</tbody></table></div>\n";
    std::string list;
    for (const Measurement& m : shown)
        if (m.head == "test") list += differences(group, m);
    if (!list.empty()) html += "<ul class=\"differences\">\n" + list + "</ul>\n";
    for (const Model& model : group.models) {
        const auto lost = std::count_if(model.chosen.begin(), model.chosen.end(),
                                        [](const json* run) { return text(*run, "status") != "done"; });
        if (lost > 0)
            html += fmt::format(
                "<p class=\"notice\">{}: {} of {} seeds diverged or were interrupted; the row is about the "
                "others.</p>\n",
                escaped(norm_style(model.norm).label), lost, model.chosen.size());
    }
    return html + rule(group);
}

std::string run_table(const Group& group) {
    const std::vector<Measurement> shown = present(group);
    std::string rows;
    std::size_t count = 0;
    for (const Model& model : group.models) {
        std::vector<const json*> runs = model.runs;
        const auto key = [](const json* run) {
            return std::pair{number(part(*run, {"learning_rate"})), number(part(*run, {"seed"}))};
        };
        std::stable_sort(runs.begin(), runs.end(), [&](auto a, auto b) { return key(a) < key(b); });
        count += runs.size();
        for (const json* run : runs) {
            rows += fmt::format(
                "<tr{}><td>{}</td><td class=\"n\">{:g}</td><td class=\"n\">{:g}</td><td>{}</td>",
                run->value("chosen", false) ? " class=\"chosen\"" : "", escaped(norm_style(model.norm).label),
                key(run).first, key(run).second, escaped(text(*run, "status")));
            for (const Measurement& m : shown) {
                const double value = number(part(*run, m.path)) * m.scale;
                rows += std::isfinite(value) ? fmt::format("<td class=\"n\">{:.{}f}</td>", value,
                                                           m.scale > 1    ? 1
                                                           : value < 0.01 ? 5
                                                                          : 3)
                                             : "<td class=\"n\">–</td>";
            }
            rows += "</tr>\n";
        }
    }
    const std::string first =
        "<th rowspan=\"2\">norm</th><th class=\"n\" rowspan=\"2\">learning rate</th><th class=\"n\" "
        "rowspan=\"2\">seed</th>"
        "<th rowspan=\"2\">status</th>";
    return fmt::format(
        "<details><summary>Every learning rate and seed ({} runs; the chosen ones are "
        "shaded)</summary>\n<div class=\"wide\"><table "
        "class=\"runs\">\n{}<tbody>\n{}</tbody></table></div></details>\n",
        count, heads(shown, first), rows);
}

}  // namespace tapedeck::demos
