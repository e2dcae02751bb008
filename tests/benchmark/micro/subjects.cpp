#include "subject.hpp"

namespace micro {

td::Tensor<float> draw(const td::Shape& shape, bool positive) {
    static td::Random random(1);
    auto x = td::Tensor<float>::from_shape(shape);
    for (float& v : x.storage()) v = static_cast<float>(positive ? 0.5 + random.uniform() : random.normal());
    return x;
}

std::vector<Subject> subjects() {
    std::vector<Subject> all;
    for (const auto& family : {elementwise(), binary(), reductions(), softmaxes(), norms(), spelled_out(),
                               products(), losses(), parts()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

}  // namespace micro
