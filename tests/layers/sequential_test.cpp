// Sequential: modules one after the other, by name.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/sequential.hpp>

#include "../support.hpp"
#include "models.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("sequential: hands each module's output to the next, each in its scope") {
    Random rng(1);
    Sequential<float> net;
    net.add("fc1", Linear<float>(2, 3, rng)).add("act", Tanh<float>()).add("fc2", Linear<float>(3, 1, rng));
    CHECK(net.size() == 3);
    Tape tape;
    const auto x = tape.input(tensor({2, 2}, {1, 2, 3, 4}));
    const int line = __LINE__ + 1;
    const auto y = net(x);
    CHECK(y.entry().scope() == "fc2");
    CHECK(y.entry().where().line == line);
    CHECK(tape[y.index() - 3].op() == "Tanh");
    CHECK(tape[y.index() - 3].scope() == "act");
    CHECK(tape[y.index() - 3].where().line == line);
    auto& fc1 = dynamic_cast<Linear<float>&>(net[0]);
    auto& fc2 = dynamic_cast<Linear<float>&>(net[2]);
    CHECK(list(fc2(tanh(fc1(x))).value()) == list(y.value()));
    CHECK(net.named_parameters()[3].first == "fc2.bias");
}

TEST_CASE("sequential: of Sequentials") {
    Random rng(1);
    Sequential<float> block;
    block.add("fc", Linear<float>(2, 2, rng)).add("act", ReLU<float>());
    Sequential<float> net;
    net.add("block1", block).add("block2", block).add("head", Linear<float>(2, 1, rng));
    net.named("net");
    CHECK(net.named_parameters()[2].first == "block2.fc.weight");
    CHECK(net.parameters().size() == 6);
    CHECK(net.parameters()[0] != net.parameters()[2]);  // block was copied
    CHECK(list(net.parameters()[0]->value) == list(net.parameters()[2]->value));
    Tape tape;
    const auto y = net(tape.input(ones<float>({1, 2})));
    CHECK(y.entry().scope() == "net/head");
    std::vector<std::string> acts;
    for (const auto& entry : tape)
        if (entry.op() == "ReLU") acts.emplace_back(entry.scope());
    CHECK(acts == std::vector<std::string>{"net/block1/act", "net/block2/act"});
}

TEST_CASE("sequential: a copy has its own modules, of any type") {
    Random rng(1);
    Sequential<float> net;
    net.add("mlp", Mlp(rng)).add("drop", Dropout<float>(0.5, rng));
    Sequential<float> copy = net;
    CHECK(copy.size() == 2);
    CHECK(&copy[0] != &net[0]);
    CHECK(dynamic_cast<Mlp*>(&copy[0]) != nullptr);
    for (auto* p : copy.parameters()) p->value.fill(0);
    CHECK(dynamic_cast<Mlp&>(net[0]).norm.weight->value(0) == 1);
    net = copy;
    CHECK(dynamic_cast<Mlp&>(net[0]).norm.weight->value(0) == 0);
    CHECK(&copy[0] != &net[0]);
    Tape tape;
    CHECK(copy(tape.input(ones<float>({1, 4}))).entry().scope() == "drop");
}

TEST_CASE("sequential: assigning one to another leaves parameters where an optimizer points") {
    Random rng(1);
    Sequential<float> net, best;
    net.add("fc", Linear<float>(2, 3, rng)).add("act", Tanh<float>());
    best = net;
    const auto pointers = net.parameters();
    const auto before = list(pointers[0]->value);
    pointers[0]->value.fill(0);
    net = best;
    CHECK(net.parameters() == pointers);
    CHECK(list(pointers[0]->value) == before);
    Sequential<float> other;  // other types, in other numbers
    other.add("act", ReLU<float>()).add("fc", Linear<float>(3, 2, rng)).add("last", Linear<float>(2, 2, rng));
    net = other;
    CHECK(net.size() == 3);
    CHECK(net.named_parameters()[2].first == "last.weight");
    CHECK(list(net.parameters()[0]->value) == list(other.parameters()[0]->value));
    CHECK(net.parameters()[0] != other.parameters()[0]);
    Tape tape;
    CHECK(net(tape.input(ones<float>({1, 3}))).entry().scope() == "last");
}

TEST_CASE("sequential: a child added after the first call has a name as well") {
    Random rng(1);
    Sequential<float> net;
    net.add("fc1", Linear<float>(2, 2, rng));
    Tape tape;
    const auto x = tape.input(ones<float>({1, 2}));
    net(x);
    net.add("fc2", Linear<float>(2, 2, rng));
    CHECK(net(x).entry().scope() == "fc2");
    Sequential<float> moved = std::move(net);
    CHECK(moved(x).entry().scope() == "fc2");
}

TEST_CASE("sequential: empty, it hands x on") {
    Sequential<float> net;
    Tape tape;
    const auto x = tape.input(ones<float>({1, 2}));
    CHECK(net(x).index() == x.index());
    CHECK(net.parameters().empty());
}

TEST_CASE("sequential: names that can't be") {
    Random rng(1);
    Sequential<float> net;
    net.add("fc", Tanh<float>());
    CHECK(says(error_text<ValueError>([&] { net.add("fc", Tanh<float>()); }), {"add(\"fc\")", "taken"}));
    for (const char* name : {"", "a.b", "a/b"}) CHECK_THROWS_AS(net.add(name, Tanh<float>()), ValueError);
    CHECK(net.size() == 1);
    CHECK(says(error_text<ValueError>([&] { net[1]; }), {"no module 1", "it has 1"}));
}
