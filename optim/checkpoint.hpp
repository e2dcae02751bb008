// Checkpoint: all that a training goes on from, in one file.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/state_dict.hpp>
#include <tapedeck/layers/module.hpp>
#include <tapedeck/optim/optimizer.hpp>
#include <tapedeck/optim/schedule.hpp>

namespace tapedeck {

/// Lists what a training consists of, each under its name, once for saving and for loading. A training that
/// is built alike and then loaded goes on to the same bits as one that never stopped. It points at what it is
/// given: in a struct that is copied, the copy's Checkpoint still saves and loads the original's members, so
/// delete the copying of a struct that holds its own.
///
///     td::Checkpoint<float> checkpoint;
///     checkpoint.add("net", net).add("adam", adam).add("order", rng).add("epoch", epoch);
///     checkpoint.load("training.safetensors");  // and later
///     checkpoint.save("training.safetensors");
template <class T = float>
class Checkpoint {
  public:
    /// Its parameters, buffers and generators: "net.fc1.weight".
    /// @throws ValueError, as each add does, when the name is empty.
    Checkpoint& add(std::string_view name, Module<T>& module);
    /// Its value: "scale". Parameters of modules and of optimizers are saved with these.
    Checkpoint& add(std::string_view name, Parameter<T>& parameter);
    /// Its rate, and what its steps remember of each parameter: "adam.lr", "adam.exp_avg.net.fc1.weight". Of
    /// its parameters those that are added nowhere else, too, by their number: "adam.param.0". Its other
    /// options are the program's.
    /// @throws Error when an optimizer of the program's own does not override visit().
    Checkpoint& add(std::string_view name, Optimizer<T>& optimizer);
    /// How many steps it has taken, and the rate that it started from, which a file may lack: "cosine.steps",
    /// "cosine.base_lr". The rate now is its optimizer's.
    Checkpoint& add(std::string_view name, LRSchedule<T>& schedule);
    /// Where the generator stands: four words.
    Checkpoint& add(std::string_view name, Random& random);
    /// A whole number of the program's own, such as the epoch.
    template <std::integral Number>
    Checkpoint& add(std::string_view name, Number& number) {
        using Stored = std::conditional_t<std::signed_integral<Number>, std::int64_t, std::uint64_t>;
        return add_part(name, [&number](StateDict& state, const std::string& as) {
            state.add<Stored>(
                as, number,
                [](Stored stored) {
                    return std::in_range<Number>(stored)
                               ? std::string()
                               : fmt::format("is {}, which its variable here can't hold", stored);
                },
                [&number](Stored stored) { number = static_cast<Number>(stored); });
        });
    }
    /// Such as the best loss so far.
    Checkpoint& add(std::string_view name, double& number);
    /// The same, as what item() of a float loss gives.
    Checkpoint& add(std::string_view name, float& number);
    /// Such as whether the warm-up is over; a number, 0 or 1.
    Checkpoint& add(std::string_view name, bool& flag);

    /// Writes everything in the safetensors format, as save(module, file) does.
    /// @throws FileError, the old file left as it was, when it can't be written; CheckpointError when two
    /// things have one name.
    void save(const std::filesystem::path& file) const;
    /// Loads everything, or changes nothing.
    /// @throws CheckpointError when the file is missing or broken, or has other names, shapes or types of
    /// numbers than this training. Kinds are not in it: what Adam saved fits AdamW, and one schedule's steps
    /// another's.
    void load(const std::filesystem::path& file);

  private:
    using Part = std::function<void(StateDict& state, const std::string& name)>;
    Checkpoint& add_part(std::string_view name, Part part);
    StateDict state() const;

    std::vector<std::pair<std::string, Module<T>*>> modules_;
    std::vector<std::pair<std::string, Parameter<T>*>> alone_;
    std::vector<std::pair<std::string, Optimizer<T>*>> optimizers_;
    std::vector<std::pair<std::string, Part>> parts_;
};

extern template class Checkpoint<float>;
extern template class Checkpoint<double>;

}  // namespace tapedeck
