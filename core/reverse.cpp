#include <tapedeck/core/reverse.hpp>

namespace tapedeck {

template <class T>
void Reverse<T>::pass_on(std::size_t i) {
    Entry<T>& input = source(i);
    if (sharing_ && input.needs_grad_ && !input.has_grad() && input.value().shape() == output().shape()) {
        input.grad_ = entry_.grad_;
        input.shares_grad_ = true;
        input.contributions_ = 1;
        return;
    }
    each(
        i, [](auto dy) { return dy; }, upstream());
}

template void Reverse<float>::pass_on(std::size_t);
template void Reverse<double>::pass_on(std::size_t);

}  // namespace tapedeck
