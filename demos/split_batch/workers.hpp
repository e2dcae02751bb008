// A batch split over threads, each with its part of the rows and a tape of its own.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

#include <tapedeck/core/tape.hpp>

#include "demos/split_batch/shared_batch_norm.hpp"

namespace tapedeck::demos {

/// y = f(x) and dx, on a tape of its own.
template <class F>
auto on_tape(F f) {
    return [f](std::size_t, const Tensor<float>& x, const Tensor<float>& dy) {
        Tape<float> tape;
        const auto rows = tape.variable(x), y = f(rows);
        tape.backward(y, dy);
        return Result{y.value(), rows.grad()};
    };
}

/// The k-th part of the rows.
template <class Rows>
auto part(Rows& x, std::size_t k, std::size_t workers) {
    const std::size_t rows = x.shape()[0];
    return xt::view(x, xt::range(k * rows / workers, (k + 1) * rows / workers), xt::all());
}

/// step(worker, x, dy) on a thread for each worker, with its part of the rows.
template <class Step>
Result split_over(std::size_t workers, const Tensor<float>& x, const Tensor<float>& dy, Step step) {
    Result result{dy, x};
    std::vector<std::jthread> threads;
    for (std::size_t k = 0; k < workers; ++k)
        threads.emplace_back([&, k] {
            const Result own = step(k, part(x, k, workers), part(dy, k, workers));
            part(result.y, k, workers) = own.y;
            part(result.dx, k, workers) = own.dx;
        });
    threads.clear();  // waits for them
    return result;
}

}  // namespace tapedeck::demos
