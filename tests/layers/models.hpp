// The models that several tests of the layers use.
#pragma once

#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>

namespace tapedeck::test {

/// Linear, LayerNorm, Tanh, Linear: a user's module, which lists its members once.
struct Mlp : Module<float> {
    Linear<float> fc1, fc2;
    LayerNorm<float> norm;
    Tanh<float> act;
    explicit Mlp(Random& rng) : fc1(4, 3, rng), fc2(3, 2, rng), norm(3) {}
    Variable<float> forward(Variable<float> x) override { return fc2(act(norm(fc1(x)))); }
    void visit(Visitor<float>& v) override {
        v("fc1", fc1);
        v("norm", norm);
        v("act", act);
        v("fc2", fc2);
    }
};

}  // namespace tapedeck::test
