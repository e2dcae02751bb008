// Activation functions and Dropout as modules.
#pragma once

#include <tapedeck/layers/module.hpp>

namespace tapedeck {

/// tanh(x), element by element (see tanh).
template <class T = float>
class Tanh final : public Module<T> {
  public:
    Variable<T> forward(Variable<T> x) override;
};

/// max(x, 0), element by element (see relu).
template <class T = float>
class ReLU final : public Module<T> {
  public:
    Variable<T> forward(Variable<T> x) override;
};

/// 1 / (1 + e^-x), element by element (see sigmoid).
template <class T = float>
class Sigmoid final : public Module<T> {
  public:
    Variable<T> forward(Variable<T> x) override;
};

/// x * Phi(x), exact (see gelu).
template <class T = float>
class GELU final : public Module<T> {
  public:
    Variable<T> forward(Variable<T> x) override;
};

/// In training zeroes each element with probability p and scales the others by 1/(1-p); otherwise hands x on.
/// Its generator is forked from the one given, and its own: a copy draws the same masks.
template <class T = float>
class Dropout final : public Module<T> {
  public:
    /// @throws ValueError when p is not in 0 … 1.
    Dropout(double p, Random& rng);
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override { v("rng", rng_); }

  private:
    double p_;
    Boxed<Random> rng_;
};

#define TAPEDECK_EXTERN(T)            \
    extern template class Tanh<T>;    \
    extern template class ReLU<T>;    \
    extern template class Sigmoid<T>; \
    extern template class GELU<T>;    \
    extern template class Dropout<T>;
TAPEDECK_EXTERN(float)
TAPEDECK_EXTERN(double)
#undef TAPEDECK_EXTERN

}  // namespace tapedeck
