// ForwardPlayback: the forward run over a recorded tape, stepped and stepped back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <tapedeck/core/stepping.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// A recorded program run again, from `tape.forward_playback()`: paused before the forward of here(), which
/// step() runs without side effects, as `tape.play(frozen)` does. After `tape.set`, or when a parameter has
/// changed, the values downstream become those of the new data one by one; back() brings the old ones back,
/// to the bit. Otherwise every value is computed anew to the same bits, and gradients stay as they are.
/// It serves as long as its tape is neither rewound nor played nor reversed nor given new data; using it
/// after that throws StaleVariableError.
template <class T = float>
class ForwardPlayback : public Stepping<ForwardPlayback<T>, T> {
  public:
    ForwardPlayback(ForwardPlayback&&) noexcept = default;
    ForwardPlayback& operator=(ForwardPlayback&&) noexcept = default;

    /// Runs the forward of here() and moves on. @returns false when the pass was over already.
    /// @throws what the operation throws; nothing has moved then.
    bool step(Where where = Where::here());
    /// Takes the last step back. @returns false at the beginning.
    bool back(Where where = Where::here());
    using Stepping<ForwardPlayback, T>::until;
    /// Steps until v has its value: here() comes after it. @throws StaleVariableError when v is not on the
    /// tape.
    void until(Variable<T> v, Where where = Where::here());

    /// Whether every entry has its value.
    bool done() const { return next_ == end_; }
    /// The entry whose forward runs next. @throws ValueError when done().
    const Entry<T>& here(Where where = Where::here()) const;
    /// How many steps lie behind.
    std::size_t steps() const { return steps_.size(); }

  private:
    friend class Tape<T>;
    friend class Stepping<ForwardPlayback, T>;
    static constexpr std::string_view kUntil = "ForwardPlayback::until", kFinish = "ForwardPlayback::finish";
    struct Step {
        std::size_t entry;
        Tensor<T> before;  ///< kept only where the step may change it
    };

    explicit ForwardPlayback(Tape<T>& tape);
    void check(std::string_view user, Where where) const;
    void seek(std::size_t from);
    template <class Predicate>
    bool ahead(const Predicate& predicate, Where where) const;

    Tape<T>* tape_;
    std::uint32_t pass_;
    bool new_data_;
    std::size_t next_ = 0;
    std::size_t end_;
    std::vector<Step> steps_;
};

template <class T>
template <class Predicate>
bool ForwardPlayback<T>::ahead(const Predicate& predicate, Where where) const {
    check(kUntil, where);
    for (std::size_t i = next_; i < end_; ++i) {
        if (!(*tape_)[i].is_leaf() && predicate((*tape_)[i])) return true;
    }
    return false;
}

extern template class ForwardPlayback<float>;
extern template class ForwardPlayback<double>;

}  // namespace tapedeck
