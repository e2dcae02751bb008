// What a power cut would find: the C library's fsync is replaced here by one that looks at the disk's order.
#include <tapedeck/core/write_file.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <tapedeck/core/error.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;
namespace fs = std::filesystem;

namespace {

struct Sync {
    bool folder;
    long size;            // of the file that is synced
    std::string content;  // of the target at that moment
};
std::vector<Sync> syncs;
fs::path watched;
bool failing = false;

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

extern "C" int fsync(int file) {
    struct stat status {};
    fstat(file, &status);
    syncs.push_back({S_ISDIR(status.st_mode), static_cast<long>(status.st_size), content_of(watched)});
    if (!failing) return 0;
    errno = EIO;
    return -1;
}

TEST_CASE("write_file: content first, then the name, and the folder last") {
    const test::TemporaryFolder folder;
    watched = folder.path / "a";
    write_file(watched, "old", "save");
    CHECK(syncs.empty());  // the usual file need not outlive a power cut
    write_file(watched, "newer", "save", Outlives::power_cut);
    REQUIRE(syncs.size() == 2);
    CHECK(!syncs[0].folder);
    CHECK(syncs[0].size == 5);
    CHECK(syncs[0].content == "old");
    CHECK(syncs[1].folder);
    CHECK(syncs[1].content == "newer");
    CHECK(!fs::exists(folder.path / "a.part"));
    syncs.clear();
}

TEST_CASE("write_file: a disk that fails leaves the old file") {
    const test::TemporaryFolder folder;
    watched = folder.path / "a";
    write_file(watched, "old", "save");
    failing = true;
    const std::string text =
        test::error_text<FileError>([] { write_file(watched, "new", "save a", Outlives::power_cut); });
    failing = false;
    CHECK(test::says(text, {"save a: ", "can't be written: Input/output error"}));
    CHECK(content_of(watched) == "old");
    CHECK(!fs::exists(folder.path / "a.part"));
    CHECK_THROWS_AS(write_file(folder.path / "none" / "a", "new", "save", Outlives::power_cut), FileError);
    syncs.clear();
}
