// Building the two networks.
#include "demos/compare_norms/models.hpp"

#include <vector>

#include "demos/common/nets.hpp"
#include "demos/common/sequence_nets.hpp"

namespace tapedeck::demos::compare_norms {

std::unique_ptr<Module<float>> make_network(const Setting& setting, const Dataset& data, Norm norm,
                                            Random& rng) {
    if (setting.network == Network::rnn) return make_rnn(data, setting.hidden[0], name_of(norm), rng);
    std::vector<std::size_t> sizes{data.steps * data.features};
    sizes.insert(sizes.end(), setting.hidden.begin(), setting.hidden.end());
    sizes.push_back(data.classes > 0 ? data.classes : 1);
    return std::make_unique<Sequential<float>>(make_mlp(sizes, rng, {.norm = name_of(norm)}));
}

}  // namespace tapedeck::demos::compare_norms
