#include "demos/lab/training.hpp"

#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/sgd.hpp>

#include "demos/common/evaluation.hpp"
#include "demos/common/interrupt.hpp"

namespace tapedeck::demos::lab {

std::unique_ptr<Optimizer<float>> make_optimizer(const std::string& name, Module<float>& net, double lr) {
    if (name == "sgd") return std::make_unique<SGD<float>>(net.parameters(), SGDOptions{.lr = lr});
    if (name == "adam") return std::make_unique<Adam<float>>(net.parameters(), AdamOptions{.lr = lr});
    throw Error(fmt::format("There is no optimizer \"{}\".", name));
}

const Batch& Batches::next() {
    if (at_ + batch_size_ > order_.size()) {
        rng_.permutation(order_, split_.count);
        at_ = 0;
    }
    fill(batch_, data_, split_, std::span(order_).subspan(at_, batch_size_));
    at_ += batch_size_;
    return batch_;
}

double train(Module<float>& net, const Dataset& data, Random& rng, const TrainOptions& options) {
    const auto optimizer = make_optimizer(options.optimizer, net, options.lr);
    Batches batches(data, data.train, options.batch, rng);
    Tape<float> tape;
    double last = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t step = 1; step <= options.steps; ++step) {
        if (interrupted()) throw Interrupted();
        const Batch& batch = batches.next();
        tape.rewind();
        const auto loss = loss_of(data, net(tape.input(batch.x, "x")), batch).named("loss");
        last = static_cast<double>(loss.item());
        if (!std::isfinite(last)) return std::numeric_limits<double>::infinity();
        optimizer->zero_grad();
        tape.backward(loss);
        if (options.max_gradient_norm > 0) clip_grad_norm(net.parameters(), options.max_gradient_norm);
        if (options.watch) options.watch(step, loss);
        if (options.rate) optimizer->lr(options.rate(step));
        optimizer->step();
    }
    return last;
}

void train_for_deck(Deck<float>& deck, const std::string& name, Module<float>& net, const Dataset& data,
                    Random& rng, TrainOptions options) {
    options.steps = 100;
    options.watch = [&](std::size_t step, Variable<float> loss) {
        if (step == 1 || step == 10 || step == 100) deck.add(name, fmt::format("step {}", step), loss);
    };
    train(net, data, rng, options);
}

}  // namespace tapedeck::demos::lab
