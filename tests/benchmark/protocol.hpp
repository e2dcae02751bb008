// What a peer of the benchmark is: a program that times training steps when it is asked to.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace benchmark_steps {

/// Everybody's learning rate: so small that no number of steps reaches a perfect fit, whose gradients are
/// denormal numbers, which take many times as long.
inline constexpr double kLr = 1e-7;

/// One kind of training step: forward, backward and Adam's update, on the same batch every time.
struct Work {
    std::string model;               ///< "mlp", "rnn" (written out by hand) or "rnn_cell"
    std::string norm;                ///< "none", "batch" or "layer"
    std::size_t batch = 0;           ///< rows
    std::vector<std::size_t> sizes;  ///< of an MLP: each layer's; of an RNN: steps, inputs, hidden units
};

using Step = std::function<void()>;
using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Twenty steps, or as many as two seconds hold, but at least two.
inline void warm_up(const Step& step) {
    const auto start = Clock::now();
    for (int i = 0; i < 20 && (i < 2 || seconds_since(start) < 2); ++i) step();
}

/// The seconds that a step takes: eight short runs that fill `budget` seconds together (fewer, but one at
/// least, when steps are slow), and of their means the median and the least.
inline std::string time_step(const Step& step, double budget) {
    const auto all = Clock::now();
    step();
    const double single = std::max(seconds_since(all), 1e-7);
    const auto runs = std::max<std::size_t>(1, static_cast<std::size_t>(budget / 8 / single));
    std::vector<double> means;
    while (means.size() < 8 && (means.empty() || seconds_since(all) < 2 * budget)) {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < runs; ++i) step();
        means.push_back(seconds_since(start) / static_cast<double>(runs));
    }
    std::sort(means.begin(), means.end());
    const std::size_t half = means.size() / 2;
    const double median = means.size() % 2 == 1 ? means[half] : (means[half - 1] + means[half]) / 2;
    std::ostringstream answer;
    answer << median << ' ' << means.front();
    return answer.str();
}

/// Answers each line "<milliseconds> <model> <norm> <batch> <sizes...>" on standard input with time_step's
/// two numbers. `make` returns the step, ready to run; what it throws is answered as "no: <why>". The line
/// "about" is answered with `about`, a JSON object. The last four works are kept for when they are asked for
/// again.
inline int serve(const std::string& about, const std::function<Step(const Work&)>& make) {
    std::map<std::string, Step> kept;
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "about") {
            std::cout << about << std::endl;
            continue;
        }
        std::istringstream words(line);
        double milliseconds = 0;
        Work work;
        words >> milliseconds >> work.model >> work.norm >> work.batch;
        for (std::size_t size = 0; words >> size;) work.sizes.push_back(size);
        try {
            const std::string asked = line.substr(std::min(line.find(' '), line.size()));
            auto found = kept.find(asked);
            if (found == kept.end()) {
                if (kept.size() >= 4) kept.clear();
                Step step = make(work);
                warm_up(step);
                found = kept.emplace(asked, std::move(step)).first;
            }
            std::cout << time_step(found->second, milliseconds * 1e-3) << std::endl;
        } catch (const std::exception& error) {
            std::string why = error.what();
            std::replace(why.begin(), why.end(), '\n', ' ');
            std::cout << "no: " << why << std::endl;
        }
    }
    return 0;
}

}  // namespace benchmark_steps
