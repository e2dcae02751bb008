#include "shrink.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "interpreter.hpp"

namespace tapedeck::test {
namespace {

/// The values of all instructions; none when the program cannot be recorded.
std::optional<std::vector<Tensor<double>>> values_of(const Program& program) {
    try {
        Tape<double> tape;
        State<double> state;
        std::vector<Tensor<double>> values;
        for (const Variable<double>& v : record(program, tape, state)) values.push_back(v.value());
        return values;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// Numbers in a row-major tensor of `from`, cut to `to`, which is nowhere larger.
template <class N>
std::vector<N> corner(const std::vector<N>& numbers, const Shape& from, const Shape& to) {
    if (numbers.size() != elements(from)) return numbers;
    std::vector<N> cut;
    for (std::size_t i = 0; i < elements(to); ++i) {
        std::size_t rest = i, at = 0, stride = 1;
        for (std::size_t d = to.size(); d-- > 0;) {
            at += rest % to[d] * stride;
            rest /= to[d];
            stride *= from[d];
        }
        cut.push_back(numbers[at]);
    }
    return cut;
}

/// What was flattened is flat in its new size as well.
Program flattened_again(Program program) {
    try {
        Tape<double> tape;
        State<double> state;
        Interpreter<double> interpreter(tape, state);
        for (Instruction& i : program.instructions) {
            if (i.kind == Kind::reshape && i.shape.size() == 1)
                i.shape = {interpreter.values()[i.inputs[0]].value().size()};
            interpreter.record(i);
        }
    } catch (const Error&) {  // then the program can't be recorded at all, and its maker will notice
    }
    return program;
}

/// Every dimension of size `from`, wherever it is written down, becomes `to`.
Program resized(Program program, std::size_t from, std::size_t to) {
    for (Instruction& i : program.instructions) {
        const Shape before = i.shape;
        for (std::size_t& size : i.shape) size = size == from ? to : size;
        i.data = corner(i.data, before, i.shape);
        if (i.kind == Kind::cross_entropy) {
            if (i.index.size() == from) i.index.resize(to);
            for (std::size_t& target : i.index) target = std::min(target, to - 1);
        } else {
            i.index = corner(i.index, before, i.shape);
        }
        if (i.kind == Kind::gather) {
            for (std::size_t& k : i.index) k = std::min(k, to - 1);
        }
        if (i.kind == Kind::slice) {
            i.stop = std::min(i.stop, std::max<std::size_t>(to, 1));
            i.start = std::min(i.start, i.stop - 1);
        }
        if ((i.kind == Kind::batch_norm || i.kind == Kind::instance_norm) && i.data.size() == 2 * from) {
            i.data.erase(i.data.begin() + static_cast<std::ptrdiff_t>(from + to), i.data.end());
            i.data.erase(i.data.begin() + static_cast<std::ptrdiff_t>(to),
                         i.data.begin() + static_cast<std::ptrdiff_t>(from));
        }
    }
    return flattened_again(std::move(program));
}

class Shrinking {
  public:
    Shrinking(Program program, const Fails& fails) : best_(std::move(program)), fails_(fails) {}
    Program run() {
        accept(without_dead_code(best_));
        for (std::size_t before = 0; before != version_;) {
            before = version_;
            end_earlier();
            bypass();
            leaves_for_results();
            fewer_operands();
            plainer();
            smaller();
        }
        rounder();
        return best_;
    }

  private:
    bool accept(Program candidate) {
        if (!values_of(candidate) || !fails_(candidate)) return false;
        best_ = std::move(candidate);
        ++version_;
        return true;
    }
    bool accept_without_dead_code(const Program& candidate) { return accept(without_dead_code(candidate)); }

    void end_earlier() {
        for (std::size_t n = 1; n < best_.size(); ++n) {
            Program candidate = best_;
            candidate.instructions.resize(n);
            if (accept_without_dead_code(candidate)) return;
        }
    }
    /// Whatever reads instruction i reads one of its operands instead.
    void bypass() {
        for (std::size_t i = best_.size(); i-- > 0;) {
            if (i >= best_.size()) continue;
            const std::vector<std::size_t> operands = best_.instructions[i].inputs;
            for (const std::size_t operand : std::set(operands.begin(), operands.end())) {
                Program candidate = best_;
                for (Instruction& user : candidate.instructions)
                    std::replace(user.inputs.begin(), user.inputs.end(), i, operand);
                if (i + 1 == candidate.size()) candidate.instructions.resize(operand + 1);
                if (accept_without_dead_code(candidate)) break;
            }
        }
    }
    void leaves_for_results() {
        for (std::size_t i = best_.size(); i-- > 0;) {
            if (i >= best_.size() || is_leaf(best_.instructions[i].kind)) continue;
            const auto values = values_of(best_);
            for (const Kind kind : {Kind::variable, Kind::input}) {
                Program candidate = best_;
                Instruction leaf{.kind = kind, .shape = (*values)[i].shape()};
                leaf.data.assign((*values)[i].begin(), (*values)[i].end());
                candidate.instructions[i] = std::move(leaf);
                if (accept_without_dead_code(candidate)) break;
            }
        }
    }
    /// Of concat and stack, whose operands are as many as one likes.
    void fewer_operands() {
        for (std::size_t i = best_.size(); i-- > 0;) {
            for (std::size_t k = i < best_.size() ? best_.instructions[i].inputs.size() : 0; k-- > 0;) {
                const Kind kind = i < best_.size() ? best_.instructions[i].kind : Kind::input;
                if ((kind != Kind::concat && kind != Kind::stack) ||
                    k >= best_.instructions[i].inputs.size() || best_.instructions[i].inputs.size() == 1)
                    continue;
                Program candidate = best_;
                auto& inputs = candidate.instructions[i].inputs;
                inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(k));
                accept_without_dead_code(candidate);
            }
        }
    }
    void plainer() {
        const auto changed = [&](auto change) {
            for (std::size_t i = 0; i < best_.size(); ++i) {
                Program candidate = best_;
                if (change(candidate.instructions[i])) accept_without_dead_code(candidate);
            }
        };
        changed([](Instruction& i) {
            return !std::exchange(i.scope, {}).empty() || !std::exchange(i.name, {}).empty();
        });
        changed([](Instruction& i) { return std::exchange(i.paused, false); });
        changed([](Instruction& i) {
            if (i.kind == Kind::variable || !is_leaf(i.kind)) return false;
            i.kind = Kind::variable;
            return true;
        });
        changed([](Instruction& i) {
            if (!i.has_bias) return false;
            i.has_bias = false;
            i.inputs.pop_back();
            return true;
        });
    }
    void smaller() {
        std::set<std::size_t, std::greater<>> sizes;
        for (const Instruction& i : best_.instructions) sizes.insert(i.shape.begin(), i.shape.end());
        for (const std::size_t from : sizes) {
            for (const std::size_t to : {std::size_t{1}, std::size_t{2}, from / 2, from - 1}) {
                if (to > 0 && to < from && accept(resized(best_, from, to))) break;
            }
        }
    }
    /// To three decimals, where leaves replaced results.
    void rounder() {
        for (std::size_t i = 0; i < best_.size(); ++i) {
            for (const double unit : {1.0, 10.0, 1000.0}) {
                Program candidate = best_;
                for (double& v : candidate.instructions[i].data)
                    v = std::round(v * unit) / unit + 0.0;  // no -0
                if (candidate.instructions[i].data == best_.instructions[i].data || accept(candidate)) break;
            }
        }
    }

    Program best_;
    const Fails& fails_;
    std::size_t version_ = 1;
};

}  // namespace

Program shrink(Program program, const Fails& fails) { return Shrinking(std::move(program), fails).run(); }

}  // namespace tapedeck::test
