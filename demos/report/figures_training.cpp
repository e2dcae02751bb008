// How training went: loss, accuracy, the two modes, and the learning rates that were tried.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "curves.hpp"
#include "figures.hpp"
#include "range.hpp"
#include "spread.hpp"

namespace tapedeck::demos {
namespace {

/// One panel against steps, one against seconds.
Figure against_both(Figure figure, const Group& group, const Series& series, const std::string& y_label,
                    bool may_be_log) {
    for (const Against against : {Against::steps, Against::seconds}) {
        Panel panel{"against " + std::string(against == Against::steps ? "steps" : "time"),
                    axis_name(against), y_label};
        for (const Model& model : group.models)
            for (Trace& trace : seed_curves(model, series, against)) panel.traces.push_back(std::move(trace));
        panel.y_log = may_be_log && wants_log(panel.traces);
        if (panel.y_log) panel.y_label += " (log scale)";
        panel.y_group = 1;
        fit_after_start(panel);
        if (!panel.traces.empty()) figure.panels.push_back(std::move(panel));
    }
    figure.legend = norm_legend(group);
    if (several_seeds(group)) figure.legend.push_back(one_seed_entry());
    figure.columns = columns_for(figure.panels.size());
    figure.panel_height = 290;
    return complete(figure, fmt::format("{}", series.path.back()));
}

}  // namespace

Figure loss(const Group& group, const std::string& which) {
    const std::string name = which == "train" ? "Training loss" : "Validation loss";
    const std::string hint =
        which == "train"
            ? "Whether a lower validation loss above comes with a lower training loss, or without one: the "
              "first is easier "
              "optimization, the second regularization (evaluation mode, on a subset of the training data)."
            : "How soon each curve falls, and how far apart the bold lines end compared with the faint ones; "
              "on the right the "
              "same curves against training time, where what a norm costs per step counts too (the untrained "
              "start lies above the axis).";
    return against_both(titled(group, which + "-loss", name, hint), group, {{which + "_loss"}},
                        which == "train" ? "training loss" : "validation loss", true);
}

Figure accuracy(const Group& group) {
    return against_both(
        titled(group, "validation-accuracy", "Validation accuracy",
               "Whether the order of the models by accuracy is the order by loss: the two can differ."),
        group, {{"validation_accuracy"}, 100}, "validation accuracy (%)", false);
}

Figure modes(const Group& group) {
    Figure figure = titled(group, "modes", "Training mode against evaluation mode",
                           "The same batches, evaluated in both modes: a gap can only come from what depends "
                           "on the mode, such as "
                           "BatchNorm's switch from batch to running statistics (median over the seeds).");
    const Pen training{"#000000", "solid", 1, 8};
    figure.legend.push_back({"training mode", Kind::line, training});
    for (const Model& model : group.models) {
        const NormStyle style = norm_style(model.norm);
        Panel panel{style.label, axis_name(Against::steps), "training loss"};
        const auto evaluation = median_curve(model, {{"train_loss"}}, Against::steps);
        const auto in_training = median_curve(model, {{"train_mode_loss"}}, Against::steps);
        if (evaluation[0].empty() || in_training[0].empty()) continue;
        panel.traces = {{Kind::line, style.pen, evaluation}, {Kind::line, training, in_training}};
        panel.y_group = 1;
        figure.legend.push_back({"evaluation, " + style.label, Kind::line, style.pen});
        figure.panels.push_back(std::move(panel));
    }
    std::vector<Trace> all;
    for (const Panel& panel : figure.panels) all.insert(all.end(), panel.traces.begin(), panel.traces.end());
    if (wants_log(all))
        for (Panel& panel : figure.panels) panel.y_log = true, panel.y_label += " (log scale)";
    for (Panel& panel : figure.panels) fit_after_start(panel);
    figure.columns = columns_for(figure.panels.size());
    return complete(figure, "loss in both modes");
}

namespace {

double between(const Range& range, bool log, double share) {
    return log ? range.low * std::pow(range.high / range.low, share)
               : range.low + share * (range.high - range.low);
}

/// Every run's final value as a point over its learning rate; norms stand a little apart so that none hides
/// another.
Panel rate_panel(const Group& group, const std::string& key, const std::string& label, double scale,
                 bool& any_failed) {
    Panel panel{"", "learning rate (log scale)", label};
    panel.x_log = true;
    std::vector<Trace> failed;
    std::set<double> rates;
    const double middle = (static_cast<double>(group.models.size()) - 1) / 2;
    for (std::size_t m = 0; m < group.models.size(); ++m) {
        const double aside = std::pow(10, 0.035 * (static_cast<double>(m) - middle));
        Pen pen = norm_style(group.models[m].norm).pen;
        std::map<double, std::vector<double>> by_rate;
        Trace points{Kind::points, pen, {{}, {}}}, crosses{Kind::crosses, pen, {{}, {}}},
            medians{Kind::line, pen, {{}, {}}};
        points.pen.width = 0.75;
        crosses.pen.width = 0.9;
        for (const nlohmann::json* run : group.models[m].runs) {
            const double rate = number(part(*run, {"learning_rate"})),
                         value = number(part(*run, {"final", key})) * scale;
            if (!(rate > 0)) continue;
            rates.insert(rate);
            if (!std::isfinite(value) && text(*run, "status") != "diverged") continue;
            Trace& kind = std::isfinite(value) ? points : crosses;
            kind.columns[0].push_back(rate * aside);
            kind.columns[1].push_back(value);
            by_rate[rate].push_back(value);
        }
        for (const auto& [rate, values] : by_rate) {
            medians.columns[0].push_back(rate * aside);
            const Spread spread = spread_of(values);
            medians.columns[1].push_back(2 * spread.count > values.size() ? spread.median : std::nan(""));
        }
        medians.pen.width = 1.4;
        if (!points.columns[0].empty()) {
            panel.traces.push_back(std::move(medians));
            panel.traces.push_back(std::move(points));
        }
        if (!crosses.columns[0].empty()) failed.push_back(std::move(crosses));
    }
    panel.x_tics.assign(rates.begin(), rates.end());
    if (!rates.empty()) panel.x = padded({*rates.begin(), *rates.rbegin()}, true, 0.15);
    if (panel.traces.empty() && failed.empty()) return panel;
    panel.y_log = wants_log(panel.traces);
    if (panel.y_log) panel.y_label += " (log scale)";
    panel.y = padded(range_of(panel, true), panel.y_log, 0.09);
    // A diverged run: inside the upper edge of a loss, the lower one of an accuracy.
    const double edge = scale > 1 ? between(panel.y, panel.y_log, 0.03) : between(panel.y, panel.y_log, 0.97);
    for (Trace& crosses : failed) {
        std::fill(crosses.columns[1].begin(), crosses.columns[1].end(), edge);
        panel.traces.push_back(std::move(crosses));
        any_failed = true;
    }
    return panel;
}

}  // namespace

Figure learning_rates(const Group& group) {
    Figure figure =
        titled(group, "learning-rates", "Every learning rate and seed",
               "How wide the range of learning rates is in which a model trains well, and whether the best "
               "one lies at the edge "
               "of what was tried: each point is one seed's final value, the lines join the medians.");
    bool failed = false;
    for (Panel& panel :
         std::array{rate_panel(group, "validation_loss", "final validation loss", 1, failed),
                    rate_panel(group, "validation_accuracy", "final validation accuracy (%)", 100, failed)})
        if (std::any_of(panel.traces.begin(), panel.traces.end(),
                        [](const Trace& t) { return t.kind == Kind::points; }))
            figure.panels.push_back(panel);
    for (const Model& model : group.models) {
        const NormStyle style = norm_style(model.norm);
        Pen pen = style.pen;
        pen.width = 0.9;
        figure.legend.push_back({style.label, Kind::points, pen});
    }
    if (failed)
        figure.legend.push_back({"diverged (at the edge)", Kind::crosses, {"#333333", "solid", 0.9, 9}});
    figure.columns = columns_for(figure.panels.size());
    figure.panel_height = 290;
    return complete(figure, "final validation loss");
}

}  // namespace tapedeck::demos
