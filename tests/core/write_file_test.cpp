// What a power cut would find: the C library's fsync is replaced here by one that looks at the disk's order.
#include <tapedeck/core/write_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/state_dict.hpp>

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
    syncs.clear();
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
}

TEST_CASE("write_file: a name without a folder is one of the folder that the program runs in") {
    syncs.clear();
    const test::TemporaryFolder folder;
    const fs::path before = fs::current_path();
    watched = folder.path / "a";
    fs::current_path(folder.path);
    write_file("a", "new", "save", Outlives::power_cut);
    fs::current_path(before);
    CHECK(content_of(watched) == "new");
    REQUIRE(syncs.size() == 2);
    CHECK(syncs[1].folder);
}

TEST_CASE("write_file: what a StateDict saves outlives a power cut") {
    syncs.clear();
    const test::TemporaryFolder folder;
    watched = folder.path / "a";
    std::uint64_t number = 3;
    StateDict state;
    state.add("number", number);
    state.save(watched);
    REQUIRE(syncs.size() == 2);
    CHECK(!syncs[0].folder);
    CHECK(syncs[1].folder);
}

TEST_CASE("write_file: a link stays one, and what it leads to is written") {
    const test::TemporaryFolder folder;
    fs::create_directory(folder.path / "runs");
    const fs::path file = folder.path / "runs" / "a", link = folder.path / "latest",
                   second = folder.path / "runs" / "second", round = folder.path / "round";
    fs::create_symlink(fs::path("runs") / "second", link);  // as seen from the link's folder
    fs::create_symlink(file, second);
    for (const char* content : {"the first", "the second"}) {
        write_file(link, content, "save");
        CHECK(fs::is_symlink(link));
        CHECK(fs::is_symlink(second));
        CHECK(content_of(file) == content);
    }
    fs::create_symlink(round, round);
    CHECK_THROWS_AS(write_file(round, "new", "save"), FileError);
    CHECK(fs::is_symlink(round));
}

TEST_CASE("write_file: a file keeps who may read it") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "a";
    write_file(file, "old", "save");
    const auto mine = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
    fs::permissions(file, mine);
    write_file(file, "new", "save");
    CHECK(content_of(file) == "new");
    CHECK(fs::status(file).permissions() == mine);
}

TEST_CASE("write_file: into a pipe it writes straight, and leaves it there") {
    const test::TemporaryFolder folder;
    const fs::path pipe = folder.path / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    write_file(pipe, "through", "save", Outlives::power_cut);
    std::array<char, 16> got{};
    CHECK(read(reader, got.data(), got.size()) == 7);
    CHECK(std::string(got.data()) == "through");
    close(reader);
    CHECK(fs::is_fifo(pipe));
    CHECK(!fs::exists(folder.path / "pipe.part"));
    write_file("/dev/null", "nothing", "save");
    CHECK(fs::is_character_file("/dev/null"));
}
