// The user's line: which line of which file asked for an operation.
#pragma once

#include <string>

namespace tapedeck {

/// A place in source code. As a default argument (`Where where = Where::here()`) it is the caller's line.
/// Our own, since clang 14 has no std::source_location.
struct Where {
    constexpr Where() = default;  // no aggregate: braces around numbers are never taken for a place
    /// Member by member, and so passed by its address: a caller that has just written the three would wait
    /// for its own stores when they are copied as one wide word, several times in each recording.
    constexpr Where(const Where& other) noexcept
        : file(other.file), line(other.line), function(other.function) {}
    /// The same.
    constexpr Where& operator=(const Where& other) noexcept {
        file = other.file;
        line = other.line;
        function = other.function;
        return *this;
    }
    ~Where() = default;

    const char* file = nullptr;      ///< as the compiler was given it
    int line = 0;                    ///< from 1
    const char* function = nullptr;  ///< its name

    /// The caller's line.
    static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                                const char* function = __builtin_FUNCTION()) {
        Where where;
        where.file = file;
        where.line = line;
        where.function = function;
        return where;
    }
    /// Whether there is a place in it.
    constexpr bool known() const { return file != nullptr; }
    /// "demo.cpp:41", without the folders; "?" where nothing is known.
    std::string text() const;
};

}  // namespace tapedeck
