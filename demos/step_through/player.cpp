#include "demos/step_through/player.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// How often each entry is read by one through which a gradient comes.
std::vector<std::size_t> count_readers(const Tape<double>& tape, std::size_t loss) {
    std::vector<std::size_t> expected(tape.size(), 0);
    expected[loss] = 1;  // the seed
    for (std::size_t i = loss + 1; i-- > 0;) {
        if (expected[i] == 0) continue;
        for (const std::uint32_t k : tape[i].inputs()) {
            if (tape[k].needs_grad()) ++expected[k];
        }
    }
    return expected;
}

}  // namespace

Player::Player(Example& example)
    : example_(example),
      reverse_(example.tape.reverse(example.loss)),
      forward_(example.tape.forward_playback()),
      expected_(count_readers(example.tape, example.loss.index())) {}

std::optional<std::size_t> Player::step() {
    const std::optional<std::size_t> entry = here();
    if (!entry) return std::nullopt;
    if (half_ == Half::forward) {
        forward_.step();
        ran_forward_.push_back(*entry);
    } else {
        reverse_.step();
        ran_reverse_.push_back(*entry);
    }
    return entry;
}

std::optional<std::size_t> Player::back() {
    const std::optional<std::size_t> entry = last();
    if (!entry) return std::nullopt;
    if (half_ == Half::forward) {
        forward_.back();
        ran_forward_.pop_back();
    } else {
        reverse_.back();
        ran_reverse_.pop_back();
    }
    return entry;
}

void Player::jump(std::size_t i) {
    const auto comes_before = [&](std::size_t entry) {
        return half_ == Half::forward ? entry < i : entry > i;
    };
    while (last() && !comes_before(*last())) back();
    while (here() && comes_before(*here())) step();
}

std::optional<std::size_t> Player::here() const {
    if (half_ == Half::forward)
        return forward_.done() ? std::nullopt : std::optional(forward_.here().index());
    return reverse_.done() ? std::nullopt : std::optional(reverse_.here().index());
}

std::optional<std::size_t> Player::last() const {
    const auto& ran = half_ == Half::forward ? ran_forward_ : ran_reverse_;
    return ran.empty() ? std::nullopt : std::optional(ran.back());
}

std::size_t Player::steps() const {
    return half_ == Half::forward ? ran_forward_.size() : ran_reverse_.size();
}

std::size_t Player::length() const {
    std::size_t n = 0;
    for (std::size_t i = 0; i < tape().size(); ++i) n += runs(i);
    return n;
}

bool Player::runs(std::size_t i) const {
    return !tape()[i].is_leaf() && (half_ == Half::forward || expected_[i] > 0);
}

bool Player::has_value(std::size_t i) const {
    return tape()[i].is_leaf() || (!ran_forward_.empty() && i <= ran_forward_.back());
}

bool Player::has_whole_gradient(std::size_t i) const {
    return expected_[i] > 0 && (reverse_.done() || reverse_.here().index() <= i);
}

std::vector<Contribution<double>> Player::deposits() const {
    return half_ == Half::forward ? std::vector<Contribution<double>>() : reverse_.deposits();
}

}  // namespace tapedeck::demos::step_through
