// The commands that move the playhead, or choose what is shown.
#include <fmt/format.h>

#include <tapedeck/core/stepping.hpp>

#include "demos/step_through/find_entry.hpp"
#include "demos/step_through/session.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {
namespace {

std::string times(std::size_t n) { return n == 1 ? "once" : fmt::format("{} times", n); }

/// How many entries of the same scope stand before entry i.
std::size_t place_in_scope(const Tape<double>& tape, std::size_t i) {
    std::size_t n = 0;
    for (std::size_t k = 0; k < i; ++k) n += tape[k].scope() == tape[i].scope();
    return n;
}

}  // namespace

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

}  // namespace tapedeck::demos::step_through
