#include <tapedeck/core/deck/deck.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include <tapedeck/core/deck/document.hpp>
#include <tapedeck/core/deck/page.hpp>
#include <tapedeck/core/deck/sampling.hpp>
#include <tapedeck/core/write_file.hpp>

namespace tapedeck {

template <class T>
struct Deck<T>::Impl {
    DeckOptions options;
    std::vector<deck::NamedTape<T>> tapes;

    deck::NamedTape<T>& tape(std::string_view name) {
        for (auto& known : tapes) {
            if (known.name == name) return known;
        }
        return tapes.emplace_back(deck::NamedTape<T>{std::string(name), {}});
    }
    std::size_t largest_tensor() const;
    std::size_t coded_bytes(std::size_t limit) const;
};

template <class T>
Deck<T>::Deck(DeckOptions options) : impl_(std::make_unique<Impl>(Impl{std::move(options), {}})) {
    if (!(impl_->options.effort >= 0)) {
        throw ValueError(fmt::format("Deck: effort is {}: it must not be negative; it is a time in seconds.",
                                     impl_->options.effort));
    }
}
template <class T>
Deck<T>::Deck(Deck&&) noexcept = default;
template <class T>
Deck<T>& Deck<T>::operator=(Deck&&) noexcept = default;
template <class T>
Deck<T>::~Deck() = default;

template <class T>
void Deck<T>::add(std::string_view tape, std::string_view moment, Variable<T> loss, Where where) {
    if (const auto n = elements(loss.shape(where)); n != 1) {
        throw ShapeError(fmt::format(
            "Deck::add ({}): the loss has shape {}, {} elements in place of one. Give it the loss that "
            "backward starts from.",
            where.text(), to_text(loss.shape(where)), n));
    }
    deck::Shot<T> shot = deck::take_shot(loss, impl_->options.effort, where);
    shot.label = moment;
    impl_->tape(tape).shots.push_back(std::move(shot));
}

template <class T>
std::size_t Deck<T>::Impl::largest_tensor() const {
    std::size_t largest = 1;
    for (const auto& tape : tapes)
        for (const auto& shot : tape.shots)
            for (const auto& entry : shot.entries) largest = std::max(largest, entry.value.storage().size());
    return largest;
}

/// How long the tensors' numbers are as base64, which is the most that they take.
template <class T>
std::size_t Deck<T>::Impl::coded_bytes(std::size_t limit) const {
    std::size_t bytes = 0;
    for (const auto& tape : tapes) {
        for (const auto& shot : tape.shots) {
            for (const auto& entry : shot.entries) {
                const auto shown = deck::sample(entry.shape, limit).shown();
                const std::size_t tensors = 1 + (entry.gradient ? 1 : 0) +
                                            (entry.normalization && entry.normalization->has_paths ? 3 : 0);
                bytes += tensors * ((shown * sizeof(T) + 2) / 3 * 4);
            }
        }
    }
    return bytes;
}

template <class T>
std::string Deck<T>::html(std::string_view title) const {
    if (impl_->tapes.empty())
        throw ValueError("Deck::write: there is nothing to write. Call add(tape, moment, loss) first.");
    const std::string heading(impl_->options.title.empty() ? title : std::string_view(impl_->options.title));
    const auto text = [&](std::size_t limit) {
        return deck::page(heading, deck::document(heading, impl_->tapes, limit));
    };
    // What the file takes with one number of each tensor tells what is left for more.
    constexpr std::size_t kMostShown = 128 * 128;
    const std::string least = text(1);
    const std::size_t budget = impl_->options.budget;
    if (least.size() > budget) {
        throw ValueError(fmt::format(
            "Deck::write: one number of each tensor already takes {} bytes, and the budget is {}. Raise "
            "DeckOptions::budget, or add fewer moments or a shorter tape.",
            least.size(), budget));
    }
    const std::size_t frame = least.size() - std::min(least.size(), impl_->coded_bytes(1));
    for (std::size_t limit = std::min(kMostShown, impl_->largest_tensor()); limit > 1;
         limit -= (limit + 9) / 10) {
        if (frame + impl_->coded_bytes(limit) > budget) continue;
        if (std::string page = text(limit); page.size() <= budget) return page;
    }
    return least;
}

template <class T>
void Deck<T>::write(const std::string& path) const {
    write_file(path, html(std::filesystem::path(path).stem().string()), "write_deck");
}

template <class T>
void write_deck(Tape<T>& tape, std::type_identity_t<Variable<T>> loss, const std::string& path,
                const DeckOptions& options, Where where) {
    tape.check(loss, "write_deck", where);
    Deck<T> deck(options);
    deck.add("", "", loss, where);
    deck.write(path);
}

template class Deck<float>;
template class Deck<double>;
template void write_deck(Tape<float>& tape, Variable<float> loss, const std::string& path,
                         const DeckOptions& options, Where where);
template void write_deck(Tape<double>& tape, Variable<double> loss, const std::string& path,
                         const DeckOptions& options, Where where);

}  // namespace tapedeck
