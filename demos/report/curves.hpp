// Curves over training: one for each seed, with their median.
#pragma once

#include <string>
#include <vector>

#include "figure.hpp"
#include "results.hpp"

namespace tapedeck::demos {

enum class Against { steps, seconds };

/// How a series is read: under which path of "series", times what (100: a share in percent).
struct Series {
    Path path;
    double scale = 1;
};

/// The chosen runs' curves of a series in the model's colour: each seed faint, the median bold. Where half of
/// the seeds or more have no finite value, the median has none.
std::vector<Trace> seed_curves(const Model& model, const Series& series, Against against);

/// The same for rows that are not over training: y over 1, 2, 3, ...
std::vector<Trace> seed_curves_by_index(const Model& model, const Path& path);

/// The median over the chosen runs at each evaluation point: columns x and y.
std::vector<std::vector<double>> median_curve(const Model& model, const Series& series, Against against);

/// Whether positive curves, from their second point on, span so much that only a logarithmic axis shows them.
bool wants_log(const std::vector<Trace>& traces);

/// The name of the axis: "training step", or "training time (s)".
std::string axis_name(Against against);

/// An entry for each norm that the traces' figure shows, and for "one seed" when there are several.
std::vector<LegendEntry> norm_legend(const Group& group);
LegendEntry one_seed_entry();
bool several_seeds(const Group& group);

}  // namespace tapedeck::demos
