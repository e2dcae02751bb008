#include <tapedeck/core/deck/shot.hpp>

#include <utility>

namespace tapedeck::deck {

namespace {

template <class T>
EntryShot<T> shot_of(const Entry<T>& entry) {
    EntryShot<T> shot;
    shot.op = entry.op();
    shot.rule = entry.rule();
    shot.name = entry.name();
    shot.scope = entry.scope();
    if (entry.where().known()) {
        shot.at = entry.where().text();
        shot.file = entry.where().file;
        shot.line = entry.where().line;
    }
    shot.shape = entry.value().shape();
    shot.inputs.assign(entry.inputs().begin(), entry.inputs().end());
    shot.wants_gradient = entry.needs_grad();
    shot.contributions = entry.contributions();
    shot.value = entry.value();
    if (entry.contributions() > 0) shot.gradient = entry.grad();
    return shot;
}

/// While it lives, the gradients of a tape's parameters start from 0; then they are what they were.
template <class T>
class OwnGradients {
  public:
    explicit OwnGradients(const Tape<T>& tape) {
        for (const Entry<T>& entry : tape) {
            // The tape got it as a reference to what its owner may change.
            if (entry.parameter() == nullptr) continue;
            auto* parameter = const_cast<Parameter<T>*>(entry.parameter());
            saved_.emplace_back(parameter, parameter->grad);
            parameter->zero_grad();
        }
    }
    OwnGradients(const OwnGradients&) = delete;
    OwnGradients& operator=(const OwnGradients&) = delete;
    ~OwnGradients() {
        for (auto& [parameter, grad] : saved_) parameter->grad = std::move(grad);
    }

  private:
    std::vector<std::pair<Parameter<T>*, Tensor<T>>> saved_;
};

}  // namespace

template <class T>
Shot<T> take_shot(Variable<T> loss, double effort, Where where) {
    Tape<T>& tape = loss.tape(where);
    std::optional<OwnGradients<T>> own;
    if (loss.entry(where).contributions() == 0) {
        own.emplace(tape);
        tape.backward(loss, ones<T>(loss.shape(where)), where);
    }
    Shot<T> shot;
    shot.loss = loss.index(where);
    shot.story = first_non_finite(tape, loss, where);
    shot.entries.reserve(tape.size());
    for (const Entry<T>& entry : tape) shot.entries.push_back(shot_of(entry));
    add_evidence(shot, loss, effort, where);  // while the parameters' gradients are those of this pass
    return shot;
}

template Shot<float> take_shot(Variable<float> loss, double effort, Where where);
template Shot<double> take_shot(Variable<double> loss, double effort, Where where);

}  // namespace tapedeck::deck
