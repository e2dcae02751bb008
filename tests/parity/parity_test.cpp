#include <doctest/doctest.h>

#include <set>

#include <fmt/format.h>

#include "fixture.hpp"

using namespace tapedeck;

TEST_CASE("There are at least 500 parity cases, each with a name of its own") {
    std::size_t count = 0;
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(parity::fixtures())) {
        const std::string name = file.path().filename().string();
        for (const parity::Case& c : parity::load(name.substr(0, name.find('.')))) {
            ++count;
            if (!names.insert(c.name).second) FAIL_CHECK(fmt::format("{} stands twice", c.name));
            if (c.outputs.empty()) FAIL_CHECK(fmt::format("{} compares nothing", c.name));
        }
    }
    CHECK(count >= 500);
}
