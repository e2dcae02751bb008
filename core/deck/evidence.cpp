#include <tapedeck/core/deck/shot.hpp>

namespace tapedeck::deck {

template <class T>
void add_evidence(Shot<T>& shot, Variable<T> loss, double effort) {
    (void)shot, (void)loss, (void)effort;
}

template void add_evidence(Shot<float>& shot, Variable<float> loss, double effort);
template void add_evidence(Shot<double>& shot, Variable<double> loss, double effort);

}  // namespace tapedeck::deck
