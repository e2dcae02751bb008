// The out folder: refused before the work starts when it can't be written, and never half-written.
#include "demos/common/out_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "demos/common/error.hpp"
#include "tests/demos/temporary_folder.hpp"

using namespace tapedeck::demos;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::ptrdiff_t files_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

}  // namespace

TEST_CASE("out_folder: made with its parents, and left empty") {
    const tapedeck::test::TemporaryFolder folder;
    prepare_out_folder(folder.path / "a" / "b");
    CHECK(fs::is_directory(folder.path / "a" / "b"));
    CHECK(files_in(folder.path / "a" / "b") == 0);
}

TEST_CASE("out_folder: a file in the way is an error that names it") {
    const tapedeck::test::TemporaryFolder folder;
    std::ofstream(folder.path / "file") << "x";
    for (const char* name : {"file", "file/below"}) {
        try {
            prepare_out_folder(folder.path / name);
            FAIL("no error");
        } catch (const FileError& error) {
            const std::string text = error.what();
            CHECK(text.find((folder.path / name).string()) != std::string::npos);
            CHECK(text.find("--out") != std::string::npos);
        }
    }
    CHECK(text_of(folder.path / "file") == "x");
    fs::create_directories(folder.path / "taken" / "results.json");
    CHECK_THROWS_AS(prepare_out_folder(folder.path / "taken"), FileError);
    CHECK_THROWS_AS(prepare_out_folder("/proc/out"), FileError);
}

TEST_CASE("out_folder: a file is replaced whole or not at all") {
    const tapedeck::test::TemporaryFolder folder;
    const fs::path path = folder.path / "results.json";
    write_whole(path, [](const fs::path& file) { std::ofstream(file) << "old"; });
    CHECK(text_of(path) == "old");
    CHECK_THROWS_AS(write_whole(path,
                                [](const fs::path& file) {
                                    std::ofstream(file) << "half";
                                    throw FileError("the disk is full.");
                                }),
                    FileError);
    CHECK(text_of(path) == "old");
    CHECK(files_in(folder.path) == 1);
}
