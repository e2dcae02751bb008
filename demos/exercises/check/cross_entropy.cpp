#include <algorithm>
#include <cmath>

#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

using Targets = std::span<const Size>;

td::Variable<double> recorded(td::Variable<double> logits, Targets targets) {
    return td::cross_entropy(logits, std::vector<Size>(targets.begin(), targets.end()));
}

void loss_solved(Trial& t) {
    td::Tape<double> tape;
    const auto logits = tape.input(tensor(t.given("logits"), {t.size("m"), t.size("n")}));
    t.returned(recorded(logits, t.indices("targets")).item());
}

void adjoint_solved(Trial& t) {
    td::Tape<double> tape;
    const auto logits = tape.variable(tensor(t.given("logits"), {t.size("m"), t.size("n")}));
    const auto loss = recorded(logits, t.indices("targets"));
    tape.backward(loss * t.number("dloss"));
    put(t, "dlogits", logits.grad());
}

Solution call_loss(const CrossEntropy& f) {
    return
        [f](Trial& t) { t.returned(f(t.size("m"), t.size("n"), t.given("logits"), t.indices("targets"))); };
}

Solution call_adjoint(const CrossEntropyAdjoint& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("n"), t.given("logits"), t.indices("targets"), t.number("dloss"),
          t.out("dlogits"));
    };
}

Case given(const std::string& name, std::vector<Size> targets, const Values& logits) {
    const Size m = targets.size(), n = logits.size() / m;
    return Case(name)
        .size("m", m)
        .size("n", n)
        .given("logits", {m, n}, logits)
        .index("targets", std::move(targets));
}

std::vector<Case> inputs() {
    return {given("ordinary logits", {1, 3, 0}, wavy(12, 1)), given("a batch of one", {2}, wavy(4, 2)),
            given("as many classes as rows", {0, 2, 2}, wavy(9, 3)),
            given("logits of a thousand", {1, 0}, {1000, 999, -1000, -1001, -1000, -1002}),
            given("one logit far above the others", {0, 1}, {0, 800, 1, 2, 1, 900})};
}

std::vector<Case> loss_cases() {
    auto all = inputs();
    for (Case& c : all) c.assigned("returned", {});
    return all;
}

std::vector<Case> adjoint_cases() {
    auto all = inputs();
    for (Case& c : all) {
        const Size m = c.sizes[0].second, n = c.sizes[1].second;
        c.number("dloss", 0.7).added("dlogits", {m, n});
    }
    return all;
}

double log_sum_exp(In row, bool shifted) {
    const double top = shifted ? *std::max_element(row.begin(), row.end()) : 0;
    double sum = 0;
    for (const double x : row) sum += std::exp(x - top);
    return top + std::log(sum);
}

/// The mean over the rows of what `of_row` gives.
Mistake loss_mistake(const std::string& words, double (*of_row)(In row, Size target),
                     double (*times)(Size m, Size n)) {
    return {words, call_loss([of_row, times](Size m, Size n, In logits, Targets targets) {
                double sum = 0;
                for (Size i = 0; i < m; ++i) sum += of_row(logits.subspan(i * n, n), targets[i]);
                return times(m, n) * sum / static_cast<double>(m);
            })};
}

double right_row(In row, Size target) { return log_sum_exp(row, true) - row[target]; }
double once(Size, Size) { return 1; }

std::vector<Mistake> loss_mistakes() {
    const std::string overflow =
        "exp of a large logit overflows. Take the row's largest logit off all of them first: the softmax "
        "stays the same, "
        "and no exp is above 1.";
    return {
        loss_mistake("You summed over the batch: the mean is wanted, so divide by m.", right_row,
                     [](Size m, Size) { return static_cast<double>(m); }),
        loss_mistake("You divided by the number of classes as well: the mean is over the m rows alone.",
                     right_row, [](Size, Size n) { return 1 / static_cast<double>(n); }),
        loss_mistake("You divided by n, the number of classes, where the mean is over the m rows.", right_row,
                     [](Size m, Size n) { return static_cast<double>(m) / static_cast<double>(n); }),
        loss_mistake(
            "The sign is wrong: the loss is minus the log of a probability, and not negative.",
            [](In row, Size target) { return -right_row(row, target); }, once),
        loss_mistake(
            overflow, [](In row, Size target) { return log_sum_exp(row, false) - row[target]; }, once),
        loss_mistake(
            overflow,
            [](In row, Size target) {
                double sum = 0;
                for (const double x : row) sum += std::exp(x);
                return -std::log(std::exp(row[target]) / sum);
            },
            once),
        loss_mistake(
            "The log of a probability that has become 0 is infinite. Don't form the softmax: its log is "
            "logit - "
            "max - log(sum of exp(logit - max)).",
            [](In row, Size target) {
                const double top = *std::max_element(row.begin(), row.end());
                double sum = 0;
                for (const double x : row) sum += std::exp(x - top);
                return -std::log(std::exp(row[target] - top) / sum);
            },
            once),
        loss_mistake(
            "The log is missing: you averaged the probabilities.",
            [](In row, Size target) { return -std::exp(-right_row(row, target)); }, once),
        loss_mistake(
            "The log of the sum of exponentials is missing: what is left is minus the target's logit.",
            [](In row, Size target) { return -row[target]; }, once),
        loss_mistake(
            "The largest logit was taken off in the exponentials, but not off the target's logit (or not "
            "added "
            "back to the log).",
            [](In row, Size target) {
                return log_sum_exp(row, true) - *std::max_element(row.begin(), row.end()) - row[target];
            },
            once),
    };
}

/// What an element's gradient is made of.
struct Element {
    double probability, is_target, dloss, m;
};

Mistake adjoint_mistake(const std::string& words, double (*of)(const Element&), bool shifted = true) {
    return {words, call_adjoint([of, shifted](Size m, Size n, In logits, Targets targets, double dloss,
                                              Out dlogits) {
                for (Size i = 0; i < m; ++i) {
                    const In row = logits.subspan(i * n, n);
                    const double top = shifted ? *std::max_element(row.begin(), row.end()) : 0;
                    double sum = 0;
                    for (const double x : row) sum += std::exp(x - top);
                    for (Size j = 0; j < n; ++j)
                        dlogits[i * n + j] += of({std::exp(row[j] - top) / sum, j == targets[i] ? 1.0 : 0.0,
                                                  dloss, static_cast<double>(m)});
                }
            })};
}

double right_element(const Element& e) { return e.dloss * (e.probability - e.is_target) / e.m; }

std::vector<Mistake> adjoint_mistakes() {
    return {
        adjoint_mistake("The mean over the batch is forgotten: divide by m.",
                        [](const Element& e) { return e.dloss * (e.probability - e.is_target); }),
        adjoint_mistake("The target is missing: take 1 off the target's probability.",
                        [](const Element& e) { return e.dloss * e.probability / e.m; }),
        adjoint_mistake("dloss is missing: the chain rule multiplies by what arrived.",
                        [](const Element& e) { return (e.probability - e.is_target) / e.m; }),
        adjoint_mistake("The sign is wrong: raising the target's logit lowers the loss.",
                        [](const Element& e) { return -right_element(e); }),
        adjoint_mistake("Only the target's logit gets a gradient. The others are in the sum of exponentials: "
                        "each gets its "
                        "probability.",
                        [](const Element& e) { return e.is_target * right_element(e); }),
        adjoint_mistake(
            "exp of a large logit overflows. Take the row's largest logit off all of them first: the softmax "
            "stays the same, and no exp is above 1.",
            right_element, false),
        adjoint_mistake(
            "This is the softmax's own derivative at the target, p (1[target] - p). The loss takes the log "
            "of it, "
            "and what is left is simpler.",
            [](const Element& e) { return e.dloss * e.probability * (e.is_target - e.probability) / e.m; }),
    };
}

}  // namespace

Exercise cross_entropy(CrossEntropy loss, CrossEntropyAdjoint adjoint) {
    return {"cross_entropy",
            {{"cross_entropy", "td::cross_entropy", "core/ops/loss.cpp", loss_cases(), loss_solved,
              call_loss(loss), loss_mistakes()},
             {"cross_entropy_adjoint", "td::cross_entropy's adjoint", "core/ops/loss.cpp", adjoint_cases(),
              adjoint_solved, call_adjoint(adjoint), adjoint_mistakes()}}};
}

}  // namespace exercises::check
