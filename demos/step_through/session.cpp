#include "demos/step_through/session.hpp"

#include <fmt/format.h>

#include <exception>

#include "demos/step_through/find_entry.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {

Session::Session(Model model) : model_(std::move(model)) {
    for (const auto& example : model_.tapes) players_.emplace_back(*example);
}

Lines Session::introduction(std::size_t width) const {
    Lines lines;
    const Example& example = *model_.tapes.front();
    say(lines, width, fmt::format("{}: {}", model_.name, model_.introduction));
    say(lines, width,
        fmt::format(
            "{} entries; the loss is {}. The reverse pass is paused before its first adjoint. s steps, "
            "b steps back, ? lists all keys.",
            example.tape.size(), number(example.loss.item())));
    return lines;
}

std::string Session::title() const {
    const Example& example = *model_.tapes[shown_];
    return (model_.tapes.size() > 1 ? model_.name + ", " : "") + example.title + ": " + status(player());
}

Lines Session::obey(std::string_view line, std::size_t width, std::size_t rows) {
    if (line.find_first_not_of(" \t\r\n\v\f") == line.npos) line = last_line_;
    const std::string own(line);
    const Command command = parse_command(own);
    Lines lines;
    if (!command.problem.empty()) {
        say(lines, width, command.problem);
        return lines;
    }
    last_line_ = own;
    try {
        return carry_out(command, width, rows);
    } catch (const std::exception& error) {  // of the library: one clear sentence already
        say(lines, width, error.what());
        return lines;
    }
}

Lines Session::carry_out(const Command& command, std::size_t width, std::size_t rows) {
    const bool looks_on = command.verb == Verb::help || command.verb == Verb::list ||
                          command.verb == Verb::quit || command.verb == Verb::answer;
    if (!looks_on) ++moves_;
    switch (command.verb) {
        case Verb::step:
            return step(width);
        case Verb::back:
            return back(width);
        case Verb::until:
            return until(command.entry, width);
        case Verb::jump:
        case Verb::start:
        case Verb::end:
            return move(command, width);
        case Verb::forward:
            return choose(Half::forward, width);
        case Verb::reverse:
            return choose(Half::reverse, width);
        case Verb::deposits:
            return deposits(width);
        case Verb::list:
            if (command.entry.empty()) return tape_view(player(), width, rows);
            if (command.entry == "all") return tape_view(player(), width, player().tape().size() + 1);
            return {{fit("list takes nothing more, or \"all\".", width)}};
        case Verb::other:
            return other(width);
        case Verb::help:
            return help(width);
        case Verb::quit:
            over_ = true;
            return {};
        case Verb::value:
        case Verb::gradient:
        case Verb::rule:
        case Verb::check:
        case Verb::answer:
            break;
    }
    const Found found = find_entry(player(), command.entry);
    if (!found.entry) {
        Lines lines;
        say(lines, width, found.problem);
        return lines;
    }
    if (command.verb == Verb::value) return value(*found.entry, width, rows);
    if (command.verb == Verb::gradient) return gradient(*found.entry, width, rows);
    if (command.verb == Verb::rule) return rule(*found.entry, command.element, width);
    if (command.verb == Verb::check) return check(*found.entry, width);
    return answer(*found.entry, width);
}

void Session::say_next(Lines& lines, std::size_t width) {
    const auto here = player().here();
    const bool forward = player().half() == Half::forward;
    if (here) {
        const Entry<double>& entry = player().tape()[*here];
        say(lines, width,
            fmt::format("Next: the {} of {}, {}.", forward ? "forward" : "adjoint", label(entry),
                        entry.where().text()));
    } else {
        say(lines, width,
            forward ? "The run is over: every value is there. b steps back, r shows the reverse half."
                    : "The pass is over: every gradient is there. b steps back, < goes to the beginning.");
    }
}

Lines Session::help(std::size_t width) const {
    Lines lines;
    for (const Key& key : keys()) {
        lines.push_back({fit(
            fmt::format("  {} {:<9} {:<9} {}", key.letter, key.argument, key.word, key.meaning), width)});
    }
    say(lines, width,
        "N: a number or a name; without it the playhead's entry. Enter repeats. At a terminal arrows step, "
        "and : "
        "or a capital letter asks for what follows. In the list > runs next, + got something from the last "
        "step; |value| and |grad| are lengths, . is not there yet, 1/4: one of four gradients came.");
    return lines;
}

}  // namespace tapedeck::demos::step_through
