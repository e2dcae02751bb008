// Reading the tape: entries are found by their operation, scope and name.
#include "demos/compare_norms/measurements.hpp"

#include <algorithm>
#include <cmath>

#include "demos/compare_norms/histogram.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

constexpr float kSaturated = 0.97f;

double norm_of(const Tensor<float>& x) {
    double squares = 0;
    for (const float v : x.storage()) squares += double{v} * v;
    return std::sqrt(squares);
}

double distance(const Tensor<float>& a, const Tensor<float>& b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.storage().size(); ++i) {
        const double d = double{a.storage()[i]} - b.storage()[i];
        squares += d * d;
    }
    return std::sqrt(squares);
}

bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

/// "cell/norm" -> "cell.norm", as parameters are called.
std::string dotted(std::string_view scope) {
    std::string text(scope);
    std::replace(text.begin(), text.end(), '/', '.');
    return text;
}

/// "cell.weight_hh" -> "cell"
std::string layer_of(const std::string& parameter) { return parameter.substr(0, parameter.rfind('.')); }

/// "cell.norm.12.running_mean" -> "cell.norm": a norm with statistics for each time step numbers them.
std::string norm_of_buffer(const std::string& buffer) {
    const std::string layer = layer_of(buffer), last = layer.substr(layer.rfind('.') + 1);
    return last.find_first_not_of("0123456789") == std::string::npos ? layer_of(layer) : layer;
}

/// "h7": what the recurrent network calls its state after step 7.
bool is_hidden_state(std::string_view name) {
    return name.size() > 1 && name[0] == 'h' &&
           name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_norm(const Entry<float>& entry) { return ends_with(entry.op(), "Norm"); }

/// What goes into a norm and what comes out; inside a cell, of all time steps.
struct BeforeAndAfter {
    std::vector<const Tensor<float>*> before, after;
};

/// A mean that is built up over several entries: a norm inside a cell has one for each time step.
struct Mean {
    double sum = 0;
    std::size_t count = 0;
    void add(double x) { sum += x, ++count; }
    double value() const { return sum / static_cast<double>(count); }
};

/// Mean and unbiased variance over the batch (N, C), both averaged over the features.
std::pair<double, double> batch_statistics(const Tensor<float>& x) {
    const std::size_t n = x.shape()[0], features = x.storage().size() / n;
    Mean mean, variance;
    for (std::size_t c = 0; c < features; ++c) {
        double m = 0, squares = 0;
        for (std::size_t i = 0; i < n; ++i) m += x.storage()[i * features + c];
        m /= static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
            const double d = x.storage()[i * features + c] - m;
            squares += d * d;
        }
        mean.add(m);
        variance.add(squares / static_cast<double>(n - 1));
    }
    return {mean.value(), variance.value()};
}

double mean_of(const Tensor<float>& x) {
    Mean mean;
    for (const float v : x.storage()) mean.add(v);
    return mean.value();
}

void append_band(Band& band, const Tensor<float>& x) {
    const auto [low, high] = std::minmax_element(x.storage().begin(), x.storage().end());
    band.mean.push_back(mean_of(x));
    band.min.push_back(*low);
    band.max.push_back(*high);
}

/// Appends at this point, after gaps for the points before at which the key was not measured.
void put(Numbers& row, std::size_t point, double x) {
    row.resize(point, kNone);
    row.push_back(x);
}

}  // namespace

void Measurements::before_update(const Tape<float>& tape) {
    const std::size_t point = run_.series.step.size();
    weights_before_.clear();
    std::map<std::string, double> squares;
    for (const auto& [name, parameter] : network_.named_parameters()) {
        if (parameter->value.dimension() >= 2) weights_before_.push_back(parameter->value);
        const double norm = norm_of(parameter->grad);
        squares[layer_of(name)] += norm * norm;
    }
    for (const auto& [layer, sum] : squares) put(run_.series.gradient_norm[layer], point, std::sqrt(sum));

    std::map<std::string, Mean> saturated, means, variances;
    std::map<std::string, BeforeAndAfter> norms;
    run_.gradient_norm_per_time_step.clear();
    for (const Entry<float>& entry : tape) {
        const std::string scope = dotted(entry.scope());
        if (entry.op() == "Tanh") {
            const auto& y = entry.value().storage();
            const auto count =
                std::count_if(y.begin(), y.end(), [](float v) { return std::abs(v) > kSaturated; });
            saturated[scope].add(static_cast<double>(count) / static_cast<double>(y.size()));
        }
        if (is_norm(entry)) {
            norms[scope].before.push_back(&tape[entry.inputs()[0]].value());
            norms[scope].after.push_back(&entry.value());
        }
        if (entry.op() == "BatchNorm") {
            const auto [mean, variance] = batch_statistics(tape[entry.inputs()[0]].value());
            means[scope].add(mean);
            variances[scope].add(variance);
        }
        if (is_hidden_state(entry.name()) && entry.has_grad()) {
            run_.gradient_norm_per_time_step.push_back(norm_of(entry.grad()));
        }
    }
    for (const auto& [scope, mean] : saturated) put(run_.series.saturated[scope], point, mean.value());
    for (const auto& [scope, mean] : means) put(run_.series.running_mean[scope].batch, point, mean.value());
    for (const auto& [scope, mean] : variances)
        put(run_.series.running_var[scope].batch, point, mean.value());
    for (const auto& [scope, values] : norms) run_.histograms[scope] = count(values.before, values.after);
}

void Measurements::after_update() {
    const std::size_t point = run_.series.step.size();
    std::size_t i = 0;
    for (const auto& [name, parameter] : network_.named_parameters()) {
        if (parameter->value.dimension() < 2) continue;
        const Tensor<float>& before = weights_before_[i++];
        const double ratio = distance(parameter->value, before) / norm_of(before);
        put(run_.series.update_ratio[name], point, std::log10(ratio));
    }
}

void Measurements::close_point() {
    Series& series = run_.series;
    std::string norm;  // the layer of the last gamma seen; its beta follows it
    for (const auto& [name, parameter] : network_.named_parameters()) {
        const bool gamma = ends_with(name, ".weight") && parameter->value.dimension() == 1;
        if (gamma) norm = layer_of(name);
        if (gamma || name == norm + ".bias")
            append_band((gamma ? series.gamma : series.beta)[norm], parameter->value);
    }
    // For each time step or for all: what one norm keeps is averaged, as its batches' statistics are.
    std::map<std::string, Mean> means, variances;
    for (const auto& [name, buffer] : network_.named_buffers()) {
        if (ends_with(name, "running_mean")) means[norm_of_buffer(name)].add(mean_of(*buffer));
        if (ends_with(name, "running_var")) variances[norm_of_buffer(name)].add(mean_of(*buffer));
    }
    for (const auto& [layer, mean] : means) series.running_mean[layer].running.push_back(mean.value());
    for (const auto& [layer, mean] : variances) series.running_var[layer].running.push_back(mean.value());

    const std::size_t points = series.step.size();
    for (auto* rows : {&series.update_ratio, &series.gradient_norm, &series.saturated}) {
        for (auto& [name, row] : *rows) row.resize(points, kNone);
    }
    for (auto* rows : {&series.running_mean, &series.running_var}) {
        for (auto& [name, row] : *rows) row.batch.resize(points, kNone);
    }
}

}  // namespace tapedeck::demos::compare_norms
