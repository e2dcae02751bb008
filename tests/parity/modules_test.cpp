#include <doctest/doctest.h>

#include "family.hpp"
#include "models.hpp"

using namespace tapedeck;

namespace {

const parity::Table table{{"steps", parity::program([](auto& run) { parity::run_steps(run); })}};

}  // namespace

TEST_CASE("Modules agree with PyTorch over training and eval passes") {
    parity::check_family("modules", table, 90);
}
