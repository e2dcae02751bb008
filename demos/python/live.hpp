// What of a tape Python holds on to: handles, arrays that look into it, and the user's line.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <map>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/tapedeck.hpp>
#include <unordered_map>
#include <unordered_set>

namespace tapedeck::python {

namespace py = pybind11;
using namespace py::literals;

/// IPython's numbers of the cells, by the file names that it makes up for them.
inline py::dict& cells() {
    static auto* numbers = new py::dict;
    return *numbers;
}
/// Where a frame of Python is, "In[3]:2" in a notebook's cell; nothing for one of this package.
inline std::optional<Where> place_of(const py::object& frame, const py::object& code) {
    static std::unordered_set<std::string> names;  // a Where points at them as long as any tape lives
    const auto intern = [](const std::string& name) { return names.insert(name).first->c_str(); };
    const auto module = py::str(frame.attr("f_globals").attr("get")("__name__", "")).cast<std::string>();
    if (module == "tapedeck" || module.starts_with("tapedeck.")) return {};
    const py::object file = code.attr("co_filename");
    const std::string shown =
        cells().contains(file) ? "In[" + std::string(py::str(cells()[file])) + "]" : file.cast<std::string>();
    return Where::here(intern(shown), frame.attr("f_lineno").cast<int>(),
                       intern(code.attr("co_name").cast<std::string>()));
}
/// The innermost Python line that is not this package's.
inline Where here() {
    // By code object, kept so that its address stays its own, and instruction: f_lineno counts its way there.
    using Place = std::pair<py::object, std::optional<Where>>;
    static auto& places = *new std::map<std::pair<PyObject*, int>, Place>;
    if (places.size() > 10'000) places.clear();
    auto frame = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
    for (; frame && !frame.is_none(); frame = frame.attr("f_back")) {
        const py::object code = frame.attr("f_code");
        const std::pair key(code.ptr(), frame.attr("f_lasti").cast<int>());
        auto found = places.find(key);
        if (found == places.end()) found = places.emplace(key, Place(code, place_of(frame, code))).first;
        if (found->second.second) return *found->second.second;
    }
    return {};
}

/// A Python Tape. Arrays that look into a recording share its memory: while there are any, a rewind leaves it
/// to them and goes on with a new one, so that an array never points at what is gone.
template <class T>
struct Live : std::enable_shared_from_this<Live<T>> {
    std::shared_ptr<Tape<T>> tape = std::make_shared<Tape<T>>();
    std::uint32_t life = 0;       // which tape it is: handles of an earlier one are stale
    const bool lent = false;      // gradcheck's: nothing may look into it afterwards
    long open = 0;                // `with` blocks that hold on to the tape
    py::object kept = py::set();  // whose parameters, statistics and generators the recording reads

    Live() { all()[tape.get()] = this; }
    explicit Live(Tape<T>& borrowed) : tape(&borrowed, [](Tape<T>*) {}), lent(true) {
        all()[tape.get()] = this;
    }
    ~Live() { all().erase(tape.get()); }
    static Live& of(const Tape<T>& tape) { return *all().at(&tape); }

    /// All handles become stale.
    void replace(std::shared_ptr<Tape<T>> by) {
        all().erase(tape.get());
        all()[by.get()] = this;
        tape = std::move(by);
        ++life;
    }
    void rewind() {
        if (tape.use_count() == 1 + open)
            tape->rewind();
        else if (open == 0)
            replace(std::make_shared<Tape<T>>());
        else
            throw Error(
                "rewind inside a `with` block of this tape, while arrays of its recording are in "
                "use: leave the block first, or del or copy the arrays.");
        kept = py::set();
    }
    void keep(const py::object& read) { kept.attr("add")(read); }
    /// What an array looking into the recording keeps alive.
    py::capsule memory() const {
        using Kept = std::pair<std::shared_ptr<Tape<T>>, py::object>;
        return {new Kept(tape, kept), [](void* it) { delete static_cast<Kept*>(it); }};
    }

  private:
    static std::unordered_map<const Tape<T>*, Live*>& all() {
        static std::unordered_map<const Tape<T>*, Live*> lives;
        return lives;
    }
};

/// A Python Variable.
template <class T>
struct Held {
    Variable<T> variable;
    std::shared_ptr<Live<T>> live;
    std::uint32_t life;
    std::size_t index;

    explicit Held(const Variable<T>& v)
        : variable(v), live(Live<T>::of(v.tape()).shared_from_this()), life(live->life), index(v.index()) {}
    Variable<T> get() const {
        if (life != live->life) refuse::before_rewind(refuse::user("", here()), index);
        return variable;
    }
};

/// x as an array that shares its memory and keeps `owner` alive.
template <class T>
py::array array_of(const Tensor<T>& x, py::handle owner, bool writable = true) {
    const std::vector<py::ssize_t> shape(x.shape().begin(), x.shape().end());
    py::array_t<T> array(shape, x.storage().data(), owner);
    if (!writable) array.attr("flags").attr("writeable") = false;
    return array;
}
/// A value or gradient on the tape: no array may write there.
template <class T>
py::array array_of(const Held<T>& of, const Tensor<T>& x) {
    return of.live->lent ? py::array(py::cast(x)) : array_of(x, of.live->memory(), /* writable= */ false);
}

/// f without its last parameter, which becomes the user's line.
template <class R, class... A>
auto on_line(R (*f)(A...)) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        using All = std::tuple<A...>;
        return [f](std::tuple_element_t<I, All>... a) -> R {
            return f(std::forward<std::tuple_element_t<I, All>>(a)..., here());
        };
    }
    (std::make_index_sequence<sizeof...(A) - 1>());
}

/// A Python object with these attributes, which prints as its `text` and is as true as its `ok`.
template <class... Fields>
py::object report(Fields&&... fields) {
    return py::module_::import("tapedeck.report").attr("Report")(std::forward<Fields>(fields)...);
}

template <class T>
void bind_tape(py::module_& m);
template <class T>
void bind_operations(py::module_& m);
template <class T>
void bind_modules(py::module_& m);
template <class T>
void bind_inspection(py::module_& m);

}  // namespace tapedeck::python

namespace pybind11::detail {

template <class T>
struct type_caster<tapedeck::Variable<T>> {
    PYBIND11_TYPE_CASTER(tapedeck::Variable<T>, const_name("Variable"));
    bool load(handle from, bool) {
        if (isinstance<tapedeck::Parameter<T>>(from))
            throw type_error("a Parameter is not on a tape: tape.parameter(p) puts it there.");
        if (!isinstance<tapedeck::python::Held<T>>(from)) return false;
        value = from.cast<tapedeck::python::Held<T>&>().get();
        return true;
    }
    static handle cast(const tapedeck::Variable<T>& v, return_value_policy, handle) {
        return pybind11::cast(tapedeck::python::Held<T>(v)).release();
    }
};

/// Whatever NumPy makes an array of; but for what it makes one of without being asked to.
template <class E>
struct type_caster<tapedeck::Tensor<E>> {
    PYBIND11_TYPE_CASTER(tapedeck::Tensor<E>, const_name("array"));
    bool load(handle from, bool) {
        using namespace tapedeck::python;
        if (from.is_none() || isinstance<str>(from) || isinstance<Held<float>>(from) ||
            isinstance<Held<double>>(from))
            return false;
        if (const auto all = isinstance<list>(from) ? reinterpret_borrow<list>(from) : list();
            !all.empty() && (isinstance<Held<float>>(all[0]) || isinstance<Held<double>>(all[0])))
            throw type_error(
                "a list of Variables is no array: td.stack records one, np.array copies the values.");
        const auto given = array::ensure(from);
        if (!given) return false;
        const char kind = given.dtype().kind();
        const bool whole = std::is_integral_v<E> && !std::is_same_v<E, bool>;
        if (kind == 'c' || (whole && kind == 'f' && given.size() > 0))
            throw type_error(std::string(whole ? "whole" : "real") +
                             " numbers are expected here, the array is of " +
                             std::string(str(given.dtype())) + ".");
        const auto array = array_t<E, array::c_style | array::forcecast>::ensure(given);
        if (!array) return false;
        value = tapedeck::Tensor<E>::from_shape(tapedeck::Shape(array.shape(), array.shape() + array.ndim()));
        std::copy_n(array.data(), array.size(), value.storage().data());
        return true;
    }
    static handle cast(const tapedeck::Tensor<E>& x, return_value_policy, handle) {
        return tapedeck::python::array_of(x, none()).attr("copy")().release();
    }
};

template <class T>
struct type_caster<tapedeck::Located<T>> {
    static constexpr auto name = const_name("Variable | number | array");
    template <class>
    using cast_op_type = tapedeck::Located<T>;
    operator tapedeck::Located<T>() { return *value; }
    bool load(handle from, bool convert) {
        if (make_caster<tapedeck::Variable<T>> variable; variable.load(from, convert))
            value.emplace(cast_op<tapedeck::Variable<T>>(variable), tapedeck::python::here());
        else if (tensor.load(from, convert))
            value.emplace(cast_op<tapedeck::Tensor<T>&>(tensor), tapedeck::python::here());
        return value.has_value();
    }
    make_caster<tapedeck::Tensor<T>> tensor;  // which `value` points at
    std::optional<tapedeck::Located<T>> value;
};

/// A number or a sequence of numbers, of any kind that is an index to Python; for axes, None as well.
template <class Numbers>
struct numbers_caster {
    static constexpr bool axes = std::is_same_v<Numbers, tapedeck::Axes>;
    PYBIND11_TYPE_CASTER(Numbers, const_name<axes>("None | int | tuple", "int | tuple"));
    bool load(handle from, bool) {
        if (from.is_none()) return axes;
        auto all = reinterpret_steal<object>(PySequence_Tuple(from.ptr()));
        if (!all) {
            PyErr_Clear();
            all = make_tuple(from);
        }
        for (const handle one : all) {
            const Py_ssize_t n = PyNumber_AsSsize_t(one.ptr(), PyExc_OverflowError);
            if (n == -1 && PyErr_Occurred()) throw error_already_set();
            add(n, len(all));
        }
        return true;
    }
    static handle cast(const Numbers& shape, return_value_policy, handle) {
        return tuple(pybind11::cast(std::vector<std::size_t>(shape.begin(), shape.end()))).release();
    }

  private:
    void add(Py_ssize_t n, std::size_t of) {
        if constexpr (axes) {
            if (of > Numbers::kMax)
                throw tapedeck::ShapeError("Axes: " + std::to_string(of) + " axes are given: at most " +
                                           std::to_string(Numbers::kMax) + " are supported.");
            value.axis[value.count++] = static_cast<int>(n);
        } else {
            value.push_back(static_cast<std::size_t>(n));  // of a negative one the library's text tells
        }
    }
};
template <>
struct type_caster<tapedeck::Shape> : numbers_caster<tapedeck::Shape> {};
template <>
struct type_caster<tapedeck::Axes> : numbers_caster<tapedeck::Axes> {};

}  // namespace pybind11::detail
