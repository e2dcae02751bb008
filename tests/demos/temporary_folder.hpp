// A folder that is gone when the test is over.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace tapedeck::test {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        static std::atomic<int> count{0};
        path = std::filesystem::temp_directory_path() /
               ("tapedeck-" + std::to_string(getpid()) + "-" + std::to_string(count++));
        std::filesystem::create_directories(path);
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path path;
};

}  // namespace tapedeck::test
