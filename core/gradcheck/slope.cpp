#include <tapedeck/core/gradcheck/slope.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tapedeck::numeric {

bool Slope::allows(double slope, double tolerance) const {
    return slope >= std::min(left, right) - tolerance && slope <= std::max(left, right) + tolerance;
}

Slope slope(const std::function<Sample(double)>& f, Sample middle, double step, double wanted, double noise) {
    constexpr std::size_t kLevels = 9;
    constexpr double kShrink = 4;
    Slope best;
    best.value = std::numeric_limits<double>::quiet_NaN();
    best.uncertainty = std::numeric_limits<double>::infinity();
    // row[k]: extrapolated k times, from the last k + 1 steps.
    std::array<double, kLevels> row{}, above{};
    std::size_t known = 0;
    double gap = 0;
    for (std::size_t level = 0; level < kLevels; ++level, step /= kShrink) {
        const Sample up = f(step);
        const Sample down = f(-step);
        const double quotient = (up.value - down.value) / (up.x - down.x);
        if (!std::isfinite(quotient)) {  // beyond the function's domain: begin anew, nearer
            known = 0;
            continue;
        }
        const double gap_before = gap;
        best.left = (middle.value - down.value) / (middle.x - down.x);
        best.right = (up.value - middle.value) / (up.x - middle.x);
        gap = std::abs(best.right - best.left);
        if (known > 0) best.kink = gap > 0.5 * gap_before;
        row[0] = quotient;
        double power = 1;
        for (std::size_t k = 1; k <= known; ++k) {
            power *= kShrink * kShrink;
            row[k] = row[k - 1] + (row[k - 1] - above[k - 1]) / (power - 1);
            const double uncertainty =
                std::max({std::abs(row[k] - row[k - 1]), std::abs(row[k] - above[k - 1]), noise / step});
            if (uncertainty < best.uncertainty) {
                best.value = row[k];
                best.uncertainty = uncertainty;
            }
        }
        if (known == 0 && std::isnan(best.value)) best.value = quotient;
        if (known > 0 && best.uncertainty <= wanted * std::abs(best.value)) break;
        // Shorter steps can't do better, unless there is a kink to get away from.
        if (known > 1 && noise / step > best.uncertainty) break;
        above = row;
        ++known;
    }
    return best;
}

Slope settled_slope(const std::function<Sample(double)>& f, Sample middle, const SlopeSettings& settings) {
    Slope best;
    double before = 0;
    const double own = middle.x != 0 ? std::abs(middle.x) : 1;
    for (const double step : {settings.step * settings.length, 0.05 * settings.length, settings.step * own}) {
        if (step == before) continue;
        const Slope found = slope(f, middle, step, 0.1 * settings.relative, settings.noise);
        if (before == 0 || found.uncertainty < best.uncertainty) best = found;
        before = step;
        if (best.uncertainty <= settings.relative * std::abs(best.value)) break;
    }
    return best;
}

}  // namespace tapedeck::numeric
