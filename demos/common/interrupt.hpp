// Ctrl-C: the first asks the program to finish what it measured, the second ends it at once.
#pragma once

#include <filesystem>

namespace tapedeck::demos {

/// The exit code of a program that was interrupted, as shells have it.
constexpr int kInterruptedExitCode = 130;

/// From now on SIGINT and SIGTERM are counted instead of ending the program.
void catch_interrupts();

/// Whether somebody asked to stop.
bool interrupted();

/// Asks to stop, as Ctrl-C does.
void interrupt();

/// Forgets that somebody asked to stop.
void clear_interrupt();

/// What a demo throws that can't go on with what it has measured until the interruption.
struct Interrupted {};

/// While it lives, an interruption ends the program at once, and the unfinished file `path` is removed first.
class RemoveOnInterrupt {
  public:
    explicit RemoveOnInterrupt(const std::filesystem::path& path);
    ~RemoveOnInterrupt();
    RemoveOnInterrupt(const RemoveOnInterrupt&) = delete;
    RemoveOnInterrupt& operator=(const RemoveOnInterrupt&) = delete;
};

}  // namespace tapedeck::demos
