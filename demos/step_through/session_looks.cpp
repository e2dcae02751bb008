// The commands that look at an entry.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <tapedeck/core/inspect/check.hpp>

#include "demos/step_through/explain.hpp"
#include "demos/step_through/rules/formula.hpp"
#include "demos/step_through/session.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// How many lines of a tensor are shown.
std::size_t table_rows(std::size_t rows) { return std::clamp<std::size_t>(rows / 3, 4, 12); }

}  // namespace

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

Lines Session::answer(std::size_t i, std::size_t width) {
    Lines lines;
    const auto wrong = player().example().wrong;
    if (!wrong) {
        say(lines, width, "Nothing is wrong in this model; wrong-by-hand has a mistake to be found.");
    } else if (*wrong != i) {
        ++moves_;
        say(lines, width, fmt::format("No: the adjoint of #{} is right. c N compares with differences.", i));
    } else {
        say(lines, width,
            fmt::format(
                "Yes, in {} move{}: {} ({}). Its adjoint, in demos/step_through/by_hand.hpp, has a sign "
                "that its rule has not.",
                moves_, moves_ == 1 ? "" : "s", label(player().tape()[i]), player().tape()[i].where().text()),
            Look::good);
    }
    return lines;
}

}  // namespace tapedeck::demos::step_through
