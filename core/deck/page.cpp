#include <tapedeck/core/deck/page.hpp>

#include <tapedeck/core/deck/page_files.hpp>

namespace tapedeck::deck {

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

/// JSON needs a < only within strings, where it may be written so.
std::string without_tags(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            out += "\\u003c";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string page(std::string_view title, std::string_view document) {
    std::string style, script;
    for (const PageFile& file : page_files()) {
        if (file.name.ends_with(".css")) style += file.text;
        if (file.name.ends_with(".js")) script += file.text;
    }
    std::string html;
    for (const PageFile& file : page_files()) {
        if (file.name.ends_with(".html")) html = file.text;
    }
    // The marks stand in the page in this order from its end on, so that nothing put in is searched.
    const auto put = [&html](std::string_view mark, const std::string& text) {
        const auto at = html.find(mark);
        html.replace(at, mark.size(), text);
    };
    put("{{script}}", "'use strict';\n(() => {\n" + script + "})();\n");
    put("{{data}}", without_tags(document));
    put("{{style}}", style);
    put("{{title}}", escaped(title));
    return html;
}

}  // namespace tapedeck::deck
