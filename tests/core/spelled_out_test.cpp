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
    const Norm<T> batch = [](auto x, auto w, auto b) { return td::batch_norm<T>(x, nullptr, w, b); };
    const Norm<T> spelled_batch = [](auto x, auto w, auto b) { return td::spelled_out::batch_norm(x, w, b); };
    for (const std::size_t width : {1u, 5u, 16u, 33u, 100u}) {
        if (width > 1) {
            compare<T>(
                {6, width}, {width}, layer,
                [](auto x, auto w, auto b) { return td::spelled_out::layer_norm(x, 1, w, b); }, offset,
                tolerance);
        }
        compare<T>({6, width}, {width}, batch, spelled_batch, offset, tolerance);
        compare<T>({6, 3, width}, {3}, batch, spelled_batch, offset, tolerance);
    }
    compare<T>(
        {5, 3, 4}, {3, 4}, layer,
        [](auto x, auto w, auto b) { return td::spelled_out::layer_norm(x, 2, w, b); }, offset, tolerance);
}

}  // namespace

TEST_CASE("fused and spelled-out normalizations agree in double") {
    compare_all<double>(0, 1e-10);
    compare_all<double>(1e4, 1e-7);
}
TEST_CASE("fused and spelled-out normalizations agree in float") { compare_all<float>(0, 2e-5); }
