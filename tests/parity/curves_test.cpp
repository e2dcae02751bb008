#include <doctest/doctest.h>

#include <stdexcept>

#include <fmt/format.h>

#include "family.hpp"
#include "models.hpp"
#include "optimizer_of.hpp"

using namespace tapedeck;

namespace {

template <class T>
Variable<T> loss_of(parity::Run<T>& run, Variable<T> y, std::size_t batch) {
    const std::string kind = run.options().at("loss");
    if (kind == "cross_entropy")
        return cross_entropy(y,
                             run.options().at("targets").at(batch).template get<std::vector<std::size_t>>());
    const Variable<T> target = run.tape.input(run.tensor(fmt::format("target{}", batch)));
    if (kind == "mse_loss") return mse_loss(y, target);
    if (kind == "binary_cross_entropy_with_logits") return binary_cross_entropy_with_logits(y, target);
    throw std::runtime_error(fmt::format("the test knows no loss called {}", kind));
}

template <class T>
Tensor<T> row(const std::vector<T>& numbers) {
    Tensor<T> tensor = Tensor<T>::from_shape({numbers.size()});
    std::copy(numbers.begin(), numbers.end(), tensor.storage().begin());
    return tensor;
}

/// Training on two batches in turn: the losses, and at the end parameters, buffers and eval mode.
template <class T>
void curve(parity::Run<T>& run) {
    const auto& options = run.options();
    const AnyModule<T> any = parity::module_of(run);
    Module<T>& net = *any;
    const auto frozen = options.at("frozen").template get<std::vector<std::string>>();
    std::vector<Parameter<T>*> trained;
    for (const auto& [path, p] : net.named_parameters())
        if (std::find(frozen.begin(), frozen.end(), path) == frozen.end()) trained.push_back(p);
    const auto optimizer = parity::optimizer_of<T>(options.at("optimizer"), options.at("settings"), trained);

    std::vector<T> losses, norms;
    for (std::size_t step = 0; step < options.at("steps").template get<std::size_t>(); ++step) {
        run.tape.rewind();
        net.zero_grad();
        const Variable<T> x = run.tape.input(run.tensor(fmt::format("x{}", step % 2)));
        const Variable<T> loss = loss_of(run, net(x), step % 2);
        losses.push_back(loss.item());
        run.tape.backward(loss);
        if (!options.at("clip").is_null())
            norms.push_back(clip_grad_norm(trained, options.at("clip").template get<double>()));
        optimizer->step();
    }
    run.check("losses", row(losses));
    Tensor<T> last = Tensor<T>::from_shape({});
    last.storage()[0] = losses.back();
    run.check("last loss", last);
    if (!norms.empty()) run.check("norms", row(norms));
    net.eval();
    run.tape.rewind();
    run.check("eval", net(run.tape.input(run.tensor("x0"))).value());
    for (const auto& [path, p] : net.named_parameters()) run.check(fmt::format("after {}", path), p->value);
    parity::check_buffers(run, net);
}

const parity::Table table{{"curve", parity::program([](auto& run) { curve(run); })}};

}  // namespace

TEST_CASE("Learning curves of small models agree with PyTorch") { parity::check_family("curves", table, 50); }
