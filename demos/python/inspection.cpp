// What looks at a tape and checks its gradients, for Python.
#include "live.hpp"

namespace tapedeck::python {
namespace {

/// f(x0, x1, ...) as a program of gradcheck's. Its tape is gone after the check, and so are all handles on
/// it.
struct Lending {
    py::function f;
    std::vector<std::shared_ptr<Live<double>>> lent;
    Variable<double> operator()(Tape<double>& tape, const std::vector<Variable<double>>& x) {
        lent.push_back(std::make_shared<Live<double>>(tape));
        const py::object y = f(*py::tuple(py::cast(x)));
        if (!py::isinstance<Held<double>>(y))
            throw py::type_error(
                "gradcheck: the function returned " +
                std::string(py::isinstance<Held<float>>(y) ? "a float32 Variable"
                                                           : py::str(py::type::of(y).attr("__name__"))) +
                "; it must return a Variable computed from its arguments, which are float64.");
        return y.cast<Variable<double>>();
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
    m.def("first_non_finite", [](L& t) -> py::object {
        const auto found = first_non_finite(*t.tape);
        if (!found) return py::none();
        return report("text"_a = found->text(), "entry"_a = found->entry, "nan"_a = found->nan,
                      "inf"_a = found->inf, "cause"_a = found->cause);
    });
    m.def("to_dot", [](L& t) { return to_dot(*t.tape); });
    m.def(
        "write_deck",
        [](L& t, V loss, const std::filesystem::path& path, const std::string& title, double effort) {
            write_deck(*t.tape, loss, path.string(), {.title = title, .effort = effort}, here());
        },
        "tape"_a, "loss"_a, "path"_a, "title"_a = "", "effort"_a = 1.0);
    m.def(
        "deck_html",
        [](V loss, const std::string& title, double effort) {
            Deck<T> deck({.title = title, .effort = effort});
            deck.add("", "", loss, here());
            return deck.html();
        },
        "loss"_a, "title"_a = "", "effort"_a = 1.0);
    if constexpr (std::is_same_v<T, double>) {
        m.def(
            "gradcheck",
            [](py::function f, const std::vector<Tensor<double>>& inputs,
               const NamedParameters<double>& parameters, const std::string& name) {
                Lending program{std::move(f), {}};
                const GradcheckReport r =
                    numeric::gradcheck<double>(std::ref(program), inputs, parameters, {.name = name});
                return report("ok"_a = r.ok(), "text"_a = r.text(), "diagnosis"_a = r.diagnosis(),
                              "checked"_a = r.checked, "wrong"_a = r.wrong.size());
            },
            "function"_a, "inputs"_a, "named_parameters"_a = NamedParameters<double>(), "name"_a = "");
    }
}

template void bind_inspection<float>(py::module_&);
template void bind_inspection<double>(py::module_&);

}  // namespace tapedeck::python
