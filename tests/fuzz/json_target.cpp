// Any bytes as results.json, through all that the report makes of it but gnuplot's own work.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "demos/report/draw.hpp"
#include "demos/report/figures.hpp"
#include "demos/report/page.hpp"
#include "demos/report/results.hpp"
#include "tests/fuzz/property.hpp"

using namespace tapedeck;
using namespace tapedeck::demos;
using test::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    test::loads([&] {
        std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
        const nlohmann::json results = read_results(in, "bytes");
        const std::vector<Group> groups = groups_of(results);
        const std::vector<Figure> figures = figures_of(groups);
        std::vector<std::string> pictures;
        for (const Figure& figure : figures) {
            require(figure.columns > 0, "a figure has a column");
            require(!figure.hint.empty(), "a figure has a hint");
            if (!figure.panels.empty())
                for (const Medium medium : {Medium::svg, Medium::png, Medium::terminal})
                    require(!script_of(figure, medium, true).empty(), "a figure has a script");
            pictures.push_back(figure.panels.empty() ? "" : "<svg></svg>");
        }
        require(!page(results, groups, figures, pictures, "results.json").empty(), "there is a page");
    });
    return 0;
}
