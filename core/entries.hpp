// Entries: where a tape keeps them.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <vector>

#include <tapedeck/core/entry.hpp>

namespace tapedeck {

/// Entries in chunks: they never move, and a rewind keeps their memory.
template <class T>
class Entries {
  public:
    Entry<T>& operator[](std::size_t i) { return chunks_[i / kChunk][i % kChunk]; }
    const Entry<T>& operator[](std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }
    /// Entry i, made if need be.
    Entry<T>& slot(std::size_t i) {
        if (i / kChunk == chunks_.size()) {
            chunks_.push_back(std::make_unique<Entry<T>[]>(kChunk));
            for (std::size_t k = 0; k < kChunk; ++k)
                chunks_.back()[k].index_ = static_cast<std::uint32_t>(i + k);
        }
        return (*this)[i];
    }

    /// Walks over them in the order of recording.
    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Entry<T>;
        using difference_type = std::ptrdiff_t;
        using pointer = const Entry<T>*;
        using reference = const Entry<T>&;

        Iterator() = default;
        Iterator(const Entries* entries, std::size_t at) : entries_(entries), at_(at) {}
        reference operator*() const { return (*entries_)[at_]; }
        pointer operator->() const { return &**this; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return {entries_, at_++}; }
        bool operator==(const Iterator&) const = default;

      private:
        const Entries* entries_ = nullptr;
        std::size_t at_ = 0;
    };

  private:
    static constexpr std::size_t kChunk = 128;
    std::vector<std::unique_ptr<Entry<T>[]>> chunks_;
};

}  // namespace tapedeck
