// Tape, Variable and the playbacks, for Python.
#include "live.hpp"

namespace tapedeck::python {
namespace {

/// Something that a `with` block holds open.
struct Guard {
    std::function<std::shared_ptr<void>()> open;
    std::shared_ptr<void> held = nullptr;
};
/// `enter` opens a guard on the tape.
template <class T, class F>
Guard guard(std::shared_ptr<Live<T>> live, F enter) {
    return {[=]() -> std::shared_ptr<void> {
        using Opened = decltype(enter(*live->tape));
        ++live->open;
        std::shared_ptr<Opened> opened(new Opened(enter(*live->tape)));
        return {nullptr, [=, tape = live->tape](void*) mutable { opened.reset(), --live->open; }};
    }};
}

/// A playback, and the tape that it steps.
template <class T, class Playing>
struct Pass {
    Playing playing;
    std::shared_ptr<Live<T>> live;
    std::uint32_t life = live->life;
    Playing& operator()() {
        if (life != live->life) refuse::playback_over(refuse::call("Playback", here()), "tape.reverse(loss)");
        return playing;
    }
};

template <class T, class Playing>
auto bind_playback(py::module_& m, const char* name) {
    using P = Pass<T, Playing>;
    return py::class_<P>(m, name)
        .def("step", [](P& p) { return p().step(here()); })
        .def("back", [](P& p) { return p().back(here()); })
        .def("until", [](P& p, Variable<T> v) { return p().until(v, here()); })
        .def("until", [](P& p, const std::string& at) { return p().until(at, here()); })
        .def("until",
             [](P& p, const std::function<bool(Variable<T>)>& f) {
                 const auto holds = [&](const Entry<T>& e) { return f(p.live->tape->at(e.index())); };
                 return p().until(typename Playing::Predicate(holds), here());
             })
        .def("finish", [](P& p) { p().finish(here()); })
        .def_property_readonly("here", [](P& p) { return p.live->tape->at(p().here(here()).index()); })
        .def_property_readonly("done", [](P& p) { return p().done(); })
        .def_property_readonly("steps", [](P& p) { return p().steps(); });
}

template <class T>
void bind_variable(py::module_& m) {
    using H = Held<T>;
    using V = Variable<T>;
    using L = Located<T>;
    py::class_<H> variable(m, "Variable");
    variable.attr("__array_ufunc__") = py::none();  // array + variable is ours
    const auto attribute = [&](const char* name, auto of) {
        variable.def_property_readonly(name, [of](const H& h) { return of(h, h.get().entry(here())); });
    };
    attribute("value", [](const H& h, const Entry<T>& e) { return array_of(h, e.value()); });
    attribute("grad", [](const H& h, const Entry<T>& e) { return array_of(h, e.grad(here())); });
    attribute("has_grad", [](const H&, const Entry<T>& e) { return e.has_grad(); });
    attribute("needs_grad", [](const H&, const Entry<T>& e) { return e.needs_grad(); });
    attribute("contributions", [](const H&, const Entry<T>& e) { return e.contributions(); });
    attribute("shape", [](const H&, const Entry<T>& e) { return e.value().shape(); });
    attribute("index", [](const H&, const Entry<T>& e) { return e.index(); });
    attribute("op", [](const H&, const Entry<T>& e) { return std::string(e.op()); });
    attribute("rule", [](const H&, const Entry<T>& e) { return std::string(e.rule()); });
    attribute("name", [](const H&, const Entry<T>& e) { return std::string(e.name()); });
    attribute("scope", [](const H&, const Entry<T>& e) { return std::string(e.scope()); });
    attribute("where", [](const H&, const Entry<T>& e) { return e.where().text(); });
    attribute("text", [](const H&, const Entry<T>& e) { return e.text(); });
    attribute("tape", [](const H& h, const Entry<T>&) { return h.live; });
    attribute("inputs", [](const H& h, const Entry<T>& e) {
        std::vector<V> inputs;
        for (const std::uint32_t i : e.inputs()) inputs.push_back(h.live->tape->at(i));
        return inputs;
    });
    variable.def("item", [](V v) { return v.item(here()); });
    variable.def("named", [](V v, const std::string& name) { return v.named(name, here()); });
    variable.def("__neg__", [](V v) { return negate(L(v, here())); });
    const auto binary = [&](const std::string& name, auto f) {
        variable.def(("__" + name + "__").c_str(), [f](V a, L b) { return f(L(a, b.where()), b); },
                     py::is_operator());
        variable.def(("__r" + name + "__").c_str(), [f](V a, L b) { return f(b, L(a, b.where())); },
                     py::is_operator());
    };
    binary("add", [](const L& a, const L& b) { return add(a, b); });
    binary("sub", [](const L& a, const L& b) { return subtract(a, b); });
    binary("mul", [](const L& a, const L& b) { return multiply(a, b); });
    binary("truediv", [](const L& a, const L& b) { return divide(a, b); });
    binary("matmul", [](const L& a, const L& b) {
        Tape<T>& tape = (a.is_constant() ? b : a).variable().tape();
        const V left = a.on(tape);
        return matmul(left, b.on(tape), a.where());
    });
    variable.def(
        "__pow__", [](V a, L b) { return pow(a, b, here()); }, py::is_operator());
}

}  // namespace

template <class T>
void bind_tape(py::module_& m) {
    using Tp = Live<T>;
    using V = Variable<T>;
    using Cotangent = std::optional<Tensor<T>>;
    if constexpr (std::is_same_v<T, float>) {
        py::class_<Guard>(m, "Guard")
            .def("__enter__", [](Guard& g) { g.held = g.open(); })
            .def("__exit__", [](Guard& g, const py::args&) { g.held.reset(); });
    }
    bind_variable<T>(m);
    bind_playback<T, ForwardPlayback<T>>(m, "ForwardPlayback");
    bind_playback<T, Playback<T>>(m, "Playback")
        .def_property_readonly("deposits", [](Pass<T, Playback<T>>& p) {
            py::list all;
            for (const Contribution<T>& c : p().deposits(here()))
                all.append(
                    report("source"_a = c.from, "to"_a = c.to, "first"_a = c.first, "value"_a = c.value));
            return all;
        });
    const auto leaf = [](V (Tape<T>::*f)(const Tensor<T>&, std::string_view, Where)) {
        return
            [f](Tp& t, const Tensor<T>& x, const std::string& name) { return (*t.tape.*f)(x, name, here()); };
    };
    py::class_<Tp, std::shared_ptr<Tp>>(m, "Tape")
        .def(py::init<>())
        .def("input", leaf(&Tape<T>::input), "x"_a, "name"_a = "")
        .def("variable", leaf(&Tape<T>::variable), "x"_a, "name"_a = "")
        .def("parameter",
             [](Tp& t, py::object p) {
                 t.keep(p);
                 return t.tape->parameter(p.cast<Parameter<T>&>(), here());
             })
        .def(
            "backward",
            [](Tp& t, V y, const Cotangent& dy) {
                dy ? t.tape->backward(y, *dy, here()) : t.tape->backward(y, here());
            },
            "loss"_a, "cotangent"_a = py::none())
        .def(
            "reverse",
            [](std::shared_ptr<Tp> t, V y, const Cotangent& dy) {
                return Pass<T, Playback<T>>{
                    dy ? t->tape->reverse(y, *dy, here()) : t->tape->reverse(y, here()), t};
            },
            "loss"_a, "cotangent"_a = py::none())
        .def("forward_playback",
             [](std::shared_ptr<Tp> t) {
                 return Pass<T, ForwardPlayback<T>>{t->tape->forward_playback(here()), t};
             })
        .def(
            "play",
            [](Tp& t, bool frozen) { frozen ? t.tape->play(Frozen{}, here()) : t.tape->play(here()); },
            "frozen"_a = false)
        .def("set",
             [](Tp& t, V v, const Tensor<T>& x) {
                 if (x.shape() != v.shape(here()) && t.tape.use_count() > 1 + t.open)
                     throw ShapeError("tape.set: the new data are " + to_text(x.shape()) + ", " +
                                      v.entry().text() + " is " + to_text(v.shape()) +
                                      ", and arrays of this recording are in use: del or copy them first.");
                 t.tape->set(v, x, here());
             })
        .def("rewind", &Tp::rewind)
        .def("scope",
             [](std::shared_ptr<Tp> t, std::string name) {
                 return guard(t, [name, where = here()](Tape<T>& tape) { return tape.scope(name, where); });
             })
        .def("pause",
             [](std::shared_ptr<Tp> t) { return guard(t, [](Tape<T>& tape) { return tape.pause(); }); })
        .def("detect_anomaly",
             [](std::shared_ptr<Tp> t) {
                 return guard(t, [](Tape<T>& tape) { return tape.detect_anomaly(); });
             })
        .def("__len__", [](const Tp& t) { return t.tape->size(); })
        .def("__getitem__",
             [](Tp& t, std::ptrdiff_t i) {
                 return t.tape->at(static_cast<std::size_t>(i < 0 ? i + std::ptrdiff_t(t.tape->size()) : i));
             })
        .def("__iter__",
             [](Tp& t) {
                 py::list entries;
                 for (std::size_t i = 0; i < t.tape->size(); ++i) entries.append(t.tape->at(i));
                 return py::iter(entries);
             })
        .def("__repr__", [](const Tp& t) { return to_text(*t.tape); });
}
template void bind_tape<float>(py::module_&);
template void bind_tape<double>(py::module_&);

}  // namespace tapedeck::python
