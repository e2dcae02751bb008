// The text of the user's lines, where the source is at hand.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tapedeck::deck {

/// Reads each file once.
class SourceLines {
  public:
    /// Line `line` of this file, counted from 1, without the space around it; "" when it can't be read.
    std::string text(const std::string& file, int line);

  private:
    std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace tapedeck::deck
