// Records a program on a tape.
#pragma once

#include <map>
#include <vector>

#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>

#include "program.hpp"

namespace tapedeck::test {

/// What lives outside of the tape: a program's parameters, running statistics and generators.
template <class T>
struct State {
    std::map<int, Parameter<T>> parameters;
    std::map<int, RunningStatistics<T>> running;
    std::map<int, Random> generators;
};

/// Records instructions one by one; what an instruction needs from the state is made when it is missing.
template <class T>
class Interpreter {
  public:
    Interpreter(Tape<T>& tape, State<T>& state) : tape_(tape), state_(state) {}
    Variable<T> record(const Instruction& instruction);
    void forget_last() { values_.pop_back(); }
    const std::vector<Variable<T>>& values() const { return values_; }

  private:
    Variable<T> apply(const Instruction& instruction);
    Variable<T> normalize(const Instruction& instruction);
    Variable<T> in_scopes(const Instruction& instruction, std::string_view rest);

    Tape<T>& tape_;
    State<T>& state_;
    std::vector<Variable<T>> values_;
};

/// One Variable for each instruction.
template <class T>
std::vector<Variable<T>> record(const Program& program, Tape<T>& tape, State<T>& state);

/// The reverse pass from the result, with the program's cotangent.
template <class T>
void backward(const Program& program, Tape<T>& tape, Variable<T> result);

template <class T>
Tensor<T> tensor_of(const Shape& shape, const std::vector<double>& data);
Tensor<bool> mask_of(const Instruction& instruction);
Axes axes_of(const Instruction& instruction);

}  // namespace tapedeck::test
