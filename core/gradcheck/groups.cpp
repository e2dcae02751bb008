#include <tapedeck/core/gradcheck/groups.hpp>

#include <algorithm>
#include <cmath>

namespace tapedeck::diagnosis {
namespace {

/// The row-major index of every element of `shape` in a tensor that has the strides `stride`.
std::vector<std::size_t> walk(const Shape& shape, const std::vector<std::size_t>& stride) {
    std::vector<std::size_t> index(elements(shape));
    for (std::size_t i = 0; i < index.size(); ++i) {
        std::size_t rest = i;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            index[i] += rest % shape[axis] * stride[axis];
            rest /= shape[axis];
        }
    }
    return index;
}

Values picked(const Values& v, const std::vector<std::size_t>& index) {
    Values result(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) result[i] = v[index[i]];
    return result;
}

}  // namespace

Groups::Groups(const Shape& shape, std::vector<bool> over) : over_(std::move(over)) {
    std::vector<std::size_t> stride(shape.size(), 0);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        if (over_[axis]) {
            size_ *= shape[axis];
        } else {
            stride[axis] = count_;
            count_ *= shape[axis];
        }
    }
    group_ = walk(shape, stride);
}

Values Groups::sums(const Values& v) const {
    Values total(0.0, count_);
    for (std::size_t i = 0; i < v.size(); ++i) total[group_[i]] += v[i];
    return total;
}

Values Groups::spread(const Values& of_groups) const { return picked(of_groups, group_); }

std::string Groups::text() const {
    std::vector<std::size_t> axes;
    for (std::size_t axis = 0; axis < over_.size(); ++axis) {
        if (over_[axis]) axes.push_back(axis);
    }
    std::string text = axes.size() == 1 ? "axis " : "axes ";
    for (std::size_t k = 0; k < axes.size(); ++k)
        text += (k == 0 ? "" : k + 1 == axes.size() ? " and " : ", ") + std::to_string(axes[k]);
    return text;
}

std::vector<Groups> every_grouping(const Shape& shape) {
    std::vector<Groups> all;
    if (shape.size() > Axes::kMax) return all;
    for (std::size_t set = 1; set < (std::size_t{1} << shape.size()); ++set) {
        std::vector<bool> over(shape.size());
        bool has_ones = false;  // an axis of size 1 adds nothing to a group
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            over[axis] = (set >> axis & 1) != 0;
            has_ones = has_ones || (over[axis] && shape[axis] == 1);
        }
        Groups groups(shape, over);
        if (!has_ones && groups.size() > 1) all.push_back(std::move(groups));
    }
    return all;
}

std::optional<Groups> stretched(const Shape& small, const Shape& large) {
    Shape both;
    if (small.size() > large.size() || !broadcast(small, large, both) || both != large) return std::nullopt;
    std::vector<bool> over(large.size(), true);
    for (std::size_t k = 0; k < small.size(); ++k) {
        const std::size_t axis = large.size() - 1 - k;
        over[axis] = small[small.size() - 1 - k] != large[axis];
    }
    return Groups(large, over);
}

std::vector<Values> aligned(const Field& field, const Shape& shape) {
    std::vector<Values> all;
    if (const auto groups = stretched(field.shape, shape)) all.push_back(groups->spread(field.values));
    if (field.shape.size() == 1 && field.shape[0] > 1) {
        for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) {
            if (shape[axis] != field.shape[0]) continue;
            std::vector<bool> over(shape.size(), true);
            over[axis] = false;
            all.push_back(Groups(shape, over).spread(field.values));
        }
    }
    return all;
}

double largest(const Values& v) { return v.size() == 0 ? 0 : std::abs(v).max(); }

}  // namespace tapedeck::diagnosis
