// Names to and fro, from one table for each enum.
#include "demos/compare_norms/names.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "demos/common/error.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

template <class E, std::size_t N>
using Table = std::array<std::pair<E, std::string_view>, N>;

constexpr Table<Task, 3> kTasks{
    {{Task::fashion, "fashion"}, {Task::spirals, "spirals"}, {Task::adding, "adding"}}};
constexpr Table<Network, 2> kNetworks{{{Network::mlp, "mlp"}, {Network::rnn, "rnn"}}};
constexpr Table<Norm, 4> kNorms{{{Norm::none, "none"},
                                 {Norm::batch, "batch"},
                                 {Norm::layer, "layer"},
                                 {Norm::batch_shared, "batch-shared"}}};

template <class E, std::size_t N>
std::string find_name(const Table<E, N>& table, E value) {
    for (const auto& [key, name] : table) {
        if (key == value) return std::string(name);
    }
    throw FlagError("A value outside its enum has no name.");
}

template <class E, std::size_t N>
E find_value(const Table<E, N>& table, std::string_view text) {
    for (const auto& [key, name] : table) {
        if (name == text) return key;
    }
    throw FlagError(fmt::format("There is no \"{}\" to compare.", text));
}

template <class E, std::size_t N>
std::vector<std::string> all_names(const Table<E, N>& table) {
    std::vector<std::string> names;
    for (const auto& row : table) names.emplace_back(row.second);
    return names;
}

}  // namespace

std::string name_of(Task task) { return find_name(kTasks, task); }
std::string name_of(Network network) { return find_name(kNetworks, network); }
std::string name_of(Norm norm) { return find_name(kNorms, norm); }

std::vector<std::string> task_names() { return all_names(kTasks); }
std::vector<std::string> network_names() { return all_names(kNetworks); }
std::vector<std::string> norm_names() { return all_names(kNorms); }

Task task_named(std::string_view name) { return find_value(kTasks, name); }
Network network_named(std::string_view name) { return find_value(kNetworks, name); }
Norm norm_named(std::string_view name) { return find_value(kNorms, name); }

bool fits(Task task, Network network) {
    if (task == Task::fashion) return true;
    return (task == Task::spirals) == (network == Network::mlp);
}

bool fits(Norm norm, Network network) { return norm != Norm::batch_shared || network == Network::rnn; }

}  // namespace tapedeck::demos::compare_norms
