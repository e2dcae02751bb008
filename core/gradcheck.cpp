#include <tapedeck/core/gradcheck.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck/evidence.hpp>
#include <tapedeck/core/gradcheck/precision.hpp>
#include <tapedeck/core/gradcheck/program.hpp>
#include <tapedeck/core/gradcheck/scale.hpp>
#include <tapedeck/core/gradcheck/slope.hpp>

namespace tapedeck::numeric {
namespace {

using Element = GradcheckReport::Element;

constexpr std::size_t kWorst = 10;

/// One argument's numeric gradient.
template <class T>
std::vector<Slope> slopes(Program<T>& program, std::size_t a, const GradcheckOptions& options) {
    const Tensor<T>& x = program.argument(a);
    const double length = own_length(x);
    program.play();
    const double result = program.value();
    const double rounding = program.rounding(a);
    std::vector<Slope> all;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double at = static_cast<double>(x.storage()[i]);
        all.push_back(settled_slope([&](double offset) { return program.moved(a, i, offset); }, {at, result},
                                    {options.step, options.relative, length, rounding}));
    }
    return all;
}

/// What of an argument's numeric gradient is no more than the noise of rounding.
double noise(const std::vector<Slope>& slopes, double rounding) {
    std::vector<double> uncertainties;
    for (const Slope& s : slopes) uncertainties.push_back(s.uncertainty);
    const auto middle = uncertainties.begin() + static_cast<std::ptrdiff_t>(uncertainties.size() / 2);
    std::nth_element(uncertainties.begin(), middle, uncertainties.end());
    return std::max(10 * *middle, rounding);
}

/// Compares one argument and files its elements under right, wrong or unsettled.
template <class T>
class Judge {
  public:
    Judge(GradcheckReport& report, const GradcheckOptions& options, std::vector<Element>& all)
        : report_(report), options_(options), all_(all) {}

    void argument(std::size_t a, const Tensor<T>& x, const Tensor<T>& recorded,
                  const std::vector<Slope>& numeric, double magnitude, bool constant) {
        if (x.size() == 0) return;
        const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
        const double rounding = epsilon * magnitude / own_length(x);
        double& largest = report_.arguments[a].largest;
        for (const Slope& s : numeric) largest = std::max(largest, std::abs(s.value));
        const double nothing = noise(numeric, 100 / options_.step * rounding);
        const bool near_zero = largest <= nothing;
        refuse(a, nothing, near_zero, constant);
        for (std::size_t i = 0; i < numeric.size(); ++i) {
            const Slope& s = numeric[i];
            const Element e{a, i, static_cast<double>(recorded.storage()[i]), s.value, s.uncertainty};
            all_.push_back(e);
            const double tolerance = near_zero ? nothing
                                               : options_.relative * std::abs(s.value) +
                                                     options_.absolute * largest + 10 * rounding;
            // Written so that a NaN is not right.
            if (e.error() <= tolerance) continue;
            if (!std::isfinite(e.numeric)) {  // at the end of the domain
                report_.unsettled.push_back(e);
            } else if (e.error() <= tolerance + 10 * s.uncertainty) {
                // They agree as far as can be told; for an element this small, that is enough.
                if (!(s.uncertainty <= 0.1 * options_.relative * largest)) report_.unsettled.push_back(e);
            } else {
                const bool subgradient = s.kink && s.allows(e.recorded, tolerance);
                (subgradient ? report_.unsettled : report_.wrong).push_back(e);
            }
        }
    }

  private:
    /// How a caller says that the result does not depend on argument a.
    std::string declaration(std::size_t a) const {
        constexpr std::string_view kParameter = "parameter ";
        const std::string& name = report_.arguments[a].name;
        if (!name.starts_with(kParameter)) return fmt::format(".constant = {{{}}}", a);
        return fmt::format(".constant_parameters = {{\"{}\"}}", name.substr(kParameter.size()));
    }

    void refuse(std::size_t a, double nothing, bool near_zero, bool constant) {
        if (!report_.problem.empty() || near_zero == constant) return;
        const std::string& name = report_.arguments[a].name;
        report_.problem =
            constant
                ? fmt::format("{} is declared constant, but its numeric gradient is up to {:.2g}.", name,
                              report_.arguments[a].largest)
                : fmt::format(
                      "the numeric gradient of {} is near zero (at most {:.2g}, where rounding makes "
                      "{:.2g}), "
                      "as a wrong one's may be. Return more than a sum or a mean, which for a "
                      "normalization's "
                      "output is constant; choose inputs on which the result depends; or, where it does not "
                      "depend on this one, declare that: {}.",
                      name, report_.arguments[a].largest, nothing, declaration(a));
    }

    GradcheckReport& report_;
    const GradcheckOptions& options_;
    std::vector<Element>& all_;
};

template <class T>
std::vector<bool> constants(const GradcheckOptions& options, std::size_t inputs,
                            const NamedParameters<T>& parameters) {
    std::vector<bool> constant(inputs + parameters.size(), false);
    for (const std::size_t a : options.constant) {
        if (a >= constant.size()) {
            throw ValueError(
                fmt::format("gradcheck: constant names argument {}, and there are {}, counted from 0.", a,
                            constant.size()));
        }
        constant[a] = true;
    }
    for (const std::string& name : options.constant_parameters) {
        bool found = false;
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            if (parameters[k].first == name) found = constant[inputs + k] = true;
        }
        if (!found) {
            throw ValueError(fmt::format(
                "gradcheck: constant_parameters names {}, and no parameter has that name.", name));
        }
    }
    return constant;
}

/// Why nothing can be checked at all; "" when it can.
template <class T>
std::string obstacle(Program<T>& program) {
    std::size_t elements = 0;
    for (std::size_t a = 0; a < program.arguments(); ++a) elements += program.argument(a).size();
    if (elements == 0) return "there is no element to check; give inputs.";
    if (program.result().value().size() == 0)
        return fmt::format("the result is {}: it has no element.", to_text(program.result().shape()));
    const double once = program.value();
    if (!std::isfinite(once)) return "the result is not finite; choose inputs for which it is.";
    program.play();
    if (const double again = program.value(); again != once) {
        return fmt::format(
            "played again with the same numbers, the program has another result ({:.9g}, then {:.9g} in its "
            "product with the cotangent): an operation draws random numbers, or remembers something, even "
            "when Forward::frozen().",
            once, again);
    }
    return "";
}

void keep_worst(GradcheckReport& report, std::vector<Element> all) {
    const auto worse = [](const Element& a, const Element& b) {
        return std::isnan(a.error()) ? !std::isnan(b.error()) : a.error() > b.error();
    };
    const std::size_t kept = std::min(kWorst, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), worse);
    all.resize(kept);
    report.worst = std::move(all);
}

}  // namespace

template <class T>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          const NamedParameters<T>& parameters, GradcheckOptions given) {
    const GradcheckOptions options = with_precision_of<T>(std::move(given));
    const std::vector<bool> constant = constants<T>(options, inputs.size(), parameters);
    Program<T> program(function, inputs, parameters, options.seed);
    GradcheckReport report;
    report.imprecise = std::is_same_v<T, float>;
    report.function = options.name.empty() ? program.operations() : options.name;
    for (std::size_t a = 0; a < program.arguments(); ++a)
        report.arguments.push_back({program.name(a), program.argument(a).shape()});
    report.problem = obstacle(program);
    if (!report.problem.empty()) return report;

    const double magnitude = program.magnitude();
    const std::vector<Tensor<T>> recorded = program.gradients();
    std::vector<std::vector<Slope>> numeric;
    std::vector<Element> all;
    Judge<T> judge(report, options, all);
    for (std::size_t a = 0; a < program.arguments(); ++a) {
        numeric.push_back(slopes(program, a, options));
        judge.argument(a, program.argument(a), recorded[a], numeric[a], magnitude, constant[a]);
    }
    report.checked = all.size();
    keep_worst(report, std::move(all));

    program.play();
    for (std::size_t a = 0; a < program.arguments(); ++a) {
        const auto of_a = [a](const Element& e) { return e.argument == a; };
        if (std::any_of(report.wrong.begin(), report.wrong.end(), of_a))
            report.arguments[a].diagnosis = diagnosis::diagnose(diagnosis::evidence(program, a, numeric[a]));
    }
    return report;
}

template GradcheckReport gradcheck<float>(const GradcheckFunction<float>&, const std::vector<Tensor<float>>&,
                                          const NamedParameters<float>&, GradcheckOptions);
template GradcheckReport gradcheck<double>(const GradcheckFunction<double>&,
                                           const std::vector<Tensor<double>>&, const NamedParameters<double>&,
                                           GradcheckOptions);

}  // namespace tapedeck::numeric
