// gnuplot as a child process: a script in, what it drew out.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tapedeck::demos {

/// One run of gnuplot. It starts at once; two may run side by side. Script and output pass through files that
/// have no name, so that nothing is left behind however the process ends.
class Gnuplot {
  public:
    /// Throws Error when gnuplot can't be started.
    explicit Gnuplot(std::string_view script);
    Gnuplot(const Gnuplot&) = delete;
    Gnuplot& operator=(const Gnuplot&) = delete;
    ~Gnuplot();

    /// Waits and gives what gnuplot wrote; throws Error with gnuplot's own words when it failed.
    std::string output();

  private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    using File = std::unique_ptr<std::FILE, Close>;
    static File unnamed_file();
    int wait();

    File in_, out_, err_;
    int pid_ = -1;
};

/// A text as gnuplot reads it literally: in single quotes, control characters as spaces.
std::string quoted(std::string_view text);

}  // namespace tapedeck::demos
