// Module: everything that follows from visit().
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/module.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>
#include <tapedeck/optim/sgd.hpp>

#include "../support.hpp"
#include "models.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
std::vector<std::string> names(const std::vector<std::pair<std::string, T*>>& named) {
    std::vector<std::string> all;
    for (const auto& [name, p] : named) all.push_back(name);
    return all;
}

/// The scopes on a tape, each once, in order.
std::vector<std::string> scopes(const Tape<float>& tape) {
    std::vector<std::string> all;
    for (const auto& entry : tape) {
        if (entry.op() == "Input") continue;
        if (all.empty() || all.back() != entry.scope()) all.emplace_back(entry.scope());
    }
    return all;
}

std::vector<std::string> scopes(Module<float>& module, const Shape& x) {
    Tape tape;
    module(tape.input(ones<float>(x)));
    return scopes(tape);
}

const std::vector<std::string> kMlp{"fc1", "norm", "act", "fc2"};

struct Outer : Module<float> {
    Mlp mlp;
    BatchNorm<float> norm{2};
    explicit Outer(Random& rng) : mlp(rng) {}
    Variable<float> forward(Variable<float> x) override { return norm(mlp(x)); }
    void visit(Visitor<float>& v) override {
        v("mlp", mlp);
        v("norm", norm);
    }
};

}  // namespace

TEST_CASE("module: parameters and buffers by name, in the order of visit") {
    Random rng(1);
    Outer net(rng);
    CHECK(names(net.named_parameters()) ==
          std::vector<std::string>{"mlp.fc1.weight", "mlp.fc1.bias", "mlp.norm.weight", "mlp.norm.bias",
                                   "mlp.fc2.weight", "mlp.fc2.bias", "norm.weight", "norm.bias"});
    CHECK(names(net.named_buffers()) ==
          std::vector<std::string>{"norm.running_mean", "norm.running_var", "norm.num_batches_tracked"});
    const auto all = net.parameters();
    REQUIRE(all.size() == 8);
    CHECK(all[0] == &*net.mlp.fc1.weight);
    CHECK(all[7] == &*net.norm.bias);
    CHECK(net.named_parameters()[4].second == &*net.mlp.fc2.weight);
}

TEST_CASE("module: a call opens a scope of its parent's name for it, under the user's line") {
    Random rng(1);
    Outer net(rng);
    Tape tape;
    const auto x = tape.input(tensor({2, 4}, {1, 2, 3, 4, 5, 6, 7, 9}));
    const auto y = net(x);
    CHECK(scopes(tape) == std::vector<std::string>{"mlp/fc1", "mlp/norm", "mlp/act", "mlp/fc2", "norm"});
    CHECK(y.entry().op() == "BatchNorm");
    for (const auto& entry : tape) {
        // Library modules record under the nearest line of the user's, never under one of ours: here of a
        // forward() in this file or in models.hpp.
        CAPTURE(entry.where().text());
        const bool of_the_user = entry.where().text().starts_with("models.hpp:") ||
                                 entry.where().text().starts_with("module_test.cpp:");
        CHECK(of_the_user);
    }
    tape.rewind();
    Mlp mlp(rng);
    Linear<float> fc(4, 2, rng);
    const int direct = __LINE__ + 1;
    CHECK(fc(tape.input(ones<float>({1, 4}))).entry().where().line == direct);
    CHECK(tape[tape.size() - 1].scope().empty());  // a root has no name
    fc.named("head");
    CHECK(fc(tape.input(ones<float>({1, 4}))).entry().scope() == "head");
    mlp.named("net");
    CHECK(scopes(mlp, {1, 4}) == std::vector<std::string>{"net/fc1", "net/norm", "net/act", "net/fc2"});
}

TEST_CASE("module: an error inside names the path and the user's line") {
    Random rng(1);
    Mlp mlp(rng);
    mlp.named("mlp");
    Tape tape;
    const auto x = tape.input(ones<float>({2, 5}), "pixels");
    const std::string text = error_text<ShapeError>([&] { mlp(x); });
    CHECK(says(text, {"linear in mlp/fc1 (models.hpp:", "x is (2, 5)", "weight is (3, 4)",
                      "x was made by entry #0, Input \"pixels\" (module_test.cpp:"}));
    CHECK(tape.owner() == nullptr);  // all scopes are closed again
}

TEST_CASE("module: train and eval reach all children") {
    Random rng(1);
    Outer net(rng);
    Sequential<float> list;
    list.add("a", net).add("b", Dropout<float>(0.5, rng));
    CHECK(list.is_training());
    list.eval();
    CHECK_FALSE(list.is_training());
    CHECK_FALSE(list[0].is_training());
    CHECK_FALSE(list[1].is_training());
    CHECK(net.is_training());  // the list holds a copy
    net.eval();
    CHECK_FALSE(net.mlp.fc2.is_training());
    CHECK_FALSE(net.norm.is_training());
    net.train();
    CHECK(net.mlp.fc2.is_training());
    net.train(false);
    const Outer copy = net;
    CHECK_FALSE(copy.norm.is_training());  // the mode is part of the value
}

TEST_CASE("module: zero_grad reaches all parameters") {
    Random rng(1);
    Mlp mlp(rng);
    for (auto* p : mlp.parameters()) p->grad = ones<float>(p->value.shape());
    mlp.zero_grad();
    for (auto* p : mlp.parameters())
        for (const float g : p->grad) CHECK(g == 0);
}

TEST_CASE("module: a copy has its own parameters") {
    Random rng(1);
    Mlp original(rng);
    CHECK(scopes(original, {1, 4}) == kMlp);
    Mlp copy = original;
    Tape tape;
    const auto x = tape.input(tensor({1, 4}, {1, -2, 3, -4}));
    CHECK(list(copy(x).value()) == list(original(x).value()));
    for (std::size_t i = 0; i < 6; ++i) CHECK(copy.parameters()[i] != original.parameters()[i]);
    const auto before = list(original.fc1.weight->value);
    copy.fc1.weight->value.fill(0);
    CHECK(list(original.fc1.weight->value) == before);
    CHECK(scopes(copy, {1, 4}) == kMlp);
    // Assignment copies into the parameters that are there, so that an optimizer's pointers stay good.
    Parameter<float>* weight = &*copy.fc1.weight;
    copy = original;
    CHECK(&*copy.fc1.weight == weight);
    CHECK(list(weight->value) == before);
    CHECK(scopes(copy, {1, 4}) == kMlp);
}

TEST_CASE("module: moving a parent keeps parameters in place and names right") {
    Random rng(1);
    Mlp first(rng);
    CHECK(scopes(first, {1, 4}) == kMlp);
    Parameter<float>* weight = &*first.fc1.weight;
    SGD<float> optimizer(first.parameters(), {.lr = 1});
    Mlp moved = std::move(first);
    CHECK(&*moved.fc1.weight == weight);
    CHECK(scopes(moved, {1, 4}) == kMlp);
    moved.named("net");
    CHECK(scopes(moved, {1, 4}) == std::vector<std::string>{"net/fc1", "net/norm", "net/act", "net/fc2"});
    // The optimizer was made before the move, and its step reaches the module that there is now.
    Tape tape;
    tape.backward(sum(moved(tape.input(ones<float>({1, 4})))));
    const auto before = list(moved.fc2.bias->value);
    optimizer.step();
    CHECK(moved.fc2.bias->value(0) == before[0] - 1);
}

TEST_CASE("module: children in a vector that moves them") {
    struct Deep : Module<float> {
        std::vector<Linear<float>> layers;
        Variable<float> forward(Variable<float> x) override {
            for (auto& layer : layers) x = layer(x);
            return x;
        }
        void visit(Visitor<float>& v) override {
            for (std::size_t i = 0; i < layers.size(); ++i) v("layer" + std::to_string(i), layers[i]);
        }
    };
    Random rng(1);
    Deep deep;
    deep.layers.emplace_back(2, 2, rng);
    CHECK(scopes(deep, {1, 2}) == std::vector<std::string>{"layer0"});
    deep.layers.emplace_back(2, 2, rng);  // moves the first one
    deep.layers.emplace_back(2, 2, rng);
    CHECK(scopes(deep, {1, 2}) == std::vector<std::string>{"layer0", "layer1", "layer2"});
    std::swap(deep.layers[0], deep.layers[2]);
    CHECK(scopes(deep, {1, 2}) == std::vector<std::string>{"layer0", "layer1", "layer2"});
}

TEST_CASE("module: a member with parameters that visit() does not list is an error") {
    struct Forgetful : Module<float> {
        Linear<float> listed, forgotten;
        Tanh<float> act;  // has no parameters: nothing is lost
        bool use = true;
        explicit Forgetful(Random& rng) : listed(2, 2, rng), forgotten(2, 2, rng) {}
        Variable<float> forward(Variable<float> x) override {
            x = act(listed(x));
            return use ? forgotten(x) : x;
        }
        void visit(Visitor<float>& v) override { v("listed", listed); }
    };
    Random rng(1);
    Forgetful net(rng);
    Tape tape;
    const std::string text = error_text<Error>([&] { net(tape.input(ones<float>({1, 2}))); });
    CHECK(says(text, {"module with parameters", "module_test.cpp:", "visit() does not list it", "add v("}));
    CHECK(tape.owner() == nullptr);
    net.forgotten.named("fc");  // a name of its own does not make it listed
    CHECK_THROWS_AS(net(tape.input(ones<float>({1, 2}))), Error);
    net.use = false;
    CHECK_NOTHROW(net(tape.input(ones<float>({1, 2}))));
}

TEST_CASE("module: a child that its grandparent lists is listed") {
    struct Borrower : Module<float> {
        Linear<float>* borrowed = nullptr;
        Variable<float> forward(Variable<float> x) override { return (*borrowed)(x); }
    };
    struct Owner : Module<float> {
        Linear<float> fc;
        Borrower inner;
        explicit Owner(Random& rng) : fc(2, 2, rng) { inner.borrowed = &fc; }
        Variable<float> forward(Variable<float> x) override { return inner(x); }
        void visit(Visitor<float>& v) override {
            v("fc", fc);
            v("inner", inner);
        }
    };
    Random rng(1);
    Owner owner(rng);
    CHECK(scopes(owner, {1, 2}) == std::vector<std::string>{"inner/fc"});
}

TEST_CASE("module: one module called twice trains one set of parameters") {
    struct Twice : Module<float> {
        Linear<float> fc;
        explicit Twice(Random& rng) : fc(2, 2, rng) {}
        Variable<float> forward(Variable<float> x) override { return fc(fc(x)); }
        void visit(Visitor<float>& v) override { v("fc", fc); }
    };
    Random rng(1);
    Twice net(rng);
    Tape tape;
    tape.backward(sum(net(tape.input(ones<float>({1, 2})))));
    CHECK(net.parameters().size() == 2);
    CHECK(tape.parameter(*net.fc.weight).entry().contributions() == 2);
    CHECK(scopes(tape) == std::vector<std::string>{"fc", ""});  // the sum stands outside
}

TEST_CASE("module: a parameter, a buffer and a generator of one's own") {
    struct Own : Module<float> {
        Boxed<Parameter<float>> gain{Parameter<float>(full<float>({}, 3))};
        Tensor<float> seen = zeros<float>({});
        Random rng{5};
        Variable<float> forward(Variable<float> x) override {
            seen() += 1;
            return x * x.tape().parameter(*gain);
        }
        void visit(Visitor<float>& v) override {
            v("gain", gain);
            v("seen", seen);
            v("rng", rng);
        }
    };
    Own own;
    CHECK(names(own.named_parameters()) == std::vector<std::string>{"gain"});
    CHECK(names(own.named_buffers()) == std::vector<std::string>{"seen"});
    Tape tape;
    CHECK(own(tape.input(full<float>({}, 2))).item() == 6);
    CHECK(tape[1].name() == "gain");  // named by visit
    CHECK(own.seen() == 1);
    const Own copy = own;
    CHECK(&*copy.gain != &*own.gain);
}

TEST_CASE("module: summary lists parameters, shapes and the total") {
    Random rng(1);
    Mlp mlp(rng);
    const std::string text = mlp.summary();
    CHECK(says(text, {"parameter", "shape", "elements", "fc1.weight", "(3, 4)", "12", "fc1.bias", "(3)", "3",
                      "norm.weight", "fc2.weight", "(2, 3)", "6", "fc2.bias", "total", "29"}));
}

TEST_CASE("module: an unlisted member is found inside a scope of the user's as well") {
    struct Forgetful : Module<float> {
        Linear<float> forgotten;
        explicit Forgetful(Random& rng) : forgotten(2, 2, rng) {}
        Variable<float> forward(Variable<float> x) override {
            const auto scope = x.tape().scope("block");
            return forgotten(x);
        }
    };
    Random rng(1);
    Forgetful net(rng);
    Tape tape;
    CHECK_THROWS_AS(net(tape.input(ones<float>({1, 2}))), Error);
}

TEST_CASE("module: an unlisted Dropout would not hear of eval()") {
    struct Forgetful : Module<float> {
        Dropout<float> forgotten;
        explicit Forgetful(Random& rng) : forgotten(0.5, rng) {}
        Variable<float> forward(Variable<float> x) override { return forgotten(x); }
    };
    Random rng(1);
    Forgetful net(rng);
    Tape tape;
    CHECK_THROWS_AS(net(tape.input(ones<float>({1, 2}))), Error);
}
