// What the laboratory's demos read and build: words, letters, padded sequences, wrong norms.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <vector>

#include <tapedeck/core/ops/ops.hpp>

#include "../support.hpp"
#include "demos/common/error.hpp"
#include "demos/data/words.hpp"
#include "demos/padding/tokens.hpp"
#include "demos/rnn_norms/character_model.hpp"
#include "temporary_folder.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::test::error_text;

namespace {

std::vector<std::string> words_in(const std::string& text) {
    const tapedeck::test::TemporaryFolder folder;
    std::ofstream(folder.path / "words") << text;
    return load_words(folder.path / "words");
}

}  // namespace

TEST_CASE("words: of 3 to 12 letters, plain ones alone") {
    CHECK(words_in("a\nto\ntape\r\nAda\ndeck's\nna\xC3\xAFve\nabcdefghijkl\nabcdefghijklm\nend") ==
          std::vector<std::string>{"tape", "abcdefghijkl", "end"});
}

TEST_CASE("words: a file that is missing, or has none, is one sentence") {
    CHECK(error_text<FileError>([] { load_words("/nowhere/words"); }) ==
          "/nowhere/words is no file that can be read, where a list of English words is expected; install "
          "Debian's "
          "wamerican.");
    CHECK(error_text<FileError>([] {
              words_in("A\nB\n");
          }).find("has no word of 3 to 12 lower-case letters") != std::string::npos);
}

TEST_CASE("letters: each one asks for the next, the last for the end, and padding for nothing") {
    const std::vector<std::string> words{"abc", "zz"};
    const Letters letters = letters_of(words);
    CHECK(letters.count == 3 + 2);
    const auto asked = [&](std::size_t step, std::size_t word) {
        int letter = -1;
        for (std::size_t k = 0; k < 27; ++k)
            if (letters.targets(step * 2 + word, k) == 1) letter = static_cast<int>(k);
        return letter;
    };
    CHECK(asked(0, 0) == 1);
    CHECK(asked(1, 0) == 2);
    CHECK(asked(2, 0) == 26);
    CHECK(asked(0, 1) == 25);
    CHECK(asked(1, 1) == 26);
    CHECK(asked(2, 1) == -1);
    const std::vector<std::string> bad{"Ab"};
    CHECK_THROWS_AS(letters_of(bad), tapedeck::ValueError);
}

TEST_CASE("padding: a norm with a mask sees the tokens alone") {
    tapedeck::Random rng(3);
    const Padded padded = draw_padded(6, 10, 40, tapedeck::Tensor<float>{2, -1, 0}, rng);
    const std::size_t rows = padded.x.shape()[0];
    CHECK(padded.tokens.size() < rows);
    CHECK(padded.tokens.size() > rows / 4);
    double ones = 0;
    for (const float m : padded.mask.storage()) ones += static_cast<double>(m);
    CHECK(ones == static_cast<double>(padded.tokens.size()));

    tapedeck::Tape<float> tape;
    const auto masked = masked_batch_norm(tape.input(padded.x), tape.input(padded.mask)).value();
    const auto alone =
        tapedeck::batch_norm<float>(tape.input(rows_of(padded.x, padded.tokens)), nullptr).value();
    double off = 0;
    for (std::size_t i = 0; i < padded.tokens.size(); ++i)
        for (std::size_t c = 0; c < 3; ++c)
            off = std::max(off, std::abs(static_cast<double>(masked(padded.tokens[i], c) - alone(i, c))));
    CHECK(off < 1e-5);
}
