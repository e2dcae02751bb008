// The training loop.
#include "demos/compare_norms/training.hpp"

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/optim/adam.hpp>

#include <cmath>
#include <ctime>

#include "demos/common/evaluation.hpp"
#include "demos/common/interrupt.hpp"
#include "demos/compare_norms/boundary.hpp"
#include "demos/compare_norms/measurements.hpp"
#include "demos/compare_norms/models.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

constexpr std::size_t kTrainSubset = 512;  // samples of the training set that are evaluated along the way
constexpr std::size_t kEvaluationBatch = 250;

/// Processor time of this thread: what else runs on the machine does not count.
double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Point k of the measuring comes after this many steps: evenly spread, the last one at the end.
bool is_point(std::size_t step, const Setting& setting) {
    const std::size_t points = std::min(setting.points, setting.steps());
    return step * points / setting.steps() != (step - 1) * points / setting.steps();
}

/// One training as it goes.
class Training {
  public:
    Training(const Setting& setting, const Dataset& data, const Job& job, Progress& progress)
        : setting_(setting),
          data_(data),
          progress_(progress),
          random_(job.seed),
          weights_(random_.fork()),
          order_(random_.fork()),
          network_(make_network(setting, data, job.norm, weights_)),
          optimizer_(network_->parameters(), {.lr = job.rate}),
          evaluation_(*network_, data),
          measurements_(*network_, run_) {
        run_.job = job;
        for (const auto* parameter : network_->parameters()) run_.parameters += parameter->value.size();
    }

    Run finish() {
        run_.status = Status::done;
        try {
            measure(0);
            while (step_ < setting_.steps() && run_.status == Status::done) epoch();
        } catch (const NonFiniteError&) {
            run_.status = Status::diverged;
        }
        if (run_.status == Status::done) score();
        run_.seconds = seconds_;
        ++progress_.models_done;
        return std::move(run_);
    }

  private:
    void epoch() {
        order_.permutation(permutation_, setting_.counts.train);
        for (std::size_t i = 0; i < setting_.steps_per_epoch() && run_.status == Status::done; ++i) {
            if (interrupted()) {
                run_.status = Status::interrupted;
                return;
            }
            const std::span rows(permutation_.data() + i * setting_.batch, setting_.batch);
            const bool at_point = is_point(step_ + 1, setting_);
            const double start = thread_seconds();
            step(rows, at_point);
            seconds_ += thread_seconds() - start;
            ++step_;
            if (at_point && run_.status == Status::done) measure(step_);
            progress_.samples += setting_.batch;
            progress_.work_done += work_of_a_step(setting_, data_);
        }
    }

    void step(std::span<const std::size_t> rows, bool at_point) {
        fill(batch_, data_, data_.train, rows);
        tape_.rewind();
        const auto loss = loss_of(data_, (*network_)(tape_.input(batch_.x, "x")), batch_);
        if (!std::isfinite(loss.item())) {
            run_.status = Status::diverged;
            return;
        }
        optimizer_.zero_grad();
        tape_.backward(loss);
        if (at_point) measurements_.before_update(tape_);
        if (setting_.max_gradient_norm > 0)
            clip_grad_norm(network_->parameters(), setting_.max_gradient_norm);
        optimizer_.step();
        if (at_point) measurements_.after_update();
    }

    /// What costs a look at many samples, and so is no part of the training's time.
    void measure(std::size_t step) {
        const std::size_t subset =
            std::max<std::size_t>(std::min(kTrainSubset, setting_.counts.train) / setting_.batch, 1) *
            setting_.batch;
        const Score train = evaluation_.score(data_.train, subset, setting_.batch);
        const Score train_mode = evaluation_.train_mode_score(data_.train, subset, setting_.batch);
        const Score validation =
            evaluation_.score(data_.validation, data_.validation.count, kEvaluationBatch);
        Series& series = run_.series;
        series.step.push_back(step);
        series.seconds.push_back(seconds_);
        series.train_loss.push_back(train.loss);
        series.train_mode_loss.push_back(train_mode.loss);
        series.validation_loss.push_back(validation.loss);
        series.validation_accuracy.push_back(validation.accuracy);
        measurements_.close_point();
        progress_.loss = train.loss;
    }

    void score() {
        run_.train = evaluation_.score(data_.train, data_.train.count, kEvaluationBatch);
        run_.validation = evaluation_.score(data_.validation, data_.validation.count, kEvaluationBatch);
        run_.test = evaluation_.score(data_.test, data_.test.count, kEvaluationBatch);
        if (setting_.task == Task::spirals) run_.boundary = boundary_of(*network_, data_);
    }

    const Setting& setting_;
    const Dataset& data_;
    Progress& progress_;
    Run run_;
    Random random_, weights_, order_;
    std::unique_ptr<Module<float>> network_;
    Adam<float> optimizer_;
    Evaluation evaluation_;
    Measurements measurements_;
    Tape<float> tape_;
    Batch batch_;
    std::vector<std::size_t> permutation_;
    std::size_t step_ = 0;
    double seconds_ = 0;
};

}  // namespace

double work_of_a_step(const Setting& setting, const Dataset& data) {
    const bool recurrent = setting.network == Network::rnn;
    std::size_t in = recurrent ? data.features : data.steps * data.features;
    std::size_t products = 0;
    for (const std::size_t out : setting.hidden) {
        products += (in + (recurrent ? out : 0)) * out * (recurrent ? data.steps : 1);
        in = out;
    }
    return static_cast<double>(setting.batch * products);
}

Run train(const Setting& setting, const Dataset& data, const Job& job, Progress& progress) {
    return Training(setting, data, job, progress).finish();
}

}  // namespace tapedeck::demos::compare_norms
