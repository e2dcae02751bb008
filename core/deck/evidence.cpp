#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <tapedeck/core/deck/shot.hpp>
#include <tapedeck/core/deck/statistics.hpp>
#include <tapedeck/core/deck/work.hpp>
#include <tapedeck/core/inspect/check.hpp>
#include <tapedeck/core/inspect/deposits.hpp>
#include <tapedeck/core/inspect/numeric_gradient.hpp>
#include <tapedeck/core/inspect/paths.hpp>
#include <tapedeck/core/ops/grouping.hpp>

namespace tapedeck::deck {

namespace {

template <class T>
double norm_of(const Tensor<T>& x) {
    const Statistics s = statistics<T>(std::span<const T>(x.storage().data(), x.storage().size()));
    if (s.nans > 0) return std::numeric_limits<double>::quiet_NaN();
    if (s.infinities > 0) return std::numeric_limits<double>::infinity();
    return s.norm;
}

template <class T>
bool is_finite(const Tensor<T>& x) {
    return std::all_of(x.storage().begin(), x.storage().end(), [](T value) { return std::isfinite(value); });
}

template <class T>
bool ran_adjoint(const Shot<T>& shot, std::size_t i) {
    return i <= shot.loss && shot.entries[i].contributions > 0 && !shot.entries[i].inputs.empty();
}

/// Whether the largest difference is more than rounding makes.
template <class T>
bool differ(const Tensor<T>& a, const Tensor<T>& b) {
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < a.storage().size(); ++i) {
        const auto x = static_cast<double>(a.storage()[i]), y = static_cast<double>(b.storage()[i]);
        largest = std::max({largest, std::abs(x), std::abs(y)});
        difference = std::max(difference, std::abs(x - y));
    }
    return !(difference <= 1e-4 * largest);
}

/// The last entry's adjoint ran first, and so made the first contribution. What is more or less than the sum
/// of its contributions (a pass that is paused, a parameter's gradient of several passes, or clipped) is not
/// dloss / d anything, and neither is what came from a pass that began elsewhere.
template <class T>
void add_arrivals(Shot<T>& shot, Tape<T>& tape, Where where) {
    std::vector<Tensor<T>> sums(shot.entries.size());
    std::vector<std::size_t> expected(shot.entries.size(), 0);
    for (std::size_t i = shot.loss + 1; i-- > 0;) {
        if (!ran_adjoint(shot, i)) continue;
        for (const Contribution<T>& c : deposits(tape.at(i), where)) {
            shot.entries[c.to].arrivals.push_back({c.from, c.position, c.first, norm_of(c.value)});
            ++expected[c.to];
            if (expected[c.to] == 1)
                sums[c.to] = c.value;
            else
                sums[c.to] += c.value;
        }
    }
    const auto& last = shot.entries[shot.loss];
    const bool from_loss = last.contributions == 1 && last.gradient && last.gradient->storage()[0] == T(1);
    const bool elsewhere = std::any_of(shot.entries.begin() + static_cast<std::ptrdiff_t>(shot.loss) + 1,
                                       shot.entries.end(), [](const auto& e) { return e.contributions > 0; });
    for (std::size_t i = 0; i < shot.loss; ++i) {
        EntryShot<T>& entry = shot.entries[i];
        entry.comparable = from_loss && !elsewhere && entry.gradient && entry.contributions == expected[i] &&
                           expected[i] > 0 && !differ(*entry.gradient, sums[i]);
    }
    // A pass that is paused has yet to add to all that lies before it.
    bool pending = false;
    for (std::size_t i = shot.loss; i-- > 0;) {
        EntryShot<T>& entry = shot.entries[i];
        pending =
            pending || (entry.wants_gradient && !entry.inputs.empty() && entry.contributions < expected[i]);
        entry.comparable = entry.comparable && !pending;
    }
}

/// The shortest way to say which group each element is in.
Pattern pattern_of(const std::vector<std::uint32_t>& list) {
    const auto change = std::find_if(list.begin(), list.end(), [&](auto g) { return g != list.front(); });
    Pattern pattern;
    pattern.run = static_cast<std::size_t>(change - list.begin());
    pattern.count = list.empty() ? 1 : 1 + *std::max_element(list.begin(), list.end());
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i / pattern.run % pattern.count != list[i]) return {0, 0, list};
    }
    pattern.run = std::max<std::size_t>(pattern.run, 1);
    return pattern;
}

template <class T>
void add_normalizations(Shot<T>& shot, Tape<T>& tape, Where where) {
    for (std::size_t i = 0; i < shot.entries.size(); ++i) {
        const auto groups = grouping(tape.at(i));
        if (!groups) continue;
        NormShot<T> norm;
        norm.group = pattern_of(groups->group);
        norm.parameter = pattern_of(groups->feature);
        norm.mean = groups->mean;
        norm.rstd = groups->rstd;
        norm.has_mean = groups->has_mean;
        norm.through_statistics = groups->depends_on_x;
        if (ran_adjoint(shot, i) && shot.entries[shot.entries[i].inputs[0]].wants_gradient) {
            Paths<T> parts = paths(tape.at(i), where);
            norm.has_paths = true;
            norm.direct = std::move(parts.direct);
            norm.mean_path = std::move(parts.mean);
            norm.variance_path = std::move(parts.variance);
        }
        shot.entries[i].normalization = std::move(norm);
    }
}

/// `n` positions out of `size`, spread evenly.
std::vector<std::size_t> spread(std::size_t n, std::size_t size) {
    std::vector<std::size_t> positions(n);
    for (std::size_t k = 0; k < n; ++k) positions[k] = k * size / n;
    return positions;
}

/// Of the leaves and the entries with a name, or of the others: on a long tape it does not do for all.
template <class T>
void add_numeric(Shot<T>& shot, Variable<T> loss, bool named, double effort) {
    const std::vector<double> run = work_behind(shot);
    std::vector<Share> shares;
    for (std::size_t i = 0; i < shot.loss; ++i) {
        const EntryShot<T>& entry = shot.entries[i];
        if (!entry.comparable || entry.value.storage().empty()) continue;
        if ((entry.inputs.empty() || !entry.name.empty()) != named) continue;
        shares.push_back({i, kRunsPerSlope * run[i], entry.value.storage().size(), 1024});
    }
    for (const Share& share : ration(shares, effort)) {
        const std::size_t size = shot.entries[share.entry].value.storage().size();
        const auto at = spread(share.most, size);
        const NumericGradient numeric = numeric_gradient(loss, loss.tape().at(share.entry), at);
        Numeric kept;
        kept.all = at.size() == size;
        kept.at = at;
        for (const std::size_t k : at) {
            kept.value.push_back(numeric.value.storage()[k]);
            kept.uncertainty.push_back(numeric.uncertainty.storage()[k]);
        }
        shot.entries[share.entry].numeric = std::move(kept);
    }
}

Verdict verdict_of(const GradientCheck& check) { return {check.ok, check.text()}; }

/// A check looks at up to 64 elements; with fewer it would say less than it seems to.
template <class T>
void add_gradient_checks(Shot<T>& shot, Variable<T> loss, double effort) {
    const std::vector<double> run = work_behind(shot);
    std::vector<Share> shares;
    for (std::size_t i = 0; i < shot.loss; ++i) {
        const std::size_t n = std::min<std::size_t>(64, shot.entries[i].value.storage().size());
        if (shot.entries[i].comparable && n > 0)
            shares.push_back({i, kRunsPerSlope * run[i] * static_cast<double>(n), 1, 1});
    }
    for (const Share& share : ration(shares, effort))
        shot.entries[share.entry].gradient_check =
            verdict_of(check_gradient(loss, loss.tape().at(share.entry)));
}

template <class T>
void add_adjoint_checks(Shot<T>& shot, Tape<T>& tape, double effort) {
    std::vector<Share> shares;
    for (std::size_t i = 0; i < shot.entries.size(); ++i) {
        const EntryShot<T>& entry = shot.entries[i];
        // Of infinities there are no differences.
        if (entry.inputs.empty() || !entry.wants_gradient || !is_finite(entry.value)) continue;
        double slopes = 0;
        bool finite = true;
        for (const std::uint32_t input : entry.inputs) {
            const Tensor<T>& x = shot.entries[input].value;
            finite = finite && is_finite(x);
            if (shot.entries[input].wants_gradient)
                slopes += static_cast<double>(std::min<std::size_t>(64, x.storage().size()));
        }
        // Each run is weighed by the upstream gradient, element by element.
        const double run = work_of(shot, i) + 0.8e-9 * static_cast<double>(entry.value.storage().size());
        if (finite) shares.push_back({i, kRunsPerSlope * slopes * run, 1, 1});
    }
    for (const Share& share : ration(shares, effort))
        shot.entries[share.entry].adjoint_check = verdict_of(check_adjoint(tape.at(share.entry)));
}

}  // namespace

template <class T>
void add_evidence(Shot<T>& shot, Variable<T> loss, double effort, Where where) {
    Tape<T>& tape = loss.tape();
    add_arrivals(shot, tape, where);
    add_normalizations(shot, tape, where);
    add_adjoint_checks(shot, tape, 0.35 * effort);
    if (!std::isfinite(loss.item())) return;
    add_numeric(shot, loss, /* named= */ true, 0.3 * effort);
    add_numeric(shot, loss, /* named= */ false, 0.15 * effort);
    add_gradient_checks(shot, loss, 0.2 * effort);
}

template void add_evidence(Shot<float>& shot, Variable<float> loss, double effort, Where where);
template void add_evidence(Shot<double>& shot, Variable<double> loss, double effort, Where where);

}  // namespace tapedeck::deck
