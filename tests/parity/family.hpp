// A family of cases against its table: from the name of an operation to our way of running it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "run.hpp"

namespace tapedeck::parity {

/// How a case is run in either precision.
struct Entry {
    std::function<void(Run<float>&)> in_float;
    std::function<void(Run<double>&)> in_double;
};
using Table = std::map<std::string, Entry, std::less<>>;

/// An entry whose function compares the outputs itself.
template <class F>
Entry program(F f) {
    return {f, f};
}
/// An entry of an operation, y = f(run): its value and all gradients are compared.
template <class F>
Entry operation(F f) {
    return program([f](auto& run) { run.reverse(f(run)); });
}

/// Runs every case of the family in double and in float, and reports all that differ. Fails as well on a case
/// that the table doesn't know, on an entry of the table without a case, and on fewer than `at_least` cases.
void check_family(std::string_view family, const Table& table, std::size_t at_least);

}  // namespace tapedeck::parity
