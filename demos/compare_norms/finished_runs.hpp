// The trainings that are finished, kept in a file while the others go on, so that an interrupted comparison
// can be resumed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "demos/compare_norms/flags.hpp"
#include "demos/compare_norms/plan.hpp"
#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// A line of JSON for each, after one that says what is compared. Every number is there to the bit. The
/// trainings are independent of each other, so that one that was interrupted simply starts again.
class FinishedRuns {
  public:
    /// Begins the file, or with flags.resume reads what is there. Throws FileError when it can't be read or
    /// is of another comparison.
    FinishedRuns(const Flags& flags, const Plan& plan);

    /// Those that need no training, by their place in Plan::jobs.
    const std::map<std::size_t, Run>& found() const { return found_; }
    /// Adds the run of job i to the file. From any thread. Throws FileError.
    void keep(std::size_t i, const Run& run);
    /// Removes the file: results.json has it all.
    void remove();

  private:
    void begin(const std::string& title) const;
    void read(const std::string& title, const Plan& plan);

    std::filesystem::path file_;
    std::map<std::size_t, Run> found_;
    std::ofstream out_;
    std::mutex mutex_;
};

}  // namespace tapedeck::demos::compare_norms
