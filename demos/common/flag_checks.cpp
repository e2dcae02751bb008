#include "demos/common/flag_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "demos/common/error.hpp"

namespace tapedeck::demos {
namespace {

std::optional<double> number_in(const std::string& text) {
    double x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error == std::errc() && end == text.data() + text.size()) return x;
    return std::nullopt;
}

}  // namespace

CLI::Validator whole(std::uint64_t low, std::uint64_t high) {
    const auto check = [low, high](const std::string& text) -> std::string {
        std::uint64_t n = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (error == std::errc() && end == text.data() + text.size() && n >= low && n <= high) return "";
        return fmt::format("\"{}\" is not a whole number from {} to {}", text, low, high);
    };
    return {check, fmt::format("{} to {}", low, high)};
}

CLI::Validator positive(double high) {
    const auto check = [high](const std::string& text) -> std::string {
        const std::optional<double> x = number_in(text);
        if (x && *x > 0 && *x <= high) return "";
        return fmt::format("\"{}\" is not a number above 0 and up to {}", text, high);
    };
    return {check, fmt::format("above 0, up to {}", high)};
}

CLI::Validator between(double low, double high) {
    const auto check = [low, high](const std::string& text) -> std::string {
        const std::optional<double> x = number_in(text);
        if (x && *x >= low && *x <= high) return "";
        return fmt::format("\"{}\" is not a number from {} to {}", text, low, high);
    };
    return {check, fmt::format("{} to {}", low, high)};
}

CLI::Validator one_of(const std::vector<std::string>& names) {
    const auto check = [names](const std::string& text) -> std::string {
        if (std::find(names.begin(), names.end(), text) != names.end()) return "";
        return fmt::format("\"{}\" is none of {}", text, fmt::join(names, ", "));
    };
    return {check, fmt::format("{}", fmt::join(names, ","))};
}

void parse_strictly(CLI::App& app, int argc, const char* const* argv, const std::string& program) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string what = error.what();
        throw FlagError(fmt::format("{} takes one value; {} --help explains the flags.",
                                    what.substr(0, what.find(':')), program));
    } catch (const CLI::ParseError& error) {
        std::string what = error.what();
        while (!what.empty() && (what.back() == '\n' || what.back() == '.')) what.pop_back();
        throw FlagError(fmt::format("{}; {} --help explains the flags.", what, program));
    }
    if (const auto rest = app.remaining(); !rest.empty()) {
        throw FlagError(fmt::format("There is no flag \"{}\"; {} --help lists them.", rest.front(), program));
    }
}

}  // namespace tapedeck::demos
