// Float against double.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "check.hpp"
#include "interpreter.hpp"

namespace tapedeck::test {
namespace {

constexpr double kFactor = 200, kRelative = 1e-6, kAbsolute = 2.4e-7, kGradient = 2.4e-5;

/// Every instruction's result multiplied by 1 ± 2^-24, and ± 2^-24, or less; where[i] is then what stands for
/// instruction i.
Program noisy(const Program& program, const std::vector<Shape>& shapes, Random& rng,
              std::vector<std::size_t>& where) {
    Program result = program;
    result.instructions.clear();
    where.clear();
    for (std::size_t i = 0; i < program.size(); ++i) {
        Instruction instruction = program.instructions[i];
        for (std::size_t& k : instruction.inputs) k = where[k];
        result.instructions.push_back(std::move(instruction));
        for (const Kind kind : {Kind::multiply_tensor, Kind::add_tensor}) {
            Instruction noise{.kind = kind, .inputs = {result.size() - 1}, .shape = shapes[i]};
            noise.paused = program.instructions[i].paused;
            for (std::size_t k = 0; k < elements(shapes[i]); ++k)
                noise.data.push_back((kind == Kind::multiply_tensor ? 1 : 0) + 0x1p-24 * rng.uniform(-1, 1));
            result.instructions.push_back(std::move(noise));
        }
        where.push_back(result.size() - 1);
    }
    return result;
}

/// The value of each instruction, and the gradients of leaves, in double.
template <class T>
struct Numbers {
    std::vector<Shape> shapes;
    std::vector<std::vector<double>> all;
    double largest_gradient = 0;  // of any entry

    /// `where`: which instructions to look at; the leaves' own are two before.
    Numbers(const Program& program, const Program& original, const std::vector<std::size_t>* where,
            Tape<T>& tape) {
        tape.rewind();
        State<T> state;
        const std::vector<Variable<T>> values = record(program, tape, state);
        backward(program, tape, values.back());
        for (const Entry<T>& entry : tape) {
            if (!entry.has_grad()) continue;
            for (const T g : entry.grad())
                largest_gradient = std::max(largest_gradient, std::abs(static_cast<double>(g)));
        }
        for (std::size_t i = 0; i < original.size(); ++i) {
            const Variable<T> v = values[where != nullptr ? (*where)[i] : i];
            shapes.push_back(v.shape());
            all.emplace_back(v.value().begin(), v.value().end());
        }
        for (std::size_t i = 0; i < original.size(); ++i) {
            const Variable<T> v = values[where != nullptr ? (*where)[i] - 2 : i];
            if (!is_leaf(original.instructions[i].kind) || !v.has_grad()) continue;
            all.emplace_back(v.grad().begin(), v.grad().end());
        }
    }
};

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::abs(a[i] - b[i]);
        largest = d <= largest ? largest : d;  // a NaN is the largest
    }
    return largest;
}

}  // namespace

std::optional<Failure> check_float(const Program& program, std::uint64_t seed, Tape<double>& exact_tape,
                                   Tape<float>& float_tape, Tally& tally) {
    Random rng(seed);
    const Numbers<double> exact(program, program, nullptr, exact_tape);
    const Numbers<float> rounded(program, program, nullptr, float_tape);
    std::vector<std::size_t> where;
    std::vector<Numbers<double>> noisy_ones;
    for (int k = 0; k < 2; ++k) {
        const Program one = noisy(program, exact.shapes, rng, where);
        noisy_ones.emplace_back(one, program, &where, exact_tape);
    }
    for (std::size_t i = 0; i < exact.all.size(); ++i) {
        const std::vector<double>& x = exact.all[i];
        double largest = 0;
        for (const double v : x) largest = std::max(largest, std::abs(v));
        const double noise = std::max(distance(x, noisy_ones[0].all[i]), distance(x, noisy_ones[1].all[i]));
        const double floor = i < program.size() ? kAbsolute : kGradient * exact.largest_gradient;
        const double tolerance = kFactor * noise + kRelative * largest + floor + 1e-30;
        const double error = distance(x, rounded.all[i]) / tolerance;
        tally.worst_float = std::max(tally.worst_float, error);
        if (error <= 1) continue;
        const std::string what =
            i < program.size() ? fmt::format("the value of v{}", i) : "a leaf's gradient";
        return Failure{"float against double",
                       fmt::format("{}: {:.3g} apart, tolerance {:.3g}, largest element {:.3g}", what,
                                   distance(x, rounded.all[i]), tolerance, largest)};
    }
    return std::nullopt;
}

}  // namespace tapedeck::test
