#include "demos/rnn_norms/character_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/optim/adam.hpp>

#include "demos/common/evaluation.hpp"
#include "demos/common/interrupt.hpp"
#include "demos/common/nets.hpp"
#include "demos/data/words.hpp"

namespace tapedeck::demos::lab {
namespace {

constexpr std::size_t kLetters = 26, kEnd = kLetters, kClasses = kLetters + 1;

std::size_t index_of(char letter, const std::string& word) {
    if (letter < 'a' || letter > 'z' || word.size() > kLongestWord)
        throw ValueError(fmt::format("letters_of: \"{}\" is no word of at most {} letters in a to z.", word,
                                     kLongestWord));
    return static_cast<std::size_t>(letter - 'a');
}

}  // namespace

Words split_words(std::size_t train, std::size_t validation) {
    const std::vector<std::string> all = load_words();
    Words words;
    for (const std::size_t i : Random(1).permutation(all.size())) {
        if (words.validation.size() < validation)
            words.validation.push_back(all[i]);
        else if (words.train.size() < train)
            words.train.push_back(all[i]);
    }
    return words;
}

Letters letters_of(std::span<const std::string> words) {
    const std::size_t n = words.size();
    Letters letters{zeros<float>({n, kLongestWord * kLetters}), zeros<float>({kLongestWord * n, kClasses}),
                    0};
    for (std::size_t i = 0; i < n; ++i) {
        const std::string& word = words[i];
        for (std::size_t t = 0; t < word.size(); ++t) {
            letters.x(i, t * kLetters + index_of(word[t], word)) = 1;
            const std::size_t next = t + 1 < word.size() ? index_of(word[t + 1], word) : kEnd;
            letters.targets(t * n + i, next) = 1;
        }
        letters.count += word.size();
    }
    return letters;
}

CharacterModel::CharacterModel(std::size_t hidden, const std::string& norm, Random& rng)
    : cell_(kLetters, hidden, rng, {.norm = rnn_norm(norm), .steps = kLongestWord}),
      head_(hidden, kClasses, rng) {}

Variable<float> CharacterModel::forward(Variable<float> x) {
    std::vector<Variable<float>> h;
    for (std::size_t t = 0; t < kLongestWord; ++t) {
        const auto letter = slice(x, 1, t * kLetters, (t + 1) * kLetters);
        h.push_back(t == 0 ? cell_(letter) : cell_(letter, h.back()));
    }
    return head_(concat(h, 0));
}

void CharacterModel::visit(Visitor<float>& v) {
    v("cell", cell_);
    v("head", head_);
}

Variable<float> letter_loss(CharacterModel& model, Tape<float>& tape, const Letters& letters) {
    const auto right = log_softmax(model(tape.input(letters.x, "x")), 1) * tape.input(letters.targets);
    return (sum(right) * (-1 / static_cast<float>(letters.count))).named("loss");
}

void train_on_words(CharacterModel& model, const std::vector<std::string>& words, Random& rng,
                    const LetterTraining& options) {
    Adam<float> optimizer(model.parameters(), {.lr = options.lr});
    Tape<float> tape;
    std::vector<std::string> drawn(options.batch);
    for (std::size_t step = 0; step < options.steps; ++step) {
        if (interrupted()) throw Interrupted();
        for (std::string& word : drawn) word = words[rng.below(words.size())];
        tape.rewind();
        const auto loss = letter_loss(model, tape, letters_of(drawn));
        optimizer.zero_grad();
        tape.backward(loss);
        clip_grad_norm(model.parameters(), 1);
        optimizer.step();
    }
}

double loss_over(CharacterModel& model, const std::vector<std::string>& words, std::size_t batch) {
    Tape<float> tape;
    const auto values_only = tape.pause();
    const auto no_updates = tape.freeze();
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t start = 0; start < words.size(); start += batch) {
        const Letters letters =
            letters_of(std::span(words).subspan(start, std::min(batch, words.size() - start)));
        tape.rewind();
        sum += static_cast<double>(letter_loss(model, tape, letters).item()) *
               static_cast<double>(letters.count);
        count += letters.count;
    }
    return sum / static_cast<double>(count);
}

}  // namespace tapedeck::demos::lab
