// What the table says about the chosen runs, and which differences it calls one.
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "html.hpp"
#include "measurements.hpp"
#include "spread.hpp"
#include "style.hpp"

namespace tapedeck::demos {
namespace {

using nlohmann::json;

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
    const std::vector<Measurement> shown = measured(group);
    std::vector<std::vector<Spread>> columns;
    for (const Measurement& m : shown) {
        auto& column = columns.emplace_back();
        for (const Model& model : group.models) column.push_back(spread_of(model.chosen, m));
    }
    std::string html =
        "<div class=\"wide\"><table class=\"results\">\n" +
        table_head(shown, "<th rowspan=\"2\">norm</th><th class=\"n\" rowspan=\"2\">learning rate</th>") +
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

}  // namespace tapedeck::demos
