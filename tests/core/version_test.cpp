#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include <tapedeck/tapedeck.hpp>

namespace {
std::string text_of(const std::string& file) {
    std::ifstream in(TAPEDECK_ROOT "/" + file);
    REQUIRE_MESSAGE(in.good(), file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}
}  // namespace

TEST_CASE("whoever names the version names the same") {
    const std::string version(tapedeck::version);
    CHECK(text_of("CMakeLists.txt").find("project(tapedeck VERSION " + version + " ") != std::string::npos);
    CHECK(text_of("vcpkg.json").find("\"version\": \"" + version + "\"") != std::string::npos);
    CHECK(text_of("README.md").find("`tapedeck::version` is \"" + version + "\"") != std::string::npos);
    const std::string changes = text_of("CHANGELOG.md");
    const std::size_t newest = changes.find("\n## ");
    REQUIRE(newest != std::string::npos);
    CHECK(changes.substr(newest, version.size() + 4) == "\n## " + version);
}
