#include "sample.hpp"

#include <cmath>

#include <tapedeck/core/random.hpp>

namespace tapedeck::test {

Program sample_program() {
    Program program;
    Random rng(5);
    std::vector<std::size_t> unused;
    const auto add = [&](Instruction i) {
        program.instructions.push_back(std::move(i));
        return program.size() - 1;
    };
    const auto leaf = [&](Kind kind, const Shape& shape, int state = 0) {
        Instruction i{.kind = kind, .shape = shape, .state = state};
        for (std::size_t k = 0; k < elements(shape); ++k)
            i.data.push_back(std::round(rng.uniform(300, 1500)) / 1000);
        return add(std::move(i));
    };
    const std::size_t x = leaf(Kind::variable, {2, 3});
    const std::size_t w = leaf(Kind::parameter, {3, 3}, 1);
    const std::size_t row = leaf(Kind::parameter, {3}, 2);
    const std::size_t target = leaf(Kind::input, {2, 3});
    program.instructions[x].name = "x";

    const std::vector<std::size_t> ones{1, 0, 1};
    for (const Kind kind :
         {Kind::add, Kind::subtract, Kind::multiply, Kind::divide, Kind::pow, Kind::maximum})
        unused.push_back(add({.kind = kind, .inputs = {x, row}}));
    for (const Kind kind :
         {Kind::add_number, Kind::number_minus, Kind::number_over, Kind::pow_number, Kind::maximum_number})
        unused.push_back(add({.kind = kind, .inputs = {x}, .number = 0.75}));
    for (const Kind kind : {Kind::multiply_tensor, Kind::add_tensor})
        unused.push_back(add({.kind = kind, .inputs = {x}, .shape = {3}, .data = {-1, 0.5, 2}}));
    for (const Kind kind : {Kind::negate, Kind::exp, Kind::log, Kind::sqrt, Kind::square, Kind::abs,
                            Kind::tanh, Kind::sigmoid, Kind::relu, Kind::gelu, Kind::detach})
        unused.push_back(add({.kind = kind, .inputs = {x}}));
    unused.push_back(add({.kind = Kind::where, .inputs = {x, target}, .shape = {3}, .index = ones}));
    unused.push_back(
        add({.kind = Kind::where_number, .inputs = {x}, .shape = {3}, .index = ones, .number = 2}));
    unused.push_back(
        add({.kind = Kind::masked_fill, .inputs = {x}, .shape = {3}, .index = ones, .number = -1}));
    unused.push_back(add({.kind = Kind::dropout, .inputs = {x}, .number = 0.25, .state = 9}));
    unused.push_back(add({.kind = Kind::sum, .inputs = {x}}));
    unused.push_back(add({.kind = Kind::mean, .inputs = {x}, .axes = {-1}, .keep_dims = true}));
    unused.push_back(add({.kind = Kind::var, .inputs = {x}, .axes = {0, 1}, .start = 1}));
    unused.push_back(add({.kind = Kind::max, .inputs = {x}, .axes = {0}}));
    unused.push_back(add({.kind = Kind::reshape, .inputs = {x}, .shape = {3, 2}}));
    unused.push_back(add({.kind = Kind::transpose, .inputs = {x}, .axes = {0, -1}}));
    unused.push_back(add({.kind = Kind::slice, .inputs = {x}, .axes = {1}, .start = 1, .stop = 3}));
    unused.push_back(add({.kind = Kind::concat, .inputs = {x, target}, .axes = {-1}}));
    unused.push_back(add({.kind = Kind::stack, .inputs = {x, x, target}, .axes = {1}}));
    unused.push_back(
        add({.kind = Kind::gather, .inputs = {x}, .shape = {2, 2}, .index = {2, 0, 1, 1}, .axes = {1}}));
    unused.push_back(add({.kind = Kind::matmul, .inputs = {x, w}, .scope = "net/head", .name = "h"}));
    unused.push_back(add({.kind = Kind::linear, .inputs = {x, w, row}, .has_bias = true}));
    unused.push_back(add({.kind = Kind::linear, .inputs = {x, w}, .paused = true}));
    unused.push_back(add({.kind = Kind::softmax, .inputs = {x}, .axes = {0}}));
    unused.push_back(add({.kind = Kind::log_softmax, .inputs = {x}, .axes = {-1}}));
    unused.push_back(add({.kind = Kind::mse_loss, .inputs = {x, target}}));
    unused.push_back(add({.kind = Kind::mse_loss_number, .inputs = {x}, .number = 0.5}));
    unused.push_back(add({.kind = Kind::cross_entropy, .inputs = {x}, .index = {2, 0}}));
    unused.push_back(add({.kind = Kind::binary_cross_entropy, .inputs = {x, target}}));
    unused.push_back(add({.kind = Kind::binary_cross_entropy_number, .inputs = {x}, .number = 1}));
    const std::size_t pairs = leaf(Kind::variable, {2, 3, 2});
    const std::size_t length = leaf(Kind::variable, {2, 1});
    for (const Kind kind :
         {Kind::layer_norm, Kind::spelled_out_layer_norm, Kind::rms_norm, Kind::spelled_out_rms_norm})
        unused.push_back(add({.kind = kind, .inputs = {x, row}, .shape = {3}, .has_weight = true}));
    unused.push_back(add({.kind = Kind::layer_norm, .inputs = {x, row}, .shape = {3}, .has_bias = true}));
    unused.push_back(add({.kind = Kind::rms_norm, .inputs = {x}, .shape = {3}, .eps = -1}));
    for (const Kind kind :
         {Kind::group_norm, Kind::spelled_out_group_norm, Kind::instance_norm,
          Kind::spelled_out_instance_norm, Kind::batch_norm, Kind::spelled_out_batch_norm}) {
        Instruction i{.kind = kind, .inputs = {pairs, row, row}, .start = 3, .number = -1, .eps = 0.1};
        i.has_weight = i.has_bias = true;
        unused.push_back(add(std::move(i)));
    }
    for (const Kind kind : {Kind::weight_norm, Kind::spelled_out_weight_norm})
        unused.push_back(add({.kind = kind, .inputs = {x, length}}));
    Instruction running{.kind = Kind::batch_norm,
                        .inputs = {x, row},
                        .data = {0.5, 0, -0.25, 1, 2, 0.5},
                        .number = 0.1,
                        .has_bias = true,
                        .state = 4};
    unused.push_back(add(running));
    running.training = false;
    unused.push_back(add(running));

    std::vector<std::size_t> rows;
    for (const std::size_t i : unused) rows.push_back(add({.kind = Kind::sum, .inputs = {i}}));
    const std::size_t all = add({.kind = Kind::stack, .inputs = rows});
    add({.kind = Kind::slice, .inputs = {all}, .axes = {0}, .start = 0, .stop = rows.size()});
    return program;
}

}  // namespace tapedeck::test
