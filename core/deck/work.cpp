#include <tapedeck/core/deck/work.hpp>

#include <algorithm>

namespace tapedeck::deck {

template <class T>
double work_of(const Shot<T>& shot, std::size_t i) {
    const EntryShot<T>& entry = shot.entries[i];
    const auto size = static_cast<double>(entry.value.storage().size());
    double inner = 0;
    if (entry.op == "Matmul" || entry.op == "Linear") {
        const Shape& x = shot.entries[entry.inputs[0]].shape;
        inner = x.empty() ? 0 : static_cast<double>(x[x.size() - 1]);
    }
    double read = 0;
    for (const std::uint32_t input : entry.inputs)
        read += static_cast<double>(shot.entries[input].value.storage().size());
    return 100e-9 + 0.5e-9 * (size + read) + 0.03e-9 * size * inner;
}

template <class T>
std::vector<double> work_behind(const Shot<T>& shot) {
    std::vector<double> behind(shot.entries.size(), 0.0);
    double sum = 0;
    for (std::size_t i = shot.loss + 1; i-- > 0;) {
        behind[i] = sum;
        sum += work_of(shot, i);
    }
    return behind;
}

std::vector<Share> ration(std::vector<Share> shares, double effort) {
    const auto cost = [](const Share& s) {
        return s.seconds * static_cast<double>(std::min(s.wanted, s.most));
    };
    std::stable_sort(shares.begin(), shares.end(),
                     [&](const Share& a, const Share& b) { return cost(a) < cost(b); });
    std::size_t waiting = shares.size();
    for (Share& share : shares) {
        const double part = effort / static_cast<double>(waiting--);
        std::size_t items = std::min(share.wanted, share.most);
        if (cost(share) > part) items = static_cast<std::size_t>(part / share.seconds);
        share.most = items;
        effort -= share.seconds * static_cast<double>(items);
    }
    std::erase_if(shares, [](const Share& s) { return s.most == 0; });
    std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) { return a.entry < b.entry; });
    return shares;
}

template double work_of(const Shot<float>& shot, std::size_t i);
template double work_of(const Shot<double>& shot, std::size_t i);
template std::vector<double> work_behind(const Shot<float>& shot);
template std::vector<double> work_behind(const Shot<double>& shot);

}  // namespace tapedeck::deck
