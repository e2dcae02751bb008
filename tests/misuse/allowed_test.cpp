// What only looks wrong: PyTorch allows it, and so do we.
#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
void scalars() {
    for (const int axis : {0, -1}) {
        Tape<T> tape;
        const auto x = tape.variable(Tensor<T>(T(3)));
        const auto y = softmax(x, axis) + log_softmax(x, axis) + sum(x, axis) + mean(x, axis) + max(x, axis);
        CHECK(y.item() == T(1 + 0 + 3 + 3 + 3));
        CHECK(sum(x, axis, true).shape().empty());
        tape.backward(y);
        CHECK(x.grad()() == T(3));
    }
}

template <class T>
void guards() {
    World<T> world;
    {
        const auto pause = world.tape.pause();
        const auto scope = world.tape.scope("third");
        world.tape.rewind();
        CHECK(world.tape.paused());
        CHECK(tanh(world.tape.input(ones<T>({2}))).entry().scope() == "model/layer/third");
        CHECK_FALSE(tanh(world.tape.variable(ones<T>({2}))).entry().needs_grad());
    }
    CHECK_FALSE(world.tape.paused());
    CHECK(tanh(world.tape.variable(ones<T>({2}))).entry().scope() == "model/layer");
    CHECK(tanh(world.tape.variable(ones<T>({2}))).entry().needs_grad());
}

template <class T>
void empties() {
    World<T> world;
    CHECK(sum(world.empty).item() == 0);
    CHECK(softmax(world.empty, 0).shape() == Shape{0, 3});
    CHECK(layer_norm(world.empty, {3}).shape() == Shape{0, 3});
    CHECK(concat({world.empty, world.x}).shape() == Shape{2, 3});
    CHECK(linear(world.empty, world.x).shape() == Shape{0, 2});
    CHECK(clip_grad_norm(std::vector<Parameter<T>*>{}, 1) == 0);
    Sequential<T> nothing;
    CHECK(nothing(world.x).index() == world.x.index());
}

template <class T>
void again() {
    World<T> world;
    const auto once = [&] {
        world.net.zero_grad();
        world.cell.zero_grad();
        world.gain.zero_grad();
        world.tape.backward(world.loss);
        return list(world.x.grad());
    };
    const auto first = once();
    CHECK(once() == first);  // no retain_graph: the tape keeps what it recorded
    const auto pause = world.tape.pause();
    CHECK(once() == first);
}

}  // namespace

TEST_CASE("misuse: a scalar has an axis 0 and an axis -1") {
    scalars<float>();
    scalars<double>();
}
TEST_CASE("misuse: rewinding in a scope or while paused leaves both open") {
    guards<float>();
    guards<double>();
}
TEST_CASE("misuse: empty tensors, lists and models") {
    empties<float>();
    empties<double>();
}
TEST_CASE("misuse: backward twice, and while paused") {
    again<float>();
    again<double>();
}
