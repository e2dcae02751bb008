// The worker threads.
#include "demos/common/scheduler.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace tapedeck::demos {

void run_all(const std::vector<std::size_t>& order, std::size_t threads,
             const std::function<void(std::size_t)>& work, const std::function<void()>& watch) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::condition_variable worker_left;
    std::exception_ptr error;
    std::size_t working = std::min(std::max<std::size_t>(threads, 1), order.size());

    const auto worker = [&] {
        try {
            for (std::size_t i = next++; i < order.size() && !failed; i = next++) work(order[i]);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!error) error = std::current_exception();
            failed = true;
        }
        const std::lock_guard lock(mutex);
        --working;
        worker_left.notify_one();
    };
    std::vector<std::thread> workers;
    for (std::size_t i = 0, count = working; i < count; ++i) workers.emplace_back(worker);
    {
        std::unique_lock lock(mutex);
        while (working > 0) {
            worker_left.wait_for(lock, std::chrono::milliseconds(100));
            lock.unlock();
            watch();
            lock.lock();
        }
    }
    for (auto& thread : workers) thread.join();
    if (error) std::rethrow_exception(error);
}

std::size_t available_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return static_cast<std::size_t>(CPU_COUNT(&allowed));
    return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace tapedeck::demos
