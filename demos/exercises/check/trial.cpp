#include "demos/exercises/check/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>

namespace exercises::check {
namespace {

[[noreturn]] void unknown(const Case& c, std::string_view name) {
    throw std::logic_error(fmt::format("the case \"{}\" has no '{}'", c.name, name));
}

template <class List>
const auto& find(const Case& c, const List& list, std::string_view name) {
    for (const auto& [its_name, value] : list)
        if (its_name == name) return value;
    unknown(c, name);
}

}  // namespace

Trial::Trial(const Case& c, Setting setting) : case_(&c), setting_(setting) {
    for (const Array& array : c.arrays) given_.push_back(with_margin(array));
    for (const Output& output : c.outputs) {
        Array start = output.start;
        if (setting.prefilled && output.use != Use::changed)
            for (Size i = 0; i < start.values.size(); ++i) start.values[i] = prefilled_with(i);
        outputs_.push_back(with_margin(start));
    }
}

Trial::WithMargin Trial::with_margin(const Array& array) const {
    Values memory(array.values.size() + 2 * kMargin, setting_.margin);
    std::copy(array.values.begin(), array.values.end(), memory.begin() + kMargin);
    return {array, std::move(memory)};
}

Size Trial::size(std::string_view name) const { return find(*case_, case_->sizes, name); }
double Trial::number(std::string_view name) const { return find(*case_, case_->numbers, name); }
std::span<const Size> Trial::indices(std::string_view name) const {
    return find(*case_, case_->indices, name);
}

std::span<const double> Trial::given(std::string_view name) const {
    for (const auto& g : given_)
        if (g.array.name == name) return std::span(g.memory).subspan(kMargin, g.array.values.size());
    unknown(*case_, name);
}

std::span<double> Trial::out(std::string_view name) {
    for (auto& o : outputs_)
        if (o.array.name == name) return std::span(o.memory).subspan(kMargin, o.array.values.size());
    unknown(*case_, name);
}

std::vector<Array> Trial::results() const {
    std::vector<Array> all;
    for (const auto& o : outputs_) {
        const auto values = std::span(o.memory).subspan(kMargin, o.array.values.size());
        all.push_back({o.array.name, o.array.shape, Values(values.begin(), values.end())});
    }
    return all;
}

std::string Trial::written_outside() const {
    for (const auto& o : outputs_) {
        const Size n = o.array.values.size();
        for (Size i = 0; i < o.memory.size(); ++i) {
            const bool inside = i >= kMargin && i < kMargin + n;
            // By their bits: the margin may be nan.
            if (inside ||
                std::bit_cast<std::uint64_t>(o.memory[i]) == std::bit_cast<std::uint64_t>(setting_.margin))
                continue;
            const auto index = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(kMargin);
            return fmt::format("{0} has {1} {2}, and {0}[{3}] was written", o.array.name, n,
                               n == 1 ? "element" : "elements", index);
        }
    }
    return "";
}

}  // namespace exercises::check
