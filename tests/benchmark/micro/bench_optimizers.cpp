// What an optimizer's step costs, beside the memory that it must touch.
#include "bench_support.hpp"

namespace micro {

namespace {

/// `touched`: how many numbers a step reads and writes for each parameter.
template <class Make, class Step>
void add(const std::string& name, std::size_t touched, Make make, Step step) {
    for (const std::size_t n : {std::size_t{1000}, std::size_t{100'000}, std::size_t{2'000'000}}) {
        benchmark::RegisterBenchmark(("optimizer/" + name + "/" + std::to_string(n)).c_str(),
                                     [=](auto& state) {
                                         td::Parameter<float> p(draw({n}));
                                         p.grad = draw({n});
                                         auto optimizer = make(std::vector<td::Parameter<float>*>{&p});
                                         run(
                                             state, [&] { step(optimizer); }, touched * n * sizeof(float));
                                     });
    }
}

}  // namespace

void register_optimizers() {
    using P = std::vector<td::Parameter<float>*>;
    const auto step = [](auto& optimizer) { optimizer.step(); };
    add(
        "SGD", 3, [](P p) { return td::SGD<float>(p, {.lr = 1e-6}); }, step);
    add(
        "SGD_momentum", 5, [](P p) { return td::SGD<float>(p, {.lr = 1e-6, .momentum = 0.9}); }, step);
    add(
        "RMSProp", 5, [](P p) { return td::RMSProp<float>(p, {.lr = 1e-6}); }, step);
    add(
        "Adam", 7, [](P p) { return td::Adam<float>(p, {.lr = 1e-6}); }, step);
    add(
        "AdamW", 7, [](P p) { return td::AdamW<float>(p, {.lr = 1e-6}); }, step);
    add(
        "zero_grad", 1, [](P p) { return td::SGD<float>(p, {.lr = 1e-6}); },
        [](auto& optimizer) { optimizer.zero_grad(); });
    add(
        "clip_grad_norm", 1, [](P p) { return td::SGD<float>(p, {.lr = 1e-6}); },
        [](auto& optimizer) { td::clip_grad_norm(optimizer.parameters(), 1e9); });
}

}  // namespace micro
