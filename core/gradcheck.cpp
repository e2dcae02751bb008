#include <tapedeck/core/gradcheck.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/random.hpp>

namespace tapedeck {
namespace {

constexpr std::size_t kWorst = 10;

template <class T>
double dot(const Tensor<T>& a, const Tensor<T>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a.storage()[i]) * static_cast<double>(b.storage()[i]);
    return sum;
}

}  // namespace

double GradcheckReport::Element::error() const { return std::abs(recorded - numeric); }

std::string GradcheckReport::text() const {
    if (!problem.empty()) return "gradcheck proves nothing: " + problem + "\n";
    std::string text = wrong.empty()
                           ? fmt::format("gradcheck passed: {} elements; the worst:\n", checked)
                           : fmt::format("gradcheck FAILED: {} of {} elements are wrong; the worst:\n",
                                         wrong.size(), checked);
    for (const Element& e : worst) {
        text += fmt::format("  argument {}, element {}: recorded {:.9g}, numeric {:.9g}, difference {:.3g}\n",
                            e.argument, e.index, e.recorded, e.numeric, e.error());
    }
    return text;
}

template <class T>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          GradcheckOptions options) {
    GradcheckReport report;
    Tape<T> tape;
    std::vector<Variable<T>> variables;
    for (const Tensor<T>& x : inputs) variables.push_back(tape.variable(x));
    const Variable<T> y = function(tape, variables);

    Random rng(options.seed);
    Tensor<T> cotangent = Tensor<T>::from_shape(y.shape());
    for (T& c : cotangent.storage()) c = static_cast<T>(rng.normal());
    tape.backward(y, cotangent);
    std::vector<Tensor<T>> recorded;
    for (const Variable<T>& v : variables) recorded.push_back(v.has_grad() ? v.grad() : zeros<T>(v.shape()));

    std::vector<GradcheckReport::Element> all;
    double largest = 0;
    for (std::size_t a = 0; a < inputs.size(); ++a) {
        Tensor<T> x = inputs[a];
        for (std::size_t i = 0; i < x.size(); ++i) {
            const T original = x.storage()[i];
            const double h = options.step * std::max(1.0, std::abs(static_cast<double>(original)));
            const auto value_at = [&](double offset) {
                x.storage()[i] = static_cast<T>(static_cast<double>(original) + offset);
                tape.set(variables[a], x);
                tape.play(frozen);
                return dot(y.value(), cotangent);
            };
            // The step that was really taken, after rounding.
            const double up = value_at(h);
            const double high = static_cast<double>(x.storage()[i]);
            const double down = value_at(-h);
            const double low = static_cast<double>(x.storage()[i]);
            const double numeric = (up - down) / (high - low);
            x.storage()[i] = original;
            largest = std::max(largest, std::abs(numeric));
            all.push_back({a, i, static_cast<double>(recorded[a].storage()[i]), numeric});
        }
        tape.set(variables[a], inputs[a]);
    }
    report.checked = all.size();
    if (all.empty())
        report.problem = "there is no element to check; give inputs.";
    else if (!(largest > 100 * options.absolute))
        report.problem = fmt::format(
            "every numeric gradient is near zero (at most {:.2g}), as is a wrong one's; choose inputs on "
            "which the result depends.",
            largest);
    for (const auto& e : all) {
        // Written so that a NaN is wrong.
        if (!(e.error() <= options.absolute + options.relative * std::abs(e.numeric)))
            report.wrong.push_back(e);
    }
    const auto worse = [](const auto& a, const auto& b) {
        return std::isnan(a.error()) ? !std::isnan(b.error()) : a.error() > b.error();
    };
    const std::size_t kept = std::min(kWorst, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), worse);
    all.resize(kept);
    report.worst = std::move(all);
    return report;
}

template GradcheckReport gradcheck(
    const std::function<Variable<float>(Tape<float>&, std::vector<Variable<float>>)>&,
    const std::vector<Tensor<float>>&, GradcheckOptions);
template GradcheckReport gradcheck(
    const std::function<Variable<double>(Tape<double>&, std::vector<Variable<double>>)>&,
    const std::vector<Tensor<double>>&, GradcheckOptions);

}  // namespace tapedeck
