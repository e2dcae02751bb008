// A residual network with a LayerNorm before each block, behind it, or none.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/module.hpp>
#include <tapedeck/layers/normalization.hpp>

#include "demos/common/samples.hpp"

namespace tapedeck::demos {

/// Linear with weights of variance 1 / inputs and no bias, as in Xiong 2020: f then has half of x's variance.
inline Linear<float> xiong_linear(std::size_t in, std::size_t out, Random& rng) {
    Linear<float> layer(in, out, rng, {.bias = false});
    const double deviation = 1 / std::sqrt(static_cast<double>(in));
    layer.weight->value = normal<float>({out, in}, rng, 0, deviation);
    return layer;
}

/// x + f(LN(x)), or LN(x + f(x)), or x + f(x), where f is Linear, ReLU, Linear.
struct Block : Module<float> {
    std::string norm_place;  ///< "pre", "post" or "none"
    Linear<float> fc1, fc2;
    LayerNorm<float> norm;

    Block(std::string place, std::size_t width, Random& rng)
        : norm_place(std::move(place)),
          fc1(xiong_linear(width, width, rng)),
          fc2(xiong_linear(width, width, rng)),
          norm(width) {}
    Variable<float> f(Variable<float> x) { return fc2(relu(fc1(x))); }
    Variable<float> forward(Variable<float> x) override {
        if (norm_place == "pre") return x + f(norm(x));
        if (norm_place == "post") return norm(x + f(x));
        return x + f(x);
    }
    void visit(Visitor<float>& v) override {
        v("fc1", fc1);
        v("fc2", fc2);
        if (norm_place != "none") v("norm", norm);
    }
};

/// 784 inputs, `depth` blocks of this width, 10 outputs.
struct ResidualNet : Module<float> {
    Linear<float> in, out;
    std::vector<Block> blocks;
    LayerNorm<float> last;                ///< pre-LN has one more, before the output
    std::vector<Variable<float>> stream;  ///< x before each block, and after the last

    ResidualNet(const std::string& place, std::size_t depth, std::size_t width, Random& rng)
        : in(xiong_linear(784, width, rng)), out(xiong_linear(width, 10, rng)), last(width) {
        for (std::size_t i = 0; i < depth; ++i) blocks.emplace_back(place, width, rng);
    }
    Variable<float> forward(Variable<float> x) override {
        stream.assign(1, in(x));
        for (Block& block : blocks) stream.push_back(block(stream.back()));
        return out(has_last() ? last(stream.back()) : stream.back());
    }
    void visit(Visitor<float>& v) override {
        v("in", in);
        for (std::size_t i = 0; i < blocks.size(); ++i) v(fmt::format("block{}", i + 1), blocks[i]);
        if (has_last()) v("last", last);
        v("out", out);
    }
    bool has_last() const { return blocks.front().norm_place == "pre"; }
};

}  // namespace tapedeck::demos
