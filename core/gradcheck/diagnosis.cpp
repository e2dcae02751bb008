#include <tapedeck/core/gradcheck/diagnosis.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <tapedeck/core/gradcheck/groups.hpp>

namespace tapedeck::diagnosis {
namespace {

bool fits(const Values& candidate, const Values& wanted, double noise, double difference) {
    if (candidate.size() != wanted.size()) return false;
    // Few elements fit something by accident; more exactness makes up for it.
    const double share = candidate.size() < 4 ? 1e-6 : 1e-4;
    const double size = largest(wanted);
    const double tolerance = std::max(share * size, std::min(10 * noise, 1e-3 * size));
    // Written so that a NaN does not fit.
    const double error = largest(candidate - wanted);
    return error <= tolerance && error <= 0.03 * difference;
}

}  // namespace

bool Evidence::is_numeric(const Values& candidate) const {
    return fits(candidate, numeric, noise, largest(recorded - numeric));
}

bool Evidence::is_recorded(const Values& candidate) const {
    return fits(candidate, recorded, 0, largest(recorded - numeric));
}

const Reader* Evidence::elementwise_reader() const {
    return readers.size() == 1 && readers[0].output.shape == argument.shape ? &readers[0] : nullptr;
}

std::string diagnose(const Evidence& evidence) {
    // What is special comes first: a formula of a normalization before "recorded is twice the numeric one".
    static constexpr std::array kAll{
        not_finite,         no_influence,         never_arrived,        wrong_sign,
        overwritten,        transposed,           normalization,        input_for_output,
        softmax_cross_term, wrong_operand,        normalization_weight, matmul_operand_transposed,
        wrong_factor,       broadcast_not_summed, off_by_an_operand,    missing_projection};
    for (const Hypothesis hypothesis : kAll) {
        if (const auto words = hypothesis(evidence)) return *words;
    }
    return "";
}

}  // namespace tapedeck::diagnosis
