// Rows: a table of wrong calls, each with what must come of it.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "../support.hpp"
#include "aftermath.hpp"

namespace tapedeck::test {

/// One wrong call.
template <class T>
struct Row {
    using Act = std::function<void(World<T>&)>;

    std::string name;
    const std::type_info* type;          ///< of the exception, exactly
    std::vector<std::string> fragments;  ///< of its text, in order
    Act wrong;
    Act given;  ///< what goes before it; nothing wrong yet
    Where where;
    bool names_line;
};

template <class T>
class Rows {
  public:
    using Act = typename Row<T>::Act;

    /// A wrong call throws an E, exactly, with these fragments in its text, in this order, and the line of
    /// this row.
    template <class E>
    void add(
        std::string name, Act wrong, std::vector<std::string> fragments, Act given = [](World<T>&) {},
        Where where = Where::here()) {
        rows_.push_back({std::move(name), &typeid(E), std::move(fragments), std::move(wrong),
                         std::move(given), where, true});
    }
    /// The same for a call that is told no line: its text names none.
    template <class E>
    void add_without_line(
        std::string name, Act wrong, std::vector<std::string> fragments, Act given = [](World<T>&) {},
        Where where = Where::here()) {
        add<E>(std::move(name), std::move(wrong), std::move(fragments), std::move(given), where);
        rows_.back().names_line = false;
    }
    void check() const {
        for (const Row<T>& row : rows_) check(row);
    }

  private:
    static void check(const Row<T>& row);
    static void check_text(const Row<T>& row, const std::string& text);

    std::vector<Row<T>> rows_;
};

/// Does the wrong thing in one of two equal worlds; then they must be equal still, and go on so.
template <class T>
void Rows<T>::check(const Row<T>& row) {
    CAPTURE(row.name);
    World<T> world, spared;
    row.given(world);
    row.given(spared);
    const Snapshot before(world);
    REQUIRE(before.difference(Snapshot(spared)) == "");
    bool thrown = false;
    try {
        row.wrong(world);
    } catch (const std::exception& error) {
        thrown = true;
        const std::string text = error.what();
        if (std::getenv("TAPEDECK_SHOW_MISUSE") != nullptr) fmt::print("{}\n  > {}\n", row.name, text);
        const bool exactly_this_type = typeid(error) == *row.type;
        CAPTURE(typeid(error).name());
        CAPTURE(text);
        CHECK(exactly_this_type);
        check_text(row, text);
    }
    CHECK_MESSAGE(thrown, "nothing was thrown");
    CHECK(before.difference(Snapshot(world)) == "");
    CHECK(aftermath(spared).difference(aftermath(world)) == "");
}

template <class T>
void Rows<T>::check_text(const Row<T>& row, const std::string& text) {
    std::size_t from = 0;
    for (const std::string& fragment : row.fragments) {
        CAPTURE(fragment);
        const std::size_t found = text.find(fragment, from);
        CHECK(found != std::string::npos);
        if (found != std::string::npos) from = found + fragment.size();
    }
    // Compilers differ in the line that they report for a call over several lines: near will do.
    const std::string file = row.where.text().substr(0, row.where.text().find(':') + 1);
    const std::size_t at = text.find(file);
    const bool names_line =
        at != std::string::npos && std::abs(std::atoi(text.c_str() + at + file.size()) - row.where.line) <= 8;
    if (row.names_line) CHECK(names_line);
    const bool of_ours =
        text.find(".hpp:") != std::string::npos && text.find("world.hpp:") == std::string::npos;
    CHECK_FALSE(of_ours);
    CHECK(text.find("18446744") == std::string::npos);  // a -1 in an unsigned disguise
    const std::string sentence = text.substr(0, text.find('\n'));
    const bool ends = sentence.ends_with('.') || sentence.ends_with('?') ||
                      (sentence.ends_with(':') && sentence.size() < text.size());  // a story follows
    CHECK(ends);
}

/// Checks a table, which `fill` writes into it, in both precisions.
#define TAPEDECK_CHECK_ROWS(fill) \
    do {                          \
        Rows<float> singles;      \
        fill(singles);            \
        singles.check();          \
        Rows<double> doubles;     \
        fill(doubles);            \
        doubles.check();          \
    } while (false)

}  // namespace tapedeck::test
