#include <tapedeck/core/archive.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstring>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;  // room for two hundred thousand arrays
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kDeepest = 3;  // the header, an array's entry, its shape

template <class... Args>
[[noreturn]] void refuse(std::string_view user, fmt::format_string<Args...> text, Args&&... args) {
    throw CheckpointError(fmt::format("{}: {}", user, fmt::format(text, std::forward<Args>(args)...)));
}

/// The bytes that so many numbers take; none when they are more than can be counted.
bool bytes_of(const Archive::Array& array, std::uint64_t& bytes) {
    bytes = dtype_size(array.dtype);
    for (const std::uint64_t size : array.shape)
        if (__builtin_mul_overflow(bytes, size, &bytes)) return false;
    return true;
}

/// The header as JSON, without a name that stands twice in one object: which of the two would be meant?
json parse_header(std::string_view text, std::string_view user) {
    if (text.empty() || text.front() != '{')
        refuse(user, "its header does not begin with a brace: this is no safetensors file.");
    std::vector<std::set<std::string>> seen;
    const auto look = [&](int depth, json::parse_event_t event, json& value) {
        const auto level = static_cast<std::size_t>(depth);
        if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
            if (level >= kDeepest)
                refuse(user, "its header is nested deeper than the format's are; it is broken.");
            seen.resize(level);
            seen.emplace_back();
        }
        if (event == json::parse_event_t::key && !seen.at(level - 1).insert(value.get<std::string>()).second)
            refuse(user, "its header has {} twice, and so does not say which is meant.",
                   printable(value.get<std::string>()));
        return true;
    };
    try {
        return json::parse(text.begin(), text.end(), look);
    } catch (const json::parse_error& error) {
        refuse(user, "its header is not valid JSON at byte {}; the file is broken.",
               kLengthBytes + error.byte);
    } catch (const json::exception&) {
        refuse(user, "its header holds a number that is out of range; the file is broken.");
    }
}

std::vector<std::uint64_t> whole_numbers(const json& list, std::string_view name, std::string_view what,
                                         std::string_view user) {
    const auto whole = [](const json& number) { return number.is_number_unsigned(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), whole))
        refuse(user, "the {} of {} is not a list of whole numbers; the file is broken.", what,
               printable(name));
    return list.get<std::vector<std::uint64_t>>();
}

struct Range {
    std::uint64_t begin, end;
    std::string_view name;
};

/// An array as its entry in the header describes it, its bytes among `data`.
Archive::Array array_of(const json& entry, std::string_view name, std::string_view data, Range& range,
                        std::string_view user) {
    for (const char* key : {"dtype", "shape", "data_offsets"})
        if (!entry.is_object() || !entry.contains(key))
            refuse(user, "the header's entry for {} has no {}; the file is broken.", printable(name), key);
    Archive::Array array;
    if (entry["dtype"].is_string()) array.dtype = entry["dtype"].get<std::string>();
    if (dtype_size(array.dtype) == 0)
        refuse(user, "{} is of the type {}, which the format does not have.", printable(name),
               printable(entry["dtype"].is_string() ? array.dtype : entry["dtype"].dump()));
    array.shape = whole_numbers(entry["shape"], name, "shape", user);
    const auto offsets = whole_numbers(entry["data_offsets"], name, "place", user);
    std::uint64_t bytes = 0;
    if (!bytes_of(array, bytes))
        refuse(user, "the shape of {} has more elements than can be counted; the file is broken.",
               printable(name));
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size())
        refuse(
            user,
            "{} does not lie within the {} bytes of data that the file has: it was cut short, or is broken.",
            printable(name), data.size());
    if (offsets[1] - offsets[0] != bytes)
        refuse(user, "{} has {} bytes, and its shape and type ask for {}; the file is broken.",
               printable(name), offsets[1] - offsets[0], bytes);
    range = {offsets[0], offsets[1], name};
    array.bytes = data.substr(static_cast<std::size_t>(offsets[0]), static_cast<std::size_t>(bytes));
    return array;
}

/// Every byte of data belongs to one array.
void check_ranges(std::vector<Range> ranges, std::uint64_t size, std::string_view user) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t at = 0;
    for (const Range& range : ranges) {
        if (range.begin < at)
            refuse(user, "{} overlaps the array before it; the file is broken.", printable(range.name));
        if (range.begin > at)
            refuse(user, "there are {} bytes before {} that belong to no array; the file is broken.",
                   range.begin - at, printable(range.name));
        at = range.end;
    }
    if (at != size) refuse(user, "there are {} bytes after the last array; the file is broken.", size - at);
}

std::map<std::string, std::string> metadata_of(const json& entry, std::string_view user) {
    const auto text = [](const json& value) { return value.is_string(); };
    if (!entry.is_object() || !std::all_of(entry.begin(), entry.end(), text))
        refuse(user, "its metadata is not a list of texts; the file is broken.");
    return entry.get<std::map<std::string, std::string>>();
}

}  // namespace

std::size_t dtype_size(std::string_view dtype) {
    using Size = std::pair<std::string_view, std::size_t>;
    constexpr std::array<Size, 15> sizes{{{"BOOL", 1},
                                          {"U8", 1},
                                          {"I8", 1},
                                          {"F8_E5M2", 1},
                                          {"F8_E4M3", 1},
                                          {"U16", 2},
                                          {"I16", 2},
                                          {"F16", 2},
                                          {"BF16", 2},
                                          {"U32", 4},
                                          {"I32", 4},
                                          {"F32", 4},
                                          {"U64", 8},
                                          {"I64", 8},
                                          {"F64", 8}}};
    const auto it = std::find_if(sizes.begin(), sizes.end(), [&](const Size& s) { return s.first == dtype; });
    return it == sizes.end() ? 0 : it->second;
}

std::string printable(std::string_view name) {
    constexpr std::size_t longest = 80, longest_character = 4;
    std::size_t end = std::min(name.size(), longest);
    // Not within a character of UTF-8, whose bytes but the first begin with the bits 10.
    while (end < name.size() && end > longest - longest_character &&
           (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80)
        --end;
    std::string text(name.substr(0, end));
    for (char& c : text)
        if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
    if (text.empty()) return "an array without a name";
    return name.size() > longest ? text + "…" : text;
}

std::string Archive::text(std::string_view user) const {
    std::vector<const decltype(arrays)::value_type*> order;
    for (const auto& named : arrays) order.push_back(&named);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return dtype_size(a->second.dtype) > dtype_size(b->second.dtype);
    });
    ordered_json header = ordered_json::object();
    if (!metadata.empty()) header[std::string(kMetadata)] = metadata;
    std::uint64_t at = 0;
    for (const auto* named : order) {
        const auto& [name, array] = *named;
        std::uint64_t bytes = 0;
        if (name == kMetadata) refuse(user, "{} is a name of the format's own; choose another.", name);
        if (dtype_size(array.dtype) == 0 || !bytes_of(array, bytes) || bytes != array.bytes.size())
            refuse(user, "{} has {} bytes, which are not what its shape and type ask for.", printable(name),
                   array.bytes.size());
        header[name] = {{"dtype", array.dtype}, {"shape", array.shape}, {"data_offsets", {at, at + bytes}}};
        at += bytes;
    }
    std::string head;
    try {
        head = header.dump();
    } catch (const json::exception&) {
        refuse(user, "a name or a word of the metadata is not UTF-8, which the format asks for.");
    }
    head.resize((head.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = head.size();
    if (length > kLongestHeader)
        refuse(user,
               "its header would take {} bytes, which is more than the {} that are read; save fewer arrays.",
               length, kLongestHeader);
    std::string file(kLengthBytes, '\0');
    std::memcpy(file.data(), &length, kLengthBytes);
    file.reserve(kLengthBytes + head.size() + static_cast<std::size_t>(at));
    file += head;
    for (const auto* named : order) file += named->second.bytes;
    return file;
}

Archive Archive::of(std::string_view text, std::string_view user) {
    std::uint64_t length = 0;
    if (text.size() < kLengthBytes)
        refuse(user,
               "the file has {} bytes, and its header's length alone takes {}: it was cut short, or is no "
               "safetensors file.",
               text.size(), kLengthBytes);
    std::memcpy(&length, text.data(), kLengthBytes);
    if (length > kLongestHeader)
        refuse(user,
               "its header would be {} bytes long, which is more than the {} that are read: this is no "
               "safetensors file.",
               length, kLongestHeader);
    text.remove_prefix(kLengthBytes);
    if (length > text.size())
        refuse(user,
               "its header should be {} bytes long, and {} are there: it was cut short, or is no safetensors "
               "file.",
               length, text.size());
    const json header = parse_header(text.substr(0, static_cast<std::size_t>(length)), user);
    const std::string_view data = text.substr(static_cast<std::size_t>(length));
    Archive archive;
    std::vector<Range> ranges;
    for (const auto& [name, entry] : header.items()) {
        if (name == kMetadata) {
            archive.metadata = metadata_of(entry, user);
            continue;
        }
        Range range{};
        const auto it = archive.arrays.emplace(name, array_of(entry, name, data, range, user)).first;
        range.name = it->first;
        ranges.push_back(range);
    }
    check_ranges(std::move(ranges), data.size(), user);
    return archive;
}

}  // namespace tapedeck
