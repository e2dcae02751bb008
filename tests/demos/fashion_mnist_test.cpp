// The loader of Fashion-MNIST: a good folder, and every way in which a file can be bad.
#include "demos/data/fashion_mnist.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "demos/common/error.hpp"
#include "tests/demos/temporary_folder.hpp"

using namespace tapedeck::demos;
namespace fs = std::filesystem;
using Bytes = std::string;

namespace {

Bytes big_endian(std::size_t n) {
    return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
            static_cast<char>(n)};
}

Bytes header(std::vector<std::size_t> shape) {
    Bytes bytes{0, 0, 8, static_cast<char>(shape.size())};
    for (const std::size_t extent : shape) bytes += big_endian(extent);
    return bytes;
}

Bytes images(std::size_t n) {
    Bytes bytes = header({n, 28, 28});
    for (std::size_t i = 0; i < n * 784; ++i) bytes += static_cast<char>((i * 37 + i / 784) % 256);
    return bytes;
}

Bytes labels(std::size_t n) {
    Bytes bytes = header({n});
    for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(i % 10);
    return bytes;
}

void write(const fs::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Bytes gzipped(const Bytes& bytes) {
    const tapedeck::test::TemporaryFolder folder;
    const fs::path path = folder.path / "x.gz";
    gzFile file = gzopen(path.c_str(), "wb");
    REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) ==
            static_cast<int>(bytes.size()));
    REQUIRE(gzclose(file) == Z_OK);
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_good_folder(const fs::path& folder) {
    write(folder / "train-images-idx3-ubyte.gz", gzipped(images(30)));
    write(folder / "train-labels-idx1-ubyte.gz", gzipped(labels(30)));
    write(folder / "t10k-images-idx3-ubyte", images(20));
    write(folder / "t10k-labels-idx1-ubyte", labels(20));
}

std::string error_of(const fs::path& folder, Counts counts = {20, 10, 20}) {
    try {
        load_fashion_mnist(folder, counts);
    } catch (const FileError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("fashion_mnist: plain and gzipped files load, split and standardised") {
    const tapedeck::test::TemporaryFolder folder;
    write_good_folder(folder.path);
    REQUIRE(has_fashion_mnist(folder.path));
    const Dataset data = load_fashion_mnist(folder.path, {18, 10, 15});
    CHECK(data.train.count == 18);
    CHECK(data.validation.count == 10);
    CHECK(data.test.count == 15);
    CHECK(data.train.x.size() == 18 * 784);
    CHECK(data.validation.labels == std::vector<std::size_t>{8, 9, 0, 1, 2, 3, 4, 5, 6, 7});
    double sum = 0, squares = 0;
    for (const float x : data.train.x) sum += x, squares += double{x} * x;
    CHECK(std::abs(sum / (18 * 784)) < 1e-6);
    CHECK(squares / (18 * 784) == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("fashion_mnist: a batch holds the samples that were asked for, in that order") {
    const tapedeck::test::TemporaryFolder folder;
    write_good_folder(folder.path);
    const Dataset data = load_fashion_mnist(folder.path, {20, 10, 20});
    const std::vector<std::size_t> rows{7, 3};
    Batch batch;
    fill(batch, data, data.train, rows);
    CHECK(batch.x.shape() == tapedeck::Shape{2, 784});
    CHECK(batch.labels == std::vector<std::size_t>{7, 3});
    for (std::size_t i = 0; i < 784; ++i) {
        REQUIRE(batch.x(0, i) == data.train.x[7 * 784 + i]);
        REQUIRE(batch.x(1, i) == data.train.x[3 * 784 + i]);
    }
}

TEST_CASE("fashion_mnist: each bad file has its own sentence, which names it") {
    struct Bad {
        std::string what, file, says;
        std::function<void(const fs::path&)> spoil;
    };
    const auto replace = [](Bytes bytes) { return [bytes](const fs::path& path) { write(path, bytes); }; };
    const auto cut = [](Bytes bytes, std::size_t n) { return bytes.substr(0, n); };
    Bytes flipped = gzipped(images(30));
    for (std::size_t i = flipped.size() / 2; i < flipped.size() / 2 + 8; ++i)
        flipped[i] = static_cast<char>(~flipped[i]);
    Bytes wrong_label = labels(30);
    wrong_label[8 + 17] = 10;
    Bytes tall = header({30, 32, 28}) + Bytes(30 * 32 * 28, '\1');
    Bytes as_floats = images(30);
    as_floats[2] = 0x0d;
    const std::string train_images = "train-images-idx3-ubyte.gz",
                      train_labels = "train-labels-idx1-ubyte.gz";
    const std::vector<Bad> table{
        {"missing", train_images, "holds neither train-images-idx3-ubyte nor",
         [](const fs::path& p) { fs::remove(p); }},
        {"empty", train_images, "it holds 0 bytes", replace("")},
        {"not idx", train_images, "is not an idx file: it starts with 50 4b",
         replace("PK\3\4 and so on and so on")},
        {"wrong type", train_images, "idx type 0x0d, where 0x08", replace(as_floats)},
        {"labels as images", train_images, "of rank 1, where rank 3 is expected (images)",
         replace(labels(30))},
        {"images as labels", train_labels, "of rank 3, where rank 1 is expected (labels)",
         replace(images(30))},
        {"header cut", train_images, "cut off inside its header", replace(cut(images(30), 10))},
        {"other size", train_images, "images of 32x28 pixels, where 28x28 are expected", replace(tall)},
        {"data cut", train_images, "promises 23520 bytes of data, and 23515 are there",
         replace(gzipped(cut(images(30), 16 + 30 * 784 - 5)))},
        {"data beyond", train_labels, "goes on after its last value", replace(labels(30) + "x")},
        {"gzip cut", train_images, "its gzip stream has no end", replace(cut(gzipped(images(30)), 300))},
        {"gzip damaged", train_images, "is damaged: gzip says", replace(flipped)},
        {"fewer labels", train_images, "holds 30 images and train-labels-idx1-ubyte.gz holds 29 labels",
         [&](const fs::path& p) { write(p.parent_path() / train_labels, labels(29)); }},
        {"gzip goes on", train_images, "is damaged: gzip says \"incorrect header check\"",
         replace(gzipped(images(30)) + "xyz")},
        {"a bomb", train_labels, "unpacks to more than 100 times its size",
         replace(gzipped(header({0xffffffff}) + Bytes(3u << 20, '\0')))},
        {"a wild count", train_labels, "promises 4294967295 bytes of data, and 9 are there",
         replace(header({0xffffffff}) + Bytes(9, '\0'))},
        {"label out of range", train_labels, "gives sample 17 the label 10, where 0 to 9 are expected",
         replace(wrong_label)},
        {"a folder", train_labels, "is a folder, where a file is expected",
         [](const fs::path& p) {
             fs::remove(p);
             fs::create_directory(p);
         }},
    };
    for (const Bad& bad : table) {
        CAPTURE(bad.what);
        const tapedeck::test::TemporaryFolder folder;
        write_good_folder(folder.path);
        REQUIRE(error_of(folder.path) == "no error");
        bad.spoil(folder.path / bad.file);
        const std::string error = error_of(folder.path);
        CAPTURE(error);
        CHECK(error.find(bad.says) != std::string::npos);
        CHECK(error.find(bad.file.substr(0, bad.file.size() - 3)) != std::string::npos);
        CHECK(error.find('\n') == std::string::npos);
        CHECK(error.back() == '.');
    }
}

TEST_CASE("fashion_mnist: more samples than there are is an error, and so is a folder that is none") {
    const tapedeck::test::TemporaryFolder folder;
    write_good_folder(folder.path);
    CHECK(error_of(folder.path, {25, 10, 5}).find("holds 30 images, and 35 are asked for") !=
          std::string::npos);
    CHECK(error_of(folder.path, {20, 10, 21}).find("t10k-images-idx3-ubyte holds 20 images") !=
          std::string::npos);
    CHECK(error_of(folder.path / "none").find("is not a folder") != std::string::npos);
    CHECK_FALSE(has_fashion_mnist(folder.path / "none"));
}
