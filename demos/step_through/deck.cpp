#include "demos/step_through/deck.hpp"

#include "demos/common/error.hpp"

// The browser deck is a part of the library that may not be there yet.
#if __has_include(<tapedeck/core/deck/deck.hpp>)
#include <tapedeck/core/deck/deck.hpp>
#define TAPEDECK_HAS_DECK
#endif

namespace tapedeck::demos::step_through {

#ifdef TAPEDECK_HAS_DECK
void write_browser_deck(Model& model, const std::string& path) {
    Deck<double> deck({.title = model.name});
    for (const auto& example : model.tapes) deck.add(example->title, "recorded", example->loss);
    deck.write(path);
}
#else
void write_browser_deck(Model&, const std::string&) {
    throw FlagError("--deck: this library has no write_deck, so that no page can be written; leave it out.");
}
#endif

}  // namespace tapedeck::demos::step_through
