// The program that gradcheck checks: recorded once, played again with one element changed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tapedeck/core/gradcheck.hpp>
#include <tapedeck/core/gradcheck/slope.hpp>

namespace tapedeck::numeric {

/// Gives parameters their values and gradients back when it goes.
template <class T>
class ParameterKeeper {
  public:
    ParameterKeeper() = default;
    ParameterKeeper(const ParameterKeeper&) = delete;
    ParameterKeeper& operator=(const ParameterKeeper&) = delete;
    ~ParameterKeeper();
    /// Twice is once.
    void keep(Parameter<T>* p);
    void zero_grad();

  private:
    struct Kept {
        Parameter<T>* parameter;
        Tensor<T> value, grad;
    };
    std::vector<Kept> kept_;
};

template <class T>
class Program {
  public:
    Program(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
            const NamedParameters<T>& parameters, std::uint64_t seed);

    std::size_t arguments() const { return inputs_.size() + parameters_.size(); }
    /// The argument as it was given.
    const Tensor<T>& argument(std::size_t a) const;
    std::string name(std::size_t a) const;
    /// "Linear, LayerNorm, Tanh": what lies between the arguments and the result.
    std::string operations() const;
    Variable<T> result() const { return result_; }
    const Tensor<T>& cotangent() const { return cotangent_; }

    /// <result, cotangent>
    double value() const;
    /// How far rounding alone puts value() off, as argument a moves: tried with the smallest moves there are.
    double rounding(std::size_t a);
    /// The same with argument a's element i moved.
    Sample moved(std::size_t a, std::size_t i, double offset);
    /// Plays the program as it was given, without side effects.
    void play() { tape_.play(frozen); }
    /// The reverse pass, from a fresh start: what it brings to each argument; zeros where nothing comes.
    std::vector<Tensor<T>> gradients();
    /// How large the numbers are that went into the result: the scale of its rounding errors.
    double magnitude() const;

    Tape<T>& tape() { return tape_; }
    const Tape<T>& tape() const { return tape_; }
    /// Argument a's entry; null for a parameter that the program does not read.
    const Entry<T>* entry(std::size_t a) const;
    /// Which entries the result depends on.
    std::vector<bool> upstream() const;
    ParameterKeeper<T>& keeper() { return keeper_; }

  private:
    Tape<T> tape_;
    ParameterKeeper<T> keeper_;
    const std::vector<Tensor<T>>& inputs_;
    const NamedParameters<T>& parameters_;
    std::vector<Tensor<T>> values_;  // the parameters', as they were given
    std::vector<Variable<T>> variables_;
    Variable<T> result_;
    Tensor<T> cotangent_;
};

extern template class Program<float>;
extern template class Program<double>;

}  // namespace tapedeck::numeric
