// Prints how large the types are that this file and the library's share, and how a tensor's bytes are laid
// out.
#include <fmt/format.h>

#include <cstddef>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

template <class T>
void print_layout() {
    fmt::print(
        "Tensor {} {} Tape {} {} Entry {} Variable {} Parameter {} Linear {} BatchNorm {} Playback {}\n",
        sizeof(td::Tensor<T>), alignof(td::Tensor<T>), sizeof(td::Tape<T>), alignof(td::Tape<T>),
        sizeof(td::Entry<T>), sizeof(td::Variable<T>), sizeof(td::Parameter<T>), sizeof(td::Linear<T>),
        sizeof(td::BatchNorm<T>), sizeof(td::Playback<T>));
    const td::Tensor<T> in_place = td::ones<T>({2, 2}), on_the_heap = td::ones<T>({4, 8});
    const auto offset = [](const auto& of, const auto& in) {
        return reinterpret_cast<const std::byte*>(&of) - reinterpret_cast<const std::byte*>(&in);
    };
    fmt::print("storage at {}, shape at {}, strides at {}, elements at {}, {} from a line's start\n",
               offset(in_place.storage(), in_place), offset(in_place.shape(), in_place),
               offset(in_place.strides(), in_place), offset(*in_place.data(), in_place),
               reinterpret_cast<std::uintptr_t>(on_the_heap.data()) % 64);
}

int main() {
    print_layout<float>();
    print_layout<double>();
    fmt::print("Shape {} Axes {} Where {} Random {}\n", sizeof(td::Shape), sizeof(td::Axes),
               sizeof(td::Where), sizeof(td::Random));
}
