// Fashion-MNIST: 28x28 grey images of ten kinds of clothes.
#pragma once

#include <filesystem>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos {

/// Where Debian's package dataset-fashion-mnist puts the four files.
std::filesystem::path fashion_mnist_folder();

/// Whether the four files, plain or gzipped, are there.
bool has_fashion_mnist(const std::filesystem::path& folder);

/// Reads the four files (MNIST itself has the same names) from `folder`. The validation images are the ones
/// that follow the training images; pixels are standardised by the mean and deviation of the training images.
/// Throws FileError.
Dataset load_fashion_mnist(const std::filesystem::path& folder, const Counts& counts);

}  // namespace tapedeck::demos
