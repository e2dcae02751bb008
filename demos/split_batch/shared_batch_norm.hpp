// BatchNorm over a batch that is split over workers: two sums each way are all that they exchange.
#pragma once

#include <array>
#include <barrier>
#include <cstddef>
#include <vector>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::demos {

/// What a norm makes of its rows, and the gradient of x.
struct Result {
    Tensor<float> y, dx;
};

/// Two sums for each channel: all that the workers tell each other.
using Message = std::array<Tensor<float>, 2>;

/// Where the workers of one step leave their messages.
struct Exchange {
    std::vector<Message> messages;
    std::barrier<> everybody;
    std::vector<double> bytes;  // of each message that one worker sends

    explicit Exchange(std::size_t workers)
        : messages(workers), everybody(static_cast<std::ptrdiff_t>(workers)) {}
    /// The messages of all, once everybody's is there.
    std::vector<Message> all(std::size_t worker, const Message& mine) {
        if (worker == 0) bytes.push_back(static_cast<double>(2 * mine[0].size() * sizeof(float)));
        messages[worker] = mine;
        everybody.arrive_and_wait();
        const std::vector<Message> received = messages;
        everybody.arrive_and_wait();  // nobody writes the next message while another still reads
        return received;
    }
};

/// BatchNorm over the rows of all workers, who have equally many. With gamma and beta the backward's two sums
/// would be their gradients, which workers send anyway.
inline Result shared_batch_norm(Exchange& exchange, std::size_t worker, const Tensor<float>& x,
                                const Tensor<float>& dy) {
    const Tensor<float> own = xt::mean(x, {0}), own_squares = xt::sum(xt::square(x - own), {0});
    const auto statistics = exchange.all(worker, {own, own_squares});
    const auto rows = static_cast<float>(x.shape()[0]), workers = static_cast<float>(statistics.size());
    Tensor<float> mean = xt::zeros_like(own), squares = mean, sum = mean, sum_along = mean;
    for (const auto& [a_mean, _] : statistics) mean += a_mean / workers;
    for (const auto& [a_mean, around_it] : statistics)
        squares += around_it + rows * xt::square(a_mean - mean);
    const Tensor<float> rstd = 1 / xt::sqrt(squares / (rows * workers) + 1e-5F), xhat = (x - mean) * rstd;
    for (const auto& [a, b] : exchange.all(worker, {xt::sum(dy, {0}), xt::sum(dy * xhat, {0})}))
        sum += a, sum_along += b;
    return {xhat, rstd * (dy - (sum + xhat * sum_along) / (rows * workers))};
}

}  // namespace tapedeck::demos
