// Loading the images and labels of Fashion-MNIST, and standardising the pixels.
#include "demos/data/fashion_mnist.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "demos/common/error.hpp"
#include "demos/data/idx.hpp"

namespace tapedeck::demos {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kSide = 28;
constexpr std::size_t kClasses = 10;

struct Pair {
    fs::path images, labels;
};

std::optional<fs::path> plain_or_gzipped(const fs::path& folder, const std::string& name) {
    for (const fs::path& path : {folder / name, folder / (name + ".gz")}) {
        if (fs::exists(path)) return path;
    }
    return std::nullopt;
}

fs::path find(const fs::path& folder, const std::string& name) {
    if (const auto path = plain_or_gzipped(folder, name)) return *path;
    throw FileError(
        fmt::format("{} holds neither {} nor {}.gz; install Debian's dataset-fashion-mnist, or give the "
                    "folder of the four idx files with --data.",
                    folder.string(), name, name));
}

Pair find_pair(const fs::path& folder, const std::string& prefix) {
    return {find(folder, prefix + "-images-idx3-ubyte"), find(folder, prefix + "-labels-idx1-ubyte")};
}

/// The first `keep` images as bytes, with their labels, everything checked.
Split read_pair(const Pair& files, std::size_t keep) {
    const IdxItems labels = read_idx(files.labels, {}, std::numeric_limits<std::size_t>::max());
    for (std::size_t i = 0; i < labels.bytes.size(); ++i) {
        if (labels.bytes[i] >= kClasses) {
            throw FileError(
                fmt::format("{} gives sample {} the label {}, where 0 to 9 are expected; take a data set of "
                            "ten classes.",
                            files.labels.string(), i, labels.bytes[i]));
        }
    }
    const IdxItems images = read_idx(files.images, {kSide, kSide}, keep);
    if (images.count != labels.count) {
        throw FileError(
            fmt::format("{} holds {} images and {} holds {} labels, where the same number is expected; take "
                        "both files from the same data set.",
                        files.images.string(), images.count, files.labels.filename().string(), labels.count));
    }
    if (images.count < keep) {
        throw FileError(
            fmt::format("{} holds {} images, and {} are asked for; lower --train, --validation or --test.",
                        files.images.string(), images.count, keep));
    }
    Split split;
    split.count = keep;
    split.x.assign(images.bytes.begin(), images.bytes.end());
    split.labels.assign(labels.bytes.begin(), labels.bytes.begin() + static_cast<std::ptrdiff_t>(keep));
    return split;
}

/// Moves the samples after the first `count` into a split of their own.
Split split_off(Split& split, std::size_t count) {
    const auto pixel = split.x.begin() + static_cast<std::ptrdiff_t>(count * kSide * kSide);
    const auto label = split.labels.begin() + static_cast<std::ptrdiff_t>(count);
    Split rest;
    rest.count = split.count - count;
    rest.x.assign(pixel, split.x.end());
    rest.labels.assign(label, split.labels.end());
    split.x.erase(pixel, split.x.end());
    split.labels.erase(label, split.labels.end());
    split.count = count;
    return rest;
}

void standardise(Dataset& data) {
    double sum = 0, squares = 0;
    for (const float x : data.train.x) {
        sum += x;
        squares += double{x} * x;
    }
    const double n = static_cast<double>(data.train.x.size());
    const double mean = sum / n;
    // Bytes of at most 255 are exact in double, so the one-pass variance is safe here; all pixels alike: only
    // centred.
    const double variance = squares / n - mean * mean;
    const double scale = variance > 0 ? 1 / std::sqrt(variance) : 1;
    for (Split* split : {&data.train, &data.validation, &data.test}) {
        for (float& x : split->x) x = static_cast<float>((x - mean) * scale);
    }
}

}  // namespace

fs::path fashion_mnist_folder() { return "/usr/share/datasets/fashion-mnist"; }

bool has_fashion_mnist(const fs::path& folder) {
    for (const std::string prefix : {"train", "t10k"}) {
        if (!plain_or_gzipped(folder, prefix + "-images-idx3-ubyte")) return false;
        if (!plain_or_gzipped(folder, prefix + "-labels-idx1-ubyte")) return false;
    }
    return true;
}

Dataset load_fashion_mnist(const fs::path& folder, const Counts& counts) {
    if (!fs::is_directory(folder)) {
        throw FileError(
            fmt::format("{} is not a folder; give the folder of the four idx files with --data, or install "
                        "Debian's dataset-fashion-mnist.",
                        folder.string()));
    }
    const Pair train = find_pair(folder, "train"), test = find_pair(folder, "t10k");
    Dataset data;
    data.steps = kSide;
    data.features = kSide;
    data.classes = kClasses;
    data.train = read_pair(train, counts.train + counts.validation);
    data.validation = split_off(data.train, counts.train);
    data.test = read_pair(test, counts.test);
    standardise(data);
    return data;
}

}  // namespace tapedeck::demos
