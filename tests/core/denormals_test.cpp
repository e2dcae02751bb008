#include <tapedeck/core/denormals.hpp>

#include <doctest/doctest.h>

TEST_CASE("set_flush_denormal: numbers below the normal range count as 0, until it is taken back") {
    const volatile float small = 1.5e-38F, tenth = 0.1F, denormal = 1e-40F, large = 1e10F;
    CHECK(small * tenth > 0);
    if (!tapedeck::set_flush_denormal(true)) {
        MESSAGE("not tested further: this processor keeps denormal numbers");
        return;
    }
    const float result = small * tenth, operand = denormal * large;
    CHECK(tapedeck::set_flush_denormal(false));
    CHECK(result == 0);
    CHECK(operand == 0);
    CHECK(small * tenth > 0);
    CHECK(denormal * large > 0);
}
