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
        .def("fork", &Random::fork)
        .def("__deepcopy__", [](const Random& rng, const py::dict&) { return rng; });
    m.def("name_cells", [](py::dict numbers) { cells() = std::move(numbers); });

    py::module_ doubles = m.def_submodule("float64", "The same names in double precision.");
    const auto classes = [&]<class T>(py::module_& to, T) {
        bind_tape<T>(to);
        bind_modules<T>(to);
    };
    classes(m, float());
    classes(doubles, double());
    // Functions ask their arguments which it is.
    bind_operations<float>(m), bind_operations<double>(m);
    bind_inspection<float>(m), bind_inspection<double>(m);
    using Path = std::filesystem::path;
    const auto checkpoints = [&]<class T>(T) {
        m.def(
            "save", [](Module<T>& net, const Path& to) { save(net, to.string()); }, "module"_a, "file"_a);
        m.def(
            "load", [](Module<T>& net, const Path& from) { load(net, from.string()); }, "module"_a, "file"_a);
    };
    checkpoints(float()), checkpoints(double());
}

}  // namespace tapedeck::python
