#include "gnuplot.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <tapedeck/core/error.hpp>

namespace tapedeck::demos {
namespace {

std::string everything_in(std::FILE* file) {
    std::string text;
    std::rewind(file);
    std::array<char, 1 << 16> block;
    while (const std::size_t n = std::fread(block.data(), 1, block.size(), file))
        text.append(block.data(), n);
    return text;
}

/// gnuplot prints the line that it could not read, then the reason after "line N: ".
std::string reason_in(std::string_view messages) {
    std::string reason;
    for (std::size_t at = 0; at < messages.size();) {
        const std::size_t end = std::min(messages.find('\n', at), messages.size());
        const std::string_view line = messages.substr(at, end - at);
        if (line.find_first_not_of(" \t^") != std::string_view::npos) reason = line;
        at = end + 1;
    }
    return reason.empty() ? "it gave no reason" : reason;
}

}  // namespace

Gnuplot::File Gnuplot::unnamed_file() {
    File file(std::tmpfile());
    if (!file)
        throw Error(
            fmt::format("report: no temporary file can be made for gnuplot: {}", std::strerror(errno)));
    return file;
}

Gnuplot::Gnuplot(std::string_view script) : in_(unnamed_file()), out_(unnamed_file()), err_(unnamed_file()) {
    if (std::fwrite(script.data(), 1, script.size(), in_.get()) != script.size() ||
        std::fflush(in_.get()) != 0)
        throw Error(fmt::format("report: the script for gnuplot can't be written: {}", std::strerror(errno)));
    std::rewind(in_.get());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(in_.get()), 0);
    posix_spawn_file_actions_adddup2(&actions, fileno(out_.get()), 1);
    posix_spawn_file_actions_adddup2(&actions, fileno(err_.get()), 2);
    // -d: the user's own .gnuplot must not change our figures.
    std::array<char, 8> name{"gnuplot"}, defaults{"-d"};
    const std::array<char*, 3> arguments{name.data(), defaults.data(), nullptr};
    const int failed = posix_spawnp(&pid_, name.data(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        pid_ = -1;
        throw Error(fmt::format(
            "report: gnuplot can't be started: {}. Install it (apt install gnuplot-nox), then draw with: "
            "./run redraw results.json",
            std::strerror(failed)));
    }
}

Gnuplot::~Gnuplot() { wait(); }

int Gnuplot::wait() {
    int status = 0;
    if (pid_ < 0) return status;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

std::string Gnuplot::output() {
    const int status = wait();
    if (WIFSIGNALED(status))
        throw Error(fmt::format("report: gnuplot was ended by signal {}.", WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        throw Error(fmt::format("report: gnuplot failed (exit code {}): {}", WEXITSTATUS(status),
                                reason_in(everything_in(err_.get()))));
    return everything_in(out_.get());
}

std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') result += '\'';
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result + "'";
}

}  // namespace tapedeck::demos
