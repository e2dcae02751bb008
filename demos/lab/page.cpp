#include "demos/lab/page.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tapedeck/core/error.hpp>

#include "demos/lab/claim.hpp"
#include "demos/lab/drawing.hpp"
#include "demos/report/draw.hpp"
#include "demos/report/html.hpp"

namespace tapedeck::demos::lab {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) { return object.at(key).get<std::string>(); }

std::string number_text(const json& value) {
    return value.is_null() ? "not finite" : fmt::format("{:.4g}", value.get<double>());
}

/// "runs[].series.loss" of every layer: where each curve's numbers stand.
std::string sources(const json& sheet) {
    std::vector<std::string> found;
    for (const json& plot : sheet.at("plots")) {
        for (const json& layer : plot.at("layers")) {
            if (layer.at("way") == "guide") continue;
            const bool series = layer.at("way") == "curves";
            std::string source =
                fmt::format("runs[].{}[\"{}\"]", series ? "series" : "values", text_of(layer, "measured"));
            if (std::find(found.begin(), found.end(), source) == found.end()) found.push_back(source);
        }
    }
    return listed(found);
}

std::string figures_html(const json& results, const std::string& prefix) {
    std::vector<Figure> figures = figures_in(results);
    for (Figure& figure : figures) figure.name = prefix + figure.name;
    const std::vector<std::string> pictures = draw_for_page(figures);
    std::string html;
    for (std::size_t i = 0; i < figures.size(); ++i)
        html += fmt::format(
            "<figure id=\"{}\"><h3>{}</h3>\n<div class=\"card\">{}</div>\n<figcaption><p>{}</p>"
            "<p class=\"command\"><code>results.json: {}</code></p></figcaption></figure>\n",
            escaped(figures[i].name), escaped(figures[i].heading), pictures[i], escaped(figures[i].hint),
            escaped(sources(results.at("figures").at(i))));
    return html;
}

std::string tables_html(const json& results) {
    std::string html;
    for (const json& table : results.at("tables")) {
        html += fmt::format("<h3>{}</h3><div class=\"wide\"><table><thead><tr>",
                            escaped(text_of(table, "title")));
        const auto row_html = [](const json& row, const char* tag) {
            std::string cells;
            bool first = true;
            for (const json& cell : row) {
                cells += fmt::format("<{0}{2}>{1}</{0}>", tag, escaped(cell.get<std::string>()),
                                     first ? "" : " class=\"n\"");
                first = false;
            }
            return cells;
        };
        html += row_html(table.at("columns"), "th") + "</tr></thead><tbody>\n";
        for (const json& row : table.at("rows")) html += "<tr>" + row_html(row, "td") + "</tr>\n";
        html += "</tbody></table></div>\n";
    }
    return html;
}

/// The numbers of one case for each seed, folded.
std::string per_seed_html(const json& claim) {
    std::string html = "<details><summary>each seed</summary><table class=\"runs\"><tbody>\n";
    for (const auto& item : claim.at("per_seed").items()) {
        html += fmt::format("<tr><td>{}</td>", escaped(item.key()));
        for (const json& value : item.value())
            html += fmt::format("<td class=\"n\">{}</td>", number_text(value));
        html += "</tr>\n";
    }
    return html + "</tbody></table></details>";
}

/// The cases of a claim: on a demo's own page in full, in the index behind their count.
std::string measured_html(const json& claim, bool folded) {
    std::string cases;
    std::size_t holding = 0;
    for (const json& c : claim.at("measured")) {
        cases += fmt::format("<p>{}: median {}, {} in {} of {} seeds</p>", escaped(text_of(c, "what")),
                             number_text(c.at("median")), escaped(text_of(c, "condition")),
                             c.at("holds_in").dump(), c.at("seeds").dump());
        holding += c.at("holds_in") == c.at("seeds") ? 1 : 0;
    }
    cases += per_seed_html(claim);
    if (!folded) return cases;
    return fmt::format("<details><summary>{} of {} cases hold in every seed</summary>{}</details>", holding,
                       claim.at("measured").size(), cases);
}

/// `demo`: whose section of the index it links to; "" on the demo's own page.
std::string claim_row(const json& claim, const std::string& demo) {
    const bool differs = claim.at("verdict") != claim.at("expected");
    const std::string note =
        differs ? fmt::format("<small>expected: {}</small>", text_of(claim, "expected")) : "";
    const std::string name = demo.empty()
                                 ? escaped(text_of(claim, "id"))
                                 : fmt::format("<a href=\"#{}\">{}</a>", demo, escaped(text_of(claim, "id")));
    return fmt::format("<tr><td>{}</td><td>{}</td><td><b>{}</b>{}</td><td>{}</td></tr>\n", name,
                       escaped(text_of(claim, "says")), text_of(claim, "verdict"), note,
                       measured_html(claim, !demo.empty()));
}

std::string claims_table(const std::string& rows) {
    return fmt::format(
        "<div class=\"wide\"><table><thead><tr><th>claim</th><th>what is said</th><th>verdict</th>"
        "<th>measured</th></tr></thead><tbody>\n{}</tbody></table></div>\n<p class=\"rule\">{}.</p>\n",
        rows, escaped(kRule));
}

std::string conclusions_html(const json& results) {
    std::string html;
    for (const json& sentence : results.at("conclusions"))
        html += fmt::format("<p>{}</p>\n", escaped(sentence.get<std::string>()));
    return html;
}

/// As the error of a page that can't be made says it.
template <class F>
std::string checked(F make) {
    try {
        return make();
    } catch (const json::exception& error) {
        throw Error(
            fmt::format("report: the results are not as the laboratory writes them: {}", error.what()));
    }
}

}  // namespace

std::string page_of(const json& results) {
    return checked([&] {
        std::string html = page_start(text_of(results, "question"));
        html +=
            fmt::format("<p class=\"lead\">{} Measured by Tapedeck's demo {} with {} seeds.</p></header>\n",
                        escaped(text_of(results, "about")), escaped(text_of(results, "demo")),
                        results.at("seeds").size());
        html += conclusions_html(results);
        std::string rows;
        for (const json& claim : results.at("claims")) rows += claim_row(claim, "");
        if (!rows.empty()) html += "<h2 id=\"claims\">Claims</h2>\n" + claims_table(rows);
        if (!results.at("tables").empty())
            html += "<h2 id=\"tables\">Step by step</h2>\n" + tables_html(results);
        if (!results.at("figures").empty())
            html += "<h2 id=\"figures\">Figures</h2>\n" + figures_html(results, "");
        return html + "<footer id=\"setup\"><h3>Flags</h3>\n" + definitions(results, "flags") +
               "<h3>Machine</h3>\n" + definitions(results, "machine") + "</footer>\n</body></html>\n";
    });
}

std::string index_of(const std::vector<json>& all) {
    return checked([&] {
        std::string html = page_start("The normalization laboratory");
        html += "<p class=\"lead\">What is said of normalizations, and what was measured.</p>\n<nav>";
        std::string rows, sections;
        for (const json& results : all) {
            const std::string demo = text_of(results, "demo");
            html += fmt::format("<a href=\"#{0}\">{0}</a>", escaped(demo));
            for (const json& claim : results.at("claims")) rows += claim_row(claim, demo);
            sections += fmt::format(
                "<section id=\"{0}\"><h2>{1}</h2>\n<p class=\"lead\">{2} <a "
                "href=\"{0}/report.html\">{0}</a></p>\n",
                escaped(demo), escaped(text_of(results, "question")), escaped(text_of(results, "about")));
            sections += conclusions_html(results) + tables_html(results) + figures_html(results, demo + "-") +
                        "</section>\n";
        }
        html +=
            "</nav></header>\n<h2 id=\"claims\">Claims and verdicts</h2>\n" + claims_table(rows) + sections;
        return html + "</body></html>\n";
    });
}

}  // namespace tapedeck::demos::lab
