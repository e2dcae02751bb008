#include "figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "curves.hpp"
#include "range.hpp"

namespace tapedeck::demos {

std::vector<Figure> figures_of(const std::vector<Group>& groups) {
    std::vector<Figure> figures;
    figures.push_back(overview(groups));
    for (const Group& group : groups) {
        figures.push_back(loss(group, "validation"));
        if (!accuracy(group).panels.empty())
            figures.push_back(accuracy(group));  // a regression has none to miss
        figures.push_back(loss(group, "train"));
        figures.push_back(modes(group));
        figures.push_back(learning_rates(group));
        if (group.task == "spirals") figures.push_back(boundary(group));
        figures.push_back(histograms(group));
        figures.push_back(gamma_beta(group));
        figures.push_back(running_statistics(group));
        figures.push_back(update_ratio(group));
        figures.push_back(saturated(group));
        figures.push_back(gradient_norm(group));
        if (group.network == "rnn") figures.push_back(gradient_per_time_step(group));
    }
    return figures;
}

Figure overview(const std::vector<Group>& groups) {
    Figure figure{"overview", "Validation loss, with and without a norm", "The comparison at one glance",
                  "Validation loss over training at the learning rate that validation chose for each model: "
                  "bold is the median over "
                  "the seeds, each faint line one seed. Lower is better, and a gap smaller than the faint "
                  "lines' spread says little; the untrained start lies above the axis."};
    figure.panel_height = 330;
    std::set<std::string> networks;
    for (const Group& group : groups) {
        if (!networks.insert(group.network).second) continue;
        Panel panel{group.title(), axis_name(Against::steps), "validation loss"};
        for (const Model& model : group.models)
            for (Trace& trace : seed_curves(model, {{"validation_loss"}}, Against::steps))
                panel.traces.push_back(std::move(trace));
        if (panel.traces.empty()) continue;
        for (LegendEntry& entry : norm_legend(group))
            if (std::none_of(figure.legend.begin(), figure.legend.end(),
                             [&](const auto& e) { return e.label == entry.label; }))
                figure.legend.push_back(std::move(entry));
        figure.panels.push_back(std::move(panel));
    }
    const bool log = std::any_of(figure.panels.begin(), figure.panels.end(),
                                 [](const Panel& p) { return wants_log(p.traces); });
    for (Panel& panel : figure.panels) {  // all on axes of one kind
        panel.y_log = log;
        if (log) panel.y_label += " (log scale)";
        fit_after_start(panel);
    }
    if (std::any_of(groups.begin(), groups.end(), several_seeds)) figure.legend.push_back(one_seed_entry());
    figure.columns = std::clamp<std::size_t>(figure.panels.size(), 1, 2);
    return complete(figure, "chosen run with a validation loss");
}

Figure titled(const Group& group, const std::string& kind, const std::string& heading,
              const std::string& hint) {
    Figure figure{group.key() + "-" + kind, heading + " · " + group.title(), heading, hint};
    figure.section = group.key();
    return figure;
}

Figure complete(Figure figure, const std::string& what) {
    if (std::all_of(figure.panels.begin(), figure.panels.end(),
                    [](const Panel& p) { return p.traces.empty(); })) {
        figure.panels.clear();
        figure.hint = fmt::format("Not drawn: these results hold no {}.", what);
    }
    return figure;
}

std::size_t columns_for(std::size_t n) {
    if (n <= 4) return std::max<std::size_t>(n, 1);
    return n <= 6 || n == 9 ? 3 : 4;
}

}  // namespace tapedeck::demos
