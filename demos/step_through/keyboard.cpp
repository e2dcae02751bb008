#include "demos/step_through/keyboard.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "demos/step_through/paint.hpp"
#include "demos/step_through/terminal.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {
namespace {

constexpr int kControlD = 4, kBackspace = 8, kLineFeed = 10, kReturn = 13, kEscape = 27, kDelete = 127;
constexpr std::string_view kFooter =
    "s step  b back  u until  j jump  v value  g grad  d deposits  e rule  c check  ? help  q quit";
constexpr std::string_view kShortFooter =
    "s step  b back  u until  v value  g grad  e rule  c check  ? help  q quit";

class Keyboard {
  public:
    Keyboard(Session& session, const KeyboardOptions& options)
        : session_(session), options_(options), terminal_(options.draws) {}

    void run() {
        answer_ = session_.introduction(width());
        if (!options_.draws) append(tape_view(session_.player(), width(), rows()));
        show();
        while (!session_.over()) {
            const int key = terminal_.read_key();
            if (key == Terminal::kEnd || key == kControlD) return;
            if (key == Terminal::kResized) {
                if (options_.draws) show();
                continue;
            }
            if (const auto line = command_for(key)) {
                answer_ = session_.obey(*line, width(), rows());
                // The list is on the screen already.
                if (options_.draws && (*line == "l" || *line == "list")) answer_.clear();
                show();
            } else if (options_.draws) {
                show();
            }
        }
    }

  private:
    Size size() const { return terminal_size(STDOUT_FILENO).value_or(Size{80, 24}); }
    std::size_t width() const { return std::max<std::size_t>(20, options_.width.value_or(size().columns)); }
    std::size_t rows() const { return size().rows; }

    /// The command that a key stands for, with what it asks for; nothing when there is none.
    std::optional<std::string> command_for(int key) {
        const bool reverse = session_.player().half() == Half::reverse;
        switch (key) {
            case Terminal::kNone:
                return std::nullopt;
            case Terminal::kRight:
                return "s";
            case Terminal::kLeft:
                return "b";
            case Terminal::kUp:  // as the playhead moves on the screen
                return reverse ? "s" : "b";
            case Terminal::kDown:
                return reverse ? "b" : "s";
            case kLineFeed:
            case kReturn:
                return "";
            case ':':
                return ask(":", "");
            default:
                break;
        }
        if (key < 0 || key > 126) return std::string("\x7f");  // "There is no command …"
        const char letter = static_cast<char>(key);
        if (std::isdigit(key) != 0) return ask("jump to: ", std::string(1, letter), "j ");
        for (const Key& known : keys()) {
            const bool asks = std::isupper(key) != 0 && std::tolower(key) == known.letter;
            if (letter != known.letter && !(asks && !known.argument.empty())) continue;
            const bool needed = !known.argument.empty() && known.argument.front() != '[';
            if (!asks && !needed) return std::string(1, letter);
            return ask(fmt::format("{} {}: ", known.word, known.argument), "",
                       std::string(1, known.letter) + " ");
        }
        return std::string(1, letter);
    }

    /// Reads a line at the bottom; nothing after Esc, or when it stays empty.
    std::optional<std::string> ask(const std::string& prompt, std::string text,
                                   const std::string& before = "") {
        std::size_t printed = 0;
        if (!options_.draws) terminal_.write(prompt);
        const auto print = [&] {
            if (options_.draws) {
                terminal_.write(fmt::format("\x1b[{};1H\x1b[2K\x1b[?25h{}", rows(),
                                            fit(prompt + printable(text), width() - 1)));
            } else {
                terminal_.write(printable(text.substr(std::min(printed, text.size()))));
                printed = text.size();
            }
        };
        for (print();; print()) {
            const int key = terminal_.read_key();
            if (key == kLineFeed || key == kReturn) break;
            if (key == Terminal::kEnd || key == kEscape || key == kControlD) text.clear();
            if (key == Terminal::kNone || key == kEscape || key == kControlD || key == Terminal::kEnd) {
                if (!options_.draws) terminal_.write("\n");
                return std::nullopt;
            }
            if (key == kBackspace || key == kDelete) {
                while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
                    text.pop_back();
                if (!text.empty()) text.pop_back();
                if (!options_.draws) terminal_.write("\b \b");
                printed = std::min(printed, text.size());
            } else if (key >= ' ') {
                text += static_cast<char>(key);
            }
        }
        if (!options_.draws) terminal_.write("\n");
        if (text.find_first_not_of(' ') == text.npos) return std::nullopt;
        return before + text;
    }

    void append(const Lines& lines) {
        std::string bytes;
        for (const Line& line : lines) bytes += line.text + "\n";
        terminal_.write(bytes);
    }

    /// Title, tape, answer, keys, from top to bottom; or the answer alone, appended.
    void show() {
        if (!options_.draws) {
            append(answer_);
            return;
        }
        const std::size_t columns = width(), height = std::max<std::size_t>(rows(), 8);
        const auto fitted = [&](const Lines& lines, std::size_t most) {
            Lines some(lines.begin(),
                       lines.begin() + static_cast<std::ptrdiff_t>(std::min(most, lines.size())));
            if (most < lines.size()) some.back() = {"…", Look::faint};
            return some;
        };
        // The tape takes what the answer leaves; where that is too little, the answer is shown alone.
        const bool alone = answer_.size() > height - 8;
        const Lines answer = fitted(answer_, height - 2);
        Lines lines{{pad(session_.title(), columns), Look::playhead}};
        if (!alone) {
            const std::size_t left = height - answer.size() - 4;
            for (Line& line : tape_view(session_.player(), columns, left)) lines.push_back(std::move(line));
            lines.push_back({""});
        }
        lines.insert(lines.end(), answer.begin(), answer.end());
        lines.resize(height - 1);
        lines.push_back(
            {fit(columns >= display_width(kFooter) ? kFooter : kShortFooter, columns), Look::faint});
        std::string bytes = "\x1b[?25l\x1b[H";
        for (std::size_t i = 0; i < lines.size(); ++i) {
            // An answer was wrapped for the width that the terminal had then.
            const Line line{fit(lines[i].text, columns), lines[i].look};
            bytes.append(i > 0 ? "\r\n" : "").append(painted(line, true)).append("\x1b[K");
        }
        terminal_.write(bytes);
    }

    Session& session_;
    KeyboardOptions options_;
    Terminal terminal_;
    Lines answer_;
};

}  // namespace

void run_keyboard(Session& session, const KeyboardOptions& options) { Keyboard(session, options).run(); }

}  // namespace tapedeck::demos::step_through
