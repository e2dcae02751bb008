// RNNCell: one step of a recurrent network, with a choice of normalization.
#pragma once

#include <vector>

#include <tapedeck/layers/normalization.hpp>

namespace tapedeck {

/// What is normalized in an RNNCell is the summed pre-activation, just before tanh.
enum class RNNNorm {
    none,
    layer,           ///< LayerNorm (Ba 2016, equation 4)
    batch_per_step,  ///< BatchNorm with statistics of its own for each time step (after Cooijmans 2016)
    batch_shared,    ///< BatchNorm with one set of running statistics for all steps
};

/// What is normalized, and how.
struct RNNCellOptions {
    RNNNorm norm = RNNNorm::none;  ///< of the pre-activation
    /// With batch_per_step: for how many steps statistics are kept; later steps use the last one's.
    std::size_t steps = 0;
    double eps = 1e-5;  ///< added to the variance before the root
};

/// h' = tanh(norm(x W_ih^T + b_ih + h W_hh^T + b_hh)), as torch.nn.RNNCell where norm is none: x (N, in),
/// h (N, hidden). All of BatchNorm's steps share one gamma and beta.
template <class T = float>
class RNNCell final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight_ih;  ///< (hidden, in), uniform in ±1/sqrt(hidden) at first, as all four
    Boxed<Parameter<T>> weight_hh;  ///< (hidden, hidden)
    Boxed<Parameter<T>> bias_ih;    ///< (hidden)
    Boxed<Parameter<T>> bias_hh;    ///< (hidden)

    /// @throws ValueError when a size is 0, eps negative, or steps 0 with batch_per_step.
    RNNCell(std::size_t in, std::size_t hidden, Random& rng, RNNCellOptions options = {});

    /// The first step of a sequence: h = 0.
    Variable<T> operator()(Variable<T> x, Where where = Where::here());
    /// A further step; the cell counts them from the last first step, for batch_per_step. A sequence that
    /// begins with an h of one's own begins with restart().
    /// @throws ShapeError when h is not (N, hidden), N as x's.
    Variable<T> operator()(Variable<T> x, Variable<T> h, Where where = Where::here());
    /// The next step is the first of a sequence.
    void restart() { at_ = 0; }
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override;

  private:
    void check_h(Variable<T> x, Variable<T> h, Where where) const;
    Variable<T> step(Variable<T> x, const Variable<T>* h, std::size_t at);
    Variable<T> normalize(Variable<T> z, std::size_t at, Where where);

    RNNCellOptions options_;
    std::size_t hidden_;
    std::size_t at_ = 0;  // which time step comes next
    Boxed<Parameter<T>> gamma_, beta_;
    std::vector<Boxed<RunningStatistics<T>>> running_;
};

extern template class RNNCell<float>;
extern template class RNNCell<double>;

}  // namespace tapedeck
