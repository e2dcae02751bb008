// Playback: a reverse pass that can be paused, stepped, and stepped back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <tapedeck/core/inspect/deposits.hpp>
#include <tapedeck/core/stepping.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// A reverse pass under way, from `tape.reverse(loss)`: paused before the adjoint of here(). Any mixture of
/// step() and back() ends in the same bits as `tape.backward(loss)`. It serves as long as its tape is neither
/// rewound nor played nor reversed anew nor given new data, and no parameter changes; using it after that
/// throws StaleVariableError.
template <class T = float>
class Playback : public Stepping<Playback<T>, T> {
  public:
    // Two of them stepping one pass would add everything twice.
    Playback(Playback&&) noexcept = default;
    Playback& operator=(Playback&&) noexcept = default;

    /// Runs the adjoint of here() and moves on. @returns false when the pass was over already.
    bool step(Where where = Where::here());
    /// Takes the last step back, to the bit. @returns false at the beginning.
    bool back(Where where = Where::here());
    using Stepping<Playback, T>::until;
    /// Steps until v's gradient is complete: here() is v, or lies before it. @returns whether a gradient came
    /// to v.
    bool until(Variable<T> v, Where where = Where::here());

    /// Whether every adjoint has run.
    bool done() const { return next_ == kEnd; }
    /// The entry whose adjoint runs next. @throws ValueError when done().
    const Entry<T>& here(Where where = Where::here()) const;
    /// How many steps lie behind.
    std::size_t steps() const { return steps_.size(); }
    /// What the last step handed to each of its entry's inputs, and whether it was assigned or added; nothing
    /// before the first step.
    std::vector<Contribution<T>> deposits(Where where = Where::here()) const;

  private:
    friend class Tape<T>;
    friend class Stepping<Playback, T>;
    static constexpr std::string_view kUntil = "Playback::until", kFinish = "Playback::finish";
    static constexpr std::size_t kEnd = static_cast<std::size_t>(-1);
    /// A gradient as it was before the step that added to it.
    struct Saved {
        std::uint32_t entry;
        std::uint32_t contributions;
        Tensor<T> grad;
    };
    struct Step {
        std::size_t entry;
        std::size_t first_saved;
    };

    Playback(Tape<T>& tape, std::size_t last);
    void check(std::string_view user, Where where) const;
    void seek(std::size_t from);
    template <class Predicate>
    bool ahead(const Predicate& predicate, Where where) const;

    Tape<T>* tape_;
    std::uint32_t pass_;
    std::size_t next_ = kEnd;
    std::vector<Step> steps_;
    std::vector<Saved> saved_;
};

template <class T>
template <class Predicate>
bool Playback<T>::ahead(const Predicate& predicate, Where where) const {
    check(kUntil, where);
    if (done()) return false;
    // The pass will come by what already has a gradient, and by what that reads.
    std::vector<bool> comes_by(next_ + 1, false);
    for (std::size_t i = next_ + 1; i-- > 0;) {
        const Entry<T>& entry = (*tape_)[i];
        if (entry.is_leaf() || !entry.needs_grad() || !(comes_by[i] || entry.contributions() > 0)) continue;
        if (predicate(entry)) return true;
        for (const std::uint32_t input : entry.inputs()) comes_by[input] = true;
    }
    return false;
}

extern template class Playback<float>;
extern template class Playback<double>;

}  // namespace tapedeck
