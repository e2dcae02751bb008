// save and load: every module comes back to the bit, and what doesn't fit changes nothing.
#include <tapedeck/layers/save.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include <tapedeck/core/archive.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>
#include <tapedeck/layers/weight_norm.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;
using test::error_text;
using test::says;
namespace fs = std::filesystem;

namespace {

/// Every module with something to keep, under names of its own.
template <class T>
Sequential<T> everything(Random& rng, std::size_t size = 4) {
    Sequential<T> net;
    net.add("linear", Linear<T>(size, 3, rng));
    net.add("bare", Linear<T>(2, 3, rng, {.bias = false}));
    net.add("tanh", Tanh<T>());
    net.add("drop", Dropout<T>(0.5, rng));
    net.add("batch", BatchNorm<T>(3));
    net.add("layer", LayerNorm<T>({2, 3}));
    net.add("rms", RMSNorm<T>(3));
    net.add("group", GroupNorm<T>(2, 4));
    net.add("instance", InstanceNorm<T>(2, {.affine = true, .track_running_stats = true}));
    net.add("weight", WeightNorm<T>(Linear<T>(2, 2, rng)));
    net.add("cell", RNNCell<T>(2, 3, rng, {.norm = RNNNorm::batch_per_step, .steps = 2}));
    Sequential<T> inner;
    inner.add("shared", RNNCell<T>(2, 3, rng, {.norm = RNNNorm::batch_shared}));
    inner.add("drop", Dropout<T>(0.1, rng));
    net.add("inner", std::move(inner));
    return net;
}

/// Everything that a module holds, to the bit: parameters, buffers and generators.
template <class T>
std::string bits(Module<T>& module) {
    struct Reader final : Visitor<T> {
        std::string all;
        void append(const void* data, std::size_t n) { all.append(static_cast<const char*>(data), n); }
        void module(std::string_view, Module<T>& child) override { child.visit(*this); }
        void parameter(std::string_view, Parameter<T>& p) override { buffer("", p.value); }
        void buffer(std::string_view, Tensor<T>& b) override {
            append(b.storage().data(), b.size() * sizeof(T));
        }
        void generator(std::string_view, Random& r) override {
            append(r.state().data(), sizeof(Random::State));
        }
    } reader;
    module.visit(reader);
    return reader.all;
}

/// Other numbers everywhere, so that nothing is what it was made with.
template <class T>
void stir(Module<T>& module, Random& rng) {
    for (auto* p : module.parameters())
        for (T& x : p->value.storage()) x = static_cast<T>(rng.normal());
    for (auto& [name, buffer] : module.named_buffers())
        for (T& x : buffer->storage()) x = static_cast<T>(rng.uniform(1, 9));
}

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

/// Changes what a file holds.
void edit(const fs::path& file, const std::function<void(Archive&)>& change) {
    const std::string content = content_of(file);
    Archive archive = Archive::of(content, "edit");
    change(archive);
    put(file, archive.text("edit"));
}

}  // namespace

TEST_CASE_TEMPLATE("save: every module comes back to the bit, its generators too", T, float, double) {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1), other_rng(2);
    auto net = everything<T>(rng), other = everything<T>(other_rng);
    stir(net, rng);
    net.parameters()[0]->value.storage()[0] = std::numeric_limits<T>::quiet_NaN();
    net.parameters()[0]->value.storage()[1] = -T(0);
    REQUIRE(bits(net) != bits(other));
    save(net, file);
    const auto versions = [&] {
        std::vector<std::uint32_t> all;
        for (auto* p : other.parameters()) all.push_back(p->version());
        return all;
    };
    const auto before = versions();
    load(other, file);
    CHECK(bits(other) == bits(net));
    const auto after = versions();
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i] != before[i]);
    const fs::path again = folder.path / "again";
    save(other, again);
    CHECK(content_of(again) == content_of(file));
}

TEST_CASE("save: the file has the names of named_parameters and named_buffers, and generators in U64") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1);
    auto net = everything<float>(rng);
    save(net, file);
    const std::string content = content_of(file);
    const Archive archive = Archive::of(content, "load");
    std::size_t expected = 2;
    for (const auto& [name, p] : net.named_parameters()) {
        const auto& array = archive.arrays.at(name);
        CHECK(array.dtype == "F32");
        CHECK(std::equal(array.shape.begin(), array.shape.end(), p->value.shape().begin(),
                         p->value.shape().end()));
        CHECK(std::memcmp(array.bytes.data(), p->value.storage().data(), array.bytes.size()) == 0);
        ++expected;
    }
    expected += net.named_buffers().size();
    CHECK(archive.arrays.at("cell.norm.1.running_var").shape == std::vector<std::uint64_t>{3});
    for (const char* count : {"batch.num_batches_tracked", "cell.norm.1.num_batches_tracked"}) {
        CHECK(archive.arrays.at(count).shape.empty());
        CHECK(archive.arrays.at(count).dtype == "I64");
    }
    CHECK(archive.arrays.at("inner.drop.rng").dtype == "U64");
    CHECK(archive.arrays.at("drop.rng").shape == std::vector<std::uint64_t>{4});
    CHECK(archive.arrays.size() == expected);
    CHECK(archive.metadata.at("format") == "tapedeck");
}

TEST_CASE("load: a file of another program's needs no generators, and they go on as they were") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1), other_rng(2);
    auto net = everything<float>(rng), other = everything<float>(other_rng);
    save(net, file);
    edit(file, [](Archive& a) { a.arrays.erase("drop.rng"), a.metadata.clear(); });
    load(other, file);
    const std::string a = bits(net), b = bits(other);
    CHECK(a != b);
    CHECK(net.named_parameters()[0].second->value == other.named_parameters()[0].second->value);
}

TEST_CASE(
    "load: a count of batches is I64 in PyTorch's files, and was the module's own type in our older ones") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    BatchNorm<float> norm(2);
    save(norm, file);
    const std::int64_t batches = 1234;
    const float old = 56;
    edit(file, [&](Archive& a) {
        a.arrays.at("num_batches_tracked").bytes = {reinterpret_cast<const char*>(&batches), sizeof batches};
    });
    load(norm, file);
    CHECK(norm.running->batches() == 1234);
    edit(file, [&](Archive& a) {
        a.arrays.at("num_batches_tracked") = {"F32", {}, {reinterpret_cast<const char*>(&old), sizeof old}};
    });
    load(norm, file);
    CHECK(norm.running->batches() == 56);
}

TEST_CASE("load: what does not fit is refused by its name, and the module stays as it was") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1), other_rng(2);
    auto net = everything<float>(rng);
    auto other = everything<float>(other_rng);
    stir(other, other_rng);
    save(net, file);
    const std::string whole = content_of(file), before = bits(other);
    const std::string zeros(32, '\0');
    const auto refused = [&](std::initializer_list<std::string_view> parts) {
        std::vector<std::uint32_t> versions;
        for (auto* p : other.parameters()) versions.push_back(p->version());
        const std::string text = error_text<CheckpointError>([&] { load(other, file); });
        CAPTURE(text);
        CHECK(says(text, {"load " + file.string() + ": "}));
        CHECK(says(text, parts));
        CHECK(text.back() == '.');
        CHECK(bits(other) == before);
        for (std::size_t i = 0; i < versions.size(); ++i)
            CHECK(other.parameters()[i]->version() == versions[i]);
    };
    const auto refused_after = [&](const std::function<void(Archive&)>& change,
                                   std::initializer_list<std::string_view> parts) {
        put(file, whole);
        edit(file, change);
        refused(parts);
    };
    refused_after([](Archive& a) { a.arrays.erase("weight.weight_g"); },
                  {"weight.weight_g (2, 1) is missing from the file: "});
    refused_after([](Archive& a) { a.arrays.erase("weight.weight_g"), a.arrays.erase("batch.running_var"); },
                  {"batch.running_var (3) is missing from the file, as are 1 more: "});
    refused_after([](Archive& a) { a.arrays["zzz"] = a.arrays.at("rms.weight"); },
                  {"zzz (3) is in the file, and nothing here has that name"});
    refused_after([](Archive& a) { a.arrays["a"] = a.arrays["b"] = a.arrays.at("rms.weight"); },
                  {"a (3) is in the file, as are 1 more, and nothing here"});
    refused_after(
        [](Archive& a) {
            a.arrays.at("linear.weight").shape = {4, 3};
        },
        {"linear.weight is (4, 3) in the file and (3, 4) here"});
    refused_after([](Archive& a) { a.arrays.at("linear.weight").shape = {12}; },
                  {"linear.weight is (12) in the file and (3, 4) here"});
    refused_after([](Archive& a) { a.arrays.at("linear.weight").shape = {3, 4, 1, 1, 1, 1, 1, 1, 1}; },
                  {"linear.weight is of 9 dimensions in the file"});
    refused_after([](Archive& a) { a.arrays.at("linear.weight").dtype = "I32"; },
                  {"linear.weight is I32 in the file and F32 here"});
    refused_after([&](Archive& a) { a.arrays.at("inner.drop.rng").bytes = zeros; },
                  {"inner.drop.rng in the file is all zeros"});
    for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() - 1}) {
        put(file, whole.substr(0, length));
        refused({"cut short"});
    }
    put(file, whole + "x");
    refused({"1 bytes after the last array"});
    fs::remove(file);
    refused({"the file can't be read: No such file or directory"});
    fs::create_directory(file);
    refused({"the file can't be read"});
    fs::remove(file);
    put(file, whole);
    load(other, file);
    CHECK(bits(other) == bits(net));
}

TEST_CASE("load: numbers of double are not squeezed into a module of float, nor the reverse") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1);
    Linear<float> narrow(2, 2, rng);
    Linear<double> wide(2, 2, rng);
    save(wide, file);
    CHECK(says(error_text<CheckpointError>([&] { load(narrow, file); }),
               {"weight is F64 in the file and F32 here"}));
    save(narrow, file);
    CHECK(says(error_text<CheckpointError>([&] { load(wide, file); }),
               {"weight is F32 in the file and F64 here"}));
}

TEST_CASE("load: a tape that read the old values does not go backwards over the new ones") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1);
    Linear<float> net(2, 1, rng);
    save(net, file);
    Tape<float> tape;
    const auto loss = sum(net(tape.input(ones<float>({1, 2}))));
    load(net, file);
    CHECK(says(error_text<StaleVariableError>([&] { tape.backward(loss); }),
               {"was changed, by an optimizer's step or a load"}));
}

TEST_CASE("save: it writes no file that could not be loaded, and leaves the old one") {
    struct Twins final : Module<float> {
        Linear<float> a, b;
        explicit Twins(Random& rng) : a(1, 1, rng), b(1, 1, rng) {}
        Variable<float> forward(Variable<float> x) override { return b(a(x)); }
        void visit(Visitor<float>& v) override { v("fc", a), v("fc", b); }
    };
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Random rng(1);
    put(file, "old");
    Twins twins(rng);
    CHECK(says(error_text<CheckpointError>([&] { save(twins, file); }),
               {"save ", "two things are called fc.weight"}));
    CHECK(says(error_text<CheckpointError>([&] { load(twins, file); }),
               {"load ", "two things are called fc.weight"}));
    CHECK(content_of(file) == "old");
    Linear<float> net(1, 1, rng);
    CHECK(says(error_text<FileError>([&] { save(net, folder.path / "none" / "m"); }),
               {"save ", "can't be written: No such file"}));
}

TEST_CASE("save: a module that holds nothing makes an empty file, which fits any other such") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "m.safetensors";
    Tanh<float> a;
    ReLU<float> b;
    save(a, file);
    load(b, file);
    Random rng(1);
    Linear<float> net(1, 1, rng);
    CHECK(says(error_text<CheckpointError>([&] { load(net, file); }), {"weight (1, 1) is missing"}));
}
