// What is known of one training: how it went, and everything that was measured.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "demos/common/evaluation.hpp"
#include "demos/compare_norms/plan.hpp"

namespace tapedeck::demos::compare_norms {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

/// Mean, lowest and highest over the features of a norm.
struct Band {
    Numbers mean, min, max;
};

/// A running statistic of BatchNorm beside the batch's own, both as the mean over the features.
struct Tracked {
    Numbers running, batch;
};

/// What was measured in the course of training; every row has one number for each of `step`. What belongs to
/// an update is of the update that led to that point, and missing before the first one.
struct Series {
    std::vector<std::size_t> step;
    Numbers seconds, train_loss, train_mode_loss, validation_loss, validation_accuracy;
    std::map<std::string, Numbers> update_ratio, gradient_norm, saturated;
    std::map<std::string, Band> gamma, beta;
    std::map<std::string, Tracked> running_mean, running_var;
};

/// The values that go into a norm and come out of it, counted in the same bins.
struct Histogram {
    Numbers edges;
    std::vector<std::size_t> before, after;
};

/// The probability of class 1 over the plane, p[j][i] at (x[i], y[j]), and samples of the training set.
struct Boundary {
    Numbers x, y;
    std::vector<Numbers> p;
    struct Point {
        double x, y;
        std::size_t label;
    };
    std::vector<Point> points;
};

/// Mean loss, and the share of right answers for a classification.
enum class Status { waiting, done, diverged, interrupted };

struct Run {
    Job job;
    Status status = Status::waiting;
    bool chosen = false;  // its learning rate is the one that validation chose for its model
    std::size_t parameters = 0;
    Series series;
    std::map<std::string, Histogram> histograms;
    Numbers gradient_norm_per_time_step;
    std::optional<Boundary> boundary;
    Score train, validation, test;
    double seconds = 0;  // of processor time spent on training, without the measuring
};

}  // namespace tapedeck::demos::compare_norms
