// Scopes: the names under which entries are recorded.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;

TEST_CASE("scope: entries carry the path of the scopes that are open") {
    Tape tape;
    const auto x = tape.input(ones<float>({2}));
    CHECK(x.entry().scope().empty());
    {
        const auto outer = tape.scope("mlp");
        CHECK(tanh(x).entry().scope() == "mlp");
        {
            const auto inner = tape.scope("hidden1");
            const auto innermost = tape.scope("norm");
            CHECK(tanh(x).entry().scope() == "mlp/hidden1/norm");
            CHECK((x + 1).entry().scope() == "mlp/hidden1/norm");
        }
        CHECK(tanh(x).entry().scope() == "mlp");
    }
    CHECK(tanh(x).entry().scope().empty());
    const auto again = tape.scope("mlp");
    CHECK(tanh(x).entry().scope() == "mlp");
}

TEST_CASE("scope: an empty name adds nothing to the path") {
    Tape tape;
    const auto outer = tape.scope("net");
    const auto unnamed = tape.scope("");
    CHECK(tape.input(ones<float>({})).entry().scope() == "net");
}

TEST_CASE("scope: closes when an exception passes") {
    Tape tape;
    const auto x = tape.input(ones<float>({2}));
    try {
        const auto scope = tape.scope("broken");
        sum(x, 5);
    } catch (const ShapeError&) {
    }
    CHECK(tanh(x).entry().scope().empty());
}

TEST_CASE("scope: stays open over a rewind, and the path's text outlives it") {
    Tape tape;
    const auto scope = tape.scope("rnn");
    const std::string_view path = tape.input(ones<float>({})).entry().scope();
    tape.rewind();
    CHECK(tape.input(ones<float>({})).entry().scope() == "rnn");
    CHECK(path == "rnn");
}

TEST_CASE("scope: knows its line and its owner") {
    Tape tape;
    CHECK_FALSE(tape.where().known());
    CHECK(tape.owner() == nullptr);
    int owner = 0;
    const int line = __LINE__ + 1;
    const auto scope = tape.scope("a", Where::here(), &owner);
    CHECK(tape.where().line == line);
    CHECK(tape.owner() == &owner);
    {
        const auto inner = tape.scope("b");
        CHECK(tape.where().line == line + 4);
    }
    CHECK(tape.where().line == line);
}
