#include <tapedeck/optim/checkpoint.hpp>

#include <cmath>
#include <map>

#include <tapedeck/core/error.hpp>
#include <tapedeck/layers/save.hpp>

namespace tapedeck {
namespace {

template <class T>
using Paths = std::map<const Parameter<T>*, std::string>;

/// Adds an optimizer's state: of parameter "net.fc1.weight" as "adam.exp_avg.net.fc1.weight", and of one that
/// is in no module here by its number.
template <class T>
class Collector final : public StateVisitor<T> {
  public:
    Collector(StateDict& state, const std::string& name, const Optimizer<T>& optimizer, const Paths<T>& paths)
        : state_(state), name_(name), optimizer_(optimizer), paths_(paths) {}

    void operator()(std::string_view name, std::vector<Tensor<T>>& one_each) override {
        for (std::size_t i = 0; i < one_each.size(); ++i) {
            const auto path = paths_.find(optimizer_.parameters().at(i));
            state_.add(
                fmt::format("{}.{}.{}", name_, name, path == paths_.end() ? fmt::to_string(i) : path->second),
                one_each[i]);
        }
    }
    void operator()(std::string_view name, std::uint64_t& count) override {
        state_.add(fmt::format("{}.{}", name_, name), count);
    }

  private:
    StateDict& state_;
    const std::string& name_;
    const Optimizer<T>& optimizer_;
    const Paths<T>& paths_;
};

void check_name(std::string_view name) {
    if (name.empty()) throw ValueError("Checkpoint::add: the name is empty; give each part one of its own.");
}

template <class T>
void add_state(StateDict& state, const std::string& name, Optimizer<T>& optimizer, const Paths<T>& paths) {
    state.add<double>(
        name + ".lr", optimizer.lr(),
        [](double lr) {
            return lr >= 0 && std::isfinite(lr) ? "" : fmt::format("is {}, which no learning rate is", lr);
        },
        [&optimizer](double lr) { optimizer.lr(lr); });
    Collector<T> collector(state, name, optimizer, paths);
    optimizer.visit(collector);
}

}  // namespace

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, Module<T>& module) {
    check_name(name);
    modules_.emplace_back(name, &module);
    return *this;
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, Optimizer<T>& optimizer) {
    check_name(name);
    optimizers_.emplace_back(name, &optimizer);
    return *this;
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, LRSchedule<T>& schedule) {
    return add_part(name, [&schedule](StateDict& state, const std::string& as) {
        state.add<std::uint64_t>(
            as + ".steps", schedule.steps(), [](std::uint64_t) { return std::string(); },
            [&schedule](std::uint64_t steps) { schedule.steps(steps); });
    });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, Random& random) {
    return add_part(name, [&random](StateDict& state, const std::string& as) { state.add(as, random); });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, double& number) {
    return add_part(name, [&number](StateDict& state, const std::string& as) {
        state.add<double>(
            as, number, [](double) { return std::string(); }, [&number](double x) { number = x; });
    });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add_part(std::string_view name, Part part) {
    check_name(name);
    parts_.emplace_back(name, std::move(part));
    return *this;
}

template <class T>
StateDict Checkpoint<T>::state() const {
    StateDict state;
    Paths<T> paths;
    for (const auto& [name, module] : modules_) {
        add_state(state, *module, name);
        for (const auto& [path, parameter] : module->named_parameters())
            paths.emplace(parameter, fmt::format("{}.{}", name, path));
    }
    for (const auto& [name, optimizer] : optimizers_) add_state(state, name, *optimizer, paths);
    for (const auto& [name, part] : parts_) part(state, name);
    return state;
}

template <class T>
void Checkpoint<T>::save(const std::filesystem::path& file) const {
    state().save(file);
}

template <class T>
void Checkpoint<T>::load(const std::filesystem::path& file) {
    state().load(file);
}

template class Checkpoint<float>;
template class Checkpoint<double>;

}  // namespace tapedeck
