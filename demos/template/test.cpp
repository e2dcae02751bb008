#include <fmt/format.h>

#include "model.hpp"

int main() {
    td::Random rng(1);
    Mlp<double> net(rng);
    const auto report = td::gradcheck([&](auto&, auto v) { return net(v[0]); },
                                      {td::Tensor<double>{{0.3, -1.2}, {2, 0.5}}}, net.named_parameters());
    fmt::print("{}", report.text());
    return report.ok() ? 0 : 1;
}
