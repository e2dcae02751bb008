// The data of a deck's page: what the page's scripts read.
#pragma once

#include <string>
#include <vector>

#include <tapedeck/core/deck/shot.hpp>

namespace tapedeck::deck {

template <class T>
struct NamedTape {
    std::string name;
    std::vector<Shot<T>> shots;
};

/// A JSON document, with at most `limit` elements of each tensor. Its form is written down in
/// page/data.js, which reads it.
template <class T>
std::string document(const std::string& title, const std::vector<NamedTape<T>>& tapes, std::size_t limit);

}  // namespace tapedeck::deck
