// Session: carries out commands on a model, and answers in lines of text.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "demos/step_through/command.hpp"
#include "demos/step_through/models.hpp"
#include "demos/step_through/player.hpp"
#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {

class Session {
  public:
    explicit Session(Model model);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// What the model is, and how to begin.
    Lines introduction(std::size_t width) const;
    /// Carries out a command; an empty line repeats the last one. It throws nothing: a refusal is an answer.
    Lines obey(std::string_view line, std::size_t width, std::size_t rows = 24);
    /// Whether the user wants to stop.
    bool over() const { return over_; }

    Player& player() { return players_[shown_]; }
    const Player& player() const { return players_[shown_]; }
    /// "bn-vs-ln, BatchNorm: reverse half, 3 of 8 steps; next: #7 Tanh (act)"
    std::string title() const;

  private:
    Lines carry_out(const Command& command, std::size_t width, std::size_t rows);
    Lines step(std::size_t width);
    Lines back(std::size_t width);
    Lines until(const std::string& name, std::size_t width);
    Lines move(const Command& command, std::size_t width);
    Lines choose(Half half, std::size_t width);
    Lines value(std::size_t i, std::size_t width, std::size_t rows);
    Lines gradient(std::size_t i, std::size_t width, std::size_t rows);
    Lines deposits(std::size_t width);
    Lines rule(std::size_t i, const std::optional<Shape>& element, std::size_t width);
    Lines check(std::size_t i, std::size_t width);
    Lines other(std::size_t width);
    Lines answer(std::size_t i, std::size_t width);
    Lines help(std::size_t width) const;
    void say_next(Lines& lines, std::size_t width);
    bool say_what_is_missing(Lines& lines, std::size_t i, std::size_t width);

    Model model_;
    std::deque<Player> players_;
    std::size_t shown_ = 0, moves_ = 0;
    std::string last_line_;
    bool over_ = false;
};

}  // namespace tapedeck::demos::step_through
