// The checkpoints' file format: what is written comes back, and every broken file is refused in a sentence.
#include <tapedeck/core/archive.hpp>

#include <cstring>

#include <tapedeck/core/error.hpp>

#include "../support.hpp"

using namespace tapedeck;
using test::error_text;
using test::says;

namespace {

/// A file of this header, whatever it says, and of this data.
std::string file_of(const std::string& header, const std::string& data = "") {
    const std::uint64_t length = header.size();
    std::string file(sizeof length, '\0');
    std::memcpy(file.data(), &length, sizeof length);
    return file + header + data;
}

std::string refusal(const std::string& file) {
    return error_text<CheckpointError>([&] { Archive::of(file, "load a.safetensors"); });
}

/// An entry of the header.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

}  // namespace

TEST_CASE("archive: the file is the format's to the byte, wide numbers first, the header padded to eights") {
    Archive archive;
    archive.metadata["format"] = "tapedeck";
    archive.arrays["b"] = {"F32", {2}, "12345678"};
    archive.arrays["c"] = {"U64", {}, "abcdefgh"};
    archive.arrays["a"] = {"F32", {1, 0}, ""};
    std::string header = R"({"__metadata__":{"format":"tapedeck"},)"
                         R"("c":{"dtype":"U64","shape":[],"data_offsets":[0,8]},)"
                         R"("a":{"dtype":"F32","shape":[1,0],"data_offsets":[8,8]},)"
                         R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})";
    while (header.size() % 8 != 0) header += ' ';
    CHECK(archive.text("save") == file_of(header, "abcdefgh12345678"));
}

TEST_CASE("archive: what is written comes back") {
    Archive archive;
    archive.metadata = {{"format", "tapedeck"}, {"note", "\"quoted\", µ and\nlines"}};
    archive.arrays["x.y"] = {"F64", {2, 1}, "0123456789abcdef"};
    archive.arrays["µ \" \\"] = {"BOOL", {3}, "xyz"};
    archive.arrays[""] = {"F16", {0, 5}, ""};
    const std::string file = archive.text("save");
    const Archive read = Archive::of(file, "load");
    CHECK(read.metadata == archive.metadata);
    REQUIRE(read.arrays.size() == 3);
    for (const auto& [name, array] : archive.arrays) {
        const auto& other = read.arrays.at(name);
        CHECK(other.dtype == array.dtype);
        CHECK(other.shape == array.shape);
        CHECK(other.bytes == array.bytes);
    }
    CHECK(read.text("save") == file);
    CHECK(Archive::of(file_of("{}"), "load").arrays.empty());
    CHECK(Archive::of(file_of("{}   "), "load").metadata.empty());
}

TEST_CASE("archive: it writes nothing that it would not read") {
    const auto refusal_of = [](const std::string& name, const Archive::Array& array) {
        Archive archive;
        archive.arrays[name] = array;
        return error_text<CheckpointError>([&] { archive.text("save a.safetensors"); });
    };
    CHECK(
        says(refusal_of("w", {"F32", {2}, "1234"}), {"save a.safetensors: w has 4 bytes", "shape and type"}));
    CHECK(says(refusal_of("w", {"F33", {1}, "1234"}), {"w has 4 bytes"}));
    CHECK(says(refusal_of("__metadata__", {"F32", {1}, "1234"}),
               {"__metadata__ is a name of the format's own"}));
    CHECK(says(refusal_of("w", {"F32", {(1ull << 62) + 1}, "1234"}), {"w has 4 bytes", "shape and type"}));
    Archive wordy;
    wordy.metadata["x"] = std::string(17 << 20, 'x');
    CHECK(says(error_text<CheckpointError>([&] { wordy.text("save a.safetensors"); }),
               {"save a.safetensors: its header would take 178258", "more than the 16777216 that are read"}));
    CHECK(says(refusal_of("\xff", {"F32", {1}, "1234"}), {"not UTF-8"}));
}

TEST_CASE("archive: every broken file is refused, and the sentence says how it is broken") {
    struct Row {
        std::string file;
        std::vector<std::string> says;
    };
    const std::string max = "18446744073709551615";
    const std::string w = R"("w":)" + entry("F32", "[1]", "[0,4]");
    const auto one = [](const std::string& text) { return R"({"w":)" + text + "}"; };
    const std::string huge("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    std::string long_name(300, 'n');
    const Row rows[] = {
        {"", {"the file has 0 bytes"}},
        {"1234567", {"the file has 7 bytes", "its header's length alone takes 8", "cut short"}},
        {huge, {"header would be " + max + " bytes long, which is more than the 16777216 that are read"}},
        {file_of("{}").substr(0, 9), {"header should be 2 bytes long, and 1 are there", "cut short"}},
        {file_of(""), {"does not begin with a brace"}},
        {file_of(" {}"), {"does not begin with a brace"}},
        {file_of("[]"), {"does not begin with a brace"}},
        {file_of("{"), {"not valid JSON at byte 10"}},
        {file_of("{}}"), {"not valid JSON at byte 11"}},
        {file_of("{\"\xff\":1}"), {"not valid JSON at byte"}},
        {file_of(one("1e999")), {"a number that is out of range"}},
        {file_of("{" + w + "," + w + "}", "1234"), {"header has w twice"}},
        {file_of(one(R"({"dtype":"F32","dtype":"F32"})")), {"header has dtype twice"}},
        {file_of(one(R"({"shape":[[1]]})")), {"nested deeper"}},
        {file_of(one("3")), {"entry for w has no dtype"}},
        {file_of(one("{}")), {"entry for w has no dtype"}},
        {file_of(one(R"({"dtype":"F32"})")), {"entry for w has no shape"}},
        {file_of(one(R"({"dtype":"F32","shape":[]})")), {"entry for w has no data_offsets"}},
        {file_of(one(entry("F31", "[1]", "[0,4]")), "1234"), {"w is of the type F31"}},
        {file_of(one(R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})"), "1234"), {"w is of the type 32"}},
        {file_of(one(entry("F32", "[-1]", "[0,4]")), "1234"),
         {"the shape of w is not a list of whole numbers"}},
        {file_of(one(entry("F32", "[1.0]", "[0,4]")), "1234"), {"the shape of w is not a list"}},
        {file_of(one(entry("F32", "4", "[0,4]")), "1234"), {"the shape of w is not a list"}},
        {file_of(one(entry("F32", "[1]", "[0,\"4\"]")), "1234"), {"the place of w is not a list"}},
        {file_of(one(entry("F32", "[" + max + ",8]", "[0,4]")), "1234"),
         {"shape of w has more elements than can"}},
        {file_of(one(entry("F32", "[4611686018427387904]", "[0,0]"))),
         {"shape of w has more elements than can"}},
        {file_of(one(entry("F32", "[1]", "[0]")), "1234"), {"w does not lie within the 4 bytes"}},
        {file_of(one(entry("F32", "[1]", "[0,4,8]")), "1234"), {"w does not lie within"}},
        {file_of(one(entry("F32", "[1]", "[4,0]")), "1234"), {"w does not lie within"}},
        {file_of(one(entry("F32", "[1]", "[0,4]")), "123"),
         {"w does not lie within the 3 bytes", "cut short"}},
        {file_of(one(entry("F32", "[0]", "[9,9]")), "1234"), {"w does not lie within"}},
        {file_of(one(entry("F32", "[1]", "[0," + max + "]")), "1234"), {"w does not lie within"}},
        {file_of(one(entry("F32", "[2]", "[0,4]")), "1234"),
         {"w has 4 bytes, and its shape and type ask for 8"}},
        {file_of("{" + w + R"(,"v":)" + entry("F32", "[1]", "[2,6]") + "}", "123456"), {"v overlaps"}},
        {file_of("{" + w + R"(,"v":)" + entry("F32", "[1]", "[0,4]") + "}", "1234"), {"overlaps"}},
        {file_of("{" + w + R"(,"v":)" + entry("F32", "[1]", "[6,10]") + "}", "1234567890"),
         {"2 bytes before v that belong to no array"}},
        {file_of("{" + w + "}", "12345"), {"1 bytes after the last array"}},
        {file_of("{}", "12345"), {"5 bytes after the last array"}},
        {file_of(R"({"__metadata__":3})"), {"metadata is not a list of texts"}},
        {file_of(R"({"__metadata__":{"a":3}})"), {"metadata is not a list of texts"}},
        {file_of("{\"\\u001b[31m\\n" + long_name + "\":1}"), {"entry for ?[31m?nnn", "nnn… has no dtype"}},
        {file_of(R"({"":1})"), {"entry for an array without a name has no dtype"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.file);
        const std::string text = refusal(row.file);
        CHECK(says(text, {"load a.safetensors: "}));
        for (const std::string& part : row.says) CHECK(says(text, {part}));
        CHECK(text.back() == '.');
        CHECK(text.find('\n') == std::string::npos);
    }
    CHECK(Archive::of(file_of("{" + w + "}", "1234"), "load").arrays.at("w").bytes == "1234");
}

TEST_CASE("archive: a header as deep or as full as there is memory for is refused before it is built") {
    CHECK(says(refusal(file_of("{\"w\":" + std::string(1 << 20, '['))), {"nested deeper"}));
    CHECK(says(refusal(file_of("{\"w\":" + std::string(1 << 20, '{'))), {"not valid JSON"}));
}

TEST_CASE("archive: an array of nothing takes no room, wherever its name stands among the others") {
    const std::string file = file_of(
        R"({"w":)" + entry("F32", "[1]", "[0,4]") + R"(,"z":)" + entry("F32", "[0]", "[0,0]") + "}", "1234");
    const Archive archive = Archive::of(file, "load");
    CHECK(archive.arrays.at("w").bytes == "1234");
    CHECK(archive.arrays.at("z").bytes.empty());
}

TEST_CASE("archive: the sizes of the format's fifteen types") {
    const std::pair<const char*, std::size_t> sizes[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
        {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},
        {"I32", 4},  {"F32", 4}, {"U64", 8}, {"I64", 8},     {"F64", 8}};
    for (const auto& type : sizes) {
        CAPTURE(type.first);
        CHECK(dtype_size(type.first) == type.second);
    }
    CHECK(dtype_size("F31") == 0);
    CHECK(dtype_size("") == 0);
}

TEST_CASE("archive: a long name is cut off for printing, between two characters") {
    CHECK(printable(std::string(80, 'n')) == std::string(80, 'n'));
    CHECK(printable(std::string(81, 'n')) == std::string(80, 'n') + "…");
    const auto with = [](std::size_t before, std::string_view character) {
        return printable(std::string(before, 'n').append(character) + "nnn");
    };
    for (const std::string_view character : {"µ", "…", "\U0001f4fc"}) {
        CAPTURE(character);
        const std::size_t fits = 80 - character.size();
        CHECK(with(fits, character) == std::string(fits, 'n').append(character) + "…");
        for (std::size_t before = fits + 1; before <= 80; ++before)
            CHECK(with(before, character) == std::string(before, 'n') + "…");
    }
    CHECK(printable(std::string(100, '\x80')).size() == 76 + std::string_view("…").size());
}
