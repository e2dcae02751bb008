#include "demos/step_through/deck.hpp"

#include <tapedeck/core/deck/deck.hpp>

namespace tapedeck::demos::step_through {

void write_browser_deck(Model& model, const std::string& path) {
    Deck<double> deck({.title = model.name});
    for (const auto& example : model.tapes) deck.add(example->title, "recorded", example->loss);
    deck.write(path);
}

}  // namespace tapedeck::demos::step_through
