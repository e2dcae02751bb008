// Which numbers of a large tensor a deck keeps, and how it writes them.
#include <tapedeck/core/deck/encode.hpp>
#include <tapedeck/core/deck/sampling.hpp>
#include <tapedeck/core/deck/statistics.hpp>

#include <cmath>
#include <limits>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::deck;
using namespace tapedeck::test;

TEST_CASE("sampling: what fits is kept whole") {
    const Sampling all = sample({3, 4}, 12);
    CHECK(all.whole());
    CHECK(all.shown() == 12);
    CHECK(all.positions().size() == 12);
    CHECK(all.positions().back() == 11);
}

TEST_CASE("sampling: rows and columns go evenly, and the limit holds") {
    for (const std::size_t limit : {1U, 2U, 7U, 64U, 255U, 256U, 2047U}) {
        const Sampling some = sample({32, 64}, limit);
        CAPTURE(limit);
        CHECK(some.shown() <= limit);
        CHECK(some.shown() >= 1);
        CHECK(some.positions().size() == some.shown());
        CHECK(some.positions().front() == 0);
        for (const std::size_t position : some.positions()) {
            CHECK(position / 64 % some.row_stride == 0);
            CHECK(position % 64 % some.column_stride == 0);
        }
    }
    const Sampling some = sample({32, 64}, 256);
    CHECK(some.row_stride == 2);
    CHECK(some.column_stride == 4);
    CHECK(some.shown() == 256);
}

TEST_CASE("sampling: the last dimension goes across, all others down") {
    CHECK(sample({2, 3, 5}, 100).rows == 6);
    CHECK(sample({2, 3, 5}, 100).columns == 5);
    CHECK(sample({}, 100).shown() == 1);
    CHECK(sample({1000}, 10).shown() == 10);
    CHECK(sample({1000, 1}, 10).row_stride == 100);
    CHECK(sample({0, 4}, 10).shown() == 0);
    CHECK(sample({0, 4}, 10).positions().empty());
    CHECK(sample({4, 0}, 10).positions().empty());
}

TEST_CASE("encoding: base64 of the bytes, least significant first") {
    const std::vector<float> one{1.0F};
    CHECK(base64<float>(one) == "AACAPw==");
    const std::vector<float> three{1.0F, -2.0F, std::numeric_limits<float>::infinity()};
    CHECK(base64<float>(three) == "AACAPwAAAMAAAIB/");
    const std::vector<double> precise{1.0};
    CHECK(base64<double>(precise) == "AAAAAAAA8D8=");
    CHECK(base64<double>(std::vector<double>{}).empty());
}

TEST_CASE("encoding: plain decimals where they are shorter, and only where they are exact") {
    CHECK(encode(tensor({2, 2}, {0, 1, 2, -3}), 100)["d"].is_array());
    CHECK(encode(tensor({2, 2}, {0.1234567, 1.7654321, 2.1111111, -3.3333333}), 100)["d"].is_string());
    CHECK(encode(tensor({1}, {std::nan("")}), 100)["d"].is_string());
    const auto sampled = encode(full<float>({4, 6}, 0.5F), 6);
    CHECK(sampled["d"].size() == 6);
    CHECK(sampled["r"] == 2);
    CHECK(sampled["c"] == 2);
}

TEST_CASE("statistics: of the finite elements, and without overflow") {
    const std::vector<float> x{3, -1, 0, std::nanf(""), std::numeric_limits<float>::infinity(), 2};
    const Statistics s = statistics<float>(x);
    CHECK(s.count == 6);
    CHECK(s.nans == 1);
    CHECK(s.infinities == 1);
    CHECK(s.zeros == 1);
    CHECK(s.min == -1);
    CHECK(s.max == 3);
    CHECK(s.mean == doctest::Approx(1));
    CHECK(s.std == doctest::Approx(std::sqrt(2.5)));
    CHECK(s.norm == doctest::Approx(std::sqrt(14.0)));
    const std::vector<double> huge{3e200, 4e200};
    CHECK(statistics<double>(huge).norm == doctest::Approx(5e200));
    const std::vector<double> tiny{3e-200, 4e-200};
    CHECK(statistics<double>(tiny).norm == doctest::Approx(5e-200));
    CHECK(statistics<double>(std::vector<double>{}).norm == 0);
}
