// The reverse pass against finite differences.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "check.hpp"
#include "interpreter.hpp"

namespace tapedeck::test {
namespace {

constexpr double kRelative = 1e-7, kAbsolute = 1e-9;
constexpr double kLargestMove = 4e-3;
constexpr double kProbe = 1e-6;

/// A recorded program whose leaves can be moved.
class Movable {
  public:
    Movable(const Program& program, Tape<double>& tape) : program_(program), tape_(tape) {
        tape_.rewind();
        values_ = record(program, tape_, state_);
        seed_ = cotangent(program, values_.back().value().size());
        for (std::size_t i = 0; i < program.size(); ++i) {
            const Entry<double>& entry = values_[i].entry();
            if (!entry.is_leaf() || !entry.needs_grad()) continue;
            const bool seen = std::any_of(leaves_.begin(), leaves_.end(),
                                          [&](std::size_t k) { return values_[k].index() == entry.index(); });
            if (!seen) leaves_.push_back(i);
        }
        for (const std::size_t i : leaves_) {
            rest_.push_back(values_[i].value());
            size_ += rest_.back().size();
        }
        for (const Variable<double>& v : values_) values_at_rest_.push_back(v.value());
    }
    std::size_t size() const { return size_; }

    std::vector<double> gradient() {
        backward(program_, tape_, values_.back());
        std::vector<double> all;
        for (const std::size_t i : leaves_) {
            const Variable<double> v = values_[i];
            if (v.has_grad())
                all.insert(all.end(), v.grad().begin(), v.grad().end());
            else
                all.insert(all.end(), v.value().size(), 0.0);
        }
        return all;
    }
    /// The leaves at rest + distance * direction: the result, times the cotangent.
    double result_at(double distance, const std::vector<double>& direction) {
        std::size_t at = 0;
        for (std::size_t k = 0; k < leaves_.size(); ++k) {
            moved_ = rest_[k];
            for (double& v : moved_.storage()) v += distance * direction[at++];
            const Variable<double> leaf = values_[leaves_[k]];
            if (leaf.entry().parameter() == nullptr) {
                tape_.set(leaf, moved_);
            } else {
                Parameter<double>& p = state_.parameters.at(program_.instructions[leaves_[k]].state);
                p.value = moved_;
                p.changed();
            }
        }
        tape_.play(frozen);
        const Tensor<double>& y = values_.back().value();
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += seed_[i] * y.storage()[i];
        return sum;
    }
    /// How far any value is now from where it was at rest.
    double largest_move() const {
        double largest = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const auto& now = values_[i].value().storage();
            const auto& then = values_at_rest_[i].storage();
            for (std::size_t k = 0; k < now.size(); ++k)
                largest = std::max(largest, std::abs(now[k] - then[k]));
        }
        return largest;
    }
    std::string element(std::size_t index) const {
        for (const std::size_t i : leaves_) {
            const std::size_t n = values_[i].value().size();
            if (index < n) return fmt::format("element {} of v{}", index, i);
            index -= n;
        }
        return "";
    }

  private:
    const Program& program_;
    State<double> state_;
    Tape<double>& tape_;
    std::vector<Variable<double>> values_;
    std::vector<double> seed_;
    std::vector<std::size_t> leaves_;
    std::vector<Tensor<double>> rest_, values_at_rest_;
    Tensor<double> moved_;
    std::size_t size_ = 0;
};

}  // namespace

std::optional<Failure> check_slopes(const Program& program, std::uint64_t seed, Tape<double>& tape,
                                    Tally& tally) {
    tape.rewind();
    State<double> state;
    std::vector<Tensor<double>> values;
    for (const Variable<double>& v : record(program, tape, state)) values.push_back(v.value());
    const Program differentiable = cut(program, values);
    Movable movable(differentiable, tape);
    if (movable.size() == 0) return std::nullopt;
    const std::vector<double> gradient = movable.gradient();

    Random rng(seed);
    for (int k = 0; k < 6; ++k) {
        std::vector<double> direction(movable.size(), 0.0);
        std::string along = "a random direction";
        if (k < 2) {
            for (double& d : direction) d = rng.uniform(-1, 1);
        } else {
            const std::size_t i = rng.below(direction.size());
            direction[i] = 1;
            along = movable.element(i);
        }
        movable.result_at(kProbe, direction);
        const double gain = movable.largest_move() / kProbe;
        const double h = kLargestMove / 2 / std::max(gain, 1.0);
        const double near = (movable.result_at(h, direction) - movable.result_at(-h, direction)) / (2 * h);
        const double far =
            (movable.result_at(2 * h, direction) - movable.result_at(-2 * h, direction)) / (4 * h);
        const double slope = (4 * near - far) / 3;
        double recorded = 0, scale = 0;
        for (std::size_t i = 0; i < direction.size(); ++i) {
            recorded += gradient[i] * direction[i];
            scale += std::abs(gradient[i] * direction[i]);
        }
        if (!(std::abs(near - far) <=
              1e-3 * std::max({std::abs(slope), std::abs(far), kAbsolute * gain / 1e-3}))) {
            ++tally.unclear;
            continue;
        }
        ++tally.directions;
        const double tolerance = kRelative * scale + kAbsolute * gain;
        const double error = std::abs(recorded - slope) / tolerance;
        tally.worst_slope = std::max(tally.worst_slope, error);
        if (!(error <= 1)) {
            return Failure{"finite differences",
                           fmt::format("along {} the reverse pass gives {:.9g}, finite differences {:.9g}: "
                                       "{:.3g} apart, tolerance {:.3g}",
                                       along, recorded, slope, std::abs(recorded - slope), tolerance)};
        }
    }
    return std::nullopt;
}

}  // namespace tapedeck::test
