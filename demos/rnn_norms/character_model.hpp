// A character model: from the letters of a word so far, the next one.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/rnn_cell.hpp>

namespace tapedeck::demos::lab {

struct Words {
    std::vector<std::string> train, validation;
};

/// So many of `load_words`, in random order, the same for every seed.
Words split_words(std::size_t train, std::size_t validation);

/// Words of up to `kLongestWord` letters, side by side. A word that is over is padded: its inputs are zeros,
/// and what comes out is not counted.
struct Letters {
    Tensor<float> x;        ///< (N, steps * 26): a 1 for the letter at each step
    Tensor<float> targets;  ///< (steps * N, 27): a 1 for the next letter, or for the end
    std::size_t count = 0;  ///< of what is to be predicted: every letter but the first, and each end
};
inline constexpr std::size_t kLongestWord = 12;

/// @throws ValueError when a word has a letter that is not in a … z, or too many of them.
Letters letters_of(std::span<const std::string> words);

/// An RNNCell and a Linear, which reads it at every step.
class CharacterModel final : public Module<float> {
  public:
    CharacterModel(std::size_t hidden, const std::string& norm, Random& rng);
    /// The logits, (steps * N, 27).
    Variable<float> forward(Variable<float> x) override;
    void visit(Visitor<float>& v) override;

  private:
    RNNCell<float> cell_;
    Linear<float> head_;
};

/// The mean cross entropy, in nats per letter.
Variable<float> letter_loss(CharacterModel& model, Tape<float>& tape, const Letters& letters);

struct LetterTraining {
    std::size_t steps = 300, batch = 32;
    double lr = 3e-3;
};

/// Trains with Adam on words drawn at random, gradients clipped to a norm of 1.
void train_on_words(CharacterModel& model, const std::vector<std::string>& words, Random& rng,
                    const LetterTraining& options);

/// The loss over all of these words, `batch` at a time, in the model's present mode. Running statistics are
/// left as they are.
double loss_over(CharacterModel& model, const std::vector<std::string>& words, std::size_t batch);

}  // namespace tapedeck::demos::lab
