// The fused normalizations against the same written out from elementary operations, in value and gradient.
#include <functional>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

template <class T>
using Norm = std::function<td::Variable<T>(td::Variable<T>, std::optional<td::Variable<T>>,
                                           std::optional<td::Variable<T>>)>;

template <class T>
void compare(const td::Shape& shape, const td::Shape& affine, const Norm<T>& fused,
             const Norm<T>& spelled_out, double offset, double tolerance) {
    td::Random rng(9);
    const auto draw = [&](const td::Shape& s, double mean) {
        td::Tensor<T> x = td::Tensor<T>::from_shape(s);
        for (T& v : x.storage()) v = static_cast<T>(rng.normal(mean, 1.5));
        return x;
    };
    td::Tape<T> tape;
    const auto x = tape.variable(draw(shape, offset));
    const auto w = tape.variable(draw(affine, 0.7));
    const auto b = tape.variable(draw(affine, 0.2));
    const auto cotangent = draw(shape, 0);
    const auto run = [&](const Norm<T>& norm) {
        const auto y = norm(x, w, b);
        tape.backward(y, cotangent);
        return std::vector<td::Tensor<T>>{y.value(), x.grad(), w.grad(), b.grad()};
    };
    const auto one = run(fused);
    const auto other = run(spelled_out);
    for (std::size_t k = 0; k < one.size(); ++k) {
        REQUIRE(one[k].shape() == other[k].shape());
        for (std::size_t i = 0; i < one[k].size(); ++i) {
            CAPTURE(k);
            CAPTURE(i);
            CHECK(static_cast<double>(one[k].storage()[i]) ==
                  doctest::Approx(static_cast<double>(other[k].storage()[i])).epsilon(tolerance).scale(1));
        }
    }
}

template <class T>
void compare_all(double offset, double tolerance) {
    const Norm<T> layer = [](auto x, auto w, auto b) { return td::layer_norm(x, w->shape(), w, b); };
    const Norm<T> spelled_layer = [](auto x, auto w, auto b) {
        return td::spelled_out::layer_norm(x, static_cast<int>(w->shape().size()), w, b);
    };
    // RMSNorm has no bias: it is added, so that one comparison serves all.
    const Norm<T> rms = [](auto x, auto w, auto b) { return td::rms_norm(x, w->shape(), w) + *b; };
    const Norm<T> spelled_rms = [](auto x, auto w, auto b) {
        return td::spelled_out::rms_norm(x, static_cast<int>(w->shape().size()), w) + *b;
    };
    const Norm<T> batch = [](auto x, auto w, auto b) { return td::batch_norm<T>(x, nullptr, w, b); };
    const Norm<T> spelled_batch = [](auto x, auto w, auto b) { return td::spelled_out::batch_norm(x, w, b); };
    const Norm<T> instance = [](auto x, auto w, auto b) { return td::instance_norm<T>(x, nullptr, w, b); };
    const Norm<T> spelled_instance = [](auto x, auto w, auto b) {
        return td::spelled_out::instance_norm(x, w, b);
    };
    const auto group = [](std::size_t groups) -> Norm<T> {
        return [groups](auto x, auto w, auto b) { return td::group_norm(x, groups, w, b); };
    };
    const auto spelled_group = [](std::size_t groups) -> Norm<T> {
        return [groups](auto x, auto w, auto b) { return td::spelled_out::group_norm(x, groups, w, b); };
    };
    // Widths below, at and above a SIMD vector's, and whole and broken numbers of them.
    for (const std::size_t width : {1u, 5u, 16u, 33u, 100u}) {
        compare<T>({6, width}, {width}, rms, spelled_rms, offset, tolerance);
        compare<T>({6, width}, {width}, batch, spelled_batch, offset, tolerance);
        compare<T>({6, 3, width}, {3}, batch, spelled_batch, offset, tolerance);
        compare<T>({2, 6, width}, {6}, group(2), spelled_group(2), offset, tolerance);
        compare<T>({2, 6, width}, {6}, group(1), spelled_group(1), offset, tolerance);
        compare<T>({2, 2 * width}, {2 * width}, group(2), spelled_group(2), offset, tolerance);
        if (width == 1) continue;
        compare<T>({6, width}, {width}, layer, spelled_layer, offset, tolerance);
        compare<T>({2, 3, width}, {3}, instance, spelled_instance, offset, tolerance);
    }
    compare<T>({5, 3, 4}, {3, 4}, layer, spelled_layer, offset, tolerance);
    compare<T>({5, 3, 4}, {3, 4}, rms, spelled_rms, offset, tolerance);
}

/// The bias of the comparison is added, as RMSNorm's.
template <class T>
void compare_weight_norms(double tolerance) {
    const Norm<T> fused = [](auto v, auto g, auto b) { return td::weight_norm(v, *g) + *b; };
    const Norm<T> spelled_out = [](auto v, auto g, auto b) {
        return td::spelled_out::weight_norm(v, *g) + *b;
    };
    for (const std::size_t width : {1u, 5u, 16u, 33u})
        compare<T>({6, width}, {6, 1}, fused, spelled_out, 0, tolerance);
}

}  // namespace

TEST_CASE("fused and spelled-out normalizations agree in double") {
    compare_all<double>(0, 1e-10);
    compare_all<double>(1e4, 1e-7);
    compare_weight_norms<double>(1e-10);
}
TEST_CASE("fused and spelled-out normalizations agree in float") {
    compare_all<float>(0, 2e-5);
    compare_weight_norms<float>(2e-5);
}
