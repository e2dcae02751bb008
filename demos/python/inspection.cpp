// What looks at a tape and checks its gradients, for Python.
#include "live.hpp"

namespace tapedeck::python {
namespace {

py::object report_of(const GradientCheck& c) {
    return report("ok"_a = c.ok, "text"_a = c.text(), "entry"_a = c.entry, "compared"_a = c.compared,
                  "wrong"_a = c.wrong, "worst"_a = c.worst, "got"_a = c.got, "expected"_a = c.expected);
}

/// f(x0, x1, ...) as a program of gradcheck's. Its tape is gone after the check, and so are all handles on
/// it.
struct Lending {
    py::function f;
    std::vector<std::shared_ptr<Live<double>>> lent;
    Variable<double> operator()(Tape<double>& tape, const std::vector<Variable<double>>& x) {
        lent.push_back(std::make_shared<Live<double>>(tape));
        return f(*py::tuple(py::cast(x))).cast<Variable<double>>();
    }
    ~Lending() {
        for (const auto& live : lent) live->replace(std::make_shared<Tape<double>>());
    }
};

}  // namespace

template <class T>
void bind_inspection(py::module_& m) {
    using V = Variable<T>;
    using L = Live<T>;
    using Named = NamedParameters<T>;
    m.def("deposits", [](V v) {
        py::list all;
        for (const Contribution<T>& c : deposits(v, here()))
            all.append(report("source"_a = c.from, "to"_a = c.to, "first"_a = c.first, "value"_a = c.value));
        return all;
    });
    m.def("paths", [](V v) {
        const Paths<T> p = paths(v, here());
        const PathSizes s = path_sizes(p);
        return report(
            "direct"_a = p.direct, "mean"_a = p.mean, "variance"_a = p.variance, "text"_a = s.text(),
            "sizes"_a = report("text"_a = s.text(), "direct"_a = s.direct, "mean"_a = s.mean,
                               "variance"_a = s.variance, "gradient"_a = s.gradient,
                               "mean_cancels"_a = s.mean_cancels, "variance_cancels"_a = s.variance_cancels));
    });
    m.def(
        "numeric_gradient", [](V loss, V at) { return numeric_gradient(loss, at, {}, here()).value; },
        "loss"_a, "at"_a);
    m.def(
        "check_gradient", [](V loss, V at) { return report_of(check_gradient(loss, at, here())); }, "loss"_a,
        "at"_a);
    m.def("check_adjoint", [](V v) { return report_of(check_adjoint(v, here())); });
    m.def("wrong_adjoints", [](L& t) {
        py::list all;
        for (const GradientCheck& c : wrong_adjoints(*t.tape, here())) all.append(report_of(c));
        return all;
    });
    m.def("first_non_finite", [](L& t) -> py::object {
        const auto found = first_non_finite(*t.tape);
        if (!found) return py::none();
        return report("text"_a = found->text(), "entry"_a = found->entry, "nan"_a = found->nan,
                      "inf"_a = found->inf, "cause"_a = found->cause);
    });
    m.def(
        "diagnose",
        [](L& t, const Named& p, std::optional<double> lr, std::vector<Tensor<T>> before) {
            const Diagnosis d = diagnose(*t.tape, p, {.lr = lr, .before = std::move(before)}, here());
            return report("ok"_a = d.ok(), "text"_a = d.text());
        },
        "tape"_a, "named_parameters"_a, "lr"_a = py::none(), "before"_a = std::vector<Tensor<T>>());
    m.def("to_dot", [](L& t) { return to_dot(*t.tape); });
    m.def(
        "to_json",
        [](L& t, bool values, bool gradients) {
            return to_json(*t.tape, {values, gradients});
        },
        "tape"_a, "values"_a = false, "gradients"_a = false);
    m.def(
        "write_deck",
        [](L& t, V loss, const std::string& path, const std::string& title, double effort) {
            write_deck(*t.tape, loss, path, {.title = title, .effort = effort}, here());
        },
        "tape"_a, "loss"_a, "path"_a, "title"_a = "", "effort"_a = 1.0);
    if constexpr (std::is_same_v<T, double>) {
        m.def(
            "gradcheck",
            [](py::function f, const std::vector<Tensor<double>>& inputs, const Named& parameters,
               const std::string& name) {
                Lending program{std::move(f), {}};
                const GradcheckReport r =
                    numeric::gradcheck<double>(std::ref(program), inputs, parameters, {.name = name});
                return report("ok"_a = r.ok(), "text"_a = r.text(), "diagnosis"_a = r.diagnosis(),
                              "checked"_a = r.checked, "wrong"_a = r.wrong.size());
            },
            "function"_a, "inputs"_a, "named_parameters"_a = Named(), "name"_a = "");
    }
}

template <class T>
void bind_deck(py::module_& m) {
    py::class_<Deck<T>>(m, "Deck")
        .def(py::init([](const std::string& title, double effort) {
                 return Deck<T>({.title = title, .effort = effort});
             }),
             "title"_a = "", "effort"_a = 1.0)
        .def(
            "add",
            [](Deck<T>& d, const std::string& tape, const std::string& moment, Variable<T> loss) {
                d.add(tape, moment, loss, here());
            },
            "tape"_a, "moment"_a, "loss"_a)
        .def("write", &Deck<T>::write)
        .def("html", [](const Deck<T>& d) { return d.html(); });
}
template void bind_deck<float>(py::module_&);
template void bind_deck<double>(py::module_&);
template void bind_inspection<float>(py::module_&);
template void bind_inspection<double>(py::module_&);

}  // namespace tapedeck::python
