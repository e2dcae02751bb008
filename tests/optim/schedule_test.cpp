// Learning-rate schedules against numbers worked out by hand, and what PyTorch 1.13 prints.
#include <tapedeck/optim/schedule.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include <tapedeck/core/error.hpp>
#include <tapedeck/optim/sgd.hpp>

#include "../support.hpp"

using namespace tapedeck;
using test::error_text;
using test::says;

namespace {

struct Fixture {
    Parameter<double> p{ones<double>({1})};
    SGD<double> sgd{{&p}, {.lr = 0.8}};

    void check(LRSchedule<double>& schedule, std::initializer_list<double> rates) {
        std::uint64_t t = 0;
        for (const double expected : rates) {
            CAPTURE(t);
            CHECK(schedule.steps() == t++);
            CHECK(sgd.lr() == doctest::Approx(expected).epsilon(1e-12));
            schedule.step();
        }
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "schedules: StepLR multiplies every step_size steps") {
    StepLR<double> schedule(sgd, 3, 0.5);
    check(schedule, {0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1});
    sgd.lr(0.8);
    StepLR<double> usual(sgd, 1);
    check(usual, {0.8, 0.08, 0.008});
}

TEST_CASE_FIXTURE(Fixture, "schedules: CosineLR goes down to eta_min by half a cosine, and up again") {
    CosineLR<double> schedule(sgd, 4, 0.2);
    const double q = 0.5 + 0.3 * std::sqrt(0.5), r = 0.5 - 0.3 * std::sqrt(0.5);
    check(schedule, {0.8, q, 0.5, r, 0.2, r, 0.5, q, 0.8, q, 0.5, r, 0.2, r});
    sgd.lr(0.8);
    CosineLR<double> usual(sgd, 3);
    check(usual, {0.8, 0.6, 0.2, 0, 0.2, 0.6, 0.8, 0.6});
    sgd.lr(0.8);
    CosineLR<double> shortest(sgd, 1);
    check(shortest, {0.8, 0, 0.8, 0, 0.8});
}

TEST_CASE_FIXTURE(Fixture, "schedules: a long CosineLR stays with its formula") {
    CosineLR<double> schedule(sgd, 1000, 0.01);
    for (int t = 0; t <= 2500; ++t, schedule.step()) {
        const double formula = 0.01 + 0.79 * (1 + std::cos(std::numbers::pi * t / 1000)) / 2;
        CAPTURE(t);
        CHECK(sgd.lr() == doctest::Approx(formula).epsilon(1e-9));
    }
}

TEST_CASE_FIXTURE(Fixture, "schedules: WarmupLR rises in a line to the whole rate, and stays there") {
    WarmupLR<double> schedule(sgd, 4, 0.25);
    check(schedule, {0.2, 0.35, 0.5, 0.65, 0.8, 0.8, 0.8});
    sgd.lr(0.6);
    WarmupLR<double> usual(sgd);
    check(usual, {0.2, 0.28, 0.36, 0.44, 0.52, 0.6, 0.6});
    sgd.lr(0.6);
    WarmupLR<double> none(sgd, 3, 1);
    check(none, {0.6, 0.6, 0.6});
}

TEST_CASE_FIXTURE(Fixture, "schedules: two of one optimizer multiply, and a rate set by hand is taken up") {
    StepLR<double> halved(sgd, 2, 0.5);
    WarmupLR<double> warm(sgd, 2, 0.5);
    const auto both = [&] { halved.step(), warm.step(); };
    CHECK(sgd.lr() == doctest::Approx(0.4));
    both();
    CHECK(sgd.lr() == doctest::Approx(0.6));
    both();
    CHECK(sgd.lr() == doctest::Approx(0.4));
    sgd.lr(10);
    both();
    both();
    CHECK(sgd.lr() == doctest::Approx(5));
}

TEST_CASE_FIXTURE(Fixture,
                  "schedules: two of one optimizer start from the rate before the first, as PyTorch's") {
    const auto check_both = [&](LRSchedule<double>& one, LRSchedule<double>& other,
                                std::initializer_list<double> rates) {
        CHECK(one.base_lr() == 0.8);
        CHECK(other.base_lr() == 0.8);
        for (const double expected : rates) {
            CAPTURE(one.steps());
            CHECK(sgd.lr() == doctest::Approx(expected).epsilon(1e-12).scale(1));
            one.step(), other.step();
        }
    };
    CHECK(sgd.initial_lr() == 0.8);
    WarmupLR<double> warm(sgd, 4, 0.25);
    CHECK(sgd.initial_lr() == 0.8);
    CosineLR<double> cosine(sgd, 6, 0.05);
    check_both(warm, cosine,
               {0.2, 0.3299038105676659, 0.38865387665628653, 0.3535000264354483, 0.24253847780642984,
                0.10159052964015047, 0.05, 0.10024047358083549, 0.2375, 0.425, 0.6125, 0.7497595264191651,
                0.8, 0.7497595264191651, 0.6125, 0.425});
    sgd.lr(0.8);
    StepLR<double> halved(sgd, 2, 0.5);
    CosineLR<double> short_cosine(sgd, 3);
    check_both(halved, short_cosine, {0.8, 0.6, 0.1, 0, 0.2, 0.6, 0.4, 0.3, 0.05, 0, 0.2, 0.6});
    sgd.lr(5);
    CHECK(sgd.initial_lr() == 0.8);
}

TEST_CASE_FIXTURE(Fixture, "schedules: a rate of no schedule is its own first, until one is made") {
    sgd.lr(0.3);
    CHECK(sgd.initial_lr() == 0.3);
    StepLR<double> schedule(sgd, 1);
    schedule.step();
    CHECK(sgd.initial_lr() == 0.3);
    schedule.base_lr(0.5);
    CHECK(schedule.base_lr() == 0.5);
    CHECK(says(error_text<ValueError>([&] { schedule.base_lr(-1); }), {"a schedule: base_lr is -1"}));
    CHECK(schedule.base_lr() == 0.5);
}

TEST_CASE_FIXTURE(Fixture, "schedules: the rates and the count of steps are all that one remembers") {
    CosineLR<double> schedule(sgd, 4, 0.2), other(sgd, 4, 0.2);
    for (int i = 0; i < 6; ++i) schedule.step();
    const double rate = sgd.lr();
    schedule.step();
    const double next = sgd.lr();
    sgd.lr(rate);
    other.steps(6);
    other.step();
    CHECK(sgd.lr() == next);
    CHECK(other.steps() == 7);
}

TEST_CASE_FIXTURE(Fixture, "schedules: what can't be is refused, and the rate stays as it was") {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
    const auto refused = [&](const std::function<void()>& make,
                             std::initializer_list<std::string_view> parts) {
        CHECK(says(error_text<ValueError>(make), parts));
        CHECK(sgd.lr() == 0.8);
    };
    refused([&] { StepLR<double>(sgd, 0); }, {"StepLR: step_size is 0"});
    refused([&] { StepLR<double>(sgd, static_cast<std::size_t>(-3)); }, {"StepLR: step_size is -3"});
    refused([&] { StepLR<double>(sgd, 1, -0.1); }, {"StepLR: gamma is -0.1"});
    refused([&] { StepLR<double>(sgd, 1, inf); }, {"StepLR: gamma is inf"});
    refused([&] { CosineLR<double>(sgd, 0); }, {"CosineLR: T_max is 0"});
    refused([&] { CosineLR<double>(sgd, 1, nan); }, {"CosineLR: eta_min is nan"});
    refused([&] { WarmupLR<double>(sgd, 0); }, {"WarmupLR: total_iters is 0"});
    refused([&] { WarmupLR<double>(sgd, 1, 0); }, {"WarmupLR: start_factor is 0"});
    refused([&] { WarmupLR<double>(sgd, 1, 1.5); }, {"WarmupLR: start_factor is 1.5"});
    refused([&] { WarmupLR<double>(sgd, 1, nan); }, {"WarmupLR: start_factor is nan"});
    StepLR<double> up(sgd, 1, 1e300);
    up.step();
    const double high = sgd.lr();
    CHECK_THROWS_AS(up.step(), ValueError);
    CHECK(sgd.lr() == high);
    CHECK(up.steps() == 1);
}
