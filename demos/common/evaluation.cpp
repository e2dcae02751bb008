// Evaluating without recording for a reverse pass.
#include "demos/common/evaluation.hpp"

#include <tapedeck/core/ops/loss.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tapedeck::demos {
namespace {

std::size_t right_answers(const Tensor<float>& logits, const std::vector<std::size_t>& labels) {
    const std::size_t classes = logits.shape()[1];
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const float* row = logits.data() + i * classes;
        right += static_cast<std::size_t>(std::max_element(row, row + classes) - row) == labels[i];
    }
    return right;
}

}  // namespace

KeepState::KeepState(Module<float>& module) : module_(module), training_(module.is_training()) {
    for (const auto& [name, buffer] : module.named_buffers()) kept_.push_back(*buffer);
}

KeepState::~KeepState() {
    std::size_t i = 0;
    for (const auto& [name, buffer] : module_.named_buffers()) *buffer = kept_[i++];
    training_ ? module_.train() : module_.eval();
}

Variable<float> loss_of(const Dataset& data, const Variable<float>& output, const Batch& batch) {
    if (data.classes > 0) return cross_entropy(output, batch.labels);
    return mse_loss(output, output.tape().input(batch.targets, "target"));
}

Evaluation::Evaluation(Module<float>& network, const Dataset& data) : network_(network), data_(data) {}

Score Evaluation::pass(const Split& split, std::size_t count, std::size_t batch) {
    const auto values_only = tape_.pause();
    double loss = 0;
    std::size_t right = 0;
    for (std::size_t start = 0; start < count; start += batch) {
        const std::size_t n = std::min(batch, count - start);
        rows_.resize(n);
        std::iota(rows_.begin(), rows_.end(), start);
        fill(batch_, data_, split, rows_);
        tape_.rewind();
        const auto output = network_(tape_.input(batch_.x, "x"));
        loss += static_cast<double>(loss_of(data_, output, batch_).item()) * static_cast<double>(n);
        if (data_.classes > 0) right += right_answers(output.value(), batch_.labels);
    }
    const double n = static_cast<double>(count);
    return {loss / n, data_.classes > 0 ? static_cast<double>(right) / n : std::nan("")};
}

Score Evaluation::score(const Split& split, std::size_t count, std::size_t batch) {
    const KeepState keep(network_);
    network_.eval();
    return pass(split, count, batch);
}

Score Evaluation::train_mode_score(const Split& split, std::size_t count, std::size_t batch) {
    const KeepState keep(network_);
    network_.train();
    return pass(split, count, batch);
}

}  // namespace tapedeck::demos
