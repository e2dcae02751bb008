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

/// The cases of a claim, folded behind their count.
std::string measured_html(const json& claim) {
    std::string cases;
    std::size_t in_all = 0, in_some = 0;
    for (const json& c : claim.at("measured")) {
        const std::size_t holding = c.at("holds_in"), seeds = c.at("seeds");
        cases += fmt::format("<p>{} {}: median {}, asked for: {}; in {}</p>", mark(holding, seeds),
                             escaped(text_of(c, "what")), number_text(c.at("median")),
                             escaped(text_of(c, "condition")), of_seeds(holding, seeds));
        in_all += holding == seeds ? 1 : 0;
        in_some += holding > 0 && holding < seeds ? 1 : 0;
    }
    const std::string some = in_some > 0 ? fmt::format(", {} in some", in_some) : "";
    return fmt::format("<details><summary>{} of {} cases hold in every seed{}</summary>{}{}</details>",
                       in_all, claim.at("measured").size(), some, cases, per_seed_html(claim));
}

/// `demo`: whose section of the index it links to; "" on the demo's own page.
std::string claim_row(const json& claim, const std::string& demo) {
    const bool differs = claim.at("verdict") != claim.at("expected");
    const std::string note =
        differs ? fmt::format("<small>expected: {}</small>", escaped(text_of(claim, "expected"))) : "";
    const std::string name =
        demo.empty() ? escaped(text_of(claim, "id"))
                     : fmt::format("<a href=\"#{}\">{}</a>", escaped(demo), escaped(text_of(claim, "id")));
    return fmt::format("<tr><td>{}</td><td>{}</td><td><b>{}</b>{}</td><td>{}</td></tr>\n", name,
                       escaped(text_of(claim, "says")), escaped(text_of(claim, "verdict")), note,
                       measured_html(claim));
}

/// The median over the seeds of what was timed, by configuration; "" when nothing was.
std::string seconds_html(const json& results) {
    std::map<std::pair<std::string, std::string>, std::vector<double>> times;
    for (std::size_t i = 0; i < results.at("runs").size(); ++i) {
        std::string config;
        for (const auto& item : results.at("runs").at(i).at("config").items())
            config += (config.empty() ? "" : ", ") + item.key() + " " + value_text(item.value());
        for (const auto& item : results.at("seconds").at(i).items())
            times[{config, item.key()}].push_back(item.value().get<double>());
    }
    if (times.empty()) return "";
    std::string rows;
    for (const auto& [what, seconds] : times)
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"n\">{:.3g}</td></tr>\n",
                            escaped(what.first), escaped(what.second), 1e6 * median(seconds));
    return "<h3>Times on this machine</h3>\n<div class=\"wide\"><table><thead><tr><th>run</th><th>what</th>"
           "<th class=\"n\">microseconds, median over the seeds</th></tr></thead><tbody>\n" +
           rows + "</tbody></table></div>\n";
}

std::string claims_table(const std::string& rows) {
    return fmt::format(
        "<p class=\"rule\">{}. The bounds stand in the demo.</p>\n<div "
        "class=\"wide\"><table>"
        "<thead><tr><th>claim</th><th>what is "
        "said</th><th>verdict</th><th>measured</th></tr></thead><tbody>\n{}"
        "</tbody></table></div>\n",
        escaped(kRule), rows);
}

/// What came out, why, and how it was measured.
std::string words_html(const json& results) {
    std::string html;
    for (const json& sentence : results.at("conclusions"))
        html += fmt::format("<p>{}</p>\n", escaped(sentence.get<std::string>()));
    const auto add = [&](const char* title, const char* key) {
        if (const std::string text = text_of(results, key); !text.empty())
            html += fmt::format("<p><b>{}.</b> {}</p>\n", title, escaped(text));
    };
    add("Why", "why");
    add("Set-up", "setup");
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
            fmt::format("<p class=\"lead\">{} Measured by Tapedeck's demo {} with {} seed{}.</p></header>\n",
                        escaped(text_of(results, "about")), escaped(text_of(results, "demo")),
                        results.at("seeds").size(), results.at("seeds").size() == 1 ? "" : "s");
        html += words_html(results);
        if (!results.at("tables").empty()) html += "<h2 id=\"tables\">Tables</h2>\n" + tables_html(results);
        if (!results.at("figures").empty())
            html += "<h2 id=\"figures\">Figures</h2>\n" + figures_html(results, "");
        std::string rows;
        for (const json& claim : results.at("claims")) rows += claim_row(claim, "");
        if (!rows.empty()) html += "<h2 id=\"claims\">Claims</h2>\n" + claims_table(rows);
        return html + "<footer id=\"setup\"><h3>Flags</h3>\n" + definitions(results, "flags") +
               "<h3>Machine</h3>\n" + definitions(results, "machine") + seconds_html(results) +
               "</footer>\n</body></html>\n";
    });
}

std::string index_of(const std::vector<Indexed>& all) {
    return checked([&] {
        std::string html = page_start("The normalization laboratory");
        html += "<p class=\"lead\">What is said of normalizations, and what was measured.</p>\n<ol>";
        std::string rows, sections;
        for (const auto& [folder, results] : all) {
            const std::string id = escaped(folder), question = escaped(text_of(results, "question"));
            html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, question);
            for (const json& claim : results.at("claims")) rows += claim_row(claim, folder);
            sections += fmt::format(
                "<section id=\"{0}\"><h2>{1}</h2>\n<p class=\"lead\">{2} <a "
                "href=\"{0}/report.html\">{0}</a></p>\n",
                id, question, escaped(text_of(results, "about")));
            sections += words_html(results) + tables_html(results) + figures_html(results, folder + "-") +
                        "</section>\n";
        }
        html +=
            "</ol></header>\n<h2 id=\"claims\">Claims and verdicts</h2>\n" + claims_table(rows) + sections;
        return html + "</body></html>\n";
    });
}

}  // namespace tapedeck::demos::lab
