// StateDict: it points at what it was given, however long it is kept.
#include <tapedeck/core/state_dict.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include <tapedeck/core/archive.hpp>
#include <tapedeck/core/error.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;
using test::error_text;
using test::says;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A file of one array.
template <class N>
void put(const fs::path& file, const std::string& name, const std::string& dtype,
         const std::vector<std::uint64_t>& shape, const std::vector<N>& numbers) {
    const std::string bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(N));
    Archive archive;
    archive.arrays[name] = {dtype, shape, bytes};
    std::ofstream(file, std::ios::binary) << archive.text("put");
}

std::string dtype_in(const fs::path& file, const std::string& name) {
    const std::string content = content_of(file);
    return Archive::of(content, "look").arrays.at(name).dtype;
}

}  // namespace

TEST_CASE("state_dict: it saves what is there when it saves, not when it was named") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "s";
    std::uint64_t n = 1;
    auto t = zeros<double>({2});
    Parameter<float> p(zeros<float>({1}));
    Random rng(1);
    StateDict state;
    state.add("n", n);
    state.add("t", t);
    state.add("p", p);
    state.add("rng", rng);
    n = 7, t(1) = 0.5, p.value(0) = 3;
    rng.normal();
    const auto stand = rng.state();
    state.save(file);
    n = 0, t(1) = 0, p.value(0) = 0;
    rng.normal();
    const auto version = p.version();
    state.load(file);
    CHECK(n == 7);
    CHECK(t(1) == 0.5);
    CHECK(p.value(0) == 3);
    CHECK(rng.state() == stand);
    CHECK(p.version() == version + 1);
}

TEST_CASE("state_dict: a tensor's shape is the one that it has now") {
    const test::TemporaryFolder folder;
    const fs::path large = folder.path / "large", small = folder.path / "small";
    auto t = full<float>({512}, 2.0f);
    StateDict state;
    state.add("t", t);
    state.save(large);
    t = full<float>({3}, 5.0f);
    CHECK(says(error_text<CheckpointError>([&] { state.load(large); }),
               {"t is (512) in the file and (3) here"}));
    CHECK(t == full<float>({3}, 5.0f));
    state.save(small);
    t = zeros<float>({3});
    state.load(small);
    CHECK(t == full<float>({3}, 5.0f));
}

TEST_CASE_TEMPLATE("state_dict: a count is I64 in the file, as long as it is whole", T, float, double) {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "s";
    const std::string own = sizeof(T) == 4 ? "F32" : "F64";
    auto count = Tensor<T>::from_shape({2});
    StateDict state;
    state.add_count("count", count);
    const auto through_the_file = [&](T a, T b) {
        count(0) = a, count(1) = b;
        state.save(file);
        const Tensor<T> before = count;
        count(0) = count(1) = T(99);
        state.load(file);
        CHECK(std::memcmp(count.storage().data(), before.storage().data(), 2 * sizeof(T)) == 0);
        return dtype_in(file, "count");
    };
    constexpr T inf = std::numeric_limits<T>::infinity();
    CHECK(through_the_file(3, 0) == "I64");
    CHECK(through_the_file(-3, T(1 << 24)) == "I64");
    CHECK(through_the_file(-T(9223372036854775808.0), 1) == "I64");
    CHECK(through_the_file(T(9223372036854775808.0), 1) == own);
    CHECK(through_the_file(3, T(0.25)) == own);
    CHECK(through_the_file(-T(0), 1) == own);
    CHECK(through_the_file(inf, 1) == own);
    CHECK(through_the_file(-inf, std::numeric_limits<T>::quiet_NaN()) == own);

    put<std::int64_t>(file, "count", "I64", {2}, {12345, -1});
    state.load(file);
    CHECK(count(0) == 12345);
    CHECK(count(1) == -1);
    for (const std::int64_t inexact :
         {(std::int64_t{1} << 60) + 1, std::numeric_limits<std::int64_t>::max()}) {
        put<std::int64_t>(file, "count", "I64", {2}, {1, inexact});
        CHECK(says(error_text<CheckpointError>([&] { state.load(file); }),
                   {"count in the file is " + std::to_string(inexact) + ", which " + own + " can't hold"}));
    }
    put<std::int64_t>(file, "count", "U64", {2}, {1, 2});
    CHECK(says(error_text<CheckpointError>([&] { state.load(file); }), {"count is U64 in the file and I64"}));
    CHECK(count(0) == 12345);
}

TEST_CASE("state_dict: a number that may be missing is left as it is") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "s";
    double x = 1;
    put<float>(file, "other", "F32", {}, {1});
    float other = 0;
    StateDict state;
    state.add<double>(
        "x", x, [](double) { return std::string(); }, [&](double to) { x = to; }, StateDict::Needed::no);
    state.add<float>(
        "other", other, [](float) { return std::string(); }, [&](float to) { other = to; });
    state.load(file);
    CHECK(x == 1);
    CHECK(other == 1);
}
