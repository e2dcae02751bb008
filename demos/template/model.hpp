#pragma once
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

template <class T>
struct Mlp : td::Module<T> {
    td::Linear<T> fc1, fc2;
    explicit Mlp(td::Random& rng) : fc1(2, 8, rng), fc2(8, 2, rng) {}
    td::Variable<T> forward(td::Variable<T> x) override { return fc2(tanh(fc1(x))); }
    void visit(td::Visitor<T>& v) override { v("fc1", fc1), v("fc2", fc2); }
};
