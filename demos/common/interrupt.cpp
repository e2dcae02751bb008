// The signal handler, which may only touch flags and call write, unlink and _exit.
#include "demos/common/interrupt.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <string>

namespace tapedeck::demos {
namespace {

std::atomic<bool> asked{false};
std::atomic<bool> writing{false};
std::array<char, 4096> unfinished{};  // the path of the unfinished file; empty when there is none

void end_at_once() {
    if (writing) unlink(unfinished.data());
    constexpr char kClearLine[] = "\r\x1b[K";
    if (isatty(STDERR_FILENO)) {
        [[maybe_unused]] const auto written = write(STDERR_FILENO, kClearLine, sizeof kClearLine - 1);
    }
    _exit(kInterruptedExitCode);
}

void on_signal(int) {
    if (asked.exchange(true) || writing) end_at_once();
}

}  // namespace

static_assert(std::atomic<bool>::is_always_lock_free, "the signal handler needs it");

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return asked; }
void interrupt() { asked = true; }
void clear_interrupt() { asked = false; }

RemoveOnInterrupt::RemoveOnInterrupt(const std::filesystem::path& path) {
    const std::string text = path.string();
    unfinished.fill('\0');
    std::copy_n(text.begin(), std::min(text.size(), unfinished.size() - 1), unfinished.begin());
    writing = true;
}

RemoveOnInterrupt::~RemoveOnInterrupt() { writing = false; }

}  // namespace tapedeck::demos
