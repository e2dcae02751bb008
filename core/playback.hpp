// Playback: a reverse pass that can be paused, stepped, and stepped back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// A reverse pass under way, from `tape.reverse(loss)`: paused before the adjoint of here(). Any mixture of
/// step() and back() ends in the same bits as `tape.backward(loss)`. It serves as long as its tape is neither
/// rewound nor played nor reversed anew; using it after that throws StaleVariableError.
template <class T = float>
class Playback {
  public:
    using Predicate = std::function<bool(const Entry<T>&)>;

    // Two of them stepping one pass would add everything twice.
    Playback(Playback&&) noexcept = default;
    Playback& operator=(Playback&&) noexcept = default;

    /// Runs the adjoint of here() and moves on. @returns false when the pass was over already.
    bool step(Where where = Where::here());
    /// Takes the last step back, to the bit. @returns false at the beginning.
    bool back(Where where = Where::here());
    /// Steps until here() bears this name, is this operation ("Tanh"), or was recorded in a scope that ends
    /// with it
    /// ("norm1", "mlp/norm1"). Stays where it is when that holds already, or when nothing ahead answers to
    /// it.
    /// @returns whether here() does.
    bool until(std::string_view name, Where where = Where::here());
    /// Steps until v's gradient is complete: here() is v, or lies before it. @returns whether a gradient came
    /// to v.
    bool until(Variable<T> v, Where where = Where::here());
    bool until(const Predicate& predicate, Where where = Where::here());
    /// Steps to the end.
    void finish(Where where = Where::here()) {
        check("Playback::finish", where);
        while (step(where)) {
        }
    }

    /// Whether every adjoint has run.
    bool done() const { return next_ == kEnd; }
    /// The entry whose adjoint runs next. @throws ValueError when done().
    const Entry<T>& here(Where where = Where::here()) const;
    /// How many steps lie behind.
    std::size_t steps() const { return steps_.size(); }

  private:
    friend class Tape<T>;
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
    void watched_step(const Entry<T>& entry, Where where);

    Tape<T>* tape_;
    std::uint32_t pass_;
    std::size_t next_ = kEnd;
    std::vector<Step> steps_;
    std::vector<Saved> saved_;
};

extern template class Playback<float>;
extern template class Playback<double>;

}  // namespace tapedeck
