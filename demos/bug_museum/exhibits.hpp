// What hangs in the museum: each bug, the scene in which it is shown, and the net that trains with it.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/sequential.hpp>

#include "demos/bug_museum/wrong_norms.hpp"
#include "demos/common/nets.hpp"

namespace tapedeck::demos {

/// Under which circumstances the nets train: as usual, or so that a bug that hides there shows.
enum class Scene { usual, offset, blank_image, unequal_gammas };

struct Exhibit {
    const char* name;
    Bug bug;
    Scene scene = Scene::usual;
};

inline const std::vector<Exhibit> kExhibits{
    {"gamma, beta drawn at random", Bug::random_gamma},
    {"variance, not its root", Bug::variance_not_its_root},
    {"std + eps", Bug::std_plus_eps},
    {"statistics over the wrong axis", Bug::wrong_axis},
    {"one-pass variance", Bug::one_pass},
    {"backward: no mean path", Bug::no_mean_path},
    {"backward: no variance path", Bug::no_variance_path},
    {"backward: variance path's sign", Bug::variance_path_sign},
    {"backward: no gamma", Bug::no_gamma},
    {"std + eps, a blank image", Bug::std_plus_eps, Scene::blank_image},
    {"one-pass, units offset 3000", Bug::one_pass, Scene::offset},
    {"no gamma, gamma from 0.2 to 5", Bug::no_gamma, Scene::unequal_gammas},
};

/// 784-width-width-10, with a norm that has this bug; from Bug::none, with the right one.
inline Sequential<float> make_net(const Exhibit& exhibit, Bug bug, std::size_t width, Random& rng) {
    Sequential<float> net;
    std::size_t in = 784;
    for (const int i : {1, 2}) {
        // Without a bias a blank image is the same number for every unit.
        Linear<float> fc(in, width, rng, {.bias = exhibit.scene != Scene::blank_image});
        if (exhibit.scene == Scene::offset) fc.bias->value.fill(3000);
        net.add(fmt::format("fc{}", i), fc);
        MuseumNorm norm(bug, width, rng);
        if (exhibit.scene == Scene::unequal_gammas)
            for (float& gamma : norm.weight->value.storage())
                gamma = static_cast<float>(std::pow(5, rng.uniform(-1, 1)));
        net.add(fmt::format("norm{}", i), norm);
        add_activation(net, fmt::format("act{}", i), "tanh");
        in = width;
    }
    net.add("fc3", Linear<float>(in, 10, rng));
    return net;
}

}  // namespace tapedeck::demos
