#include "generator.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "margins.hpp"

namespace tapedeck::test {
namespace {

constexpr double kLargest = 10;  // |value|
constexpr double kGain = 100;    // how much farther than the leaves a value may move
constexpr double kShift = 1e-6;  // how far the leaves move
constexpr std::size_t kElements = 300;

// What a plan is drawn from.
constexpr std::initializer_list<Kind> kOnce{Kind::input,
                                            Kind::negate,
                                            Kind::add_number,
                                            Kind::number_minus,
                                            Kind::multiply_tensor,
                                            Kind::add_tensor,
                                            Kind::number_over,
                                            Kind::maximum_number,
                                            Kind::where_number,
                                            Kind::square,
                                            Kind::detach,
                                            Kind::mse_loss,
                                            Kind::mse_loss_number,
                                            Kind::binary_cross_entropy,
                                            Kind::binary_cross_entropy_number,
                                            Kind::spelled_out_layer_norm,
                                            Kind::spelled_out_rms_norm,
                                            Kind::spelled_out_group_norm,
                                            Kind::spelled_out_instance_norm,
                                            Kind::spelled_out_batch_norm,
                                            Kind::spelled_out_weight_norm};
constexpr std::initializer_list<Kind> kTwice{
    Kind::variable,    Kind::parameter,     Kind::pow,        Kind::pow_number, Kind::maximum, Kind::where,
    Kind::masked_fill, Kind::exp,           Kind::log,        Kind::sqrt,       Kind::abs,     Kind::tanh,
    Kind::sigmoid,     Kind::relu,          Kind::gelu,       Kind::dropout,    Kind::stack,   Kind::softmax,
    Kind::log_softmax, Kind::cross_entropy, Kind::weight_norm};
constexpr std::initializer_list<Kind> kThreeTimes{
    Kind::subtract, Kind::divide,     Kind::sum,       Kind::mean,       Kind::var,
    Kind::max,      Kind::reshape,    Kind::transpose, Kind::slice,      Kind::concat,
    Kind::gather,   Kind::layer_norm, Kind::rms_norm,  Kind::group_norm, Kind::instance_norm};
constexpr std::initializer_list<Kind> kFourTimes{Kind::add, Kind::multiply, Kind::batch_norm};
constexpr std::initializer_list<Kind> kFiveTimes{Kind::matmul, Kind::linear};

std::vector<Kind> make_menu() {
    std::vector<Kind> menu;
    std::size_t times = 0;
    for (const auto& kinds : {kOnce, kTwice, kThreeTimes, kFourTimes, kFiveTimes}) {
        ++times;
        for (const Kind kind : kinds) menu.insert(menu.end(), times, kind);
    }
    return menu;
}

double largest(const Tensor<double>& x) {
    double m = 0;
    for (const double v : x.storage()) m = std::isfinite(v) ? std::max(m, std::abs(v)) : INFINITY;
    return m;
}

double distance(const Tensor<double>& a, const Tensor<double>& b) {
    double m = 0;
    for (std::size_t i = 0; i < a.size(); ++i) m = std::max(m, std::abs(a.storage()[i] - b.storage()[i]));
    return m;
}

}  // namespace

Program random_program(std::uint64_t plan, std::uint64_t details, const GeneratorOptions& options) {
    Random seeds(details);
    for (int tries = 0; tries < 50; ++tries) {
        Generator generator(plan, tries == 0 ? details : seeds.next(), options);
        if (!generator.run()) continue;
        Program program = generator.program();
        program.seed = details;
        return program;
    }
    throw Error("random_program: none of 50 attempts depends on its leaves");
}

Generator::Generator(std::uint64_t plan, std::uint64_t details, const GeneratorOptions& options)
    : options_(options),
      plan_(plan),
      rng_(details),
      here_(here_tape_, here_state_),
      near_(near_tape_, near_state_),
      shift_(rng_.fork()) {
    for (std::size_t& size : sizes_) size = draw_size();
    // More short programs than long ones.
    const double shortest = static_cast<double>(options.shortest);
    const double longest = static_cast<double>(options.longest);
    length_ = static_cast<std::size_t>(shortest * std::pow(longest / shortest, plan_.uniform()));
    next_state_ = 1 + static_cast<int>(rng_.below(1000));
}

bool Generator::run() {
    for (int i = 0; i < 2; ++i) leaf(draw_shape());
    const auto unused = [&] { return static_cast<std::size_t>(std::count(uses_.begin(), uses_.end(), 0)); };
    while (program_.size() + unused() + 1 < length_) {
        surroundings();
        const Kind kind = draw_kind();
        bool made = false;
        for (int tries = 0; tries < 4 && !made; ++tries) made = propose(kind);
        if (!made) propose(Kind::tanh);
    }
    scope_.clear();
    paused_for_ = 0;
    finish();
    const Variable<double> result = here_.values().back();
    return result.entry().needs_grad() && largest(result.value()) < 1e3 &&
           distance(value(program_.size() - 1), near_.values().back().value()) > 1e-2 * kShift;
}

/// The scope, and whether the tape is paused, change now and then.
void Generator::surroundings() {
    static constexpr std::array kScopes{"", "net", "net/norm", "head"};
    if (chance(0.1)) scope_ = kScopes[rng_.below(kScopes.size())];
    if (paused_for_ > 0) --paused_for_;
    if (paused_for_ == 0 && chance(0.02)) paused_for_ = 1 + rng_.below(3);
}

Kind Generator::draw_kind() {
    if (!options_.planted.empty() && plan_.bernoulli(0.05))
        return options_.planted[plan_.below(options_.planted.size())];
    static const std::vector<Kind> menu = make_menu();
    return menu[plan_.below(menu.size())];
}

/// All results that nothing has used yet become one row, and now and then a loss.
void Generator::finish() {
    std::vector<Index> rows;
    for (Index i = 0, n = uses_.size(); i < n; ++i) {
        if (uses_[i] > 0) continue;
        Instruction flat{.kind = Kind::reshape, .inputs = {i}, .shape = {value(i).size()}};
        attempt(std::move(flat), true);
        rows.push_back(program_.size() - 1);
    }
    if (rows.size() > 1) attempt({.kind = Kind::concat, .inputs = rows, .axes = {0}}, true);
    if (chance(0.5)) return;
    const Index row = program_.size() - 1;
    if (chance(0.5)) {
        attempt({.kind = Kind::mse_loss, .inputs = {row, leaf(shape(row), Kind::input)}}, true);
    } else {
        attempt({.kind = Kind::mean, .inputs = {row}}, true);
    }
}

/// Appends the instruction unless it misbehaves.
bool Generator::attempt(Instruction instruction, bool force) {
    instruction.scope = scope_;
    instruction.paused = paused_for_ > 0 && !is_leaf(instruction.kind);
    if (chance(0.1) && instruction.kind != Kind::parameter)
        instruction.name = fmt::format("h{}", program_.size());
    Instruction nearby = instruction;
    if (instruction.kind == Kind::variable || instruction.kind == Kind::parameter) {
        for (double& v : nearby.data) v += kShift * shift_.uniform(-1, 1);
    }
    const Tensor<double>& y = here_.record(instruction).value();
    const Tensor<double>& beside = near_.record(nearby).value();
    const bool behaves = y.size() > 0 && y.size() <= kElements && largest(y) <= kLargest &&
                         distance(y, beside) <= kGain * kShift;
    if (!behaves && !force) {
        here_.forget_last();
        near_.forget_last();
        return false;
    }
    for (const Index i : instruction.inputs) ++uses_[i];
    uses_.push_back(0);
    program_.instructions.push_back(std::move(instruction));
    return true;
}

bool Generator::attempt(Kind kind, std::vector<Index> inputs,
                        const std::function<void(Instruction&)>& options) {
    Instruction instruction{.kind = kind, .inputs = std::move(inputs)};
    if (options) options(instruction);
    return attempt(std::move(instruction));
}

bool Generator::propose(Kind kind) {
    switch (kind) {
        case Kind::input:
        case Kind::variable:
        case Kind::parameter:
            if (kind != Kind::parameter || !chance(0.4) || !read_again()) leaf(draw_shape(), kind);
            return true;
        case Kind::add:
        case Kind::subtract:
        case Kind::multiply:
        case Kind::divide:
        case Kind::pow:
        case Kind::maximum:
        case Kind::wrong_product:
            return propose_binary(kind);
        case Kind::where:
        case Kind::where_number:
        case Kind::masked_fill:
            return propose_masked(kind);
        case Kind::sum:
        case Kind::mean:
        case Kind::var:
        case Kind::max:
            return propose_reduction(kind);
        case Kind::reshape:
        case Kind::transpose:
        case Kind::slice:
        case Kind::concat:
        case Kind::stack:
        case Kind::gather:
            return propose_parts(kind);
        case Kind::matmul:
        case Kind::linear:
        case Kind::softmax:
        case Kind::log_softmax:
            return propose_product(kind);
        case Kind::mse_loss:
        case Kind::mse_loss_number:
        case Kind::cross_entropy:
        case Kind::binary_cross_entropy:
        case Kind::binary_cross_entropy_number:
            return propose_loss(kind);
        case Kind::layer_norm:
        case Kind::rms_norm:
        case Kind::spelled_out_layer_norm:
        case Kind::spelled_out_rms_norm:
            return propose_by_row(kind);
        case Kind::weight_norm:
        case Kind::spelled_out_weight_norm:
            return propose_weight_norm(kind);
        case Kind::group_norm:
        case Kind::instance_norm:
        case Kind::batch_norm:
        case Kind::spelled_out_group_norm:
        case Kind::spelled_out_instance_norm:
        case Kind::spelled_out_batch_norm:
            return propose_by_channel(kind);
        default:
            return propose_unary(kind);
    }
}

}  // namespace tapedeck::test
