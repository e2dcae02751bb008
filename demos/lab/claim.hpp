// A claim, the cases by which it is judged, and the one rule that makes a verdict of them.
#pragma once

#include <string>
#include <vector>

namespace tapedeck::demos::lab {

enum class Is { above, below, exactly };

/// One measurement, a number for each seed, and the condition under which it speaks for the claim.
struct Case {
    std::string what;  ///< "evaluation loss at batch 2, BatchNorm's minus that without a norm"
    std::vector<double> per_seed;
    Is is = Is::above;
    double bound = 0;

    /// Whether one seed's number speaks for the claim; nan never does. What diverged is infinity.
    bool holds(double value) const;
    /// In how many seeds.
    std::size_t holding() const;
    /// "above 0"
    std::string condition() const;
};

/// How a claim came out.
enum class Verdict { stands, fails, depends };

struct Claim {
    std::string id;    ///< as in the table of claims
    std::string says;  ///< the claim, as it is commonly made
    Verdict expected;  ///< what the table of claims says of it
    std::vector<Case> cases;

    /// It stands when every case holds in every seed, it fails when none holds in any seed, and else it
    /// depends. @throws Error when there is no case, or one without a number.
    Verdict verdict() const;
};

/// The rule of `Claim::verdict`, in words.
inline constexpr const char* kRule =
    "A claim stands when every case holds in every seed, it fails when no case holds in any seed, and else "
    "it depends";

const char* name_of(Verdict verdict);

/// "✓" for a case that holds in every seed, "✗" for one that holds in none, "~" for the rest.
const char* mark(std::size_t holding, std::size_t seeds);
/// "3 of 5 seeds", "1 of 1 seed"
std::string of_seeds(std::size_t n, std::size_t seeds);

/// The middle one, or the mean of the two; nan when one is nan, or there is none.
double median(std::vector<double> values);

}  // namespace tapedeck::demos::lab
