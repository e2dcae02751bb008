// Tensors of one element take plain loads and stores, and must not compute anything else for it.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;

namespace {

constexpr std::size_t kSize = 37;

template <class T>
Tensor<T> drawn(Random& rng, double lowest) {
    auto x = Tensor<T>::from_shape({kSize});
    for (T& v : x.storage()) v = static_cast<T>(lowest + rng.uniform(0, 2));
    return x;
}

template <class T>
struct Result {
    Tensor<T> value, dx, dy;
};

template <class T>
Result<T> compute(const Tensor<T>& x0, const Tensor<T>& y0, const Tensor<T>& dz) {
    Tape<T> tape;
    const auto x = tape.variable(x0), y = tape.variable(y0);
    // Each is read several times, so that gradients are assigned and added.
    const auto z = tanh(x * y) + exp(x) / y - gelu(x) * log(y) + sigmoid(x) * square(x);
    tape.backward(z, dz);
    return {z.value(), x.grad(), y.grad()};
}

}  // namespace

TEST_CASE_TEMPLATE("an element alone has the bits that it has in a row, its gradient too", T, float, double) {
    Random rng(test::test_seed(7));
    const Tensor<T> x = drawn<T>(rng, -1), y = drawn<T>(rng, 0.5), dz = drawn<T>(rng, -1);
    const Result<T> row = compute(x, y, dz);
    for (std::size_t i = 0; i < kSize; ++i) {
        const auto only = [i](const Tensor<T>& from) { return full<T>({1}, from.storage()[i]); };
        const Result<T> alone = compute(only(x), only(y), only(dz));
        CAPTURE(i);
        CHECK(alone.value.storage()[0] == row.value.storage()[i]);
        CHECK(alone.dx.storage()[0] == row.dx.storage()[i]);
        CHECK(alone.dy.storage()[0] == row.dy.storage()[i]);
    }
}
