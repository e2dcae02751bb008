#include "family.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <exception>
#include <set>

#include <fmt/format.h>

namespace tapedeck::parity {
namespace {

template <class T>
double run(const Case& c, const std::function<void(Run<T>&)>& f) {
    Run<T> run(c);
    std::string faults;
    try {
        f(run);
        run.finish();
        faults = run.faults();
    } catch (const std::exception& error) {
        faults = fmt::format("{}  threw: {}\n", run.faults(), error.what());
    }
    if (!faults.empty())
        FAIL_CHECK(fmt::format("{} in {}:\n{}", c.name, sizeof(T) == 4 ? "float" : "double", faults));
    return run.worst();
}

}  // namespace

void check_family(std::string_view family, const Table& table, std::size_t at_least) {
    const std::vector<Case> cases = load(family);
    std::set<std::string> exercised;
    for (const Case& c : cases) {
        const auto entry = table.find(c.op);
        if (entry == table.end()) {
            FAIL_CHECK(fmt::format("{}: the test knows no operation called \"{}\"; add it to the table",
                                   c.name, c.op));
            continue;
        }
        exercised.insert(c.op);
        const double in_double = run<double>(c, entry->second.in_double);
        const double in_float = run<float>(c, entry->second.in_float);
        // For reading: the largest difference of each case, as a share of what is tolerated.
        if (std::getenv("TAPEDECK_PARITY_VERBOSE") != nullptr)
            fmt::print("{:<70} double {:8.2g} float {:8.2g}\n", c.name, in_double, in_float);
    }
    for (const auto& [op, entry] : table)
        if (!exercised.contains(op)) FAIL_CHECK(fmt::format("no case of {} is about {}", family, op));
    if (cases.size() < at_least)
        FAIL_CHECK(
            fmt::format("{} has {} cases, and at least {} are expected", family, cases.size(), at_least));
}

}  // namespace tapedeck::parity
