// What must hold for every program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <tapedeck/core/tape.hpp>

#include "program.hpp"

namespace tapedeck::test {

/// What a program was found to do wrong.
struct Failure {
    std::string check;  ///< "finite differences", "same bits: played frozen", …
    std::string text;
};

/// How much was compared, and how closely it agreed.
struct Tally {
    std::size_t programs = 0, instructions = 0;
    std::size_t directions = 0;  ///< derivatives compared with the reverse pass
    std::size_t unclear = 0;     ///< and such as no finite difference can tell
    double worst_slope = 0;      ///< the largest error of a derivative, in units of its tolerance
    double worst_float = 0;      ///< the same of a float value or gradient
};

/// The reverse pass against finite differences in double: along two random directions of all leaves and
/// parameters at once, and along four single elements. Each derivative is extrapolated from two central
/// differences (Richardson), whose step is such that no value on the tape moves by more than 0.004. It must
/// agree to 1e-7 of the sum of |gradient * direction| and 1e-9 of how far anything on the tape moves along
/// the direction. A derivative whose two differences disagree by 1e-3 is unclear, and not compared.
std::optional<Failure> check_slopes(const Program& program, std::uint64_t seed, Tape<double>& tape,
                                    Tally& tally);

/// The same bits of every value, gradient and count of contributions, and of parameters and running
/// statistics, however the pass is run: recorded on a fresh tape; reversed again; played frozen; through
/// Playback with random steps and backs; rewound and recorded again; recorded on `used`, a tape that has seen
/// other programs; played, against recorded again with the generators and statistics where the first
/// recording left them; with new data from set() and in parameters, against recorded with them. And every
/// entry's contributions are as many as the entries that hand it a gradient.
template <class T>
std::optional<Failure> check_bits(const Program& program, std::uint64_t seed, Tape<T>& used);

/// The float tape against the double one. The tolerance is conditioned: the double program is recorded twice
/// with every instruction's result y replaced by y (1 ± 2^-24) ± 2^-24, or less, at random. The float one may
/// be 200 times as far off as the larger of both, measured tensor by tensor, and 1e-6 of the tensor's largest
/// element. For values come four roundings of 1, since gelu far below 0 and cross_entropy near 0 are only
/// that accurate. For gradients come 400 roundings of the largest gradient on the tape: some adjoints cancel
/// within themselves, as 1 - y^2 of a tanh near 1, and a normalization of two values, which are ±1 whatever
/// they were.
std::optional<Failure> check_float(const Program& program, std::uint64_t seed, Tape<double>& exact_tape,
                                   Tape<float>& float_tape, Tally& tally);

/// All of them; exceptions are failures as well.
class Checker {
  public:
    std::optional<Failure> operator()(const Program& program);
    const Tally& tally() const { return tally_; }

  private:
    std::optional<Failure> all(const Program& program);
    Tape<double> used_double_;
    Tape<float> used_float_;
    Tally tally_;
};

}  // namespace tapedeck::test
