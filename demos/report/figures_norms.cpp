// What the norms themselves learned and kept: gain and shift, running statistics.
#include "curves.hpp"
#include "figures.hpp"

namespace tapedeck::demos {

Figure gamma_beta(const Group& group) {
    Figure figure = titled(group, "gamma-beta", "Gain γ and shift β of the norms",
                           "How far γ moves from 1 and β from 0, and whether all features move together (a "
                           "thin band) or apart (a wide one): "
                           "lines are the mean over the features, bands reach from the smallest to the "
                           "largest (medians over the seeds).");
    const std::vector<std::string> layers = keys_in(group, {"series", "gamma"});
    int row = 0;
    for (const auto& [key, letter] : {std::pair{"gamma", "γ"}, std::pair{"beta", "β"}}) {
        ++row;
        for (const std::string& layer : layers) {
            Panel panel{std::string(letter) + " of " + layer, axis_name(Against::steps), letter};
            panel.y_group = row;
            for (const Model& model : group.models) {
                const Pen pen = norm_style(model.norm).pen;
                const auto low = median_curve(model, {{key, layer, "min"}}, Against::steps);
                const auto high = median_curve(model, {{key, layer, "max"}}, Against::steps);
                const auto mean = median_curve(model, {{key, layer, "mean"}}, Against::steps);
                if (mean[0].empty()) continue;
                if (low[0].size() == high[0].size() && !low[0].empty())
                    panel.traces.push_back({Kind::band, pen, {low[0], low[1], high[1]}});
                panel.traces.push_back({Kind::line, pen, mean});
            }
            figure.panels.push_back(std::move(panel));
        }
    }
    for (const Model& model : group.models)
        if (!median_curve(model, {{"gamma", layers.empty() ? "" : layers.front(), "mean"}}, Against::steps)[0]
                 .empty())
            figure.legend.push_back({norm_style(model.norm).label, Kind::line, norm_style(model.norm).pen});
    figure.legend.push_back({"smallest to largest", Kind::band, {"#333333", "solid", 1, 9}});
    figure.columns = layers.size() == 1 ? 2 : columns_for(layers.size());
    return complete(figure, "γ and β");
}

Figure running_statistics(const Group& group) {
    Figure figure = titled(group, "running-statistics", "Running against batch statistics",
                           "Whether the running statistics, which evaluation uses, keep up with those of the "
                           "batches, which training uses: "
                           "where they lag, the two modes disagree (mean over the features, first seed).");
    const std::size_t layers = keys_in(group, {"series", "running_mean"}).size();
    for (const Model& model : group.models) {
        if (model.chosen.empty() || part(*model.chosen.front(), {"series", "running_mean"}) == nullptr)
            continue;
        const std::size_t before = figure.panels.size();
        const NormStyle style = norm_style(model.norm);
        const Model first{model.norm, {}, {model.chosen.front()}};
        const Pen batch{"#8c8c8c", "solid", 1.2, 9};
        for (const auto& [key, name] :
             {std::pair{"running_mean", "mean"}, std::pair{"running_var", "variance"}})
            for (const std::string& layer : keys_in(group, {"series", key})) {
                const auto running = median_curve(first, {{key, layer, "running"}}, Against::steps);
                const auto current = median_curve(first, {{key, layer, "batch"}}, Against::steps);
                if (running[0].empty()) continue;
                Panel panel{layer + ": " + name, axis_name(Against::steps), name};
                if (!current[0].empty()) panel.traces.push_back({Kind::line, batch, current});
                panel.traces.push_back({Kind::line, style.pen, running});
                figure.panels.push_back(std::move(panel));
            }
        if (figure.panels.size() == before) continue;
        figure.legend.push_back({"running, " + style.label, Kind::line, style.pen});
        if (figure.legend.size() == 1)
            figure.legend.insert(figure.legend.begin(), {"current batch", Kind::line, batch});
    }
    figure.columns = layers < 2 ? 2 : columns_for(layers);
    return complete(figure, "running statistics");
}

}  // namespace tapedeck::demos
