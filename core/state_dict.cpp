#include <tapedeck/core/state_dict.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <tapedeck/core/archive.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/write_file.hpp>

namespace tapedeck {
namespace {

template <class T>
constexpr std::string_view kDtype = "";
template <>
constexpr std::string_view kDtype<float> = "F32";
template <>
constexpr std::string_view kDtype<double> = "F64";
template <>
constexpr std::string_view kDtype<std::uint64_t> = "U64";
template <>
constexpr std::string_view kDtype<std::int64_t> = "I64";

template <class N>
std::string bytes_of(const N& value) {
    std::string bytes(sizeof(N), '\0');
    std::memcpy(bytes.data(), &value, sizeof(N));
    return bytes;
}
template <class N>
N value_of(std::string_view bytes) {
    N value;
    std::memcpy(&value, bytes.data(), sizeof(N));
    return value;
}

template <class N>
std::vector<N> values_of(std::string_view bytes) {
    std::vector<N> values(bytes.size() / sizeof(N));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}
template <class T>
std::string bytes_in(const Tensor<T>& tensor) {
    const auto& numbers = tensor.storage();
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

/// Whether I64 has this number. 2^63 itself is one too many.
template <class T>
bool is_whole(T number) {
    constexpr T end = static_cast<T>(std::uint64_t{1} << 63);
    return number >= -end && number < end && std::trunc(number) == number &&
           !(number == 0 && std::signbit(number));
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    constexpr std::size_t longest = 8;
    if (shape.size() > longest) return fmt::format("of {} dimensions", shape.size());
    return to_text(Shape(shape.begin(), shape.end()));
}

std::string and_more(std::size_t n) { return n > 0 ? fmt::format(", as are {} more", n) : ""; }

constexpr std::string_view kAnother = "something else; build what it was saved from, or give another file.";

[[noreturn]] void refuse(const std::string& user, const std::string& text) {
    throw CheckpointError(fmt::format("{}: {}", user, text));
}

std::string read_whole(const std::filesystem::path& file, const std::string& user) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(file, problem);
    std::ifstream in(file, std::ios::binary);
    if (problem || !in) {
        refuse(user, fmt::format("the file can't be read: {}. Give one that save() has written.",
                                 problem ? problem.message() : "it can't be opened"));
    }
    std::string bytes;
    try {
        bytes.resize(size);
    } catch (const std::exception&) {
        refuse(user, fmt::format("the file has {} bytes, more than there is memory for.", size));
    }
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (static_cast<std::size_t>(in.gcount()) != size)
        refuse(user, "the file can't be read to its end; check the disk it lies on.");
    return bytes;
}

}  // namespace

template <class T>
void StateDict::add(std::string name, Tensor<T>& tensor) {
    items_.push_back({std::move(name),
                      {kDtype<T>},
                      Needed::yes,
                      [&tensor] { return tensor.shape(); },
                      [&tensor] {
                          return Stored{kDtype<T>, bytes_in(tensor)};
                      },
                      [](Numbers) { return std::string(); },
                      [&tensor](Numbers numbers) {
                          std::copy(numbers.bytes.begin(), numbers.bytes.end(),
                                    reinterpret_cast<char*>(tensor.storage().data()));
                      }});
}

template <class T>
void StateDict::add(std::string name, Parameter<T>& parameter) {
    add(std::move(name), parameter.value);
    items_.back().set = [&parameter, set = std::move(items_.back().set)](Numbers numbers) {
        set(numbers);
        parameter.changed();
    };
}

template <class T>
void StateDict::add_count(std::string name, Tensor<T>& tensor) {
    add(std::move(name), tensor);
    Item& item = items_.back();
    item.dtypes = {kDtype<std::int64_t>, kDtype<T>};
    item.stored = [&tensor] {
        std::string bytes;
        for (const T number : tensor.storage()) {
            if (!is_whole(number)) return Stored{kDtype<T>, bytes_in(tensor)};
            bytes += bytes_of(static_cast<std::int64_t>(number));
        }
        return Stored{kDtype<std::int64_t>, std::move(bytes)};
    };
    item.objection = [](Numbers numbers) {
        if (numbers.dtype != kDtype<std::int64_t>) return std::string();
        for (const std::int64_t count : values_of<std::int64_t>(numbers.bytes)) {
            const T number = static_cast<T>(count);
            if (!is_whole(number) || static_cast<std::int64_t>(number) != count)
                return fmt::format("is {}, which {} can't hold", count, kDtype<T>);
        }
        return std::string();
    };
    item.set = [&tensor, set = std::move(item.set)](Numbers numbers) {
        if (numbers.dtype != kDtype<std::int64_t>) return set(numbers);
        T* to = tensor.storage().data();
        for (const std::int64_t count : values_of<std::int64_t>(numbers.bytes)) *to++ = static_cast<T>(count);
    };
}

void StateDict::add(std::string name, Random& random, Needed needed) {
    static constexpr std::string_view dtype = kDtype<std::uint64_t>;
    items_.push_back({std::move(name),
                      {dtype},
                      needed,
                      [] { return Shape{Random::State{}.size()}; },
                      [&random] {
                          return Stored{dtype, bytes_of(random.state())};
                      },
                      [](Numbers numbers) {
                          return value_of<Random::State>(numbers.bytes) == Random::State{}
                                     ? "is all zeros, from which only zeros follow"
                                     : "";
                      },
                      [&random](Numbers numbers) {
                          random = Random::from_state(value_of<Random::State>(numbers.bytes));
                      }});
}

template <class Number>
void StateDict::add(std::string name, Number now, std::function<std::string(Number)> objection,
                    std::function<void(Number)> set, Needed needed) {
    items_.push_back({std::move(name),
                      {kDtype<Number>},
                      needed,
                      [] { return Shape{}; },
                      [now] {
                          return Stored{kDtype<Number>, bytes_of(now)};
                      },
                      [objection = std::move(objection)](Numbers numbers) {
                          return objection(value_of<Number>(numbers.bytes));
                      },
                      [set = std::move(set)](Numbers numbers) { set(value_of<Number>(numbers.bytes)); }});
}

void StateDict::add(std::string name, std::uint64_t& number) {
    add<std::uint64_t>(
        std::move(name), number, [](std::uint64_t) { return std::string(); },
        [&number](std::uint64_t n) { number = n; });
    items_.back().stored = [&number] { return Stored{kDtype<std::uint64_t>, bytes_of(number)}; };
}

void StateDict::check_names(const std::string& user) const {
    std::set<std::string_view> names;
    for (const Item& item : items_)
        if (!names.insert(item.name).second)
            refuse(user, fmt::format("two things are called {}; give each a name of its own.", item.name));
}

void StateDict::save(const std::filesystem::path& file) const {
    const std::string user = fmt::format("save {}", file.string());
    check_names(user);
    std::vector<Stored> stored(items_.size());
    Archive archive;
    archive.metadata["format"] = "tapedeck";
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const Item& item = items_[i];
        const Shape shape = item.shape();
        stored[i] = item.stored();
        archive.arrays[item.name] = {
            std::string(stored[i].dtype), {shape.begin(), shape.end()}, stored[i].bytes};
    }
    write_file(file, archive.text(user), user, Outlives::power_cut);
}

void StateDict::load(const std::filesystem::path& file) {
    const std::string user = fmt::format("load {}", file.string());
    check_names(user);
    const std::string bytes = read_whole(file, user);
    const Archive archive = Archive::of(bytes, user);
    check(archive, user);
    for (const Item& item : items_)
        if (const auto it = archive.arrays.find(item.name); it != archive.arrays.end())
            item.set({it->second.dtype, it->second.bytes});
}

void StateDict::check(const Archive& archive, const std::string& user) const {
    std::vector<const Item*> missing;
    std::map<std::string_view, const Item*> wanted;
    for (const Item& item : items_) {
        const bool there = archive.arrays.contains(item.name);
        if (there) wanted[item.name] = &item;
        if (!there && item.needed == Needed::yes) missing.push_back(&item);
    }
    if (!missing.empty()) {
        refuse(user, fmt::format("{} {} is missing from the file{}: it was saved from {}", missing[0]->name,
                                 to_text(missing[0]->shape()), and_more(missing.size() - 1), kAnother));
    }
    for (const auto& [name, array] : archive.arrays) {
        if (wanted.contains(name)) continue;
        refuse(user,
               fmt::format("{} {} is in the file{}, and nothing here has that name: it was saved from {}",
                           printable(name), shape_text(array.shape),
                           and_more(archive.arrays.size() - wanted.size() - 1), kAnother));
    }
    for (const Item& item : items_) {
        if (!wanted.contains(item.name)) continue;
        const Archive::Array& array = archive.arrays.find(item.name)->second;
        const Shape shape = item.shape();
        if (!std::equal(array.shape.begin(), array.shape.end(), shape.begin(), shape.end())) {
            refuse(user,
                   fmt::format(
                       "{} is {} in the file and {} here: build it with the sizes that it was saved with.",
                       item.name, shape_text(array.shape), to_text(shape)));
        }
        if (std::find(item.dtypes.begin(), item.dtypes.end(), array.dtype) == item.dtypes.end()) {
            refuse(user,
                   fmt::format(
                       "{} is {} in the file and {} here: load it into what has numbers of the file's type.",
                       item.name, array.dtype, item.dtypes[0]));
        }
        if (const std::string objection = item.objection({array.dtype, array.bytes}); !objection.empty())
            refuse(user, fmt::format("{} in the file {}; the file is broken.", item.name, objection));
    }
}

template void StateDict::add(std::string, Tensor<float>&);
template void StateDict::add(std::string, Tensor<double>&);
template void StateDict::add(std::string, Parameter<float>&);
template void StateDict::add(std::string, Parameter<double>&);
template void StateDict::add(std::string, float, std::function<std::string(float)>,
                             std::function<void(float)>, Needed);
template void StateDict::add(std::string, double, std::function<std::string(double)>,
                             std::function<void(double)>, Needed);
template void StateDict::add(std::string, std::uint64_t, std::function<std::string(std::uint64_t)>,
                             std::function<void(std::uint64_t)>, Needed);
template void StateDict::add(std::string, std::int64_t, std::function<std::string(std::int64_t)>,
                             std::function<void(std::int64_t)>, Needed);
template void StateDict::add_count(std::string, Tensor<float>&);
template void StateDict::add_count(std::string, Tensor<double>&);

}  // namespace tapedeck
