#include <cmath>

#include <tapedeck/optim/adam.hpp>

#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

constexpr td::AdamOptions kOptions{.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .eps = 1e-4};

/// What td::Adam keeps.
struct ReadMoments : td::StateVisitor<double> {
    Values m, v;
    void operator()(std::string_view name, std::vector<td::Tensor<double>>& one_each) override {
        const auto& all = one_each[0].storage();
        (name == "exp_avg" ? m : v) = Values(all.begin(), all.end());
    }
    void operator()(std::string_view, std::uint64_t&) override {}
};

/// The gradient of step t; `with_zero`: element t of it is 0.
Values gradient(Size n, int t, double scale, bool with_zero) {
    Values g = scaled(wavy(n, 2.0 + t), scale);
    if (with_zero) g[static_cast<Size>(t) % n] = 0;
    return g;
}

td::AdamOptions options_with(double eps) {
    auto options = kOptions;
    options.eps = eps;
    return options;
}

/// A parameter that td::Adam has changed so many times.
class Training {
  public:
    Training(int steps, Size n, double scale, double eps, bool with_zero)
        : parameter_(tensor(wavy(n, 1), {n})), adam_({&parameter_}, options_with(eps)) {
        for (int t = 1; t <= steps; ++t) {
            parameter_.grad = tensor(gradient(n, t, scale, with_zero), {n});
            adam_.step();
        }
        adam_.visit(moments_);
    }
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    Values p() const { return {parameter_.value.storage().begin(), parameter_.value.storage().end()}; }
    const Values& m() const { return moments_.m; }
    const Values& v() const { return moments_.v; }

  private:
    td::Parameter<double> parameter_;
    td::Adam<double> adam_;
    ReadMoments moments_;
};

/// The student is given what td::Adam had after t - 1 steps.
Case of(const std::string& name, int t, double scale = 1, double eps = kOptions.eps, bool with_zero = false) {
    const Size n = 4;
    const Training before(t - 1, n, scale, eps, with_zero);
    return Case(name)
        .size("t", static_cast<Size>(t))
        .size("n", n)
        .number("scale", scale)
        .number("eps", eps)
        .number("with_zero", with_zero)
        .given("g", {n}, gradient(n, t, scale, with_zero))
        .changed("m", {n}, before.m())
        .changed("v", {n}, before.v())
        .changed("p", {n}, before.p());
}

void solved(Trial& t) {
    const Training training(static_cast<int>(t.size("t")), t.size("n"), t.number("scale"), t.number("eps"),
                            t.number("with_zero") != 0);
    std::copy(training.m().begin(), training.m().end(), t.out("m").begin());
    std::copy(training.v().begin(), training.v().end(), t.out("v").begin());
    const Values p = training.p();
    std::copy(p.begin(), p.end(), t.out("p").begin());
}

Solution call(const AdamStep& f) {
    return [f](Trial& t) {
        f(static_cast<int>(t.size("t")), kOptions.lr, kOptions.beta1, kOptions.beta2, t.number("eps"),
          t.given("g"), t.out("m"), t.out("v"), t.out("p"));
    };
}

/// One element's step; the state is changed. The betas' powers are those of the corrections.
struct Element {
    int t;
    double lr, beta1, beta2, eps, g;
    double &m, &v, &p;
    void move_moments() const {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
    }
    double m_hat(int at_t) const { return m / (1 - std::pow(beta1, at_t)); }
    double v_hat(int at_t) const { return v / (1 - std::pow(beta2, at_t)); }
};

Mistake mistake(const std::string& words, void (*step)(const Element&)) {
    return {words,
            call([step](int t, double lr, double beta1, double beta2, double eps, In g, Out m, Out v, Out p) {
                for (Size i = 0; i < g.size(); ++i) step({t, lr, beta1, beta2, eps, g[i], m[i], v[i], p[i]});
            })};
}

/// A mistake in the step alone, after both moments.
template <class F>
void then(const Element& e, F step) {
    e.move_moments();
    e.p -= e.lr * step(e);
}

std::vector<Mistake> mistakes_in_moments() {
    return {
        mistake("An element whose gradient is 0 is skipped. Its m and v fade all the same, and p moves by m.",
                [](const Element& e) {
                    if (e.g == 0) return;
                    then(e, [](auto& s) { return s.m_hat(s.t) / (std::sqrt(s.v_hat(s.t)) + s.eps); });
                }),
        mistake("beta1 and beta2 are swapped: beta1 belongs to m, the mean of gradients, beta2 to v, that of "
                "their squares.",
                [](const Element& e) {
                    const Element swapped{e.t, e.lr, e.beta2, e.beta1, e.eps, e.g, e.m, e.v, e.p};
                    then(swapped,
                         [](const Element& s) { return s.m_hat(s.t) / (std::sqrt(s.v_hat(s.t)) + s.eps); });
                }),
        mistake("m and v are swapped: m is the mean of gradients, v the mean of their squares.",
                [](const Element& e) {
                    e.m = e.beta1 * e.m + (1 - e.beta1) * e.g * e.g;
                    e.v = e.beta2 * e.v + (1 - e.beta2) * e.g;
                    e.p -= e.lr * e.m_hat(e.t) / (std::sqrt(e.v_hat(e.t)) + e.eps);
                }),
        mistake("m: the weights are swapped. The old m counts beta1, the new gradient 1 - beta1.",
                [](const Element& e) {
                    const double m = (1 - e.beta1) * e.m + e.beta1 * e.g;
                    e.move_moments();
                    e.m = m;
                }),
        mistake("m: the gradient's weight, 1 - beta1, is missing.",
                [](const Element& e) {
                    const double m = e.beta1 * e.m + e.g;
                    e.move_moments();
                    e.m = m;
                }),
        mistake("v: the gradient is not squared.",
                [](const Element& e) {
                    const double v = e.beta2 * e.v + (1 - e.beta2) * e.g;
                    e.move_moments();
                    e.v = v;
                }),
        mistake("v: the squared gradient's weight, 1 - beta2, is missing.",
                [](const Element& e) {
                    const double v = e.beta2 * e.v + e.g * e.g;
                    e.move_moments();
                    e.v = v;
                }),
        mistake("v: the weight 1 - beta2 is squared along with the gradient.",
                [](const Element& e) {
                    const double v = e.beta2 * e.v + (1 - e.beta2) * e.g * (1 - e.beta2) * e.g;
                    e.move_moments();
                    e.v = v;
                }),
        mistake("The corrected moments are written back into m and v. The next step goes on from the "
                "uncorrected ones: keep "
                "the corrected ones in variables of their own.",
                [](const Element& e) {
                    e.move_moments();
                    e.m = e.m_hat(e.t);
                    e.v = e.v_hat(e.t);
                    e.p -= e.lr * e.m / (std::sqrt(e.v) + e.eps);
                }),
    };
}

std::vector<Mistake> mistakes_in_step() {
    return {
        mistake("p: there is no bias correction. m and v begin at zero and are too small at first: divide "
                "them by 1 - beta1^t "
                "and 1 - beta2^t.",
                [](const Element& e) { then(e, [](auto& s) { return s.m / (std::sqrt(s.v) + s.eps); }); }),
        mistake("p: v is not corrected: divide it by 1 - beta2^t.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t) / (std::sqrt(s.v) + s.eps); });
                }),
        mistake("p: m is not corrected: divide it by 1 - beta1^t.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m / (std::sqrt(s.v_hat(s.t)) + s.eps); });
                }),
        mistake("p: eps is inside the root. It is added after it: sqrt(v_hat) + eps.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t) / std::sqrt(s.v_hat(s.t) + s.eps); });
                }),
        mistake("p: eps is missing: sqrt(v_hat) + eps.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t) / std::sqrt(s.v_hat(s.t)); });
                }),
        mistake("p: the bias correction is that of step t - 1. t counts from 1, so that it is beta^t in the "
                "first step "
                "already.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t - 1) / (std::sqrt(s.v_hat(s.t - 1)) + s.eps); });
                }),
        mistake("p: the bias correction is that of step t + 1. t counts from 1 already.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t + 1) / (std::sqrt(s.v_hat(s.t + 1)) + s.eps); });
                }),
        mistake("p: the bias correction is the same in every step, 1 - beta: the power t is missing.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(1) / (std::sqrt(s.v_hat(1)) + s.eps); });
                }),
        mistake(
            "p: the root is missing: divide by sqrt(v_hat) + eps.",
            [](const Element& e) { then(e, [](auto& s) { return s.m_hat(s.t) / (s.v_hat(s.t) + s.eps); }); }),
        mistake("p goes up the gradient: the step is taken off p.",
                [](const Element& e) {
                    then(e, [](auto& s) { return -s.m_hat(s.t) / (std::sqrt(s.v_hat(s.t)) + s.eps); });
                }),
        mistake("p: the step takes the gradient g, where m, its running mean, belongs.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.g / (std::sqrt(s.v_hat(s.t)) + s.eps); });
                }),
        mistake("p: lr is missing, the learning rate.",
                [](const Element& e) {
                    then(e, [](auto& s) { return s.m_hat(s.t) / (std::sqrt(s.v_hat(s.t)) + s.eps) / s.lr; });
                }),
    };
}

}  // namespace

Exercise adam_step(AdamStep step) {
    auto mistakes = mistakes_in_moments();
    for (auto& m : mistakes_in_step()) mistakes.push_back(std::move(m));
    return {"adam_step",
            {{"adam_step",
              "td::Adam",
              "optim/adam.cpp",
              {of("the first step", 1), of("the second step", 2), of("the tenth step", 10),
               of("gradients as small as eps", 3, kOptions.eps), of("large gradients", 2, 1e4),
               of("gradients of zero", 1, 0, 1e-8),
               of("a gradient with one zero, g[3]", 3, 1, kOptions.eps, true)},
              solved,
              call(step),
              mistakes}}};
}

}  // namespace exercises::check
