// invariances: which changes of weights and data a norm's output does not notice, and what breaks that
#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

/// What goes into y = norm(x W^T + b), x of (samples, in), W of (out, in). In double precision, so that
/// rounding stays far below any change.
struct Setting {
    Tensor<double> x, weight, bias;
};

Tensor<double> normal(const Shape& shape, Random& rng, double deviation = 1) {
    Tensor<double> tensor = Tensor<double>::from_shape(shape);
    for (double& v : tensor) v = rng.normal(0, deviation);
    return tensor;
}

Setting setting_of(const Experiment& e, std::uint64_t seed) {
    const std::size_t samples = e.full() ? 128 : 16, in = e.full() ? 784 : 8, out = e.full() ? 1000 : 6;
    Random rng(seed);
    const auto weight = uniform<double>({out, in}, 1 / std::sqrt(in), rng);  // as a Linear starts
    return {normal({samples, in}, rng), weight, normal({out}, rng, e.option("bias"))};
}

/// A row of the table of invariances (Ba, Kiros, Hinton 2016, table 1, with RMSNorm added): a change, and
/// which norms' output, in the order of kNorms, stays as it was.
struct Change {
    const char* name;
    std::array<bool, 4> stays;
    void (*apply)(Setting&);
};

/// Adds the same vector to every row: to the weights of each unit, or to each sample.
void recentre(Tensor<double>& rows) {
    Random rng(1);
    rows += normal({rows.shape()[1]}, rng);
}
void rescale_first(Tensor<double>& rows) {
    for (std::size_t k = 0; k < rows.shape()[1]; ++k) rows(0, k) *= 3;
}

const std::vector<std::string> kNorms{"batch", "weight", "layer", "rms"};
const std::vector<std::string> kLabels{"BatchNorm", "WeightNorm", "LayerNorm", "RMSNorm"};
const std::string kSays = "'s output stays where the table of invariances says so, and nowhere else";
constexpr double kStays = 1e-5, kDiffers = 1e-2;  // a relative change below, and above
const std::array kChanges{
    Change{"weights rescaled", {true, true, true, true}, [](Setting& s) { s.weight *= 3.0; }},
    Change{"weights recentred", {false, false, true, false}, [](Setting& s) { recentre(s.weight); }},
    Change{"one unit rescaled", {true, true, false, false}, [](Setting& s) { rescale_first(s.weight); }},
    Change{"data rescaled", {true, false, true, true}, [](Setting& s) { s.x *= 3.0; }},
    Change{"data recentred", {true, false, false, false}, [](Setting& s) { recentre(s.x); }},
    Change{"one sample rescaled", {false, false, true, true}, [](Setting& s) { rescale_first(s.x); }}};

template <class T>
Variable<T> output(Tape<T>& tape, const Setting& setting, const std::string& norm, double eps) {
    const auto x = tape.input(setting.x, "x"), bias = tape.input(setting.bias, "bias");
    const auto weight = tape.variable(Tensor<T>(setting.weight), "weight");
    const std::size_t out = setting.bias.size();
    // WeightNorm's lengths are parameters of their own, which no change here touches.
    if (norm == "weight") return linear(x, weight_norm(weight, tape.input(ones<T>({out, 1}), "g")), bias);
    const auto h = linear(x, weight, bias);
    if (norm == "batch") return batch_norm<T>(h, nullptr, {}, {}, {.eps = eps});
    if (norm == "layer") return layer_norm(h, {out}, {}, {}, eps);
    if (norm == "rms") return rms_norm(h, {out}, {}, eps);
    return h;
}

/// |now - before| / |before|
double relative(const Tensor<double>& now, const Tensor<double>& before) {
    Tape<double> tape;
    const auto a = tape.input(now), b = tape.input(before);
    return sqrt(sum(square(a - b)) / sum(square(b))).item();
}

void measure_change(Run& run, Setting setting, const Change& change, double eps) {
    Tape<double> tape, after;
    const auto y = output(tape, setting, run.text("norm"), eps);
    change.apply(setting);
    const double by = relative(output(after, setting, run.text("norm"), eps).value(), y.value());
    run.values["change"] = by;
    run.values["digits that stay"] = std::clamp(-std::log10(by), 0.0, 17.0);
}

constexpr const char *kLinear = "LayerNorm is a linear map and so keeps position information",
                     *kInOrder = "With gamma = 1 LayerNorm keeps the order of the values in a row",
                     *kSum = "relative difference of LN(a + b) from LN(a) + LN(b)",
                     *kMultiple = "relative difference of LN(2a) from 2 LN(a)",
                     *kMoments = "relative difference of LN(3a + 5) from LN(a)",
                     *kOrder = "share of pairs in the same order, gamma 1",
                     *kGamma = "share of pairs in the same order, random gamma";

/// Whether LayerNorm makes of rows a and b what a linear map would.
void measure_linearity(Run& run, double eps) {
    Random rng(run.seed);
    const Shape shape{50};
    const auto a = normal(shape, rng), b = normal(shape, rng), gamma = normal(shape, rng);
    const auto norm = [&](const Tensor<double>& x) {
        Tape<double> tape;
        return layer_norm(tape.input(x), shape, {}, {}, eps).value();
    };
    const auto in_order = [&a](const Tensor<double>& y) {
        std::size_t same = 0, pairs = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t k = 0; k < i; ++k, ++pairs) same += (a(i) < a(k)) == (y(i) < y(k)) ? 1 : 0;
        return static_cast<double>(same) / static_cast<double>(pairs);
    };
    const Tensor<double> y = norm(a);
    run.values = {{kSum, relative(norm(a + b), y + norm(b))},
                  {kMultiple, relative(norm(2.0 * a), 2.0 * y)},
                  {kMoments, relative(norm(3.0 * a + 5.0), y)},
                  {kOrder, in_order(y)},
                  {kGamma, in_order(gamma * y)}};
}

void judge_invariances(Experiment& e) {
    Table table{"Does the output stay as it was?", {""}, {}};
    for (const Change& change : kChanges) table.columns.push_back(change.name);
    std::size_t as_said = 0;
    for (std::size_t n = 0; n < kNorms.size(); ++n) {
        auto& row = table.rows.emplace_back(std::vector<std::string>{kLabels[n]});
        Claim claim{"invariance-" + kNorms[n], kLabels[n] + kSays, Verdict::stands, {}};
        for (const auto& [name, stays, apply] : kChanges) {
            const auto by = e.values("change", {{"norm", kNorms[n]}, {"change", name}});
            row.push_back(median(by) < kStays ? "yes" : median(by) > kDiffers ? "no" : "nearly");
            Case it{fmt::format("relative change, {}", name), by, Is::below, kStays};
            if (!stays[n]) it.is = Is::above, it.bound = kDiffers;
            as_said += it.holding() == by.size() ? 1 : 0;
            claim.cases.push_back(it);
        }
        e.claim(claim);
    }
    e.show(table);
    e.conclude(
        fmt::format("{} of {} cells are in every seed as in the table of invariances, which supposes eps 0 "
                    "and no biases.",
                    as_said, kNorms.size() * kChanges.size()));
}

void judge_linearity(Experiment& e) {
    const auto of = [&e](const char* what) { return e.values(what, {{"of", "a map of rows"}}); };
    const std::vector<Case> tests{{kSum, of(kSum), Is::below, kStays},
                                  {kMultiple, of(kMultiple), Is::below, kStays},
                                  {kMoments, of(kMoments), Is::above, kDiffers}};
    e.claim({"linear-map", kLinear, Verdict::fails, tests});
    e.claim({"order-within-a-row", kInOrder, Verdict::stands, {{kOrder, of(kOrder), Is::exactly, 1}}});
    e.conclude(
        fmt::format("LN(a + b) is {:.0f} % away from LN(a) + LN(b). Of the pairs in a row {:.0f} % keep "
                    "their order with gamma = 1, {:.0f} % with a random one.",
                    100 * median(of(kSum)), 100 * median(of(kOrder)), 100 * median(of(kGamma))));
}

void body(Experiment& e) {
    const double eps = e.option("eps");
    for (const char* norm : {"none", "batch", "weight", "layer", "rms"})
        for (const Change& change : kChanges)
            e.plan({{"of", "a layer"}, {"norm", norm}, {"change", change.name}},
                   [&, eps](Run& run) { measure_change(run, setting_of(e, run.seed), change, eps); });
    e.plan({{"of", "a map of rows"}}, [eps](Run& run) { measure_linearity(run, eps); });
    e.measure();
    Plot map{"-log10 of the relative change, 0 at least", "what is changed", ""};
    map.layers = {{Way::map, "digits that stay", "norm", "change", "norm", {{"of", "a layer"}}}};
    e.draw({"invariances",
            fmt::format("The digits that stay, eps {:g}, biases {:g}", eps, e.option("bias")),
            "Dark: the output stays, but for rounding. Light: it changes. Try --eps 1e-5 and --bias 1.",
            {map},
            1,
            420});
    judge_invariances(e);
    judge_linearity(e);
    for (std::size_t n = 0; e.deck() != nullptr && n < kNorms.size(); ++n) {
        Tape<float> tape;
        const auto y = output(tape, setting_of(e, e.seeds().front()), kNorms[n], eps);
        e.deck()->add(kLabels[n], "a random layer", sum(y * y.value() * y.value()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "invariances",
         .question = "Which changes does a normalized output not notice?",
         .about = "One layer's weights and data are rescaled and recentred; does its output change?",
         .body = body,
         .options = {{"eps", "What the norms add to the variance", 0, 0, 1},
                     {"bias", "Standard deviation of the layer's biases", 0, 0, 1}}});
}
