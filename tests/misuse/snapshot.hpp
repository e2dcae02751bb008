// Snapshot: all that can be seen of a World, bit by bit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "world.hpp"

namespace tapedeck::test {

/// All generators that a module holds.
template <class T>
struct Generators : Visitor<T> {
    std::vector<const Random*> all;
    void module(std::string_view, Module<T>& child) override { child.visit(*this); }
    void generator(std::string_view, Random& rng) override { all.push_back(&rng); }
};

/// Named facts, in order; two of them can be told apart by the first that differs.
class Snapshot {
  public:
    template <class T>
    explicit Snapshot(World<T>& world) {
        take(world);
    }

    void note(std::string what, std::string value) { facts_.emplace_back(std::move(what), std::move(value)); }
    template <class T>
    void note(std::string what, const Tensor<T>& x) {
        note(std::move(what), fmt::format("{} {:a}", to_text(x.shape()), fmt::join(x.storage(), " ")));
    }
    /// Notes all of it.
    template <class T>
    void take(World<T>& world);

    /// "" when both say the same; otherwise the first fact that differs.
    std::string difference(const Snapshot& other) const {
        for (std::size_t i = 0; i < std::max(facts_.size(), other.facts_.size()); ++i) {
            if (i >= facts_.size()) return "there is now: " + other.text(i);
            if (i >= other.facts_.size()) return "there is no longer: " + text(i);
            if (facts_[i] != other.facts_[i]) return text(i) + "\n  is now " + other.text(i);
        }
        return "";
    }

  private:
    std::string text(std::size_t i) const { return facts_[i].first + ": " + facts_[i].second; }

    std::vector<std::pair<std::string, std::string>> facts_;
};

template <class T>
void Snapshot::take(World<T>& world) {
    const auto generator = [&](std::string what, const Random& rng) {
        note(std::move(what), fmt::format("{:x}", fmt::join(rng.state(), " ")));
    };
    const auto tape = [&](const std::string& which, const Tape<T>& t) {
        note(which, fmt::format("{} entries, paused {}, scope opened on line {} by a module {}", t.size(),
                                t.paused(), t.where().line, t.owner() != nullptr));
        for (const Entry<T>& e : t) {
            const std::string name = fmt::format("{} {}", which, e.text());
            note(name, fmt::format("inputs {}, needs_grad {}, {} contributions", fmt::join(e.inputs(), " "),
                                   e.needs_grad(), e.contributions()));
            note(name + " value", e.value());
            if (e.has_grad()) note(name + " grad", e.grad());
        }
    };
    const auto module = [&](const std::string& which, Module<T>& m) {
        for (const auto& [path, p] : m.named_parameters()) {
            note(which + "." + path, p->value);
            note(which + "." + path + ".grad", p->grad);
        }
        for (const auto& [path, b] : m.named_buffers()) note(which + "." + path, *b);
        note(which, m.is_training() ? "training" : "evaluating");
        Generators<T> found;
        m.visit(found);
        for (const Random* rng : found.all) generator(which + ".rng", *rng);
    };
    generator("rng", world.rng);
    tape("tape", world.tape);
    tape("other", world.other);
    module("net", world.net);
    module("cell", world.cell);
    note("gain", world.gain.value);
    note("gain.grad", world.gain.grad);
    note("rates", fmt::format("{:a} {:a}", world.sgd.lr(), world.adam.lr()));
    note("net's size", fmt::format("{}", world.net.size()));
    note("pass", fmt::format("{} steps, done {}", world.pass.steps(), world.pass.done()));
    try {
        if (!world.pass.done()) note("here", world.pass.here().text());
    } catch (const Error& error) {
        note("here", error.what());
    }
}

}  // namespace tapedeck::test
