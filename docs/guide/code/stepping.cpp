// A reverse pass, stepped; then what is wrong with a model.
#include <cmath>

#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

int main() {
    // [pass]
    td::Random rng(1);
    td::Linear<double> fc(3, 2, rng);
    td::LayerNorm<double> norm(2);
    fc.named("fc");
    norm.named("norm");
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>{{1, 2, 3}, {0, -1, 1}}, "x");
    const auto h = fc(x);
    const auto loss = sum(square(norm(h) - 1));
    td::print(tape);

    auto pass = tape.reverse(loss);
    pass.until("norm");
    fmt::print("{} steps done, next: {}\n", pass.steps(), pass.here().op());
    pass.step();
    for (const auto& c : pass.deposits())
        fmt::print("  to #{}, of shape {}\n", c.to, td::to_text(c.value.shape()));
    pass.back();
    fmt::print("back at {}, and #{} has a gradient: {}\n", pass.here().op(), h.index(),
               h.has_grad());
    pass.finish();
    // [pass]

    // [right]
    fmt::print("{}\n", td::check_gradient(loss, x).text());
    fmt::print("{}\n", td::check_adjoint(h).text());
    // [right]

    // [deck]
    td::write_deck(tape, loss, "deck.html");
    // [deck]

    // [nan]
    tape.rewind();
    const auto p = tape.variable(td::Tensor<double>{0.5, 0, 0.5}, "p");
    const auto entropy = -sum(p * log(p));
    try {
        tape.backward(entropy);
    } catch (const td::NonFiniteError& error) {
        fmt::print("{}\n", error.what());
    }
    // [nan]
}
