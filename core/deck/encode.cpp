#include <tapedeck/core/deck/encode.hpp>

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

#include <tapedeck/core/deck/statistics.hpp>

namespace tapedeck::deck {

template <class T>
std::string base64(std::span<const T> x) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t bytes = x.size() * sizeof(T);
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        if (i >= bytes) return 0;
        return static_cast<std::uint32_t>(std::bit_cast<Bits>(x[i / sizeof(T)]) >> 8 * (i % sizeof(T)) &
                                          0xff);
    };
    std::string text;
    text.reserve((bytes + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes; i += 3) {
        const std::uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (int shift = 18; shift >= 0; shift -= 6) text += digits[three >> shift & 63];
    }
    for (std::size_t i = 0; i < (3 - bytes % 3) % 3; ++i) text[text.size() - 1 - i] = '=';
    return text;
}

template <class T>
Json<T> rounded(double x, int digits) {
    if (!std::isfinite(x)) return json_number<T>(static_cast<T>(x));
    const double short_one = std::strtod(fmt::format("{:.{}g}", x, digits).c_str(), nullptr);
    const auto as_t = static_cast<T>(short_one);
    return std::isfinite(as_t) ? Json<T>(as_t) : Json<T>(fmt::format("{:.{}g}", x, digits));
}

namespace {

/// How long they are as decimals with commas between; more than `most` as soon as that is known, or when one
/// is not finite.
template <class T>
std::size_t decimal_length(std::span<const T> x, std::size_t most) {
    std::size_t length = 0;
    for (const T value : x) {
        if (!std::isfinite(value)) return most + 1;
        length += Json<T>(value).dump().size() + 1;
        if (length > most) break;
    }
    return length;
}

}  // namespace

template <class T>
Json<T> encode(const Tensor<T>& x, std::size_t limit) {
    const Sampling sampling = sample(x.shape(), limit);
    const auto& all = x.storage();
    std::vector<T> shown;
    for (const std::size_t i : sampling.positions()) shown.push_back(all[i]);

    Json<T> json;
    const std::size_t coded = (shown.size() * sizeof(T) + 2) / 3 * 4;
    if (decimal_length<T>(shown, coded) <= coded)
        json["d"] = shown;
    else
        json["d"] = base64<T>(shown);
    if (sampling.row_stride > 1) json["r"] = sampling.row_stride;
    if (sampling.column_stride > 1) json["c"] = sampling.column_stride;
    const Statistics s = statistics<T>(std::span<const T>(all.data(), all.size()));
    json["s"] = {rounded<T>(s.mean),
                 rounded<T>(s.std),
                 rounded<T>(s.norm),
                 static_cast<T>(s.min),
                 static_cast<T>(s.max),
                 s.zeros,
                 s.nans,
                 s.infinities};
    return json;
}

template std::string base64(std::span<const float> x);
template std::string base64(std::span<const double> x);
template Json<float> encode(const Tensor<float>& x, std::size_t limit);
template Json<double> encode(const Tensor<double>& x, std::size_t limit);
template Json<float> rounded(double x, int digits);
template Json<double> rounded(double x, int digits);

}  // namespace tapedeck::deck
