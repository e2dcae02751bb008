#include <tapedeck/tapedeck.hpp>

/// d/dx of tanh(x)
extern "C" double slope_of_tanh(double x) {
    tapedeck::Tape<double> tape;
    const auto v = tape.variable(tapedeck::full<double>({}, x));
    tape.backward(tanh(v));
    return v.grad()();
}
