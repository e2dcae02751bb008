#include <doctest/doctest.h>

#include "family.hpp"
#include "models.hpp"

using namespace tapedeck;

namespace {

/// A sequence that begins with an h of its own.
template <class T>
void from_a_state(parity::Run<T>& run) {
    Random rng(1);
    RNNCell<T> cell(static_cast<std::size_t>(run.number("in")),
                    static_cast<std::size_t>(run.number("hidden")), rng);
    for (const auto& [path, p] : cell.named_parameters()) p->value = run.tensor(path);
    const Variable<T> x = run("x");
    Variable<T> h = run("h");
    std::vector<Variable<T>> states;
    cell.restart();
    for (std::size_t t = 0; t < x.shape()[0]; ++t)
        states.push_back(h = cell(reshape(slice(x, 0, t, t + 1), {x.shape()[1], x.shape()[2]}), h));
    run.reverse(stack(states));
    for (const auto& [path, p] : cell.named_parameters()) run.check(fmt::format("{}.grad", path), p->grad);
}

const parity::Table table{{"steps", parity::program([](auto& run) { parity::run_steps(run); })},
                          {"from a state", parity::program([](auto& run) { from_a_state(run); })}};

}  // namespace

TEST_CASE("Recurrent cells agree with PyTorch over sequences") { parity::check_family("rnn", table, 18); }
