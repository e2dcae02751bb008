#include "style.hpp"

#include <fmt/format.h>

#include <array>

namespace tapedeck::demos {
namespace {

struct Row {
    std::string_view key, label, color, dash;
};

// Okabe and Ito's colours: told apart by colour-blind readers; the dashes tell them apart in grey.
constexpr std::array norms{
    Row{"none", "no norm", "#7f7f7f", "(4,5)"},
    Row{"batch", "BatchNorm", "#d55e00", "(14,6)"},
    Row{"layer", "LayerNorm", "#0072b2", "solid"},
    Row{"group", "GroupNorm", "#009e73", "(20,5,4,5)"},
    Row{"rms", "RMSNorm", "#cc79a7", "(9,4)"},
    Row{"instance", "InstanceNorm", "#e69f00", "(14,5,3,5,3,5)"},
    Row{"batch-shared", "BatchNorm, shared", "#8f4a12", "(3,4,14,4)"},
    Row{"weight", "WeightNorm", "#56b4e9", "(2,4)"},
};

struct Title {
    std::string_view key, title, phrase;
};
constexpr std::array titles{
    Title{"fashion", "Fashion-MNIST", "Fashion-MNIST"},
    Title{"spirals", "Spirals", "spirals"},
    Title{"adding", "Adding problem", "the adding problem"},
    Title{"mlp", "MLP", "an MLP"},
    Title{"rnn", "RNN", "an RNN"},
};

constexpr double norm_width = 2.6;

}  // namespace

NormStyle norm_style(std::string_view key) {
    for (std::size_t i = 0; i < norms.size(); ++i) {
        if (norms[i].key != key) continue;
        const int order = static_cast<int>(i);
        return {std::string(norms[i].label),
                order,
                {std::string(norms[i].color), std::string(norms[i].dash), norm_width, order + 1}};
    }
    const int last = static_cast<int>(norms.size());
    return {std::string(key), last, {"#000000", "(2,3)", norm_width, last + 1}};
}

std::string title_of(std::string_view key) {
    for (const Title& t : titles)
        if (t.key == key) return std::string(t.title);
    return std::string(key);
}

std::string phrase_of(std::string_view key) {
    for (const Title& t : titles)
        if (t.key == key) return std::string(t.phrase);
    return std::string(key);
}

Pen faint(const Pen& pen, double share) {
    const auto mixed = [&](std::size_t at) {
        const double c = std::stoi(pen.color.substr(at, 2), nullptr, 16);
        return static_cast<int>(255 - (255 - c) * share);
    };
    return {fmt::format("#{:02x}{:02x}{:02x}", mixed(1), mixed(3), mixed(5)), "solid", 1, pen.letter};
}

Pen guide_pen() { return {"#222222", "(6,5)", 1.1, 9}; }

}  // namespace tapedeck::demos
