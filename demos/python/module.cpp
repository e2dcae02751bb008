// tapedeck._core: what the Python package hands on of the library, for float and, in float64, for double.
#include "live.hpp"

namespace tapedeck::python {

PYBIND11_MODULE(_core, m) {
    const auto error = [&m]<class E>(const char* name, py::handle base, const E*) {
        py::exception<E>& type = py::register_exception<E>(m, name, base);
        type.attr("__module__") = "tapedeck";
        return type;
    };
    const py::object base = error("Error", PyExc_RuntimeError, static_cast<Error*>(nullptr));
    error("ShapeError", base, static_cast<ShapeError*>(nullptr));
    error("ValueError", py::make_tuple(base, py::handle(PyExc_ValueError)),
          static_cast<ValueError*>(nullptr));
    error("StaleVariableError", base, static_cast<StaleVariableError*>(nullptr));
    error("NonFiniteError", base, static_cast<NonFiniteError*>(nullptr));
    const py::object file = error("FileError", base, static_cast<FileError*>(nullptr));
    error("CheckpointError", file, static_cast<CheckpointError*>(nullptr));

    py::class_<Random>(m, "Random")
        .def(py::init<std::uint64_t>(), "seed"_a)
        .def("uniform", py::overload_cast<double, double>(&Random::uniform), "low"_a = 0, "high"_a = 1)
        .def("normal", py::overload_cast<double, double>(&Random::normal), "mean"_a = 0,
             "standard_deviation"_a = 1)
        .def("below", &Random::below)
        .def("bernoulli", &Random::bernoulli)
        .def("permutation", py::overload_cast<std::size_t>(&Random::permutation))
        .def("fork", &Random::fork);
    m.def("name_cells", [](py::dict numbers) { cells() = std::move(numbers); });

    py::module_ doubles = m.def_submodule("float64", "The same names in double precision.");
    const auto classes = [&]<class T>(py::module_& to, T) {
        bind_tape<T>(to);
        bind_modules<T>(to);
        bind_deck<T>(to);
    };
    classes(m, float());
    classes(doubles, double());
    // Functions ask their arguments which it is.
    bind_operations<float>(m), bind_operations<double>(m);
    bind_inspection<float>(m), bind_inspection<double>(m);
    const auto text = [](const py::object& path) { return py::str(path).cast<std::string>(); };  // or a Path
    const auto checkpoints = [&]<class T>(T) {
        const auto def = [&](const char* name, auto f) {
            m.def(
                name, [=](Module<T>& module, const py::object& path) { f(module, text(path)); }, "module"_a,
                "file"_a);
        };
        def("save", &save<T>), def("load", &load<T>);
    };
    checkpoints(float()), checkpoints(double());
}

}  // namespace tapedeck::python
