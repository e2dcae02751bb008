#include "fixture.hpp"

#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace tapedeck::parity {
namespace {

std::string read_gzipped(const std::filesystem::path& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) throw std::runtime_error(fmt::format("{} cannot be opened", path.string()));
    std::string text;
    std::vector<char> buffer(1u << 17);
    int got = 0;
    while ((got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
        throw std::runtime_error(fmt::format("{} is damaged: {}", path.string(), message));
    return text;
}

std::vector<unsigned char> decode_base64(const std::string& text) {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<unsigned char> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        const std::size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos) throw std::runtime_error("a fixture's data is not base64");
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffffu;
        if ((count += 6) >= 8) bytes.push_back(static_cast<unsigned char>(bits >> (count -= 8) & 0xffu));
    }
    return bytes;
}

/// The numbers in `text`, which are N (float or double) in the processor's own order: little-endian.
template <class N>
std::vector<double> decode(const std::string& text) {
    const std::vector<unsigned char> bytes = decode_base64(text);
    std::vector<N> numbers(bytes.size() / sizeof(N));
    if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(N));
    return {numbers.begin(), numbers.end()};
}

template <class N>
Array read_array(const nlohmann::json& json) {
    Array array;
    array.name = json.at("name");
    array.grad = json.value("grad", false);
    array.views = json.value("views", nlohmann::json::array());
    array.same_as = json.value("same_as", "");
    array.noise = json.value("noise", 0.0);
    array.float_tolerance = json.value("float_tolerance", 0.0);
    if (!array.same_as.empty()) return array;
    for (const std::size_t size : json.at("shape")) array.shape.push_back(size);
    array.values = decode<N>(json.at("data"));
    if (array.values.size() != elements(array.shape))
        throw std::runtime_error(
            fmt::format("{} is {} and has {} values", array.name, to_text(array.shape), array.values.size()));
    return array;
}

}  // namespace

std::filesystem::path fixtures() {
    const char* chosen = std::getenv("TAPEDECK_PARITY_FIXTURES");
    return chosen != nullptr ? chosen : TAPEDECK_PARITY_FIXTURES;
}

std::vector<Case> load(std::string_view family) {
    std::istringstream lines(read_gzipped(fixtures() / fmt::format("{}.jsonl.gz", family)));
    std::vector<Case> cases;
    for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line);
        Case& c = cases.emplace_back();
        c.name = json.at("name");
        c.op = json.at("op");
        c.options = json.at("options");
        for (const auto& input : json.at("inputs")) c.inputs.push_back(read_array<float>(input));
        for (const auto& output : json.at("outputs")) c.outputs.push_back(read_array<double>(output));
    }
    return cases;
}

}  // namespace tapedeck::parity
