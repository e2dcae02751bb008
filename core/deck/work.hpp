// How long something takes, by estimate: the same on every machine, so that a deck's file is.
#pragma once

#include <cstddef>
#include <vector>

#include <tapedeck/core/deck/shot.hpp>

namespace tapedeck::deck {

/// A slope by differences runs what it depends on so often, as a rule.
inline constexpr double kRunsPerSlope = 8;

/// The seconds that entry i's forward takes.
template <class T>
double work_of(const Shot<T>& shot, std::size_t i);

/// For each entry the seconds that it takes to run all behind it, up to the loss.
template <class T>
std::vector<double> work_behind(const Shot<T>& shot);

/// An entry's wish for some number of items, each at this many seconds.
struct Share {
    std::size_t entry;
    double seconds;
    std::size_t wanted;
    std::size_t most;  ///< no more than this; what it gets, in ration()'s answer
};

/// Gives out `effort` seconds, to the modest first, each at most an equal share of what is left. Who would
/// get nothing is left out. In the order of the entries.
std::vector<Share> ration(std::vector<Share> shares, double effort);

extern template double work_of(const Shot<float>& shot, std::size_t i);
extern template double work_of(const Shot<double>& shot, std::size_t i);
extern template std::vector<double> work_behind(const Shot<float>& shot);
extern template std::vector<double> work_behind(const Shot<double>& shot);

}  // namespace tapedeck::deck
