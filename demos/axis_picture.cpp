// axis_picture: what BatchNorm and LayerNorm normalize, and what they leave as it was
#include "demos/axis_picture/statistics.hpp"
#include "demos/common/nets.hpp"
#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/layers/linear.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

constexpr const char *kNormal = "normal", *kUniform = "uniform", *kRelu = "normal, ReLU";
constexpr const char *kFeature = "each feature", *kSample = "each sample", *kAll = "all values";
const std::string kOff = "largest |mean| or |variance - 1| of ", kOrder = "rank correlation in ",
                  kSkewness = "share of skewness that goes in ",
                  kKurtosis = "share of excess kurtosis that goes in ";

/// How many samples, features before the Linear, and features after it.
struct Sizes {
    std::size_t samples = 100, in = 100, out = 50;
};

/// Samples behind a Linear, for one kind behind a ReLU too, before and after the norm.
struct Picture {
    Picture(const std::string& norm, const std::string& kind, const Sizes& sizes, Random rng)
        : linear(sizes.in, sizes.out, rng) {
        add_norm(net, "norm", norm, sizes.out);
        Tensor<float> x = Tensor<float>::from_shape({sizes.samples, sizes.in});
        for (float& v : x) v = static_cast<float>(kind == kUniform ? rng.uniform() : rng.normal());
        before = linear(tape.input(x, "x"));
        if (kind == kRelu) before = relu(before);
        after = net(before);
    }
    Tape<float> tape;
    Linear<float> linear;
    Sequential<float> net;
    Var before, after;
};

// The statistics are over the rows of this.
Var rows_of(Var h, const std::string& axis) {
    if (axis == kAll) return reshape(h, {1, h.value().size()});
    return axis == kFeature ? transpose(h) : h;
}
void measure(Run& run, const Sizes& sizes) {
    const Picture picture(run.text("norm"), run.text("samples"), sizes, Random(run.seed));
    for (const std::string axis : {kFeature, kSample, kAll}) {
        const Var before = rows_of(picture.before, axis), after = rows_of(picture.after, axis);
        const auto left = [&](Var (*f)(Var)) { return mean(abs(f(after))) / mean(abs(f(before))); };
        run.values[kSkewness + axis] = 1 - left(skewness).item();
        run.values[kKurtosis + axis] = 1 - left(excess_kurtosis).item();
        if (axis == kAll) continue;
        run.values[kOff + axis] = max(maximum(abs(mean(after, 1)), abs(variance(after) - 1))).item();
        run.values[kOrder + axis] = rank_correlation(before, after);
    }
}

/// Adds y in the order of x.
void add_sorted(Run& run, const std::string& name, Var x, Var y) {
    std::vector<std::pair<float, float>> pairs;
    for (std::size_t i = 0; i < x.shape()[0]; ++i) pairs.emplace_back(x.value()(i), y.value()(i));
    std::sort(pairs.begin(), pairs.end());
    for (std::size_t i = 0; i < pairs.size(); ++i) run.add(name, static_cast<double>(i + 1), pairs[i].second);
}

void take_picture(Run& run, const Sizes& sizes) {
    const Picture picture(run.text("norm"), kNormal, sizes, Random(run.seed));
    const Var before = picture.before, now = run.text("values") == "after" ? picture.after : before;
    const Tensor<float>& all = now.value();
    for (double low = -4; low < 4; low += 0.25) {
        const auto inside = [low](float v) { return v >= low && v < low + 0.25; };
        const auto n = static_cast<double>(std::count_if(all.begin(), all.end(), inside));
        run.add(kAll, low + 0.125, n / static_cast<double>(all.size()));
    }
    add_sorted(run, "one sample", mean(slice(before, 0, 0, 1), 0), mean(slice(now, 0, 0, 1), 0));
    for (const std::string axis : {kFeature, kSample})
        add_sorted(run, "variance of " + axis, variance(rows_of(before, axis)), variance(rows_of(now, axis)));
}

void draw(Experiment& e) {
    Sheet axes{"axes", "Normal samples before the norm and after it", "", {}};
    axes.hint =
        "BatchNorm brings the variance of each feature to 1, LayerNorm that of each sample; the other one "
        "stays uneven. In a sample LayerNorm keeps the order of the values, BatchNorm does not.";
    const auto add = [&axes](const std::string& series, const char* x, const char* y) {
        for (const auto& [norm, title] : {std::pair{"batch", "BatchNorm: "}, {"layer", "LayerNorm: "}}) {
            Plot& plot = axes.plots.emplace_back(Plot{title + series, x, y});
            plot.layers = {{Way::curves, series, "values", "", "", {{"of", "picture"}, {"norm", norm}}}};
            plot.y_group = static_cast<int>(axes.plots.size() + 1) / 2;
        }
    };
    add(kAll, "value", "share in 0.25");
    add("one sample", "feature, in the order of the values before", "value");
    add("variance of each feature", "feature, in the order of the variances before", "variance");
    add("variance of each sample", "sample, in the order of the variances before", "variance");
    Sheet order{"order", "Rank correlation of the values before the norm with those after it", "", {}};
    order.hint = "1: the order is kept, by BatchNorm in each feature, by LayerNorm in each sample.";
    for (const std::string axis : {kSample, kFeature}) {
        Plot& plot = order.plots.emplace_back(Plot{"in " + axis, "samples", "rank correlation"});
        plot.layers = {{Way::dots, kOrder + axis, "norm", "samples", "", {{"of", "numbers"}}}};
        plot.y_group = 1;
    }
    e.draw(axes);
    e.draw(order);
}

void judge(Experiment& e) {
    std::vector<Case> axes, relations, normal;
    const auto add = [&e](auto& to, auto norm, const std::string& value, auto kind, Is is, double bound) {
        const auto numbers = e.values(value, {{"norm", norm}, {"samples", kind}});
        to.push_back({fmt::format("{} behind {}Norm, samples {}", value,
                                  norm == std::string("batch") ? "Batch" : "Layer", kind),
                      numbers, is, bound});
    };
    for (const char* kind : {kNormal, kUniform}) {
        add(axes, "batch", kOff + kFeature, kind, Is::below, 0.01);
        add(axes, "batch", kOff + kSample, kind, Is::above, 0.1);
        add(axes, "layer", kOff + kSample, kind, Is::below, 0.01);
        add(axes, "layer", kOff + kFeature, kind, Is::above, 0.1);
        add(relations, "batch", kOrder + kSample, kind, Is::below, 0.99);
        add(relations, "layer", kOrder + kSample, kind, Is::above, 0.999);
        add(relations, "layer", kOrder + kFeature, kind, Is::above, 0.999);
    }
    for (const std::string& shape : {kSkewness, kKurtosis}) {
        for (const char* rows : {kFeature, kAll}) add(normal, "batch", shape + rows, kRelu, Is::above, 0.5);
        for (const char* rows : {kSample, kAll}) add(normal, "layer", shape + rows, kRelu, Is::above, 0.5);
    }
    const char* distorted =
        "BatchNorm distorts relations between values, LayerNorm does not, inside a sample or inside a "
        "feature";
    const char* normalized =
        "BatchNorm normalizes a feature over the batch, LayerNorm a sample over its features";
    e.claim({"axes", normalized, Verdict::stands, axes});
    e.claim({"normal-distribution", "They pull data back to a normal distribution", Verdict::fails, normal});
    e.claim({"relations-within-a-sample", distorted, Verdict::depends, relations});
}

void body(Experiment& e) {
    const Sizes sizes = e.full() ? Sizes{500, 784, 256} : Sizes{};
    for (const char* norm : {"batch", "layer"}) {
        for (const char* kind : {kNormal, kUniform, kRelu})
            e.plan({{"of", "numbers"}, {"norm", norm}, {"samples", kind}},
                   [&](Run& r) { measure(r, sizes); });
        for (const char* values : {"before", "after"})
            e.plan({{"of", "picture"}, {"norm", norm}, {"values", values}},
                   [&](Run& r) { take_picture(r, sizes); });
    }
    e.measure();
    draw(e);
    judge(e);
    const auto of = [&e](const std::string& value, const char* norm, const char* kind) {
        return median(e.values(value, {{"norm", norm}, {"samples", kind}}));
    };
    e.conclude(fmt::format(
        "{} distorts the other's axis: in a uniform sample the rank correlation is {:.2f} behind BatchNorm, "
        "in a "
        "feature {:.2f} behind LayerNorm (median over the seeds).",
        std::max(of(kOrder + kSample, "batch", kUniform), of(kOrder + kFeature, "layer", kUniform)) < 0.999
            ? "Each"
            : "Not each",
        of(kOrder + kSample, "batch", kUniform), of(kOrder + kFeature, "layer", kUniform)));
    const auto says = [](double gone) { return std::abs(gone) < 0.005 ? "does not change" : "changes"; };
    e.conclude(fmt::format("Behind a ReLU BatchNorm {} a feature's skewness, and LayerNorm {} a sample's.",
                           says(of(kSkewness + kFeature, "batch", kRelu)),
                           says(of(kSkewness + kSample, "layer", kRelu))));
    if (e.deck() == nullptr) return;
    for (const char* norm : {"batch", "layer"}) {
        const Picture picture(norm, kNormal, {6, 5, 4}, Random(e.seeds().front()));
        e.deck()->add(norm, "y times x", sum(picture.after * picture.before));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "axis_picture",
         .question = "What do BatchNorm and LayerNorm normalize?",
         .about = "Samples go through a Linear and a norm; moments and order are compared.",
         .setup = "100 samples of 100 features, normal, uniform, or normal and then a ReLU, behind a "
                  "Linear to 50 features. Nothing is trained.",
         .why = "A norm takes off a number and divides by a positive one, the same for all values of "
                "its axis: a feature's for BatchNorm, a sample's for LayerNorm. So along its own axis "
                "order and shape stay, and a distribution that is not normal stays so. Across it each "
                "value meets another pair of numbers, and the order changes. Words: the rank "
                "correlation (Spearman's) is 1 when the order is kept, 0 when nothing is left of it; "
                "skewness is how lopsided a distribution is, excess kurtosis how heavy its tails "
                "are, both 0 for a normal one.",
         .full = "500 samples of 784 features, to 256; about half a minute.",
         .body = body});
}
