// Aside: parts of a recording run for themselves, with other numbers, while the recording stays as it is.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <tapedeck/core/inspect/deposits.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// What inspection does to a tape beyond what everybody may: it moves numbers and runs single operations. Its
/// users put back what they moved.
template <class T>
class Aside {
  public:
    /// On v's tape. @throws StaleVariableError, in the name of `user`, when the values on it are not those of
    /// one run: a parameter or an input has changed since.
    Aside(Variable<T> v, std::string_view user, Where where);

    /// The numbers that entry i's readers see: a parameter's own, for a parameter.
    Tensor<T>& value(std::size_t i);
    /// Runs entry i's forward again, without side effects, on the present values of its inputs.
    void forward(std::size_t i);
    /// What entry i's adjoint hands on for this upstream gradient, one contribution for each input that wants
    /// one. No gradient is touched. `first` is left false.
    std::vector<Contribution<T>> adjoint(std::size_t i, Tensor<T> upstream);

  private:
    Tape<T>& tape_;
    Entries<T>& entries_;
};

extern template class Aside<float>;
extern template class Aside<double>;

}  // namespace tapedeck
