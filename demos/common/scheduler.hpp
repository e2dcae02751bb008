// Trainings side by side: a few workers and a queue.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace tapedeck::demos {

/// Calls `work(index)` for each of `order`, in that order, on `threads` threads, and `watch()` about ten
/// times a second on this one until all is done. `work` sees for itself whether it should stop early. When
/// one call throws, no further one is begun, and the exception goes on from here.
void run_all(const std::vector<std::size_t>& order, std::size_t threads,
             const std::function<void(std::size_t)>& work, const std::function<void()>& watch);

/// As many threads as there are cores that this program may use.
std::size_t available_cores();

}  // namespace tapedeck::demos
