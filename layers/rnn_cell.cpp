#include <tapedeck/layers/rnn_cell.hpp>

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/activation.hpp>
#include <tapedeck/core/ops/arithmetic.hpp>
#include <tapedeck/core/ops/matmul.hpp>
#include <tapedeck/layers/linear.hpp>

namespace tapedeck {

template <class T>
RNNCell<T>::RNNCell(std::size_t in, std::size_t hidden, Random& rng, RNNCellOptions options)
    : options_(options), hidden_(hidden) {
    if (!is_size(in) || !is_size(hidden)) {
        throw ValueError(fmt::format("RNNCell({}, {}): both sizes must be at least 1.", as_written(in),
                                     as_written(hidden)));
    }
    if (!(options.eps >= 0))
        throw ValueError(fmt::format("RNNCell: eps is {}; it must not be negative.", options.eps));
    const bool per_step = options.norm == RNNNorm::batch_per_step;
    if (per_step && options.steps == 0)
        throw ValueError(
            "RNNCell: batch_per_step keeps statistics for each time step; give .steps, the length of the "
            "sequences.");
    const double limit = 1 / std::sqrt(static_cast<double>(hidden));
    weight_ih = Boxed(Parameter<T>(uniform<T>({hidden, in}, limit, rng), "weight_ih"));
    weight_hh = Boxed(Parameter<T>(uniform<T>({hidden, hidden}, limit, rng), "weight_hh"));
    bias_ih = Boxed(Parameter<T>(uniform<T>({hidden}, limit, rng), "bias_ih"));
    bias_hh = Boxed(Parameter<T>(uniform<T>({hidden}, limit, rng), "bias_hh"));
    if (options.norm == RNNNorm::none) return;
    gamma_ = Boxed(Parameter<T>(ones<T>({hidden}), "norm.weight"));
    beta_ = Boxed(Parameter<T>(zeros<T>({hidden}), "norm.bias"));
    if (options.norm == RNNNorm::layer) return;
    for (std::size_t t = 0; t < (per_step ? options.steps : 1); ++t)
        running_.emplace_back(RunningStatistics<T>(hidden));
}

template <class T>
Variable<T> RNNCell<T>::operator()(Variable<T> x, Where where) {
    const auto scope = this->enter(x.tape(where), where);
    const Attempt<T> attempt(x.tape());
    return forward(x);
}

template <class T>
Variable<T> RNNCell<T>::operator()(Variable<T> x, Variable<T> h, Where where) {
    Tape<T>& tape = x.tape(where);
    const auto scope = this->enter(tape, where);
    const Attempt<T> attempt(tape);
    check_h(x, h, where);
    const Variable<T> next = step(x, &h, at_);
    ++at_;
    return next;
}

template <class T>
Variable<T> RNNCell<T>::forward(Variable<T> x) {
    const Variable<T> first = step(x, nullptr, 0);
    at_ = 1;
    return first;
}

template <class T>
void RNNCell<T>::check_h(Variable<T> x, Variable<T> h, Where where) const {
    Tape<T>& tape = x.tape(where);
    tape.check(h, "rnn_cell", where);
    Shape expected = x.shape(where);
    if (expected.empty()) return;  // linear says what is wrong with x
    expected.back() = hidden_;
    if (h.shape() == expected) return;
    throw ShapeError(
        fmt::format("{}: x is {}, h is {}: h must be {}, a row for each of x's, of the cell's hidden size.\n "
                    " h was made by {}",
                    tape.place("rnn_cell", where), to_text(x.shape()), to_text(h.shape()), to_text(expected),
                    h.entry().text()));
}

template <class T>
Variable<T> RNNCell<T>::step(Variable<T> x, const Variable<T>* h, std::size_t at) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    Variable<T> z =
        linear(x, tape.parameter(*weight_ih, where), std::optional(tape.parameter(*bias_ih, where)), where);
    const Variable<T> bias = tape.parameter(*bias_hh, where);
    // With h = 0 the product is left out, its bias is not.
    if (h == nullptr)
        z = add(z, bias, where);
    else
        z = add(z, linear(*h, tape.parameter(*weight_hh, where), std::optional(bias), where), where);
    z = normalize(z, at, where);
    return tanh(z, where);
}

template <class T>
Variable<T> RNNCell<T>::normalize(Variable<T> z, std::size_t at, Where where) {
    if (options_.norm == RNNNorm::none) return z;
    Tape<T>& tape = z.tape();
    const auto scope = tape.scope("norm", where);
    const std::optional gamma = tape.parameter(*gamma_, where);
    const std::optional beta = tape.parameter(*beta_, where);
    if (options_.norm == RNNNorm::layer) return layer_norm(z, {hidden_}, gamma, beta, options_.eps, where);
    RunningStatistics<T>& running = *running_[std::min(at, running_.size() - 1)];
    return batch_norm(z, &running, gamma, beta, {.training = this->is_training(), .eps = options_.eps},
                      where);
}

template <class T>
void RNNCell<T>::visit(Visitor<T>& v) {
    v("weight_ih", weight_ih);
    v("weight_hh", weight_hh);
    v("bias_ih", bias_ih);
    v("bias_hh", bias_hh);
    v("norm.weight", gamma_);
    v("norm.bias", beta_);
    fmt::memory_buffer name;  // which allocates nothing for names of this length
    for (std::size_t t = 0; t < running_.size(); ++t) {
        const auto named = [&](std::string_view what) {
            name.clear();
            const auto to = fmt::appender(name);
            if (running_.size() == 1)
                fmt::format_to(to, "norm.{}", what);
            else
                fmt::format_to(to, "norm.{}.{}", t, what);
            return std::string_view(name.data(), name.size());
        };
        v(named("running_mean"), running_[t]->mean);
        v(named("running_var"), running_[t]->var);
        v(named("num_batches_tracked"), running_[t]->batches);
    }
}

template class RNNCell<float>;
template class RNNCell<double>;

}  // namespace tapedeck
