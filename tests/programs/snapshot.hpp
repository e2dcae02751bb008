// All that a pass left behind, to be compared bit by bit.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "interpreter.hpp"

namespace tapedeck::test {

/// Values, gradients and counts of all entries, and what the state holds.
template <class T>
class Snapshot {
  public:
    Snapshot(const Tape<T>& tape, const State<T>& state) {
        for (const Entry<T>& entry : tape) {
            counts_.push_back(entry.contributions());
            append(entry.index(), entry.op(), "value", entry.value());
            if (entry.has_grad()) append(entry.index(), entry.op(), "gradient", entry.grad());
        }
        for (const auto& [id, running] : state.running) {
            append(static_cast<std::size_t>(id), "RunningStatistics", "mean", running.mean);
            append(static_cast<std::size_t>(id), "RunningStatistics", "var", running.var);
        }
    }
    /// What differs first, in words; "" when nothing does.
    std::string difference(const Snapshot& other) const {
        for (std::size_t i = 0; i < std::min(parts_.size(), other.parts_.size()); ++i) {
            const Part &a = parts_[i], &b = other.parts_[i];
            if (a.shape != b.shape)
                return fmt::format("{}: {}, then {}", a.text(), to_text(a.shape), to_text(b.shape));
            const std::size_t n = elements(a.shape);
            if (n == 0 || std::memcmp(&numbers_[a.at], &other.numbers_[b.at], n * sizeof(T)) == 0) continue;
            for (std::size_t k = 0; k < n; ++k) {
                if (std::memcmp(&numbers_[a.at + k], &other.numbers_[b.at + k], sizeof(T)) != 0)
                    return fmt::format("{}: element {} is {:.17g}, then {:.17g}", a.text(), k,
                                       numbers_[a.at + k], other.numbers_[b.at + k]);
            }
        }
        if (parts_.size() != other.parts_.size()) return "not as many gradients";
        if (counts_ != other.counts_) return "the contributions are counted differently";
        return "";
    }

  private:
    struct Part {
        std::size_t index;
        std::string_view op, what;
        Shape shape;
        std::size_t at;
        std::string text() const { return fmt::format("#{} {}, {}", index, op, what); }
    };
    void append(std::size_t index, std::string_view op, std::string_view what, const Tensor<T>& x) {
        parts_.push_back({index, op, what, x.shape(), numbers_.size()});
        numbers_.insert(numbers_.end(), x.storage().begin(), x.storage().end());
    }
    std::vector<Part> parts_;
    std::vector<T> numbers_;
    std::vector<std::size_t> counts_;
};

}  // namespace tapedeck::test
