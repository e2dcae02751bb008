// The terminal deck at a terminal: keys without Enter, and the terminal as it was afterwards.
#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

/// step_through, started at a terminal of 80 columns and 30 rows.
class AtTerminal {
  public:
    AtTerminal(const char* model, bool colour) {
        const winsize size{30, 80, 0, 0};
        REQUIRE(openpty(&master_, &slave_, nullptr, nullptr, &size) == 0);
        REQUIRE(tcgetattr(slave_, &before_) == 0);
        child_ = fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            close(master_);
            login_tty(dup(slave_));
            close(slave_);
            setenv("TERM", "xterm", 1);
            if (colour)
                unsetenv("NO_COLOR");
            else
                setenv("NO_COLOR", "1", 1);
            execl(STEP_THROUGH, STEP_THROUGH, model, nullptr);
            _exit(127);
        }
    }
    AtTerminal(const AtTerminal&) = delete;
    AtTerminal& operator=(const AtTerminal&) = delete;
    ~AtTerminal() {
        if (child_ > 0) {
            kill(child_, SIGKILL);
            waitpid(child_, nullptr, 0);
        }
        close(slave_);
        close(master_);
    }

    void type(std::string_view keys) const {
        REQUIRE(write(master_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    /// What is written up to and with this text; a test fails when it doesn't come.
    std::string until(std::string_view text) {
        std::string seen;
        while (seen.find(text) == seen.npos) {
            pollfd output{master_, POLLIN, 0};
            constexpr int kPatience = 60'000;  // ms
            char buffer[4096];
            const ssize_t n =
                poll(&output, 1, kPatience) == 1 ? read(master_, buffer, sizeof buffer) : ssize_t(0);
            if (n <= 0) FAIL("\"" << text << "\" did not come; what came: " << seen);
            seen.append(buffer, static_cast<std::size_t>(n));
        }
        return seen;
    }
    /// The child's status as of waitpid. What it still writes is read, or it would wait for us.
    int end() {
        int status = 0;
        while (waitpid(child_, &status, WNOHANG) == 0) {
            pollfd output{master_, POLLIN, 0};
            char buffer[4096];
            if (poll(&output, 1, 10) != 1) continue;
            if (const ssize_t n = read(master_, buffer, sizeof buffer); n > 0)
                rest_.append(buffer, static_cast<std::size_t>(n));
        }
        child_ = -1;
        pollfd output{master_, POLLIN, 0};
        char buffer[4096];
        while (poll(&output, 1, 10) == 1) {
            const ssize_t n = read(master_, buffer, sizeof buffer);
            if (n <= 0) break;
            rest_.append(buffer, static_cast<std::size_t>(n));
        }
        return status;
    }
    /// What was written last, between until() and end().
    const std::string& rest() const { return rest_; }
    /// Whether the terminal reads lines and echoes, as at the beginning.
    bool is_restored() const {
        termios now{};
        REQUIRE(tcgetattr(slave_, &now) == 0);
        return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
               now.c_oflag == before_.c_oflag && std::memcmp(now.c_cc, before_.c_cc, sizeof now.c_cc) == 0;
    }
    void resize(unsigned short rows, unsigned short columns) const {
        const winsize size{rows, columns, 0, 0};
        REQUIRE(ioctl(master_, TIOCSWINSZ, &size) == 0);
    }
    void interrupt() const { kill(child_, SIGINT); }

  private:
    int master_ = -1, slave_ = -1;
    pid_t child_ = -1;
    termios before_{};
    std::string rest_;
};

constexpr std::string_view kLeavesScreen = "\x1b[?1049l", kEntersScreen = "\x1b[?1049h";

}  // namespace

TEST_CASE("step_through: at a terminal keys need no Enter, and the terminal is left as it was") {
    AtTerminal terminal("mlp", true);
    const std::string first = terminal.until("q quit");
    CHECK(first.find(kEntersScreen) != first.npos);
    CHECK(!terminal.is_restored());
    terminal.type("s");
    terminal.until("1 of 5 steps");
    terminal.type("\x1b[C");  // the right arrow
    terminal.until("2 of 5 steps");
    terminal.type("\n");  // again
    terminal.until("3 of 5 steps");
    terminal.type("\x1b[D");
    terminal.until("2 of 5 steps");
    terminal.type("u");
    terminal.until("until NAME: ");
    terminal.type("nox\x7frm\r");
    terminal.until("3 of 5 steps; next: #6 LayerNorm (norm)");
    terminal.type("c");
    terminal.until("agrees with");
    terminal.type("11\r");
    terminal.until("0 of 5 steps");
    terminal.type("x");
    terminal.until("There is no command \"x\"");
    terminal.type("q");
    const int status = terminal.end();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(terminal.rest().find(kLeavesScreen) != std::string::npos);
    CHECK(terminal.is_restored());
}

TEST_CASE("step_through: Ctrl-C and Ctrl-D give the terminal back") {
    for (const char* key : {"\x03", "\x04", "kill"}) {
        CAPTURE(key);
        AtTerminal terminal("rnn", true);
        terminal.until("q quit");
        terminal.type("u");
        terminal.until("NAME: ");
        if (key == std::string_view("kill"))
            terminal.interrupt();
        else
            terminal.type(key);
        if (key == std::string_view("\x04")) {  // ends the question, then the program
            terminal.until("q quit");
            terminal.type(key);
        }
        const int status = terminal.end();
        if (key == std::string_view("\x04"))
            CHECK(WIFEXITED(status));
        else
            CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGINT));
        CHECK(terminal.rest().find(kLeavesScreen) != std::string::npos);
        CHECK(terminal.is_restored());
    }
}

TEST_CASE("step_through: a terminal that is resized is drawn anew, to its new size") {
    AtTerminal terminal("rnn", true);
    terminal.until("q quit");
    terminal.resize(12, 50);
    const std::string small = terminal.until("e rule …");  // the keys, cut
    CHECK(small.find("before these") != small.npos);
    terminal.resize(60, 120);
    const std::string large = terminal.until("q quit");
    CHECK(large.find("before these") == large.npos);
    terminal.type("q");
    CHECK(WIFEXITED(terminal.end()));
    CHECK(terminal.is_restored());
}

TEST_CASE("step_through: with NO_COLOR a terminal gets no escape codes, and keys work all the same") {
    AtTerminal terminal("bn-vs-ln", false);
    std::string all = terminal.until("#11 CrossEntropy");
    terminal.type("s");
    all += terminal.until("Next: the adjoint of #10");
    terminal.type("j");
    all += terminal.until("jump N: ");
    terminal.type("6\r");
    all += terminal.until("Next: the adjoint of #6 BatchNorm");
    terminal.type("o");
    all += terminal.until("Next: the adjoint of #6 LayerNorm");
    terminal.type("q");
    const int status = terminal.end();
    CHECK(WIFEXITED(status));
    all += terminal.rest();
    CHECK(all.find('\x1b') == all.npos);
    CHECK(all.find("jump N: ") == all.rfind("jump N: "));
    CHECK(terminal.is_restored());
}
