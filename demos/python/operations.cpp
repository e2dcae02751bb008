// The operations as functions, for Python. Each records under the line that called it.
#include "live.hpp"

namespace tapedeck::python {

template <class T>
void bind_operations(py::module_& m) {
    using V = Variable<T>;
    const auto def = [&m](const char* name, auto f, const auto&... arguments) {
        m.def(name, on_line(f), "x"_a, arguments...);
    };
    def("exp", &exp<T>), def("log", &log<T>), def("sqrt", &sqrt<T>), def("square", &square<T>);
    def("abs", &abs<T>), def("tanh", &tanh<T>), def("sigmoid", &sigmoid<T>), def("relu", &relu<T>);
    def("gelu", &gelu<T>), def("detach", &detach<T>), def("pow", &pow<T>, "exponent"_a);
    def("softmax", &softmax<T>, "axis"_a = -1), def("log_softmax", &log_softmax<T>, "axis"_a = -1);
    const py::arg_v axes = "axes"_a = py::none(), keep = "keep_dims"_a = false, eps = "eps"_a = 1e-5;
    const py::arg_v weight = "weight"_a = py::none(), bias = "bias"_a = py::none();
    def("sum", &sum<T>, axes, keep), def("mean", &mean<T>, axes, keep), def("max", &max<T>, axes, keep);
    def("var", &var<T>, axes, keep, "correction"_a = 1);
    def("maximum", &maximum<T>, "b"_a), def("masked_fill", &masked_fill<T>, "mask"_a, "value"_a);
    def("mse_loss", &mse_loss<T>, "target"_a), def("cross_entropy", &cross_entropy<T>, "targets"_a);
    def("binary_cross_entropy_with_logits", &binary_cross_entropy_with_logits<T>, "target"_a);
    def("matmul", &matmul<T>, "b"_a), def("linear", &linear<T>, "weight"_a, bias);
    def("transpose", &transpose<T>, "axis0"_a = -2, "axis1"_a = -1), def("reshape", &reshape<T>, "shape"_a);
    def("slice", &slice<T>, "axis"_a, "start"_a, "stop"_a), def("gather", &gather<T>, "axis"_a, "index"_a);
    using Join = V (*)(const std::vector<V>&, int, Where);
    def("concat", Join(&concat<T>), "axis"_a = 0), def("stack", Join(&stack<T>), "axis"_a = 0);
    m.def("where", on_line(&where<T>), "mask"_a, "a"_a, "b"_a);
    def("layer_norm", &layer_norm<T>, "normalized_shape"_a, weight, bias, eps);
    def("rms_norm", &rms_norm<T>, "normalized_shape"_a, weight, "eps"_a = py::none());
    def("group_norm", &group_norm<T>, "groups"_a, weight, bias, eps);
    def("weight_norm", &weight_norm<T>, "g"_a);
    using O = std::optional<V>;  // with the batch's own statistics
    def(
        "batch_norm",
        +[](V x, O w, O b, double e, Where at) { return batch_norm(x, nullptr, w, b, {.eps = e}, at); },
        weight, bias, eps);
    def(
        "instance_norm",
        +[](V x, O w, O b, double e, Where at) { return instance_norm(x, nullptr, w, b, {.eps = e}, at); },
        weight, bias, eps);
    def(
        "dropout",
        +[](V x, double p, py::object rng, bool training, Where at) {
            Live<T>::of(x.tape()).keep(rng);
            return dropout(x, p, rng.cast<Random&>(), training, at);
        },
        "p"_a, "rng"_a, "training"_a = true);
}
template void bind_operations<float>(py::module_&);
template void bind_operations<double>(py::module_&);

}  // namespace tapedeck::python
