// The one line at the bottom of a terminal that says how far a demo is.
#pragma once

#include <string>

namespace tapedeck::demos {

/// Nothing is shown where standard error is no terminal. The line is wiped at the end.
class StatusLine {
  public:
    StatusLine();
    ~StatusLine();
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    /// Writes over what stood there; what is wider than the terminal is cut.
    void show(const std::string& text) const;

  private:
    bool terminal_;
};

}  // namespace tapedeck::demos
