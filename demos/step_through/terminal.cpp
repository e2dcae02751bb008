#include "demos/step_through/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <tapedeck/core/error.hpp>

namespace tapedeck::demos::step_through {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
volatile std::sig_atomic_t caught = 0;
volatile std::sig_atomic_t resized = 0;

void on_signal(int signal) {
    if (signal == SIGWINCH)
        resized = 1;
    else
        caught = signal;
}

void handle(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (const int signal : kSignals) sigaction(signal, &action, nullptr);
}

/// Signals are let through only while we wait for a key, so that none is missed and none interrupts a step.
void block(bool on) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : kSignals) sigaddset(&set, signal);
    sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, nullptr);
}

}  // namespace

Terminal::Terminal(bool draws) : draws_(draws), before_{} {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
        throw Error(
            fmt::format("step_through: the terminal can't be read ({}); give commands on standard "
                        "input instead.",
                        std::strerror(errno)));
    block(true);
    handle(on_signal);
    enter();
}

Terminal::~Terminal() {
    leave();
    handle(SIG_DFL);
    block(false);
}

void Terminal::enter() {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    if (draws_) write("\x1b[?1049h");
}

void Terminal::leave() {
    if (draws_) write("\x1b[0m\x1b[?25h\x1b[?1049l");
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Terminal::heed_signals() {
    const int signal = caught;
    if (signal == 0) return;
    caught = 0;
    leave();
    handle(SIG_DFL);
    block(false);
    raise(signal);
    // Only after a stop do we come to this.
    block(true);
    handle(on_signal);
    enter();
    resized = 1;
}

int Terminal::read_byte(int timeout_ms) {
    sigset_t none;
    sigprocmask(SIG_SETMASK, nullptr, &none);
    for (const int signal : kSignals) sigdelset(&none, signal);
    while (true) {
        heed_signals();
        if (resized != 0 && timeout_ms < 0) {
            resized = 0;
            return kResized;
        }
        pollfd input{STDIN_FILENO, POLLIN, 0};
        const timespec timeout{0, timeout_ms * 1'000'000L};
        const int ready = ppoll(&input, 1, timeout_ms < 0 ? nullptr : &timeout, &none);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return kNone;
        unsigned char byte = 0;
        const ssize_t n = ready < 0 ? -1 : ::read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR) continue;
        return n == 1 ? byte : static_cast<int>(kEnd);
    }
}

/// The rest of what an arrow key sends: ESC [ A, or ESC O A. Other sequences are swallowed.
int Terminal::read_escape() {
    constexpr int kPatience = 30;  // ms: after a lone Esc nothing follows
    int byte = read_byte(kPatience);
    if (byte != '[' && byte != 'O') return kNone;
    do byte = read_byte(kPatience);
    while (byte >= ' ' && byte < '@');
    switch (byte) {
        case 'A':
            return kUp;
        case 'B':
            return kDown;
        case 'C':
            return kRight;
        case 'D':
            return kLeft;
        default:
            return kNone;
    }
}

int Terminal::read_key() {
    const int byte = read_byte(-1);
    return byte == '\x1b' ? read_escape() : byte;
}

void Terminal::write(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::optional<Size> terminal_size(int fd) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return Size{size.ws_col, size.ws_row};
}

}  // namespace tapedeck::demos::step_through
