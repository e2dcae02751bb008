// Which parameters no gradient reached, and why.
#include <tapedeck/core/inspect/diagnose/findings.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

using Kind = Finding::Kind;

template <class T>
class Paths {
  public:
    explicit Paths(const Tape<T>& tape) : tape_(tape) {
        // Where the last reverse pass began: nothing behind it has a gradient.
        for (const Entry<T>& entry : tape) {
            if (!entry.is_leaf() && entry.contributions() > 0) loss_ = entry.index();
        }
        leads_to_loss_.resize(tape.size());
        if (!loss_) return;
        leads_to_loss_[*loss_] = true;
        for (std::size_t i = *loss_ + 1; i-- > 0;) {
            if (!leads_to_loss_[i]) continue;
            for (const std::uint32_t input : tape[i].inputs()) leads_to_loss_[input] = true;
        }
    }

    bool any_pass() const { return loss_.has_value(); }

    const Entry<T>* entry_of(const Parameter<T>* p) const {
        const auto at =
            std::find_if(tape_.begin(), tape_.end(), [p](const Entry<T>& e) { return e.parameter() == p; });
        return at == tape_.end() ? nullptr : &*at;
    }

    std::string why_none(const Entry<T>& read) const {
        const std::vector<bool> reached = downstream(read.index());
        const Entry<T>* cut = nullptr;
        bool is_read = false;
        for (std::size_t i = read.index() + 1; i < tape_.size(); ++i) {
            if (!reached[i]) continue;
            is_read = true;
            if (cut == nullptr && !tape_[i].needs_grad() && wants_one(tape_[i])) cut = &tape_[i];
        }
        if (!is_read) return fmt::format("{} read it, and no operation used it", read.text());
        if (!leads_to_loss_[read.index()]) {
            return cut != nullptr ? fmt::format("{} used it while the tape was paused", cut->text())
                                  : fmt::format("{} read it, but the loss, {}, does not depend on it",
                                                read.text(), tape_[*loss_].text());
        }
        if (cut == nullptr) return "it leads to the loss, and no adjoint handed it a gradient";
        return fmt::format("{} {} on the way to the loss", cut->text(),
                           cut->op() == "Detach" ? "detached it" : "was recorded while the tape was paused,");
    }

    /// The last entry between the parameter and the loss of which nothing but zeros came down.
    const Entry<T>* where_zeros_begin(const Entry<T>& read) const {
        const std::vector<bool> reached = downstream(read.index());
        for (std::size_t i = *loss_ + 1; i-- > read.index() + 1;) {
            const Entry<T>& entry = tape_[i];
            if (reached[i] && entry.contributions() > 0 && all_zero(entry.grad())) return &entry;
        }
        return nullptr;
    }

    static bool all_zero(const Tensor<T>& x) {
        return std::all_of(x.storage().begin(), x.storage().end(), [](T v) { return v == T(0); });
    }

  private:
    bool wants_one(const Entry<T>& entry) const {
        return std::any_of(entry.inputs().begin(), entry.inputs().end(),
                           [&](std::uint32_t input) { return tape_[input].needs_grad(); });
    }
    std::vector<bool> downstream(std::size_t from) const {
        std::vector<bool> reached(tape_.size());
        reached[from] = true;
        for (std::size_t i = from + 1; i < tape_.size(); ++i) {
            for (const std::uint32_t input : tape_[i].inputs()) {
                if (reached[input]) reached[i] = true;
            }
        }
        return reached;
    }

    const Tape<T>& tape_;
    std::optional<std::size_t> loss_;
    std::vector<bool> leads_to_loss_;
};

double norm(const auto& x) {
    double squares = 0;
    for (const auto v : x.storage()) squares += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(squares);
}

}  // namespace

template <class T>
std::string find_gradients(const Tape<T>& tape, const ParameterNames<T>& parameters,
                           std::vector<Finding>& found) {
    const Paths<T> paths(tape);
    std::size_t reached = 0;
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const auto& [name, p] : parameters) {
        const Entry<T>* read = paths.entry_of(p);
        const auto none = [&, &its_name = name](const std::string& why) {
            found.push_back({Kind::no_gradient, read != nullptr ? std::optional(read->index()) : std::nullopt,
                             its_name, 0, fmt::format("{} got no gradient: {}.", its_name, why)});
        };
        if (read == nullptr) {
            none("nothing on this tape reads it");
        } else if (!paths.any_pass()) {
            none("no reverse pass has run over this recording; call tape.backward(loss)");
        } else if (read->contributions() == 0) {
            none(paths.why_none(*read));
        } else if (p->grad.size() > 0 && Paths<T>::all_zero(p->grad)) {
            const Entry<T>* begin = paths.where_zeros_begin(*read);
            found.push_back(
                {Kind::zero_gradient, read->index(), name, 0,
                 fmt::format("the gradient of {} is exactly zero: {}.", name,
                             begin == nullptr
                                 ? "the adjoint that reads it makes zeros, contributions cancel, or "
                                   "zero_grad() came after the pass"
                                 : fmt::format("so is what comes back to {}, so that nothing before it "
                                               "learns",
                                               begin->text()))});
        } else {
            ++reached;
            if (!all_finite(p->grad)) continue;
            least = std::min(least, norm(p->grad));
            most = std::max(most, norm(p->grad));
        }
    }
    return fmt::format("{} of {} parameters have gradients{}", reached, parameters.size(),
                       least <= most ? fmt::format(", of norm {:.2g} … {:.2g}", least, most) : "");
}

#define INSTANTIATE(T) \
    template std::string find_gradients(const Tape<T>&, const ParameterNames<T>&, std::vector<Finding>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
