// Sums and means over axes, and broadcasting: what the hypotheses calculate with.
#pragma once

#include <string>
#include <vector>

#include <tapedeck/core/gradcheck/diagnosis.hpp>

namespace tapedeck::diagnosis {

/// The elements of a tensor, sorted into the groups that one statistic is taken over.
class Groups {
  public:
    /// `over[axis]`: whether groups run along it.
    Groups(const Shape& shape, std::vector<bool> over);

    /// One value a group.
    Values sums(const Values& v) const;
    /// The same, spread out over the group's elements again.
    Values sum(const Values& v) const { return spread(sums(v)); }
    Values mean(const Values& v) const { return spread(sums(v)) / static_cast<double>(size_); }
    Values spread(const Values& of_groups) const;
    /// How many elements a group has.
    std::size_t size() const { return size_; }
    /// "axis 0", "axes 0 and 2"
    std::string text() const;

  private:
    std::vector<bool> over_;
    std::vector<std::size_t> group_;
    std::size_t count_ = 1;
    std::size_t size_ = 1;
};

/// For every set of axes whose groups have more than one element.
std::vector<Groups> every_grouping(const Shape& shape);
/// The axes along which a tensor of shape `small` was stretched to be of shape `large`; empty when it was
/// not.
std::optional<Groups> stretched(const Shape& small, const Shape& large);

/// A field's values over a larger shape: broadcast as NumPy does, and, with one dimension, along any axis of
/// its size (a channel's weight). Empty when it fits nowhere.
std::vector<Values> aligned(const Field& field, const Shape& shape);

double largest(const Values& v);

}  // namespace tapedeck::diagnosis
