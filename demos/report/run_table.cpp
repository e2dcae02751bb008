// Every run of a group, a row each.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "html.hpp"
#include "measurements.hpp"
#include "style.hpp"
#include "table.hpp"

namespace tapedeck::demos {

std::string run_table(const Group& group) {
    const std::vector<Measurement> shown = measured(group);
    std::vector<int> decimals;
    for (const Measurement& m : shown) {
        std::vector<Spread> column;
        for (const Model& model : group.models) column.push_back(spread_of(model.runs, m));
        decimals.push_back(decimals_for(column, m));
    }
    std::string rows;
    std::size_t count = 0;
    for (const Model& model : group.models) {
        std::vector<const nlohmann::json*> runs = model.runs;
        const auto key = [](const nlohmann::json* run) {
            return std::pair{number(part(*run, {"learning_rate"})), number(part(*run, {"seed"}))};
        };
        std::stable_sort(runs.begin(), runs.end(), [&](auto a, auto b) { return key(a) < key(b); });
        count += runs.size();
        for (const nlohmann::json* run : runs) {
            rows += fmt::format(
                "<tr{}><td>{}</td><td class=\"n\">{:g}</td><td class=\"n\">{:g}</td><td>{}</td>",
                is_set(*run, "chosen") ? " class=\"chosen\"" : "", escaped(norm_style(model.norm).label),
                key(run).first, key(run).second, escaped(text(*run, "status")));
            for (std::size_t c = 0; c < shown.size(); ++c) {
                const double value = number(part(*run, shown[c].path)) * shown[c].scale;
                rows += std::isfinite(value) ? fmt::format("<td class=\"n\">{:.{}f}</td>", value, decimals[c])
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
        count, table_head(shown, first), rows);
}

}  // namespace tapedeck::demos
