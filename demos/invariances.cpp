// invariances: which changes of weights and data a norm's output does not notice, and what breaks that
#include "demos/invariances/changes.hpp"
#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

Setting setting_of(const Experiment& e, std::uint64_t seed) {
    const std::size_t samples = e.full() ? 128 : 16, in = e.full() ? 784 : 8, out = e.full() ? 1000 : 6;
    Random rng(seed);
    const auto weight = uniform<double>({out, in}, 1 / std::sqrt(in), rng);  // as a Linear starts
    return {normal<double>({samples, in}, rng), weight, normal<double>({out}, rng, 0, e.option("bias"))};
}

const std::string kSays =
    "'s output stays where the table of invariances (Ba, Kiros, Hinton 2016, table 1, with RMSNorm added) "
    "says so, and nowhere else";
constexpr double kStays = 1e-5, kDiffers = 1e-2;  // a relative change below, and above

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
    const auto a = normal<double>(shape, rng), b = normal<double>(shape, rng),
               gamma = normal<double>(shape, rng);
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
        fmt::format("{} of {} cells are in every seed as in table 1 of Ba, Kiros, Hinton 2016, with RMSNorm "
                    "added. It supposes eps 0 and no biases.",
                    as_said, kNorms.size() * kChanges.size()));
}

void judge_linearity(Experiment& e) {
    const auto of = [&e](const char* what) { return e.values(what, {{"of", "a map of rows"}}); };
    const std::vector<Case> tests{{kSum, of(kSum), Is::below, kStays},
                                  {kMultiple, of(kMultiple), Is::below, kStays},
                                  {kMoments, of(kMoments), Is::above, kDiffers}};
    e.claim({"linear-map", kLinear, Verdict::fails, tests});
    e.claim({"order-within-a-row", kInOrder, Verdict::stands, {{kOrder, of(kOrder), Is::exactly, 1}}});
    const double share = median(of(kOrder));
    e.conclude(fmt::format("LN(a + b) is {:.0f} % away from LN(a) + LN(b): LayerNorm is {}.",
                           100 * median(of(kSum)),
                           median(of(kSum)) < kStays ? "additive here" : "no linear map"));
    e.conclude(fmt::format(
        "With gamma = 1 {} in a row keeps its order; with a random gamma {:.0f} % of the pairs do.",
        share == 1 ? std::string("every pair") : fmt::format("not every pair ({:.0f} %)", 100 * share),
        100 * median(of(kGamma))));
}

void body(Experiment& e) {
    const double eps = e.option("eps");
    for (const char* norm : {"none", "batch", "weight", "layer", "rms"})
        for (const Change& change : kChanges)
            e.plan({{"of", "a layer"}, {"norm", norm}, {"change", change.name}},
                   [&, eps](Run& run) { measure_change(run, setting_of(e, run.seed), change, eps); });
    e.plan({{"of", "a map of rows"}}, [eps](Run& run) { measure_linearity(run, eps); });
    e.measure();
    Plot map{"digits that stay: -log10 of the relative change, 0 to 17", "what is changed", ""};
    map.layers = {{Way::map, "digits that stay", "norm", "change", "norm", {{"of", "a layer"}}}};
    e.draw({"invariances",
            fmt::format("The digits that stay, eps {:g}, biases {:g}", eps, e.option("bias")),
            "Dark: the output stays, but for rounding (16 digits is all there are). Light: it changes. Try "
            "--eps 1e-5 and --bias 1.",
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
         .setup =
             "y = norm(x W^T + b) in double precision: 16 samples of 8 normal numbers, 6 units whose weights "
             "are uniform within 1 / sqrt(8), eps 0, b 0. Nothing is trained. One thing is changed (times 3, "
             "or a random vector added to every row), and y computed again. For the linear map: LayerNorm of "
             "rows a and b of 50 normal numbers.",
         .why =
             "A norm divides by what it measures over one set of numbers: what multiplies or shifts that set "
             "as a whole is divided out again. BatchNorm's set is one unit over the samples, so a unit's "
             "weights or the data's mean may change; LayerNorm's is one sample over the units, so all "
             "weights together or one sample may. RMSNorm takes no mean off, so it notices shifts. "
             "WeightNorm looks at each unit's weights and not at the data. eps spoils rescaling, a bias "
             "spoils what it is not rescaled with. Dividing a row by its own deviation and subtracting its "
             "mean is no linear map, but keeps the order in the row; gamma, another factor at each place, "
             "does not.",
         .full = "128 samples of 784 numbers and 1,000 units; about five seconds",
         .body = body,
         .options = {{"eps", "What the norms add to the variance", 0, 0, 1},
                     {"bias", "Standard deviation of the layer's biases", 0, 0, 1}}});
}
