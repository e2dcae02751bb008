// What the tables show of a run, column by column.
#pragma once

#include <string>
#include <vector>

#include "results.hpp"
#include "spread.hpp"

namespace tapedeck::demos {

struct Measurement {
    std::string head, name;
    Path path;
    double scale;
    bool higher_is_better, judged;  // a training result or a time is shown, not judged
};

/// The measurements that any run of the group has: a regression has no accuracy.
std::vector<Measurement> measured(const Group& group);

/// A measurement over some of the runs.
Spread spread_of(const std::vector<const nlohmann::json*>& runs, const Measurement& m);

/// As many decimals as show two digits of the column's smallest median, and three at least, so that its
/// numbers align.
int decimals_for(const std::vector<Spread>& column, const Measurement& m);

/// A table's head in two lines, after the HTML of its `first` cells: loss, accuracy, seconds, and what of
/// each.
std::string table_head(const std::vector<Measurement>& shown, const std::string& first);

}  // namespace tapedeck::demos
