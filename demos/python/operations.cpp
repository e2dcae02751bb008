// The operations as functions, for Python.
#include "live.hpp"

namespace tapedeck::python {

template <class T>
void bind_operations(py::module_& m) {
    using V = Variable<T>;
    using L = Located<T>;
    using O = std::optional<V>;

// Each records under the line that called it.
#define UNARY(f) \
    m.def(       \
        #f, [](V x) { return f(x, here()); }, "x"_a);
    UNARY(exp)
    UNARY(log) UNARY(sqrt) UNARY(square) UNARY(abs) UNARY(tanh) UNARY(sigmoid) UNARY(relu) UNARY(gelu)
        UNARY(detach)
#undef UNARY
#define BY_AXIS(f) \
    m.def(         \
        #f, [](V x, int axis) { return f(x, axis, here()); }, "x"_a, "axis"_a = -1);
            BY_AXIS(softmax) BY_AXIS(log_softmax)
#undef BY_AXIS
#define OVER_AXES(f)                                                                                    \
    m.def(                                                                                              \
        #f, [](V x, const Axes& axes, bool keep_dims) { return f(x, axes, keep_dims, here()); }, "x"_a, \
        "axes"_a = py::none(), "keep_dims"_a = false);
                OVER_AXES(sum) OVER_AXES(mean) OVER_AXES(max)
#undef OVER_AXES
                    m.def(
                        "var",
                        [](V x, const Axes& axes, bool keep_dims, int c) {
                            return var(x, axes, keep_dims, c, here());
                        },
                        "x"_a, "axes"_a = py::none(), "keep_dims"_a = false, "correction"_a = 1);
#define BINARY(f, a, b) \
    m.def(              \
        #f, [](V x, const L& y) { return f(x, y, here()); }, a, b);
    BINARY(pow, "base"_a, "exponent"_a)
    BINARY(maximum, "a"_a, "b"_a) BINARY(mse_loss, "x"_a, "target"_a)
        BINARY(binary_cross_entropy_with_logits, "x"_a, "target"_a)
#undef BINARY
            m.def(
                "cross_entropy",
                [](V x, const std::vector<std::size_t>& t) { return cross_entropy(x, t, here()); },
                "logits"_a, "targets"_a);
    m.def(
        "matmul", [](V a, V b) { return matmul(a, b, here()); }, "a"_a, "b"_a);
    m.def(
        "linear", [](V x, V w, O b) { return linear(x, w, b, here()); }, "x"_a, "weight"_a,
        "bias"_a = py::none());
    m.def(
        "transpose", [](V x, int a, int b) { return transpose(x, a, b, here()); }, "x"_a, "axis0"_a = -2,
        "axis1"_a = -1);
    m.def(
        "reshape", [](V x, const Shape& shape) { return reshape(x, shape, here()); }, "x"_a, "shape"_a);
    m.def(
        "slice", [](V x, int axis, std::size_t a, std::size_t b) { return slice(x, axis, a, b, here()); },
        "x"_a, "axis"_a, "start"_a, "stop"_a);
    m.def(
        "concat", [](const std::vector<V>& x, int axis) { return concat(x, axis, here()); }, "parts"_a,
        "axis"_a = 0);
    m.def(
        "stack", [](const std::vector<V>& x, int axis) { return stack(x, axis, here()); }, "parts"_a,
        "axis"_a = 0);
    m.def(
        "gather", [](V x, int axis, const Tensor<std::size_t>& i) { return gather(x, axis, i, here()); },
        "x"_a, "axis"_a, "index"_a);
    m.def(
        "where", [](const Tensor<bool>& mask, V a, const L& b) { return where(mask, a, b, here()); },
        "mask"_a, "a"_a, "b"_a);
    m.def(
        "masked_fill", [](V x, const Tensor<bool>& k, T v) { return masked_fill(x, k, v, here()); }, "x"_a,
        "mask"_a, "value"_a);
    m.def(
        "dropout",
        [](V x, double p, py::object rng, bool training) {
            Live<T>::of(x.tape()).kept.attr("add")(rng);
            return dropout(x, p, rng.cast<Random&>(), training, here());
        },
        "x"_a, "p"_a, "rng"_a, "training"_a = true);
    m.def(
        "layer_norm",
        [](V x, const Shape& s, O w, O b, double eps) { return layer_norm(x, s, w, b, eps, here()); }, "x"_a,
        "normalized_shape"_a, "weight"_a = py::none(), "bias"_a = py::none(), "eps"_a = 1e-5);
    m.def(
        "rms_norm",
        [](V x, const Shape& s, O w, std::optional<double> e) { return rms_norm(x, s, w, e, here()); }, "x"_a,
        "normalized_shape"_a, "weight"_a = py::none(), "eps"_a = py::none());
    m.def(
        "group_norm",
        [](V x, std::size_t g, O w, O b, double eps) { return group_norm(x, g, w, b, eps, here()); }, "x"_a,
        "groups"_a, "weight"_a = py::none(), "bias"_a = py::none(), "eps"_a = 1e-5);
#define ON_THE_BATCH(f)                                                                                 \
    m.def(                                                                                              \
        #f, [](V x, O w, O b, double eps) { return f(x, nullptr, w, b, {.eps = eps}, here()); }, "x"_a, \
        "weight"_a = py::none(), "bias"_a = py::none(), "eps"_a = 1e-5);
    ON_THE_BATCH(batch_norm) ON_THE_BATCH(instance_norm)
#undef ON_THE_BATCH
}
template void bind_operations<float>(py::module_&);
template void bind_operations<double>(py::module_&);

}  // namespace tapedeck::python
