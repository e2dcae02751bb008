// What a peer of the benchmark is: a program that times training steps when it is asked to.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace benchmark {

/// One kind of training step: forward, backward and Adam's update, on the same batch every time.
struct Work {
    std::string model;               ///< "mlp", "rnn" (written out by hand) or "rnn_cell"
    std::string norm;                ///< "none", "batch" or "layer"
    std::size_t batch = 0;           ///< rows
    std::vector<std::size_t> sizes;  ///< of an MLP: each layer's; of an RNN: steps, inputs, hidden units
};

using Step = std::function<void()>;

/// Answers each line "<milliseconds> <model> <norm> <batch> <sizes...>" on standard input with the seconds
/// that a step takes: the least mean of several short runs within that time. `make` returns the step, ready
/// to run; what it throws is answered as "no: <why>". A work asked for again is kept from the last time.
inline int serve(const std::function<Step(const Work&)>& make) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
    std::string line, last;
    Step step;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        double budget = 0;
        Work work;
        words >> budget >> work.model >> work.norm >> work.batch;
        for (std::size_t size = 0; words >> size;) work.sizes.push_back(size);
        try {
            const std::string asked = line.substr(line.find(' '));
            if (asked != last) {
                step = make(work);
                for (int i = 0; i < 20; ++i) step();
            }
            last = asked;
            const auto once = Clock::now();
            step();
            const double single = std::max(seconds(Clock::now() - once), 1e-7);
            const std::size_t runs =
                std::max<std::size_t>(1, static_cast<std::size_t>(budget * 1e-3 / 8 / single));
            double least = 1e9;
            for (int part = 0; part < 8; ++part) {
                const auto start = Clock::now();
                for (std::size_t i = 0; i < runs; ++i) step();
                least = std::min(least, seconds(Clock::now() - start) / static_cast<double>(runs));
            }
            std::cout << least << std::endl;
        } catch (const std::exception& error) {
            last.clear();
            std::string why = error.what();
            std::replace(why.begin(), why.end(), '\n', ' ');
            std::cout << "no: " << why << std::endl;
        }
    }
    return 0;
}

}  // namespace benchmark
