#include "demos/step_through/command.hpp"

#include <fmt/format.h>

#include <charconv>

#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {
namespace {

std::vector<std::string_view> words(std::string_view line) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    std::vector<std::string_view> all;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
        if (line.empty()) return all;
        const std::size_t end = std::min(line.find_first_of(kSpace), line.size());
        all.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

std::optional<std::size_t> whole_number(std::string_view text) {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

/// "0,1", "[0,1]", "[2]"; a number alone is none, since it may be an entry's.
std::optional<Shape> element(std::string_view text) {
    const bool bracketed = text.size() > 1 && text.front() == '[' && text.back() == ']';
    if (bracketed) text = text.substr(1, text.size() - 2);
    if (!bracketed && text.find(',') == text.npos) return std::nullopt;
    Shape at;
    while (true) {
        const std::size_t end = std::min(text.find(','), text.size());
        const auto n = whole_number(text.substr(0, end));
        if (!n) return std::nullopt;
        at.push_back(*n);
        if (end == text.size()) return at;
        text.remove_prefix(end + 1);
    }
}

const Key* key_of(std::string_view word) {
    if (word == "rule") word = "explain";
    if (word == "grad") word = "gradient";
    if (word == "exit") word = "quit";
    for (const Key& key : keys()) {
        if (word == key.word || (word.size() == 1 && word[0] == key.letter)) return &key;
    }
    return nullptr;
}

Command unclear(std::string problem) {
    Command command;
    command.problem = std::move(problem);
    return command;
}

}  // namespace

const std::vector<Key>& keys() {
    static const std::vector<Key> all{
        {Verb::step, 's', "step", "", "run the next entry"},
        {Verb::back, 'b', "back", "", "take the last step back, to the bit"},
        {Verb::until, 'u', "until", "NAME", "step until an entry of this name, operation or scope"},
        {Verb::jump, 'j', "jump", "N", "step or back until entry N; N alone does it too"},
        {Verb::start, '<', "start", "", "back to the beginning"},
        {Verb::end, '>', "end", "", "step to the end"},
        {Verb::forward, 'f', "forward", "", "the forward half: values"},
        {Verb::reverse, 'r', "reverse", "", "the reverse half: gradients"},
        {Verb::value, 'v', "value", "[N]", "an entry's value"},
        {Verb::gradient, 'g', "gradient", "[N]", "an entry's gradient, as far as it has come"},
        {Verb::deposits, 'd', "deposits", "", "what the last step handed on, and to whom"},
        {Verb::rule, 'e', "explain", "[N] [I,J]", "its rule with the numbers of one element filled in"},
        {Verb::check, 'c', "check", "[N]", "its gradient, and its own adjoint, beside differences"},
        {Verb::list, 'l', "list", "[all]", "the tape around the playhead, or all of it"},
        {Verb::other, 'o', "other", "", "the other tape, at the same place (bn-vs-ln)"},
        {Verb::answer, 'a', "answer", "N", "entry N has the mistake (wrong-by-hand)"},
        {Verb::help, '?', "help", "", "this list"},
        {Verb::quit, 'q', "quit", "", "stop"},
    };
    return all;
}

std::optional<std::size_t> entry_number(std::string_view text) {
    if (!text.empty() && text.front() == '#') text.remove_prefix(1);
    return whole_number(text);
}

Command parse_command(std::string_view line) {
    std::vector<std::string_view> parts = words(line);
    if (parts.empty()) return unclear("There is no command to repeat yet; ? lists them.");
    if (parts.size() == 1 && entry_number(parts[0])) parts.insert(parts.begin(), "jump");
    const Key* key = key_of(parts[0]);
    // "n4" may be a name; "j4" can only be meant as "j 4".
    if (key == nullptr && parts.size() == 1 && entry_number(parts[0].substr(1))) {
        key = key_of(parts[0].substr(0, 1));
        if (key != nullptr) parts.push_back(parts[0].substr(1));
    }
    if (key == nullptr) {
        return unclear(
            fmt::format("There is no command \"{}\"; ? lists them.", fit(printable(parts[0]), 20)));
    }
    Command command;
    command.verb = key->verb;
    parts.erase(parts.begin());
    if (key->verb == Verb::rule && !parts.empty()) {
        command.element = element(parts.back());
        // After an entry, a number alone is an element of a vector.
        if (!command.element && parts.size() == 2) {
            if (const auto n = whole_number(parts.back())) command.element = Shape{*n};
        }
        if (command.element) parts.pop_back();
    }
    if (parts.size() > (key->argument.empty() ? 0u : 1u)) {
        return unclear(fmt::format("{} takes {}: write \"{}{}{}\".", key->word,
                                   key->argument.empty() ? "nothing more" : "no more than that", key->letter,
                                   key->argument.empty() ? "" : " ", key->argument));
    }
    if (!parts.empty()) command.entry = parts[0];
    const bool needed = !key->argument.empty() && key->argument.front() != '[';
    if (needed && command.entry.empty()) {
        return unclear(fmt::format("{} needs {}: write \"{} {}\".", key->word,
                                   key->argument == "NAME" ? "a name" : "an entry's number", key->letter,
                                   key->verb == Verb::until ? "norm" : "5"));
    }
    return command;
}

}  // namespace tapedeck::demos::step_through
