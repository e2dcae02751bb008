// What can be compared: tasks, networks and norms, and what they are called in flags and results.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck::demos::compare_norms {

enum class Task { fashion, spirals, adding };
enum class Network { mlp, rnn };
enum class Norm { none, batch, layer, batch_shared };

std::string name_of(Task task);
std::string name_of(Network network);
std::string name_of(Norm norm);

std::vector<std::string> task_names();
std::vector<std::string> network_names();
std::vector<std::string> norm_names();

Task task_named(std::string_view name);
Network network_named(std::string_view name);
Norm norm_named(std::string_view name);

/// Whether the network can read the task: spirals are points, the adding problem is a sequence, images are
/// both.
bool fits(Task task, Network network);

/// Whether the norm has a meaning there: only a recurrent network has statistics to share between time steps.
bool fits(Norm norm, Network network);

}  // namespace tapedeck::demos::compare_norms
