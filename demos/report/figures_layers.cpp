// What happened in the layers over training: a panel for each layer or parameter, a line for each norm.
#include "curves.hpp"
#include "figures.hpp"

namespace tapedeck::demos {
namespace {

Figure by_layer(Figure figure, const Group& group, const std::string& key, const std::string& y_label,
                double scale, bool log) {
    for (const std::string& layer : keys_in(group, {"series", key})) {
        Panel panel{layer, axis_name(Against::steps), y_label};
        panel.y_log = log;
        panel.y_group = 1;
        for (const Model& model : group.models)
            for (Trace& trace : seed_curves(model, {{key, layer}, scale}, Against::steps))
                panel.traces.push_back(std::move(trace));
        if (!panel.traces.empty()) figure.panels.push_back(std::move(panel));
    }
    figure.legend = norm_legend(group);
    if (several_seeds(group)) figure.legend.push_back(one_seed_entry());
    figure.columns = columns_for(figure.panels.size());
    return figure;
}

}  // namespace

Figure update_ratio(const Group& group) {
    Figure figure = by_layer(
        titled(group, "update-ratio", "Size of the updates",
               "How large one update is compared with the parameter it changes, as log10: about -3 is a "
               "common rule of "
               "thumb; far above it a parameter is overwritten quickly, far below it barely learns."),
        group, "log10_update_ratio", "log10(update / data)", 1, false);
    for (Panel& panel : figure.panels) {
        const std::vector<double> x = panel.traces.back().columns[0];
        panel.traces.push_back({Kind::line, guide_pen(), {{x.front(), x.back()}, {-3, -3}}});
    }
    figure.legend.push_back({"guide at -3", Kind::line, guide_pen()});
    return complete(figure, "ratio of update to data");
}

Figure saturated(const Group& group) {
    return complete(by_layer(titled(group, "saturated", "Saturated units",
                                    "The share of activations so close to their limits that next to no "
                                    "gradient passes: whether it grows with "
                                    "training, and in which layer."),
                             group, "saturated", "saturated units (%)", 100, false),
                    "share of saturated units");
}

Figure gradient_norm(const Group& group) {
    return complete(by_layer(titled(group, "gradient-norm", "Gradient norm by layer",
                                    "Whether a norm's gradients are of like size in every layer (the panels "
                                    "share their axis), and how they "
                                    "shrink or grow over training."),
                             group, "gradient_norm", "gradient norm (log scale)", 1, true),
                    "gradient norm by layer");
}

Figure gradient_per_time_step(const Group& group) {
    Figure figure = titled(group, "gradient-per-time-step", "Gradient norm by time step",
                           "How much of the gradient at the last time step arrives at the first: a line that "
                           "falls towards the left is a "
                           "vanishing gradient, one that rises is an exploding one (end of training).");
    Panel panel{"", "time step t", "norm of dL/dh(t) (log scale)"};
    panel.y_log = true;
    for (const Model& model : group.models)
        for (Trace& trace : seed_curves_by_index(model, {"gradient_norm_per_time_step"}))
            panel.traces.push_back(std::move(trace));
    figure.panels.push_back(std::move(panel));
    figure.legend = norm_legend(group);
    if (several_seeds(group)) figure.legend.push_back(one_seed_entry());
    figure.columns = 1;
    figure.panel_height = 320;
    return complete(figure, "gradient norm by time step");
}

}  // namespace tapedeck::demos
