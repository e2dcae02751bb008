#include "report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <tapedeck/core/error.hpp>

#include "draw.hpp"
#include "figures.hpp"
#include "page.hpp"
#include "results.hpp"
#include "write_file.hpp"

namespace tapedeck::demos {

void write_report(const nlohmann::json& results, const std::filesystem::path& report_html) try {
    const std::vector<Group> groups = groups_of(results);
    const std::vector<Figure> figures = figures_of(groups);
    const std::vector<std::string> pictures = draw_for_page(figures);
    write_file(report_html,
               page(results, groups, figures, pictures, report_html.parent_path() / "results.json"));
} catch (const nlohmann::json::exception& e) {
    throw Error(fmt::format("report: the results are not as compare_norms writes them: {}", e.what()));
}

}  // namespace tapedeck::demos
