#include "html.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "page_style.hpp"

namespace tapedeck::demos {

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string listed(const std::vector<std::string>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i)
        text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
    return text;
}

std::string page_start(const std::string& title) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
        "dark\"><title>{0}</title>\n"
        "<style>{1}</style></head><body>\n<header><h1>{0}</h1>\n",
        escaped(title), page_style);
}

std::string value_text(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::string text;
    for (const nlohmann::json& item : value) text += (text.empty() ? "" : " ") + value_text(item);
    return text;
}

std::string definitions(const nlohmann::json& document, const std::string& key) {
    const auto found = document.find(key);
    if (found == document.end() || !found->is_object() || found->empty())
        return "<p class=\"rule\">Not recorded.</p>\n";
    std::string html = "<dl>\n";
    for (const auto& item : found->items())
        html +=
            fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(item.key()), escaped(value_text(item.value())));
    return html + "</dl>\n";
}

}  // namespace tapedeck::demos
