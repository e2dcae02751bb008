#include "demos/step_through/rules/formula.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace tapedeck::demos::step_through {

std::string input_letter(const Entry<double>& entry, std::size_t position) {
    const auto among = [&](std::initializer_list<std::string_view> letters) {
        return std::string(position < letters.size() ? letters.begin()[position] : "?");
    };
    const std::string_view op = entry.op(), rule = entry.rule();
    if (op == "Linear") return among({"x", "W", "b"});
    if (op == "Where") return among({"mask", "a", "b"});
    if (op == "MaskedFill") return among({"mask", "value", "x"});
    if (op.ends_with("Loss") || op.ends_with("Logits")) return among({"x", "t"});
    if (rule.find("dweight") != rule.npos) return among({"x", "weight", "bias"});
    if (rule.starts_with("da =")) return among({"a", "b"});
    return entry.inputs().size() == 1 ? "x" : fmt::format("x{}", position);
}

std::string Site::letter() const { return input_letter(entry(), position); }

std::string substitute(std::string_view text,
                       const std::vector<std::pair<std::string, std::string>>& replacements) {
    const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_letter(text[end])) ++end;
        if (end == i) {
            result += text[i++];
            continue;
        }
        std::string word(text.substr(i, end - i));
        for (const auto& [letter, number] : replacements) {
            if (word == letter) {
                word = number;
                break;
            }
        }
        result += word;
        i = end;
    }
    return result;
}

std::string sum_text(const std::vector<std::string>& terms) {
    constexpr std::size_t kWhole = 4;
    if (terms.empty()) return "0";
    std::string text = terms[0];
    const std::size_t first = terms.size() <= kWhole ? terms.size() : 2;
    for (std::size_t k = 1; k < first; ++k) text += "\n+ " + terms[k];
    if (first < terms.size()) text += fmt::format("\n+ …\n+ {} ({} terms)", terms.back(), terms.size());
    std::string result;
    for (const char c : text) {
        if (c == ' ')
            result += "\u00a0";
        else
            result += c == '\n' ? ' ' : c;
    }
    return result;
}

std::size_t flat_index(const Shape& at, const Shape& shape) {
    const std::size_t skip = at.size() - shape.size();
    std::size_t flat = 0;
    for (std::size_t d = 0; d < shape.size(); ++d)
        flat = flat * shape[d] + (shape[d] == 1 ? 0 : at[skip + d]);
    return flat;
}

}  // namespace tapedeck::demos::step_through
