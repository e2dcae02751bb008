#include <tapedeck/core/inspect/diagnose.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/inspect/diagnose/findings.hpp>
#include <tapedeck/core/inspect/non_finite.hpp>
#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/running.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {

using Kind = Finding::Kind;

bool Diagnosis::found(Kind kind) const {
    return std::any_of(findings.begin(), findings.end(), [=](const Finding& f) { return f.kind == kind; });
}

std::string Diagnosis::text() const {
    if (ok()) return "all is well: " + measured;
    std::string text = fmt::format("{} finding{}:", findings.size(), findings.size() == 1 ? "" : "s");
    for (const Finding& finding : findings) text += "\n- " + finding.text;
    return text + "\nmeasured: " + measured;
}

namespace inspect {

template <class T>
std::string find_non_finite(const Tape<T>& tape, const ParameterNames<T>& parameters,
                            std::vector<Finding>& found) {
    if (const auto first = first_non_finite(tape)) {
        found.push_back({Kind::non_finite, first->entry, "", static_cast<double>(first->nan + first->inf),
                         first->text()});
    }
    for (const auto& [name, p] : parameters) {
        const Numbers n = numbers(p->grad);
        if (n.all_finite()) continue;
        found.push_back({Kind::non_finite, std::nullopt, name, static_cast<double>(n.nan + n.inf()),
                         fmt::format("the gradient of {} is {}; tape.detect_anomaly() says which adjoint "
                                     "made it so.",
                                     name, n.text())});
    }
    return "";
}

template <class T>
std::string find_statistics(const Tape<T>& tape, std::vector<Finding>& found) {
    for (const Entry<T>& entry : tape) {
        const auto* reader = dynamic_cast<const op::ReadsRunningStatistics<T>*>(&entry.operation());
        const auto* statistics = reader != nullptr ? reader->statistics_read() : nullptr;
        if (statistics == nullptr || statistics->batches.storage()[0] != 0) continue;
        found.push_back({Kind::unused_statistics, entry.index(), "", 0,
                         fmt::format("{} normalizes with running statistics that no batch ever updated "
                                     "(num_batches_tracked is 0): train first, or load them.",
                                     entry.text())});
    }
    return "";
}

}  // namespace inspect

template <class T>
Diagnosis diagnose(const Tape<T>& tape, const ParameterNames<T>& parameters,
                   const std::type_identity_t<DiagnoseOptions<T>>& options, Where where) {
    const std::vector<Tensor<T>>& before = options.before;
    if (!before.empty() && before.size() != parameters.size()) {
        throw ValueError(
            fmt::format("{}: before has {} values, and there are {} parameters; give "
                        "values_of() the same ones.",
                        refuse::call("diagnose", where), before.size(), parameters.size()));
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& [name, p] = parameters[i];
        if (p == nullptr) {
            throw ValueError(
                fmt::format("{}: parameter number {} is null.", refuse::call("diagnose", where), i));
        }
        if (before.empty() || before[i].shape() == p->value.shape()) continue;
        throw ValueError(fmt::format(
            "{}: before {} was {}, and is now {}; give values_of() the same ones, in "
            "this order.",
            refuse::call("diagnose", where), name, to_text(before[i].shape()), to_text(p->value.shape())));
    }
    Diagnosis d;
    const auto note = [&](const std::string& measured) {
        if (!measured.empty()) d.measured += (d.measured.empty() ? "" : "; ") + measured;
    };
    note(inspect::find_non_finite(tape, parameters, d.findings));
    note(inspect::find_gradients(tape, parameters, d.findings));
    note(inspect::find_units(tape, options, d.findings));
    note(inspect::find_updates(parameters, options, d.findings));
    note(inspect::find_statistics(tape, d.findings));
    d.measured = fmt::format("{} entries; {}.", tape.size(), d.measured);
    return d;
}

template <class T>
Diagnosis diagnose(const Tape<T>& tape, const std::vector<Parameter<T>*>& parameters,
                   const std::type_identity_t<DiagnoseOptions<T>>& options, Where where) {
    ParameterNames<T> named;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string own = parameters[i] != nullptr ? parameters[i]->name : "";
        named.emplace_back(
            fmt::format("parameter {}{}{}{}", i, own.empty() ? "" : " (", own, own.empty() ? "" : ")"),
            parameters[i]);
    }
    return diagnose(tape, named, options, where);
}

template <class T>
std::vector<Tensor<T>> values_of(const std::vector<Parameter<T>*>& parameters) {
    std::vector<Tensor<T>> values;
    for (const Parameter<T>* p : parameters) values.push_back(p->value);
    return values;
}

#define INSTANTIATE(T)                                                                                       \
    template std::string inspect::find_non_finite(const Tape<T>&, const ParameterNames<T>&,                  \
                                                  std::vector<Finding>&);                                    \
    template std::string inspect::find_statistics(const Tape<T>&, std::vector<Finding>&);                    \
    template Diagnosis diagnose(const Tape<T>&, const ParameterNames<T>&, const DiagnoseOptions<T>&, Where); \
    template Diagnosis diagnose(const Tape<T>&, const std::vector<Parameter<T>*>&,                           \
                                const DiagnoseOptions<T>&, Where);                                           \
    template std::vector<Tensor<T>> values_of(const std::vector<Parameter<T>*>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
