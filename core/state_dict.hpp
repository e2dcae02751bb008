// StateDict: named places in memory, which are saved to a file and loaded from one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/core/parameter.hpp>
#include <tapedeck/core/random.hpp>

namespace tapedeck {

struct Archive;

/// Names a program's state, and saves or loads all of it at once. It points at what it was given.
class StateDict {
  public:
    /// Whether a file without it can be loaded; it is then left as it is.
    enum class Needed { yes, no };

    /// Its numbers, in the shape that it has when it is saved or loaded; a file with another shape is
    /// refused.
    template <class T>
    void add(std::string name, Tensor<T>& tensor);
    /// Its value; loading says that it changed.
    template <class T>
    void add(std::string name, Parameter<T>& parameter);
    /// Where the generator stands: four words. A file in which all are 0 is refused.
    void add(std::string name, Random& random, Needed needed = Needed::yes);
    /// A count.
    void add(std::string name, std::uint64_t& number);
    /// The number as it is now: a float, double, std::uint64_t or std::int64_t. Loading hands its own to
    /// `set`, which must not throw, unless `objection` says what is wrong with it: "is -1, which no learning
    /// rate is".
    template <class Number>
    void add(std::string name, Number now, std::function<std::string(Number)> objection,
             std::function<void(Number)> set, Needed needed = Needed::yes);
    /// Whole numbers that a tensor keeps as T, in the file as I64, where PyTorch has its counts; those that
    /// are not whole stay T. Loading takes either.
    template <class T>
    void add_count(std::string name, Tensor<T>& tensor);

    /// Writes a temporary file beside it, waits until that is on the disk, and renames: a power cut leaves
    /// the old file or the new one. One program at a time may save to a file.
    /// @throws CheckpointError when two things have one name; FileError when the file can't be written.
    void save(const std::filesystem::path& file) const;
    /// Loads everything, or changes nothing.
    /// @throws CheckpointError when the file can't be read or is broken, lacks a name or has one too many, or
    /// has other shapes or types of numbers.
    void load(const std::filesystem::path& file);

  private:
    struct Numbers {
        std::string_view dtype, bytes;
    };
    struct Stored {
        std::string_view dtype;
        std::string bytes;
    };
    struct Item {
        std::string name;
        std::vector<std::string_view> dtypes;  // those that it loads, the usual one first
        Needed needed = Needed::yes;
        std::function<Shape()> shape;
        std::function<Stored()> stored;
        /// What is wrong with these numbers, of the right shape and type; mostly nothing.
        std::function<std::string(Numbers)> objection;
        std::function<void(Numbers)> set;  // must not throw
    };
    void check_names(const std::string& user) const;
    void check(const Archive& archive, const std::string& user) const;

    std::vector<Item> items_;
};

extern template void StateDict::add(std::string, Tensor<float>&);
extern template void StateDict::add(std::string, Tensor<double>&);
extern template void StateDict::add(std::string, Parameter<float>&);
extern template void StateDict::add(std::string, Parameter<double>&);
extern template void StateDict::add(std::string, float, std::function<std::string(float)>,
                                    std::function<void(float)>, Needed);
extern template void StateDict::add(std::string, double, std::function<std::string(double)>,
                                    std::function<void(double)>, Needed);
extern template void StateDict::add(std::string, std::uint64_t, std::function<std::string(std::uint64_t)>,
                                    std::function<void(std::uint64_t)>, Needed);
extern template void StateDict::add(std::string, std::int64_t, std::function<std::string(std::int64_t)>,
                                    std::function<void(std::int64_t)>, Needed);
extern template void StateDict::add_count(std::string, Tensor<float>&);
extern template void StateDict::add_count(std::string, Tensor<double>&);

}  // namespace tapedeck
