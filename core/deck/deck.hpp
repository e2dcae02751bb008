// write_deck, Deck: a tape as one HTML file, to be stepped through in a browser.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// What a deck's page is called, and how much may go into it.
struct DeckOptions {
    std::string title = "";  ///< "" takes the file's name
    /// The largest file to write, in bytes. Tensors are sampled evenly, and marked so, until it fits.
    std::size_t budget = 2'000'000;
    /// About how many seconds may go into numeric gradients and checks, for each moment. What they don't
    /// reach is marked as not computed. It is rationed by an estimate of the work, so that the same tape
    /// gives the same file.
    double effort = 1;
};

/// Several moments of one tape, or of several tapes side by side, for one file.
///
///     Deck<float> deck({.title = "BatchNorm against LayerNorm"});
///     deck.add("BatchNorm", "step 0", loss);  // copies everything; the tape may be rewound
///     deck.add("LayerNorm", "step 0", other_loss);
///     deck.write("norms.html");
template <class T = float>
class Deck {
  public:
    /// @throws ValueError when effort is negative or no number.
    explicit Deck(DeckOptions options = {});
    Deck(Deck&&) noexcept;
    Deck& operator=(Deck&&) noexcept;
    ~Deck();

    /// Adds a moment of the tape that goes by this name; the page has a slider over a tape's moments and sets
    /// the tapes side by side, aligned by scope. Gradients are those of the last reverse pass; where none has
    /// come to `loss`, one is run, and the parameters' gradients are put back afterwards.
    /// @throws what backward does; ShapeError when loss has not one element
    void add(std::string_view tape, std::string_view moment, Variable<T> loss, Where where = Where::here());
    /// Writes one HTML file that needs no server and no network. It is there as a whole or not at all.
    /// @throws ValueError when nothing was added, or the budget is too small for this many entries; FileError
    /// when the file can't be written.
    void write(const std::string& path) const;
    /// The page as text, as write() writes it.
    std::string html(std::string_view title = "") const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Writes the tape that `loss` was recorded on as one HTML file, to be opened in a browser: values,
/// gradients, where they came from, numeric gradients beside them. `tape` must be loss's. Write it before the
/// optimizer's step: the parameters must still be the ones that were read.
/// @throws as Deck does; StaleVariableError when loss is not on this tape.
template <class T>
void write_deck(Tape<T>& tape, std::type_identity_t<Variable<T>> loss, const std::string& path,
                const DeckOptions& options = {}, Where where = Where::here());

extern template class Deck<float>;
extern template class Deck<double>;

}  // namespace tapedeck
