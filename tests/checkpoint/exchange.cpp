// exchange: writes a module's file for Python to read, or reads one that Python wrote and writes it again.
#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <string_view>

#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/save.hpp>
#include <tapedeck/layers/sequential.hpp>

namespace td = tapedeck;

namespace {

/// Every number is its place in the file's order of names, and a quarter; a count is whole.
template <class T>
td::Sequential<T> network() {
    td::Random rng(1);
    td::Sequential<T> net;
    net.add("fc1", td::Linear<T>(3, 2, rng))
        .add("norm", td::BatchNorm<T>(2))
        .add("drop", td::Dropout<T>(0.5, rng));
    T next = T(0.25);
    for (auto* p : net.parameters())
        for (T& x : p->value.storage()) x = next++;
    for (auto& [name, buffer] : net.named_buffers())
        for (T& x : buffer->storage())
            x = name.ends_with("num_batches_tracked") ? std::floor(next++) : next++;
    return net;
}

template <class T>
void exchange(std::string_view what, const char* file, const char* again) {
    auto net = network<T>();
    if (what == "read") td::load(net, file);
    td::save(net, again);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 5)
            throw td::Error("exchange takes: write or read, F32 or F64, the file to read, the file to write");
        const std::string_view what = argv[1], type = argv[2];
        type == "F32" ? exchange<float>(what, argv[3], argv[4]) : exchange<double>(what, argv[3], argv[4]);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
    return 0;
}
