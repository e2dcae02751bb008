// The slope of a function of one number, by central differences that say how far they can be trusted.
#pragma once

#include <functional>

namespace tapedeck::numeric {

/// A point of the function: x as it was after rounding, and the value there (nan where it is not defined).
struct Sample {
    double x;
    double value;
};

struct Slope {
    double value = 0;
    double uncertainty = 0;  ///< how much the last extrapolations still differ
    double left = 0;         ///< the one-sided slopes at the smallest step that was taken
    double right = 0;
    bool kink = false;  ///< left and right don't come together as the step shrinks

    /// Whether `slope` lies between the one-sided ones, as any subgradient at a kink does.
    bool allows(double slope, double tolerance) const;
};

/// Ridders' method (1982): central differences at steps that shrink by 4, extrapolated to step 0; it stops as
/// soon as the uncertainty is below `wanted` times the slope, and otherwise keeps the best. Two steps are the
/// rule for a smooth function; a kink beside x needs steps that are shorter than its distance. `noise` is how
/// far a value of f may be off by rounding: a step h makes at least noise / h of it.
Slope slope(const std::function<Sample(double offset)>& f, Sample middle, double step, double wanted,
            double noise);

/// How long the steps are, and when a slope is settled.
struct SlopeSettings {
    double step;      ///< the first step, as a share of `length`
    double relative;  ///< settled when the uncertainty is below this share of the slope
    double length;    ///< the scale on which the function's argument varies
    double noise;     ///< how far a value of f may be off by rounding
};

/// slope() at the first step; where that does not settle it, at others. The spread of a tensor may say little
/// about how far the function is smooth: a longer step beats the noise, and x's own size may be a better
/// measure.
Slope settled_slope(const std::function<Sample(double offset)>& f, Sample middle,
                    const SlopeSettings& settings);

}  // namespace tapedeck::numeric
