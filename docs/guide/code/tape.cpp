// A tape of seven entries, looked at entry by entry.
#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

int main() {
    // [record]
    td::Tape<double> tape;
    const auto x = tape.input(td::Tensor<double>{1, 2}, "x");
    const auto w = tape.variable(td::Tensor<double>{0.5, -0.25}, "w");
    const auto h = tanh(w * x).named("h");
    const auto loss = sum(h * h).named("loss");
    // [record]

    // [look]
    for (const auto& entry : tape) {
        fmt::print("#{} {:8} {:5} reads", entry.index(), entry.op(), entry.name());
        for (const auto input : entry.inputs()) fmt::print(" #{}", input);
        fmt::print("{}   {}\n", entry.is_leaf() ? " nothing" : "", entry.rule());
    }
    // [look]

    // [reverse]
    tape.backward(loss);
    for (const auto& entry : tape)
        fmt::print("#{} {}\n", entry.index(),
                   entry.has_grad()
                       ? fmt::format("{} contribution(s), first number {:.4f}",
                                     entry.contributions(), entry.grad().storage()[0])
                       : "no gradient");
    // [reverse]

    // [again]
    tape.set(x, td::Tensor<double>{1, 3});
    tape.play();  // the same program on new data
    fmt::print("loss on other data: {:.4f}\n", loss.item());
    tape.rewind();
    try {
        loss.item();
    } catch (const td::StaleVariableError& error) {
        fmt::print("{}\n", error.what());
    }
    // [again]
}
