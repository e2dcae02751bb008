// What a PyTorch user looks for first, in Tapedeck's words.
#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

int main() {
    td::Random rng(0);
    td::Linear<float> fc(3, 2, rng);
    td::SGD<float> sgd(fc.parameters(), {.lr = 0.1});
    td::Tape<float> tape;

    // [tensors]
    // torch.tensor([[1., 2, 3], [4, 5, 6]])
    const td::Tensor<float> x{{1, 2, 3}, {4, 5, 6}};
    // torch.empty(2, 3)
    const auto empty = td::Tensor<float>::from_shape({2, 3});
    // torch.ones(2, 3, requires_grad=True)
    const auto leaf = tape.variable(td::ones<float>({2, 3}), "leaf");
    // [tensors]

    // [gradients]
    const auto y = sum(leaf * x);
    tape.backward(y);                       // y.backward()
    fmt::print("{}\n", leaf.grad()(1, 2));  // leaf.grad[1, 2]
    // [gradients]

    // [step]
    tape.rewind();  // PyTorch's graph is freed by backward(); a tape is by rewind()
    sgd.zero_grad();
    const auto loss = mse_loss(fc(tape.input(x)), td::zeros<float>({2, 2}));
    tape.backward(loss);
    td::clip_grad_norm(fc.parameters(), 1.0);
    sgd.step();
    // [step]

    // [no-grad]
    tape.rewind();  // what was recorded with the old weights is over
    {
        const auto pause = tape.pause();  // with torch.no_grad():
        const auto prediction = fc(tape.input(x));
        fmt::print("needs a gradient: {}\n", prediction.entry().needs_grad());
    }
    // [no-grad]
    for (const auto& [name, p] : fc.named_parameters())
        fmt::print("{} {}\n", name, td::to_text(p->value.shape()));
    fmt::print("{} elements in an uninitialised tensor\n", empty.size());
}
