// Tensor, Shape and Axes: regression tests for the traps of xtensor that tensor.hpp cures.
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/tensor.hpp>

#include <cstdint>
#include <stdexcept>
#include <xtensor/xmath.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class A>
A two_by_three() {
    A a = A::from_shape({2, 3});
    const float values[] = {1, 2, 3, 4, 5, 9};
    std::copy(std::begin(values), std::end(values), a.begin());
    return a;
}

template <class A>
void has(const A& a, const std::vector<std::size_t>& shape, const std::vector<double>& values) {
    CHECK(std::vector<std::size_t>(a.shape().begin(), a.shape().end()) == shape);
    REQUIRE(a.size() == values.size());
    auto element = a.begin();
    for (const double value : values) CHECK(static_cast<double>(*element++) == doctest::Approx(value));
}

}  // namespace

// Under g++ -std=c++20 xtensor 0.24 and 0.25 deduced a fixed rank of 4 for all of these.
TEST_CASE_TEMPLATE("tensor: xtensor's reducers have the right shape and values", A, Tensor<float>,
                   Tensor<double>, xt::xarray<float>, xt::xarray<double>) {
    const A a = two_by_three<A>();
    has(xt::sum(a, {1}, xt::evaluation_strategy::immediate), {2}, {6, 18});
    has(xt::sum(a, {0}, xt::evaluation_strategy::immediate), {3}, {5, 7, 12});
    has(xt::mean(a, {1}, xt::evaluation_strategy::immediate), {2}, {2, 6});
    has(xt::variance(a, {1}, 0U, xt::evaluation_strategy::immediate), {2}, {2.0 / 3, 14.0 / 3});
    const A lazy_variance = xt::variance(a, {1});
    has(lazy_variance, {2}, {2.0 / 3, 14.0 / 3});
    const A deviation = xt::stddev(a, {0});
    has(deviation, {3}, {1.5, 1.5, 3});
    const auto evaluated = xt::eval(xt::sum(a, {0}));
    has(evaluated, {3}, {5, 7, 12});
    const A kept = xt::mean(a, {1}, xt::keep_dims);
    has(kept, {2, 1}, {2, 6});
    const A centered = a - kept;
    has(centered, {2, 3}, {-1, 0, 1, -2, -1, 3});
    const A total = xt::sum(a);
    has(total, {}, {24});
}

TEST_CASE("tensor: any expression converts to one") {
    const Tensor<float> a = two_by_three<Tensor<float>>();
    const Tensor<float> sum = a + 2.0f * a;
    has(sum, {2, 3}, {3, 6, 9, 12, 15, 27});
    const Tensor<float> view = xt::view(a, xt::all(), xt::range(1, 3));
    has(view, {2, 2}, {2, 3, 5, 9});
    const Tensor<float> transposed = xt::transpose(a);
    has(transposed, {3, 2}, {1, 4, 2, 5, 3, 9});
    const Tensor<double> from_xarray = xt::xarray<double>{{1, 2}, {3, 4}};
    has(from_xarray, {2, 2}, {1, 2, 3, 4});
    const Tensor<float> literal{{1, 2, 3}, {4, 5, 6}};
    CHECK(literal.shape() == Shape{2, 3});
    const Tensor<float> broadcast = a + Tensor<float>{10, 20, 30};
    has(broadcast, {2, 3}, {11, 22, 33, 14, 25, 39});
    static_assert(TensorExpression<Tensor<float>>);
    static_assert(TensorExpression<decltype(a + a)&>);
    static_assert(!TensorExpression<float>);
}

TEST_CASE("tensor: small, aligned, and of one size under every compiler flag") {
    // The library is compiled with SIMD flags and this file without: its tensors must be the same ones.
    CHECK(sizeof(Shape) == 8 + 4 * sizeof(std::size_t));
#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR == 24
    CHECK(sizeof(Tensor<float>) == 168);  // an xt::xarray<float> takes 240 or more, and more with SIMD
    CHECK(sizeof(Tensor<double>) == 184);
#endif
    const Tensor<float> large = zeros<float>({3, 33});
    CHECK(reinterpret_cast<std::uintptr_t>(large.storage().data()) % 64 == 0);
    CHECK(full<float>({2}, 7).storage() == SmallVector<float, 4, 64>{7, 7});
    CHECK(ones<double>({2, 0}).size() == 0);
}

TEST_CASE("small_vector: inline, then on the heap, and capacity stays") {
    SmallVector<int, 4, 64> v;
    CHECK(v.empty());
    CHECK(v.capacity() == 4);
    const auto is_inline = [](const auto& x) {
        const auto* self = reinterpret_cast<const char*>(&x);
        const auto* data = reinterpret_cast<const char*>(x.data());
        return data >= self && data < self + sizeof(x);
    };
    for (int i = 0; i < 4; ++i) v.push_back(i);
    CHECK(is_inline(v));
    v.push_back(4);
    CHECK_FALSE(is_inline(v));
    CHECK(reinterpret_cast<std::uintptr_t>(v.data()) % 64 == 0);
    CHECK(std::vector<int>(v.begin(), v.end()) == std::vector<int>{0, 1, 2, 3, 4});
    v.resize(1000);
    const int* memory = v.data();
    const std::size_t capacity = v.capacity();
    v.resize(2);
    v.clear();
    v.resize(1000);
    CHECK(v.data() == memory);
    CHECK(v.capacity() == capacity);
    v = SmallVector<int, 4, 64>(std::size_t{3}, 7);  // a move takes over what the other has
    CHECK(v.size() == 3);
    v = {1, 2, 3};
    CHECK(v == SmallVector<int, 4, 64>{1, 2, 3});
}

TEST_CASE("small_vector: copy, move and assignment, on either side of the limit") {
    using Vector = SmallVector<int, 4>;
    const Vector small{1, 2, 3};
    const Vector large{1, 2, 3, 4, 5, 6};
    for (const Vector& from : {small, large}) {
        for (const Vector& to : {small, large, Vector{}}) {
            Vector copied = to;
            copied = from;
            CHECK(copied == from);
            Vector moved = to;
            moved = std::move(copied);
            CHECK(moved == from);
            CHECK(copied.empty());  // NOLINT: what a moved-from one is, is promised here
            copied.push_back(9);    // and it can be used again
            CHECK(copied == Vector{9});
            Vector a = from, b = to;
            a.swap(b);
            CHECK(a == to);
            CHECK(b == from);
        }
        Vector self = from;
        const Vector& alias = self;
        self = alias;
        CHECK(self == from);
        Vector& same = self;
        self = std::move(same);
        CHECK(self == from);
    }
    Vector kept(100);
    const int* memory = kept.data();
    kept = large;  // copies into the memory that is there
    CHECK(kept.data() == memory);
}

TEST_CASE("small_vector: what is too large is refused, and what is there stays") {
    SmallVector<char, 4> v{'a', 'b'};
    CHECK_THROWS_AS(v.resize(std::size_t{1} << 32), std::length_error);
    CHECK_THROWS_AS(Tensor<float>::from_shape({100'000, 100'000}), std::length_error);
    CHECK(v == SmallVector<char, 4>{'a', 'b'});
    CHECK(v.capacity() == 4);
}

TEST_CASE("small_vector: insert, erase, and values that live in the vector itself") {
    using Vector = SmallVector<int, 4>;
    Vector v{1, 2, 4, 5};
    CHECK(*v.insert(v.begin() + 2, 3) == 3);
    CHECK(v == Vector{1, 2, 3, 4, 5});
    v.insert(v.begin(), 0);
    v.insert(v.end(), 6);
    CHECK(v == Vector{0, 1, 2, 3, 4, 5, 6});
    CHECK(*v.erase(v.begin()) == 1);
    v.erase(v.end() - 1);
    v.erase(v.begin() + 2);
    CHECK(v == Vector{1, 2, 4, 5});
    v.pop_back();
    CHECK(v.back() == 4);
    CHECK(v.front() == 1);
    Vector full{7, 8, 9, 10};
    full.push_back(full[0]);
    CHECK(full.back() == 7);
    Vector grown{7, 8, 9, 10, 11, 12};  // on the heap, which it gives back
    grown.resize(2000, grown[1]);
    CHECK(std::all_of(grown.begin() + 6, grown.end(), [](int x) { return x == 8; }));
    CHECK(Vector{1, 2} < Vector{1, 3});
    CHECK(Vector{1, 2} != Vector{1, 2, 3});
    CHECK(std::vector<int>(v.rbegin(), v.rend()) == std::vector<int>{4, 2, 1});
}

TEST_CASE("tensor: broadcast by NumPy's rule") {
    Shape out{99};
    CHECK(broadcast({2, 3}, {3}, out));
    CHECK(out == Shape{2, 3});
    CHECK(broadcast({3}, {2, 1}, out));
    CHECK(out == Shape{2, 3});
    CHECK(broadcast({}, {4, 1}, out));
    CHECK(out == Shape{4, 1});
    CHECK(broadcast({5, 1, 7}, {6, 1}, out));
    CHECK(out == Shape{5, 6, 7});
    CHECK(broadcast({1}, {0}, out));
    CHECK(out == Shape{0});
    CHECK(broadcast({2, 1, 1, 1, 5}, {3, 1, 4, 1}, out));
    CHECK(out == Shape{2, 3, 1, 4, 5});
    Shape untouched{99};
    CHECK_FALSE(broadcast({2, 3}, {2}, untouched));
    CHECK_FALSE(broadcast({2}, {0}, untouched));
    CHECK(untouched == Shape{99});
    Shape in_place{3};
    CHECK(broadcast(in_place, {2, 1}, in_place));  // as operations use it
    CHECK(in_place == Shape{2, 3});
}

TEST_CASE("axes: resolved against a rank") {
    const auto resolved = [](const Axes& axes, std::size_t rank) {
        const Axes r = axes.resolved(rank);
        return std::vector<int>(r.axis.begin(), r.axis.begin() + static_cast<std::ptrdiff_t>(r.count));
    };
    CHECK(resolved({}, 3) == std::vector<int>{0, 1, 2});
    CHECK(resolved({}, 0).empty());
    CHECK(resolved(-1, 3) == std::vector<int>{2});
    CHECK(resolved({2, 0}, 3) == std::vector<int>{0, 2});
    CHECK(resolved({-1, -3}, 3) == std::vector<int>{0, 2});
    CHECK(Axes{0, 2}.resolved(3).contains(2));
    CHECK_FALSE(Axes{0, 2}.resolved(3).contains(1));
    CHECK(says(error_text<ShapeError>([&] { Axes(3).resolved(3); }), {"axis 3", "out of range", "-3 … 2"}));
    CHECK_THROWS_AS(Axes(-4).resolved(3), ShapeError);
    CHECK(Axes{0, -1}.resolved(0).count == 0);  // a scalar has these two, as in PyTorch
    CHECK_THROWS_AS(Axes(1).resolved(0), ShapeError);
    CHECK(says(error_text<ShapeError>([&] { Axes{1, -2}.resolved(3); }), {"axis 1", "twice"}));
    CHECK(says(error_text<ShapeError>([&] { Axes{0, 1, 2, 3, 4, 5, 6, 7, 8}; }), {"9 axes", "at most 8"}));
    CHECK_THROWS_AS(Axes().resolved(9), ShapeError);
}

TEST_CASE("tensor: shapes as text, and their elements") {
    CHECK(to_text({}) == "()");
    CHECK(to_text({5}) == "(5)");
    CHECK(to_text({32, 10}) == "(32, 10)");
    CHECK(elements({}) == 1);
    CHECK(elements({2, 3, 4}) == 24);
    CHECK(elements({2, 0, 4}) == 0);
    CHECK(resolve_axis(-2, 3) == 1);
}
