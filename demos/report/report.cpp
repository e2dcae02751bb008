#include "report.hpp"

#include <nlohmann/json.hpp>

#include <tapedeck/core/write_file.hpp>
#include "draw.hpp"
#include "figures.hpp"
#include "page.hpp"
#include "results.hpp"

namespace tapedeck::demos {

void write_report(const nlohmann::json& results, const std::filesystem::path& report_html) {
    const std::vector<Group> groups = groups_of(results);
    const std::vector<Figure> figures = figures_of(groups);
    const std::vector<std::string> pictures = draw_for_page(figures);
    write_file(report_html,
               page(results, groups, figures, pictures, report_html.parent_path() / "results.json"),
               "report");
}

}  // namespace tapedeck::demos
