// Which figures there are: each kind is one function from a group of runs.
#pragma once

#include <string>
#include <vector>

#include "figure.hpp"
#include "results.hpp"

namespace tapedeck::demos {

/// Every figure of the report, the overview first, then group by group. What the results don't hold is a
/// figure without panels whose hint says so.
std::vector<Figure> figures_of(const std::vector<Group>& groups);

/// The comparison at one glance: validation loss for the first task of each network.
Figure overview(const std::vector<Group>& groups);

// figures_training.cpp: how training went
Figure loss(const Group& group, const std::string& which);  // "train" or "validation"
Figure accuracy(const Group& group);
Figure modes(const Group& group);
Figure learning_rates(const Group& group);

// figures_layers.cpp: what happened in the layers, over training
Figure update_ratio(const Group& group);
Figure saturated(const Group& group);
Figure gradient_norm(const Group& group);
Figure gradient_per_time_step(const Group& group);

// figures_norms.cpp: what the norms themselves learned and kept
Figure gamma_beta(const Group& group);
Figure running_statistics(const Group& group);

// figures_distributions.cpp: what came out of them at the end
Figure histograms(const Group& group);
Figure boundary(const Group& group);

/// A figure's name and words, before its panels.
Figure titled(const Group& group, const std::string& kind, const std::string& heading,
              const std::string& hint);

/// The figure; or, when it has no panel with data, the sentence that `what` is missing in place of its hint.
Figure complete(Figure figure, const std::string& what);

/// How many columns show n panels well.
std::size_t columns_for(std::size_t n);

}  // namespace tapedeck::demos
