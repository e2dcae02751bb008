// Player: an example's two halves, forward and reverse, each with a playhead of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <tapedeck/core/forward_playback.hpp>
#include <tapedeck/core/inspect/deposits.hpp>
#include <tapedeck/core/playback.hpp>
#include <vector>

#include "demos/step_through/models.hpp"

namespace tapedeck::demos::step_through {

enum class Half { forward, reverse };

/// Both playbacks stand over one recording. The forward half computes the recorded values anew, to the same
/// bits, so that neither disturbs the other.
class Player {
  public:
    explicit Player(Example& example);

    Example& example() { return example_; }
    const Tape<double>& tape() const { return example_.tape; }
    Variable<double> at(std::size_t i) { return example_.tape.at(i); }
    Half half() const { return half_; }
    void choose(Half half) { half_ = half; }

    // Of the half that is chosen.

    /// @returns the entry that ran; nothing at the end.
    std::optional<std::size_t> step();
    /// @returns the entry whose run was taken back; nothing at the beginning.
    std::optional<std::size_t> back();
    /// Steps or backs until entry i comes next, or, where it has nothing to run, whatever comes after it.
    void jump(std::size_t i);
    /// The entry that runs next; nothing at the end.
    std::optional<std::size_t> here() const;
    /// The entry that ran last; nothing at the beginning.
    std::optional<std::size_t> last() const;
    std::size_t steps() const;
    /// How many steps there are from the beginning to the end.
    std::size_t length() const;

    // Of both.

    /// Whether entry i would run in the half that is chosen: leaves don't, and in reverse neither does what
    /// no gradient reaches.
    bool runs(std::size_t i) const;
    /// Whether the forward half has passed entry i.
    bool has_value(std::size_t i) const;
    /// How many gradients entry i gets in a whole reverse pass, one for each time that it is read.
    std::size_t expected(std::size_t i) const { return expected_[i]; }
    /// Whether the reverse half has brought entry i all of them.
    bool has_whole_gradient(std::size_t i) const;
    /// What the last step handed on; in the forward half nothing.
    std::vector<Contribution<double>> deposits() const;

  private:
    Example& example_;
    Playback<double> reverse_;
    ForwardPlayback<double> forward_;
    Half half_ = Half::reverse;
    std::vector<std::size_t> expected_;
    std::vector<std::size_t> ran_forward_, ran_reverse_;  // the entries, in the order of their runs
};

}  // namespace tapedeck::demos::step_through
