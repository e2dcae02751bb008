#include <tapedeck/optim/checkpoint.hpp>

#include <cmath>
#include <map>

#include <tapedeck/core/error.hpp>
#include <tapedeck/layers/save.hpp>

namespace tapedeck {
namespace {

template <class T>
using Paths = std::map<const Parameter<T>*, std::string>;

/// Beyond this a double, which steps are reckoned with, does not tell one count from the next.
constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 53;

void add_steps(StateDict& state, std::string name, std::uint64_t now,
               std::function<void(std::uint64_t)> set) {
    state.add<std::uint64_t>(
        std::move(name), now,
        [](std::uint64_t steps) {
            return steps <= kMostSteps ? "" : fmt::format("is {}, more steps than can be taken", steps);
        },
        std::move(set));
}

std::string objection_to_rate(double rate) {
    return rate >= 0 && std::isfinite(rate) ? "" : fmt::format("is {}, which no learning rate is", rate);
}

/// Any number will do.
template <class Number>
std::string no_objection(Number) {
    return "";
}

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
        add_steps(state_, fmt::format("{}.{}", name_, name), count, [&count](std::uint64_t n) { count = n; });
    }

  private:
    StateDict& state_;
    const std::string& name_;
    const Optimizer<T>& optimizer_;
    const Paths<T>& paths_;
};

/// Asks an optimizer whether it has a visit().
template <class T>
class Nobody final : public StateVisitor<T> {
  public:
    void operator()(std::string_view, std::vector<Tensor<T>>&) override {}
    void operator()(std::string_view, std::uint64_t&) override {}
};

void check_name(std::string_view name) {
    if (name.empty()) throw ValueError("Checkpoint::add: the name is empty; give each part one of its own.");
}

template <class T>
void add_state(StateDict& state, const std::string& name, Optimizer<T>& optimizer, const Paths<T>& paths) {
    state.add<double>(name + ".lr", optimizer.lr(), objection_to_rate,
                      [&optimizer](double lr) { optimizer.lr(lr); });
    for (std::size_t i = 0; i < optimizer.parameters().size(); ++i)
        if (Parameter<T>* p = optimizer.parameters()[i]; !paths.contains(p))
            state.add(fmt::format("{}.param.{}", name, i), *p);
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
    Nobody<T> nobody;
    optimizer.visit(nobody);
    optimizers_.emplace_back(name, &optimizer);
    return *this;
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, Parameter<T>& parameter) {
    check_name(name);
    alone_.emplace_back(name, &parameter);
    return *this;
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, LRSchedule<T>& schedule) {
    return add_part(name, [&schedule](StateDict& state, const std::string& as) {
        add_steps(state, as + ".steps", schedule.steps(),
                  [&schedule](std::uint64_t steps) { schedule.steps(steps); });
        state.add<double>(
            as + ".base_lr", schedule.base_lr(), objection_to_rate,
            [&schedule](double rate) { schedule.base_lr(rate); }, StateDict::Needed::no);
    });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, Random& random) {
    return add_part(name, [&random](StateDict& state, const std::string& as) { state.add(as, random); });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, double& number) {
    return add_part(name, [&number](StateDict& state, const std::string& as) {
        state.add<double>(as, number, no_objection<double>, [&number](double x) { number = x; });
    });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, float& number) {
    return add_part(name, [&number](StateDict& state, const std::string& as) {
        state.add<float>(as, number, no_objection<float>, [&number](float x) { number = x; });
    });
}

template <class T>
Checkpoint<T>& Checkpoint<T>::add(std::string_view name, bool& flag) {
    return add_part(name, [&flag](StateDict& state, const std::string& as) {
        state.add<std::uint64_t>(
            as, flag ? 1 : 0,
            [](std::uint64_t stored) {
                return stored <= 1 ? "" : fmt::format("is {}, which its variable here can't hold", stored);
            },
            [&flag](std::uint64_t stored) { flag = stored == 1; });
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
    for (const auto& [name, parameter] : alone_) {
        state.add(name, *parameter);
        paths.emplace(parameter, name);
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
