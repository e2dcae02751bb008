// Terminal: a terminal whose keys arrive one by one, as long as it lives.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <termios.h>

namespace tapedeck::demos::step_through {

/// Switches standard input to single keys without echo, and, where it may draw, standard output to the
/// alternate screen. What was there comes back with its destructor. After SIGINT, SIGTERM or SIGHUP it is
/// brought back too, and the program ends by that signal; Ctrl-Z gives the terminal back for as long as the
/// program is stopped.
class Terminal {
  public:
    /// What an arrow key or the like is read as, beyond the bytes of a text.
    enum Key : int { kNone = -1, kEnd = -2, kLeft = -3, kRight = -4, kUp = -5, kDown = -6, kResized = -7 };

    /// `draws`: whether escape codes may be written.
    explicit Terminal(bool draws);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Waits for a key: a byte, or one of Key.
    int read_key();
    void write(std::string_view bytes) const;
    bool draws() const { return draws_; }

  private:
    void enter();
    void leave();
    void heed_signals();
    int read_byte(int timeout_ms);
    int read_escape();

    bool draws_;
    termios before_;
};

struct Size {
    std::size_t columns, rows;
};
/// Of the terminal on this file descriptor; nothing when it is none, or doesn't say.
std::optional<Size> terminal_size(int fd);

}  // namespace tapedeck::demos::step_through
