// Parameters, modules and optimizers, for Python.
#include <set>

#include "live.hpp"

namespace tapedeck::python {
namespace {

/// A module or a list that is being visited; `again` where it is a member of its own members.
struct Visiting {
    PyObject* const it;
    const bool again;
    explicit Visiting(py::handle what) : it(what.ptr()), again(!open.insert(it).second) {}
    Visiting(const Visiting&) = delete;
    ~Visiting() {
        if (!again) open.erase(it);
    }
    static inline std::set<PyObject*> open;
};

/// A module written in Python: its members are its attributes, and what stands in lists, tuples and dicts.
template <class T>
struct PythonModule : Module<T> {
    using Module<T>::enter;
    py::object self() { return py::cast(static_cast<Module<T>*>(this)); }
    /// Comes here when Python has none.
    Variable<T> forward(Variable<T>) override {
        throw Error(std::string(py::str(py::type::of(self()).attr("__name__"))) +
                    " has no forward(self, x): define one.");
    }
    void visit(Visitor<T>& v) override {
        const py::object module = self();
        if (const Visiting now(module); !now.again) show_all(v, "", module.attr("__dict__"));
    }

  private:
    static void show_all(Visitor<T>& v, const std::string& prefix, const py::dict& members) {
        for (const auto& [name, member] : members) show(v, prefix + std::string(py::str(name)), member);
    }
    static void show(Visitor<T>& v, const std::string& name, py::handle member) {
        const bool within = Visiting::open.contains(member.ptr());  // the module itself, or one that it is in
        if (py::isinstance<Module<T>>(member) && !within) v(name, member.cast<Module<T>&>());
        if (py::isinstance<Parameter<T>>(member)) v(name, member.cast<Parameter<T>&>());
        const bool keyed = py::isinstance<py::dict>(member);
        if (!keyed && !py::isinstance<py::list>(member) && !py::isinstance<py::tuple>(member)) return;
        const Visiting now(member);
        if (now.again) return;
        const py::object items = py::reinterpret_borrow<py::object>(member);
        show_all(v, name + ".", keyed ? items : py::module_::import("builtins").attr("enumerate")(items));
    }
};

/// All parameters and buffers as Python objects by their paths. Each keeps the module that it is in alive.
template <class T>
struct Members : Visitor<T> {
    std::vector<std::pair<std::string, py::object>> parameters, buffers;

    explicit Members(Module<T>& root) { look(root); }
    void look(Module<T>& module) {
        const py::object outer = std::exchange(owner, py::cast(&module));
        module.visit(*this);
        owner = outer;
    }
    void module(std::string_view name, Module<T>& child) override {
        const std::string outer = std::exchange(prefix, prefix + std::string(name) + ".");
        look(child);
        prefix = outer;
    }
    void parameter(std::string_view name, Parameter<T>& p) override {
        parameters.emplace_back(prefix + std::string(name),
                                py::cast(&p, py::return_value_policy::reference_internal, owner));
    }
    void buffer(std::string_view name, Tensor<T>& b) override {
        buffers.emplace_back(prefix + std::string(name), array_of(b, owner));
    }
    std::string prefix;
    py::object owner;
};

/// net(x), net(x, h), ...: in Python's forward anything may come and go.
template <class T>
py::object call(py::object self, const py::args& args, const py::kwargs& named) {
    auto& module = self.cast<Module<T>&>();
    py::list all(args);
    for (const auto& [name, arg] : named) all.append(arg);
    for (const py::handle arg : all) {
        if (!py::isinstance<Held<T>>(arg)) continue;
        const auto x = arg.cast<Variable<T>>();
        Live<T>::of(x.tape()).keep(self);
        auto* const ours = dynamic_cast<PythonModule<T>*>(&module);
        if (ours == nullptr && args.size() == 1 && named.empty()) return py::cast(module(x, here()));
        if (ours == nullptr) break;
        const auto scope = ours->enter(x.tape(), here());
        const Attempt<T> attempt(x.tape());
        return self.attr("forward")(*args, **named);
    }
    throw py::type_error("a module is called with Variables of its own dtype: net(tape.input(x)).");
}

/// A module of the library. A copy has parameters of its own, as in C++.
template <class Layer, class T>
py::class_<Layer, Module<T>> layer(py::module_& m, const char* name) {
    return py::class_<Layer, Module<T>>(m, name).def("__deepcopy__",
                                                     [](const Layer& it, const py::dict&) { return it; });
}

/// p.value = x: the same memory, so that arrays of it stay good.
template <class T>
void assign(Parameter<T>& p, Tensor<T>& to, const Tensor<T>& x) {
    if (x.shape() != to.shape())
        throw ShapeError("parameter \"" + p.name + "\" is " + to_text(to.shape()) + ", what it is given is " +
                         to_text(x.shape()) + ": the shapes must be the same.");
    to = x;
    p.changed();
}

}  // namespace

template <class T>
void bind_modules(py::module_& m) {
    using M = Module<T>;
    using P = Parameter<T>;
    using D = std::optional<double>;
    py::class_<P>(m, "Parameter")
        .def(py::init<Tensor<T>, std::string>(), "value"_a, "name"_a = "")
        .def_readonly("name", &P::name)
        .def_property(
            "value", [](py::object p) { return array_of(p.cast<P&>().value, p); },
            [](P& p, const Tensor<T>& x) { assign(p, p.value, x); })
        .def_property(
            "grad", [](py::object p) { return array_of(p.cast<P&>().grad, p); },
            [](P& p, const Tensor<T>& x) { assign(p, p.grad, x); })
        .def("zero_grad", &P::zero_grad)
        .def("changed", &P::changed)
        .def("__deepcopy__", [](const P& p, const py::dict&) { return p; })
        .def("__repr__", [](const P& p) { return "Parameter " + p.name + " " + to_text(p.value.shape()); });

    py::class_<M, PythonModule<T>>(m, "Module", py::dynamic_attr())
        .def(py::init<>())
        .def("__call__", &call<T>)
        .def("forward",
             [](M& module, Variable<T> x, const py::args&, const py::kwargs&) { return module.forward(x); })
        .def("named_parameters", [](M& module) { return Members<T>(module).parameters; })
        .def("named_buffers", [](M& module) { return Members<T>(module).buffers; })
        .def("zero_grad", &M::zero_grad)
        .def("train", &M::train, "on"_a = true)
        .def("eval", &M::eval)
        .def_property_readonly("training", &M::is_training)
        .def("named",
             [](py::object self, const std::string& name) {
                 self.cast<M&>().named(name);
                 return self;
             })
        .def("summary", &M::summary);
    layer<Tanh<T>, T>(m, "Tanh").def(py::init<>());
    layer<ReLU<T>, T>(m, "ReLU").def(py::init<>());
    layer<Sigmoid<T>, T>(m, "Sigmoid").def(py::init<>());
    layer<GELU<T>, T>(m, "GELU").def(py::init<>());
    layer<Dropout<T>, T>(m, "Dropout").def(py::init<double, Random&>(), "p"_a, "rng"_a);
    layer<Linear<T>, T>(m, "Linear")
        .def(py::init([](std::size_t in, std::size_t out, Random& rng, bool bias) {
                 return Linear<T>(in, out, rng, {.bias = bias});
             }),
             "in_features"_a, "out_features"_a, "rng"_a, "bias"_a = true);
    layer<WeightNorm<T>, T>(m, "WeightNorm").def(py::init<Linear<T>>(), "linear"_a);
    layer<BatchNorm<T>, T>(m, "BatchNorm")
        .def(py::init([](std::size_t features, double eps, D momentum, bool affine, bool track) {
                 return BatchNorm<T>(features, {eps, momentum, affine, track});
             }),
             "features"_a, "eps"_a = 1e-5, "momentum"_a = 0.1, "affine"_a = true,
             "track_running_stats"_a = true);
    layer<LayerNorm<T>, T>(m, "LayerNorm")
        .def(py::init([](const Shape& shape, double eps, bool affine, bool bias) {
                 return LayerNorm<T>(shape, {eps, affine, bias});
             }),
             "normalized_shape"_a, "eps"_a = 1e-5, "elementwise_affine"_a = true, "bias"_a = true);
    layer<RMSNorm<T>, T>(m, "RMSNorm")
        .def(py::init([](const Shape& shape, D eps, bool affine) {
                 return RMSNorm<T>(shape, {eps, affine});
             }),
             "normalized_shape"_a, "eps"_a = py::none(), "elementwise_affine"_a = true);
    layer<GroupNorm<T>, T>(m, "GroupNorm")
        .def(py::init([](std::size_t groups, std::size_t channels, double eps, bool affine) {
                 return GroupNorm<T>(groups, channels, {eps, affine});
             }),
             "groups"_a, "channels"_a, "eps"_a = 1e-5, "affine"_a = true);
    layer<InstanceNorm<T>, T>(m, "InstanceNorm")
        .def(py::init([](std::size_t channels, double eps, D momentum, bool affine, bool track) {
                 return InstanceNorm<T>(channels, {eps, momentum, affine, track});
             }),
             "channels"_a, "eps"_a = 1e-5, "momentum"_a = 0.1, "affine"_a = false,
             "track_running_stats"_a = false);
    layer<RNNCell<T>, T>(m, "RNNCell")
        .def(py::init([](std::size_t in, std::size_t hidden, Random& rng, const std::string& norm,
                         std::size_t steps, double eps) {
                 static const std::map<std::string, RNNNorm> norms{
                     {"none", RNNNorm::none},
                     {"layer", RNNNorm::layer},
                     {"batch_per_step", RNNNorm::batch_per_step},
                     {"batch_shared", RNNNorm::batch_shared}};
                 if (!norms.contains(norm))
                     throw ValueError("RNNCell: norm is \"" + norm +
                                      "\"; it must be none, layer, batch_per_step or batch_shared.");
                 return RNNCell<T>(in, hidden, rng, {norms.at(norm), steps, eps});
             }),
             "in_features"_a, "hidden"_a, "rng"_a, "norm"_a = "none", "steps"_a = 0, "eps"_a = 1e-5)
        .def(
            "__call__",
            [](py::object self, Variable<T> x, std::optional<Variable<T>> h) {
                Live<T>::of(x.tape()).keep(self);
                auto& cell = self.cast<RNNCell<T>&>();
                return h ? cell(x, *h, here()) : cell(x, here());
            },
            "x"_a, "h"_a = py::none())
        .def("restart", &RNNCell<T>::restart);

    using Opt = Optimizer<T>;
    py::class_<Opt>(m, "Optimizer")
        .def("step", &Opt::step)
        .def("zero_grad", &Opt::zero_grad)
        .def_property(
            "lr", [](const Opt& o) { return o.lr(); }, [](Opt& o, double lr) { o.lr(lr); });
    const py::keep_alive<1, 2> keeps;  // the list of parameters, and by them their modules
    using Ps = std::vector<P*>;
    py::class_<SGD<T>, Opt>(m, "SGD").def(
        py::init([](const Ps& p, double lr, double mu, double damp, bool nesterov, double wd) {
            return SGD<T>(p, {lr, mu, damp, nesterov, wd});
        }),
        keeps, "parameters"_a, "lr"_a = 1e-3, "momentum"_a = 0, "dampening"_a = 0, "nesterov"_a = false,
        "weight_decay"_a = 0);
    const auto adam = [&]<class A, class Options>(const char* name, const A*, Options defaults) {
        py::class_<A, Opt>(m, name).def(
            py::init([](const Ps& p, double lr, double b1, double b2, double eps, double wd) {
                return A(p, Options{lr, b1, b2, eps, wd});
            }),
            keeps, "parameters"_a, "lr"_a = defaults.lr, "beta1"_a = defaults.beta1,
            "beta2"_a = defaults.beta2, "eps"_a = defaults.eps, "weight_decay"_a = defaults.weight_decay);
    };
    adam("Adam", static_cast<Adam<T>*>(nullptr), AdamOptions{});
    adam("AdamW", static_cast<AdamW<T>*>(nullptr), AdamWOptions{});
    py::class_<RMSProp<T>, Opt>(m, "RMSProp")
        .def(py::init(
                 [](const Ps& p, double lr, double alpha, double eps, double wd, double mu, bool centered) {
                     return RMSProp<T>(p, {lr, alpha, eps, wd, mu, centered});
                 }),
             keeps, "parameters"_a, "lr"_a = 1e-2, "alpha"_a = 0.99, "eps"_a = 1e-8, "weight_decay"_a = 0,
             "momentum"_a = 0, "centered"_a = false);
    m.def(
        "clip_grad_norm", [](const std::vector<P*>& p, double most) { return clip_grad_norm<T>(p, most); },
        "parameters"_a, "max_norm"_a);
}
template void bind_modules<float>(py::module_&);
template void bind_modules<double>(py::module_&);

}  // namespace tapedeck::python
