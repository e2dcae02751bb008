#include "demos/step_through/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <tapedeck/core/inspect/check.hpp>
#include <tapedeck/core/stepping.hpp>

#include "demos/step_through/explain.hpp"
#include "demos/step_through/find_entry.hpp"
#include "demos/step_through/rules/formula.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// How many lines of a tensor are shown.
std::size_t table_rows(std::size_t rows) { return std::clamp<std::size_t>(rows / 3, 4, 12); }

std::string times(std::size_t n) { return n == 1 ? "once" : fmt::format("{} times", n); }

/// How many entries of the same scope stand before entry i.
std::size_t place_in_scope(const Tape<double>& tape, std::size_t i) {
    std::size_t n = 0;
    for (std::size_t k = 0; k < i; ++k) n += tape[k].scope() == tape[i].scope();
    return n;
}

}  // namespace

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

Lines Session::step(std::size_t width) {
    Lines lines;
    const auto ran = player().step();
    if (ran && player().half() == Half::forward) {
        const Entry<double>& entry = player().tape()[*ran];
        say(lines, width,
            fmt::format("{} computed its value, {}: {} {}.", label(entry), to_text(entry.value().shape()),
                        entry.value().size() == 1 ? "it is" : "length", size_text(entry.value())));
    } else if (ran) {
        return deposits(width);
    }
    say_next(lines, width);
    return lines;
}

Lines Session::back(std::size_t width) {
    Lines lines;
    if (const auto taken_back = player().back()) {
        say(lines, width,
            fmt::format("{}: its {} taken back, to the bit.", label(player().tape()[*taken_back]),
                        player().half() == Half::forward ? "forward was" : "adjoint was"));
    } else {
        say(lines, width, "This is the beginning; s steps.");
    }
    say_next(lines, width);
    return lines;
}

Lines Session::until(const std::string& name, std::size_t width) {
    Lines lines;
    Player& p = player();
    const auto answers = [&](std::size_t i) {
        const Entry<double>& entry = p.tape()[i];
        return p.runs(i) && (answers_to(entry, name) || entry_number(name) == i);
    };
    const auto ahead = [&](std::size_t i) {
        return p.here() && (p.half() == Half::forward ? i > *p.here() : i < *p.here());
    };
    std::optional<std::size_t> next, behind;
    for (std::size_t i = 0; i < p.tape().size(); ++i) {
        if (!answers(i)) continue;
        const bool closer = p.half() == Half::forward ? !next : true;
        if (ahead(i) && closer) next = i;
        if (!ahead(i) && p.here() != i) behind = i;
    }
    const std::string shown = fit(printable(name), 24);
    if (!next) {
        if (p.here() && answers(*p.here())) {
            say(lines, width, fmt::format("\"{}\" is what comes next already, and none is ahead.", shown));
        } else if (behind) {
            say(lines, width,
                fmt::format("Nothing ahead is called \"{}\", but #{} behind is: j {} goes back.", shown,
                            *behind, *behind));
        } else {
            say(lines, width,
                fmt::format(
                    "Nothing that runs in this half is called \"{}\", and no operation or scope; l all "
                    "lists the tape.",
                    shown));
        }
        return lines;
    }
    const std::size_t before = p.steps();
    p.jump(*next);
    say(lines, width, fmt::format("Stepped {}.", times(p.steps() - before)));
    say_next(lines, width);
    return lines;
}

Lines Session::move(const Command& command, std::size_t width) {
    Lines lines;
    Player& p = player();
    const std::size_t before = p.steps();
    std::string remark;
    if (command.verb == Verb::start) {
        while (p.back()) {
        }
    } else if (command.verb == Verb::end) {
        while (p.step()) {
        }
    } else {
        const Found found = find_entry(p, command.entry);
        if (!found.entry) {
            say(lines, width, found.problem);
            return lines;
        }
        p.jump(*found.entry);
        if (!p.runs(*found.entry)) {
            const Entry<double>& entry = p.tape()[*found.entry];
            const bool whole = p.half() == Half::reverse && p.has_whole_gradient(*found.entry);
            remark = fmt::format("{} has nothing to run in this half{}.", label(entry),
                                 whole ? "; its gradient is whole here" : "");
        }
    }
    if (p.steps() > before) say(lines, width, fmt::format("Stepped {}.", times(p.steps() - before)));
    if (p.steps() < before) say(lines, width, fmt::format("Stepped back {}.", times(before - p.steps())));
    if (p.steps() == before) say(lines, width, "The playhead stands there already.");
    if (!remark.empty()) say(lines, width, remark);
    say_next(lines, width);
    return lines;
}

Lines Session::choose(Half half, std::size_t width) {
    Lines lines;
    player().choose(half);
    say(lines, width,
        half == Half::forward ? "The forward half: steps compute values."
                              : "The reverse half: steps run adjoints.");
    say_next(lines, width);
    return lines;
}

Lines Session::value(std::size_t i, std::size_t width, std::size_t rows) {
    Lines lines;
    const Entry<double>& entry = player().tape()[i];
    say(lines, width, fmt::format("{}: value {}", label(entry), to_text(entry.value().shape())),
        Look::strong);
    for (Line& line : table(entry.value(), width, table_rows(rows))) lines.push_back(std::move(line));
    if (player().half() == Half::forward && !player().has_value(i))
        say(lines, width, "The forward half has not come here yet: this is what was recorded.");
    return lines;
}

Lines Session::gradient(std::size_t i, std::size_t width, std::size_t rows) {
    Lines lines;
    const Entry<double>& entry = player().tape()[i];
    if (entry.contributions() > 0) {
        say(lines, width, fmt::format("{}: gradient {}", label(entry), to_text(entry.value().shape())),
            Look::strong);
        for (Line& line : table(entry.grad(), width, table_rows(rows))) lines.push_back(std::move(line));
    }
    say_what_is_missing(lines, i, width);
    return lines;
}

/// Says why entry i has no gradient, or not all of it. @returns whether anything is missing.
bool Session::say_what_is_missing(Lines& lines, std::size_t i, std::size_t width) {
    Player& p = player();
    if (p.has_whole_gradient(i)) return false;
    const Entry<double>& entry = p.tape()[i];
    if (p.expected(i) == 0) {
        say(lines, width,
            fmt::format("No gradient comes to {}: {}.", label(entry),
                        entry.needs_grad() ? "the loss does not depend on it"
                                           : "it is data, and nothing upstream of it is learned"));
    } else {
        say(lines, width,
            fmt::format("The gradient of {} is not whole yet: {} of {} came. {}j {} goes there.",
                        label(entry), entry.contributions(), p.expected(i),
                        p.half() == Half::forward ? "r, then " : "", i));
    }
    return true;
}

Lines Session::deposits(std::size_t width) {
    Lines lines;
    Player& p = player();
    if (p.half() == Half::forward) {
        say(lines, width, "Only adjoints hand something on: r shows the reverse half.");
        return lines;
    }
    if (!p.last()) {
        say(lines, width, "No adjoint has run yet, so nothing was handed on; s runs the first.");
        return lines;
    }
    const Entry<double>& entry = p.tape()[*p.last()];
    say(lines, width, fmt::format("The adjoint of {} ran: {}", label(entry), entry.rule()), Look::strong);
    for (const Contribution<double>& c : p.deposits()) {
        const Entry<double>& to = p.tape()[c.to];
        say(lines, width,
            fmt::format("  d{} {} to {}: {}, |d{}| {}", input_letter(entry, c.position),
                        to_text(c.value.shape()), label(to), c.first ? "assigned" : "added",
                        input_letter(entry, c.position), size_text(c.value)));
    }
    say_next(lines, width);
    return lines;
}

Lines Session::rule(std::size_t i, const std::optional<Shape>& element, std::size_t width) {
    Lines lines;
    const Entry<double>& entry = player().tape()[i];
    if (entry.is_leaf()) {
        say(lines, width, fmt::format("{} is a leaf: it has a value, and no rule.", label(entry)));
        return lines;
    }
    if (say_what_is_missing(lines, i, width)) {
        say(lines, width, fmt::format("Its rule: {}", entry.rule()));
        return lines;
    }
    return explain(player().at(i), element, width);
}

Lines Session::check(std::size_t i, std::size_t width) {
    Lines lines;
    if (say_what_is_missing(lines, i, width)) return lines;
    const Entry<double>& entry = player().tape()[i];
    const auto verdict = [&](const GradientCheck& c) {
        std::string text = c.text();
        text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
        say(lines, width, text, c.ok ? Look::good : Look::bad);
        return c.ok;
    };
    const bool gradient_ok = verdict(check_gradient(player().example().loss, player().at(i)));
    const bool adjoint_ok = entry.is_leaf() || verdict(check_adjoint(player().at(i)));
    if (!adjoint_ok) {
        say(lines, width, fmt::format("Here is a mistake: #{} hands on what it should not.", i));
    } else if (!gradient_ok) {
        say(lines, width,
            fmt::format("The mistake is in an adjoint that ran before: at an entry after #{}.", i));
    } else {
        say(lines, width,
            i == player().example().loss.index()
                ? "So far all is right."
                : fmt::format("Every adjoint on the way from the loss to #{} is right.", i));
    }
    return lines;
}

Lines Session::other(std::size_t width) {
    Lines lines;
    if (players_.size() < 2) {
        say(lines, width, "There is one tape here; bn-vs-ln has two.");
        return lines;
    }
    const Player& from = player();
    shown_ = (shown_ + 1) % players_.size();
    Player& to = player();
    to.choose(from.half());
    const auto here = from.here();
    if (!here) {
        while (to.step()) {
        }
    } else {
        const auto same_place = [&](std::size_t i) {
            return to.tape()[i].scope() == from.tape()[*here].scope() &&
                   place_in_scope(to.tape(), i) == place_in_scope(from.tape(), *here);
        };
        for (std::size_t i = 0; i < to.tape().size(); ++i) {
            if (same_place(i)) to.jump(i);
        }
    }
    say(lines, width,
        fmt::format("The other tape: {}, whose loss is {}.", to.example().title,
                    number(to.example().loss.item())));
    say_next(lines, width);
    return lines;
}

Lines Session::answer(std::size_t i, std::size_t width) {
    Lines lines;
    const auto wrong = player().example().wrong;
    if (!wrong) {
        say(lines, width, "Nothing is wrong in this model; wrong-by-hand has a mistake to be found.");
    } else if (*wrong != i) {
        say(lines, width, fmt::format("No: the adjoint of #{} is right. c N compares with differences.", i));
    } else {
        say(lines, width,
            fmt::format(
                "Yes, in {} move{}: {} ({}). Its adjoint, in demos/step_through/by_hand.hpp, has a minus "
                "where its rule has a plus.",
                moves_, moves_ == 1 ? "" : "s", label(player().tape()[i]), player().tape()[i].where().text()),
            Look::good);
    }
    return lines;
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
