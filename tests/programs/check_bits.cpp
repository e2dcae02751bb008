// The same bits, however the pass is run.
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/playback.hpp>

#include "check.hpp"
#include "snapshot.hpp"

namespace tapedeck::test {
namespace {

/// A program on a tape with its state.
template <class T>
class Run {
  public:
    Run(const Program& program, Tape<T>& tape) : program_(program), tape_(tape) {}
    /// Recorded, and reversed.
    Snapshot<T> record_from(State<T> state) {
        state_ = std::move(state);
        tape_.rewind();
        values_ = record(program_, tape_, state_);
        return reverse();
    }
    Snapshot<T> reverse() {
        zero_grad();
        backward(program_, tape_, values_.back());
        return {tape_, state_};
    }
    Snapshot<T> reverse_in_steps(Random& rng) {
        zero_grad();
        const Variable<T> y = values_.back();
        auto pass = y.value().size() == 1
                        ? tape_.reverse(y)
                        : tape_.reverse(y, tensor_of<T>(y.shape(), cotangent(program_, y.value().size())));
        for (std::size_t i = 2 * program_.size(); i > 0; --i) {
            if (rng.bernoulli(0.6))
                pass.step();
            else
                pass.back();
        }
        pass.until(values_[rng.below(values_.size())]);
        pass.back();
        pass.finish();
        return {tape_, state_};
    }
    /// New numbers for all leaves.
    void set(const Program& other) {
        for (std::size_t i = 0; i < program_.size(); ++i) {
            const Instruction& leaf = other.instructions[i];
            if (!is_leaf(leaf.kind)) continue;
            const Tensor<T> x = tensor_of<T>(leaf.shape, leaf.data);
            if (leaf.kind != Kind::parameter) {
                tape_.set(values_[i], x);
            } else {
                Parameter<T>& p = state_.parameters.at(leaf.state);
                p.value = x;
                p.changed();
            }
        }
    }
    Tape<T>& tape() { return tape_; }
    State<T>& state() { return state_; }
    const std::vector<Variable<T>>& values() const { return values_; }

  private:
    void zero_grad() {
        for (auto& [id, p] : state_.parameters) p.zero_grad();
    }
    const Program& program_;
    Tape<T>& tape_;
    State<T> state_;
    std::vector<Variable<T>> values_;
};

/// Contributions, names, scopes, and who has a gradient at all.
template <class T>
std::string entries_as_expected(const Program& program, const Run<T>& run, const Tape<T>& tape) {
    std::vector<std::size_t> expected(tape.size(), 0);
    expected[run.values().back().index()] = 1;
    for (const Entry<T>& entry : tape) {
        if (entry.contributions() == 0) continue;
        for (const std::uint32_t i : entry.inputs()) expected[i] += tape[i].needs_grad() ? 1 : 0;
    }
    for (const Entry<T>& entry : tape) {
        if (entry.contributions() != expected[entry.index()])
            return fmt::format("{} has {} contributions, expected {}", entry.text(), entry.contributions(),
                               expected[entry.index()]);
        if (entry.parameter() == nullptr && entry.has_grad() != (expected[entry.index()] > 0))
            return entry.text() + ": has_grad() is not what its contributions say";
        if (entry.has_grad() && entry.grad().shape() != entry.value().shape())
            return entry.text() + ": gradient and value differ in shape";
    }
    for (std::size_t i = 0; i < program.size(); ++i) {
        const Instruction& instruction = program.instructions[i];
        const Entry<T>& entry = run.values()[i].entry();
        if (instruction.kind == Kind::parameter) continue;  // may have been read elsewhere, first
        if (entry.scope() != instruction.scope || entry.name() != instruction.name)
            return fmt::format("{} should be in \"{}\", named \"{}\"", entry.text(), instruction.scope,
                               instruction.name);
        if (!is_leaf(instruction.kind) && (instruction.paused || instruction.kind == Kind::detach) &&
            entry.needs_grad())
            return entry.text() + " was paused or detached and still wants a gradient";
    }
    return "";
}

/// The same program with leaves a little different.
Program moved(Program program, Random& rng) {
    std::map<int, std::vector<double>> parameters;
    for (Instruction& leaf : program.instructions) {
        if (!is_leaf(leaf.kind)) continue;
        for (double& v : leaf.data) v += std::round(rng.uniform(-8, 8)) / 1024;
        if (leaf.kind == Kind::parameter)
            leaf.data = parameters.try_emplace(leaf.state, leaf.data).first->second;
    }
    return program;
}

}  // namespace

template <class T>
std::optional<Failure> check_bits(const Program& program, std::uint64_t seed, Tape<T>& used) {
    Random rng(seed);
    const std::string type = sizeof(T) == 4 ? " (float)" : " (double)";
    std::optional<Failure> failure;
    const auto same = [&](const char* when, const Snapshot<T>& a, const Snapshot<T>& b) {
        const std::string difference = a.difference(b);
        if (!difference.empty() && !failure)
            failure = Failure{"same bits: " + std::string(when) + type, difference};
        return difference.empty();
    };
    Tape<T> tape;
    Run<T> run(program, tape);
    const Snapshot<T> first = run.record_from({});
    if (const std::string wrong = entries_as_expected(program, run, tape); !wrong.empty())
        return Failure{"entries" + type, wrong};
    same("reversed again", first, run.reverse());
    same("stepped and stepped back", first, run.reverse_in_steps(rng));
    tape.play(frozen);
    same("played frozen", first, run.reverse());
    same("rewound and recorded again", first, run.record_from({}));
    Run<T> elsewhere(program, used);
    same("recorded on a used tape", first, elsewhere.record_from({}));
    if (failure) return failure;

    // play() goes on where the recording left generators and statistics, as recording again does. New masks
    // may leave weight_norm a row of zeros, which both must refuse.
    using Outcome = std::pair<std::optional<Snapshot<T>>, std::string>;
    const auto outcome = [](auto f) -> Outcome {
        try {
            return {f(), ""};
        } catch (const NonFiniteError& error) {
            return {std::nullopt, error.what()};
        }
    };
    const auto same_outcome = [&](const char* when, const Outcome& a, const Outcome& b) {
        if (a.first && b.first) return same(when, *a.first, *b.first);
        if (a.second != b.second)
            failure = Failure{fmt::format("same bits: {}{}", when, type),
                              fmt::format("one says \"{}\", the other \"{}\"", a.second, b.second)};
        return false;
    };
    const auto play = [&] {
        tape.play();
        return run.reverse();
    };
    State<T> continued = run.state();
    const Outcome played = outcome(play);
    if (same_outcome("played, and recorded again", played,
                     outcome([&] { return elsewhere.record_from(continued); }))) {
        tape.play(frozen);
        same("played, then played frozen", *played.first, run.reverse());
    }
    if (failure) return failure;

    const Program other = moved(program, rng);
    Run<T> afresh(other, used);
    run.record_from({});
    continued = run.state();
    run.set(other);
    for (auto& [id, p] : continued.parameters) p.value = run.state().parameters.at(id).value;
    const Outcome given = outcome(play);
    same_outcome("given new data", given, outcome([&] { return afresh.record_from(continued); }));
    return failure;
}

template std::optional<Failure> check_bits(const Program&, std::uint64_t, Tape<float>&);
template std::optional<Failure> check_bits(const Program&, std::uint64_t, Tape<double>&);

}  // namespace tapedeck::test
