// Grouping: what a normalization's statistics are taken over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// How a normalization sorts its input into groups that share a mean and a variance: the one thing in which
/// BatchNorm, LayerNorm, RMSNorm, GroupNorm and InstanceNorm differ. y = (x - mean) * rstd * weight + bias,
/// where mean and rstd are the group's, and weight and bias the channel's or feature's.
template <class T>
struct Grouping {
    std::vector<std::uint32_t> group = {};    ///< of each element of x, row-major
    std::vector<std::uint32_t> feature = {};  ///< of each element: its index into weight and bias
    std::vector<T> mean = {};                 ///< of each group; zeros where no mean is taken off
    std::vector<T> rstd = {};                 ///< of each group: 1 / sqrt(variance + eps)
    bool has_weight = false;                  ///< input 1 is the weight
    bool has_mean = true;                     ///< whether a mean is taken off
    bool depends_on_x = true;                 ///< false where the statistics are running ones

    /// Appends a group.
    void add(T its_mean, T its_rstd) {
        mean.push_back(its_mean);
        rstd.push_back(its_rstd);
    }
};

/// What an operation says of itself when it is a normalization.
template <class T>
class Normalization {
  public:
    /// The groups of an input of this shape, with the statistics of the last run.
    virtual Grouping<T> grouping(const Shape& x) const = 0;

  protected:
    ~Normalization() = default;
};

/// The grouping of a recorded normalization, with the statistics of its last run; nothing for any other
/// operation, and for one that is spelled out.
template <class T>
std::optional<Grouping<T>> grouping(Variable<T> v, Where where = Where::here()) {
    const Entry<T>& entry = v.entry(where);
    const auto* norm = dynamic_cast<const Normalization<T>*>(&entry.operation());
    if (norm == nullptr) return std::nullopt;
    return norm->grouping(v.tape()[entry.inputs()[0]].value().shape());
}

}  // namespace tapedeck
