// Modules of one's own: a residual block, and a model made of two.
#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

// [block]
/// y = x + fc2(tanh(fc1(norm(x)))), with a learned factor on the sum's second half.
struct Block : td::Module<float> {
    td::LayerNorm<float> norm;
    td::Linear<float> fc1, fc2;
    td::Boxed<td::Parameter<float>> scale;

    Block(std::size_t width, td::Random& rng)
        : norm(width),
          fc1(width, 2 * width, rng),
          fc2(2 * width, width, rng),
          scale(td::Parameter<float>(td::ones<float>({width}))) {}

    td::Variable<float> forward(td::Variable<float> x) override {
        const auto s = x.tape().parameter(*scale);
        return x + s * fc2(tanh(fc1(norm(x))));
    }
    void visit(td::Visitor<float>& v) override {
        v("norm", norm), v("fc1", fc1), v("fc2", fc2), v("scale", scale);
    }
};
// [block]

// [model]
struct Model : td::Module<float> {
    Block first, second;
    td::Linear<float> head;
    explicit Model(td::Random& rng) : first(8, rng), second(8, rng), head(8, 3, rng) {}
    td::Variable<float> forward(td::Variable<float> x) override {
        return head(second(first(x)));
    }
    void visit(td::Visitor<float>& v) override {
        v("first", first), v("second", second), v("head", head);
    }
};
// [model]

// [forgetful]
/// Its visit() forgets fc2.
struct Forgetful : td::Module<float> {
    td::Linear<float> fc1, fc2;
    explicit Forgetful(td::Random& rng) : fc1(8, 8, rng), fc2(8, 8, rng) {}
    td::Variable<float> forward(td::Variable<float> x) override { return fc2(fc1(x)); }
    void visit(td::Visitor<float>& v) override { v("fc1", fc1); }
};
// [forgetful]

int main() {
    // [use]
    td::Random rng(3);
    Model net(rng);
    fmt::print("{}", net.summary());

    td::Tape<float> tape;
    const auto y = net(tape.input(td::ones<float>({4, 8})));
    fmt::print("{}\n", y.entry().text());
    // [use]

    // [copy]
    Model copy = net;  // modules are values
    copy.head.bias->value.fill(0);
    copy.head.bias->changed();
    fmt::print("parameters: {} and {}, none shared\n", net.parameters().size(),
               copy.parameters().size());
    // [copy]

    // [refused]
    try {
        Forgetful forgetful(rng);
        forgetful(tape.input(td::ones<float>({4, 8})));
    } catch (const td::Error& error) {
        fmt::print("{}\n", error.what());
    }
    // [refused]
}
