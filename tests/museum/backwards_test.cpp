// The wrong backwards of normalizations that circulate: gradcheck rejects each and says which it is.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tapedeck/core/gradcheck.hpp>
#include <tapedeck/core/ops/ops.hpp>

#include "norms.hpp"

namespace td = tapedeck;
using namespace td::museum;

namespace {

struct Exhibit {
    Mistake mistake;
    std::string name;
    std::size_t argument;   ///< whose gradient is wrong: x, weight, bias
    std::string diagnosis;  ///< {0} stands for the axis, {1} for "variance" or "mean square"
};

const std::vector<Exhibit> kExhibits{
    {Mistake::all_zeros, "all zeros", 0, "all zeros: MuseumNorm hands nothing on"},
    {Mistake::no_variance_path, "no variance path", 0,
     "the path through the {1} is missing: dx lacks - s * xhat * mean(dy * \"gamma\" * xhat) over {0}"},
    {Mistake::variance_path_sign, "variance path's sign", 0,
     "the path through the {1} has the wrong sign: dx has + s * xhat * mean(dy * \"gamma\" * xhat) over {0}"},
    {Mistake::no_mean_path, "no mean path", 0,
     "the path through the mean is missing: dx lacks - s * mean(dy * \"gamma\") over {0}"},
    {Mistake::mean_path_sign, "mean path's sign", 0, "the path through the mean has the wrong sign"},
    {Mistake::no_paths, "neither path", 0,
     "the paths through the mean and through the variance are both missing"},
    {Mistake::weight_forgotten, "gamma forgotten", 0,
     "the weight is forgotten: recorded is the gradient for weight = 1"},
    {Mistake::weight_at_the_end, "gamma at the end", 0, "the weight is in the wrong place"},
    {Mistake::statistics_factor_forgotten, "no factor rstd", 0,
     "the factor s = 1 / root of the {1} is forgotten"},
    {Mistake::variance_not_its_root, "variance, not its root", 0,
     "divided by the {1} over {0} instead of by its root"},
    {Mistake::centered_for_xhat, "x - mean for xhat", 0, "recorded takes x - mean where xhat belongs"},
    {Mistake::unbiased_in_variance_path, "n - 1 in the variance path", 0,
     "the path through the {1} divides by n - 1"},
    {Mistake::other_axis, "the other axis", 0,
     "the statistics are taken over axis {2} in the backward, and over {0} in the forward"},
    {Mistake::dweight_of_x, "dgamma of x", 1,
     "recorded is the sum of dy * x over axis 0, where xhat belongs"},
    {Mistake::dweight_of_y, "dgamma of y", 1,
     "recorded is the sum of dy * y over axis 0, where xhat belongs"},
    {Mistake::dweight_without_xhat, "dgamma without xhat", 1, "the factor xhat is forgotten"},
    {Mistake::dbias_mean, "dbeta as a mean", 2,
     "which is 1/n with n = 8, as of a mean where the sum belongs"},
};

std::string filled(std::string text, Kind kind) {
    const auto put = [&](const std::string& what, const std::string& with) {
        if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
    };
    put("{0}", kind == Kind::batch ? "axis 0" : "axis 1");
    put("{1}", kind == Kind::rms ? "mean square" : "variance");
    put("{2}", kind == Kind::batch ? "1" : "0");
    return text;
}

/// Which do not differ from the right one, or from another exhibit, for this kind.
bool makes_sense(Kind kind, Mistake m) {
    if (kind == Kind::batch && m == Mistake::weight_at_the_end)
        return false;  // constant over a column: right
    if (kind != Kind::rms) return true;
    return m != Mistake::no_mean_path && m != Mistake::mean_path_sign && m != Mistake::no_paths &&
           m != Mistake::other_axis;
}

td::GradcheckReport check(Kind kind, Mistake mistake, double offset = 0, double eps = 1e-5) {
    return td::gradcheck(
        [&](auto&, auto x) {
            return norm(x[0].named("x"), x[1].named("gamma"), x[2].named("beta"), kind, mistake, eps);
        },
        norm_inputs(offset));
}

}  // namespace

TEST_CASE("gradcheck passes the museum's norms where they are right") {
    for (const Kind kind : {Kind::batch, Kind::layer, Kind::rms}) {
        CAPTURE(static_cast<int>(kind));
        for (const double offset : {0.0, 1e4}) {
            const auto report = check(kind, Mistake::none, offset);
            CHECK_MESSAGE(report.ok(), report.text());
            CHECK(report.checked == 30);
        }
    }
}

TEST_CASE("gradcheck rejects every wrong backward of a norm and names the mistake") {
    for (const Kind kind : {Kind::batch, Kind::layer, Kind::rms}) {
        for (const Exhibit& exhibit : kExhibits) {
            if (!makes_sense(kind, exhibit.mistake)) continue;
            CAPTURE(static_cast<int>(kind));
            CAPTURE(exhibit.name);
            const auto report = check(kind, exhibit.mistake);
            CHECK_FALSE(report.wrong.empty());
            for (const auto& element : report.wrong)
                CHECK_MESSAGE(element.argument == exhibit.argument, report.text());
            const std::string expected = filled(exhibit.diagnosis, kind);
            CHECK_MESSAGE(report.diagnosis().find(expected) != std::string::npos, expected << "\n"
                                                                                           << report.text());
        }
    }
}

TEST_CASE("gradcheck rejects and names them under an offset of 1e4 and with any eps, too") {
    for (const Kind kind : {Kind::batch, Kind::layer}) {
        for (const Exhibit& exhibit : kExhibits) {
            if (!makes_sense(kind, exhibit.mistake) || exhibit.mistake == Mistake::other_axis) continue;
            CAPTURE(static_cast<int>(kind));
            CAPTURE(exhibit.name);
            const std::string expected = filled(exhibit.diagnosis, kind);
            const auto offset = check(kind, exhibit.mistake, 1e4);
            CHECK_FALSE(offset.wrong.empty());
            CHECK_MESSAGE(offset.diagnosis().find(expected) != std::string::npos, expected << "\n"
                                                                                           << offset.text());
            const auto eps = check(kind, exhibit.mistake, 0, 1e-3);
            CHECK_FALSE(eps.wrong.empty());
            CHECK_MESSAGE(eps.diagnosis().find(expected) != std::string::npos, expected << "\n"
                                                                                        << eps.text());
        }
    }
}

TEST_CASE("a wrong norm is found behind a trainable linear") {
    for (const Exhibit& exhibit : kExhibits) {
        CAPTURE(exhibit.name);
        const auto report = td::gradcheck(
            [&](auto&, auto x) {
                return norm(td::matmul(x[0], x[3]), x[1], x[2], Kind::layer, exhibit.mistake);
            },
            {draw({8, 4}, 2), td::Tensor<double>{2.5, 0.4, -1.3}, td::Tensor<double>{0.3, -0.2, 0.9},
             draw({4, 3}, 3)});
        CHECK_FALSE(report.wrong.empty());
    }
}
