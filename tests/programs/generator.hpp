// Makes random programs that are well conditioned.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <tapedeck/core/random.hpp>

#include "interpreter.hpp"

namespace tapedeck::test {

struct GeneratorOptions {
    std::size_t shortest = 10, longest = 200;  ///< how many instructions, about
    std::vector<Kind> planted;                 ///< wrong operations to mix in
};

/// A program from two seeds: the plan draws the kinds in order, the details draw shapes, operands, numbers
/// and options. Programs of one plan use a tape's slots for mostly the same operations, in other shapes.
///
/// While it draws, it records the program twice, from the leaves' numbers and from others nearby, and keeps
/// an instruction only when its values stay within ±10, no element moves more than 100 times as far as the
/// leaves did, and functions with a corner or a pole (relu, abs, max, maximum, where quotients and logarithms
/// end) are met at a distance.
Program random_program(std::uint64_t plan, std::uint64_t details, const GeneratorOptions& options = {});

/// At work on one program; random_program is what to call.
class Generator {
  public:
    Generator(std::uint64_t plan, std::uint64_t details, const GeneratorOptions& options);
    /// @returns whether what came out depends on its leaves.
    bool run();
    const Program& program() const { return program_; }

  private:
    using Index = std::size_t;
    using Test = std::function<bool(Index)>;

    // generator.cpp: the frame
    void surroundings();
    void finish();
    Kind draw_kind();
    bool attempt(Instruction instruction, bool force = false);
    bool attempt(Kind kind, std::vector<Index> inputs, const std::function<void(Instruction&)>& options = {});
    bool propose(Kind kind);

    // generator_parts.cpp: what the proposals are made of
    Shape draw_shape();
    std::size_t draw_size();
    double draw_number(double low, double high);
    std::vector<double> draw_numbers(const Shape& shape, double low, double high);
    Index leaf(const Shape& shape, std::optional<Kind> kind = std::nullopt);
    bool read_again();
    std::optional<Index> pick(const Test& test);
    std::optional<Index> pick() {
        return pick([](Index) { return true; });
    }
    /// An operand at least 0.3, made when none is found.
    std::optional<Index> pick_positive(const Test& test);
    Index existing_or_leaf(const Shape& shape);
    int draw_axis(std::size_t rank);
    std::vector<int> draw_axes(std::size_t rank);

    const Tensor<double>& value(Index i) const { return here_.values()[i].value(); }
    const Shape& shape(Index i) const { return value(i).shape(); }
    std::size_t rank(Index i) const { return shape(i).size(); }
    bool broadcasts(Index a, Index b) const;
    bool chance(double probability) { return rng_.bernoulli(probability); }

    // generator_elementwise.cpp, generator_shape.cpp, generator_layers.cpp, generator_norms.cpp: one function
    // for each family
    bool propose_binary(Kind kind);
    bool propose_unary(Kind kind);
    bool propose_masked(Kind kind);
    bool propose_reduction(Kind kind);
    bool propose_parts(Kind kind);
    bool propose_product(Kind kind);
    bool propose_loss(Kind kind);
    bool propose_by_row(Kind kind);
    bool propose_weight_norm(Kind kind);
    bool propose_by_channel(Kind kind);
    void affine(Instruction& instruction, const Shape& shape, bool may_have_bias = true);
    void statistics(Instruction& instruction, std::size_t channels);

    GeneratorOptions options_;
    Random plan_, rng_;
    std::array<std::size_t, 3> sizes_{};
    std::size_t length_ = 0;
    int next_state_ = 1;
    std::string scope_;
    std::size_t paused_for_ = 0;
    std::vector<int> uses_;

    Program program_;
    State<double> here_state_, near_state_;
    Tape<double> here_tape_, near_tape_;
    Interpreter<double> here_, near_;
    Random shift_;
};

}  // namespace tapedeck::test
