// How the library writes JSON: private to it, since nlohmann-json is.
#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace tapedeck {

/// JSON whose numbers are T: a float is then written with a float's few digits, not with those of the double
/// beside it. Keys stay in the order in which they were given.
template <class T>
using Json = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, T>;

/// The number, or its name as a string where JSON has none.
template <class T>
Json<T> json_number(T x) {
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    return x;
}

template <class T>
constexpr const char* json_type() {
    return sizeof(T) == 4 ? "float32" : "float64";
}

template <class T>
std::string json_text(const Json<T>& json) {
    return json.dump(-1, ' ', false, Json<T>::error_handler_t::replace);
}

}  // namespace tapedeck
