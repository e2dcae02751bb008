// Checkpoint: a training that was resumed ends in the same bits as one that never stopped.
#include <tapedeck/optim/checkpoint.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include <tapedeck/core/archive.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/save.hpp>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/rmsprop.hpp>
#include <tapedeck/optim/sgd.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;
using test::error_text;
using test::says;
namespace fs = std::filesystem;

namespace {

template <class T>
struct Net final : Module<T> {
    Linear<T> fc1, fc2;
    BatchNorm<T> norm;
    Dropout<T> drop;
    explicit Net(Random& rng) : fc1(3, 8, rng), fc2(8, 1, rng), norm(8), drop(0.3, rng) {}
    Variable<T> forward(Variable<T> x) override { return fc2(drop(tanh(norm(fc1(x))))); }
    void visit(Visitor<T>& v) override { v("fc1", fc1), v("norm", norm), v("drop", drop), v("fc2", fc2); }
};

template <class T>
using MakeOptimizer = std::function<std::unique_ptr<Optimizer<T>>(std::vector<Parameter<T>*>)>;
template <class T>
using MakeSchedule = std::function<std::unique_ptr<LRSchedule<T>>(Optimizer<T>&)>;

/// A small training: shuffled samples, batch norm, dropout, a schedule.
template <class T>
struct Training {
    static constexpr std::size_t kSamples = 20, kBatch = 5;

    Random rng;
    Net<T> net;
    std::unique_ptr<Optimizer<T>> optimizer;
    std::unique_ptr<LRSchedule<T>> schedule;
    int epoch = 0;
    double best = 1e9;
    Tensor<T> samples = Tensor<T>::from_shape({kSamples, 3});
    std::string losses;

    Training(std::uint64_t seed, const MakeOptimizer<T>& make, const MakeSchedule<T>& make_schedule)
        : rng(seed), net(rng), optimizer(make(net.parameters())), schedule(make_schedule(*optimizer)) {
        Random data(99);
        for (T& x : samples.storage()) x = static_cast<T>(data.normal());
    }
    Checkpoint<T> checkpoint() {
        Checkpoint<T> all;
        all.add("net", net).add("optimizer", *optimizer).add("schedule", *schedule);
        all.add("order", rng).add("epoch", epoch).add("best", best);
        return all;
    }
    void run(int epochs) {
        Tape<T> tape;
        for (const int last = epoch + epochs; epoch < last; ++epoch) {
            const auto order = rng.permutation(kSamples);
            for (std::size_t b = 0; b < kSamples; b += kBatch) {
                Tensor<T> x = Tensor<T>::from_shape({kBatch, 3});
                Tensor<T> y = Tensor<T>::from_shape({kBatch, 1});
                for (std::size_t i = 0; i < kBatch; ++i) {
                    for (std::size_t j = 0; j < 3; ++j) x(i, j) = samples(order[b + i], j);
                    y(i, 0) = x(i, 0) * x(i, 1);
                }
                tape.rewind();
                optimizer->zero_grad();
                const auto loss = mse_loss(net(tape.input(x)), tape.input(y));
                tape.backward(loss);
                optimizer->step();
                best = std::min(best, static_cast<double>(loss.item()));
                const T item = loss.item();
                losses.append(reinterpret_cast<const char*>(&item), sizeof item);
            }
            schedule->step();
        }
    }
};

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

template <class T>
void check_resume(const MakeOptimizer<T>& make, const MakeSchedule<T>& make_schedule) {
    const test::TemporaryFolder folder;
    const fs::path half = folder.path / "half", straight_end = folder.path / "a",
                   resumed_end = folder.path / "b";
    Training<T> straight(1, make, make_schedule);
    straight.run(3);
    straight.checkpoint().save(half);
    straight.run(4);
    straight.checkpoint().save(straight_end);

    Training<T> resumed(2, make, make_schedule);  // other weights, other masks, another order
    resumed.run(1);                               // and another state of everything
    resumed.losses.clear();
    resumed.checkpoint().load(half);
    CHECK(resumed.epoch == 3);
    CHECK(resumed.schedule->steps() == 3);
    resumed.run(4);
    resumed.checkpoint().save(resumed_end);
    CHECK(resumed.losses == straight.losses.substr(straight.losses.size() - resumed.losses.size()));
    CHECK(content_of(resumed_end) == content_of(straight_end));
    CHECK(content_of(half) != content_of(straight_end));
}

}  // namespace

TEST_CASE_TEMPLATE("checkpoint: a resumed training ends in the bits of one that never stopped", T, float,
                   double) {
    using Parameters = std::vector<Parameter<T>*>;
    const MakeSchedule<T> step = [](Optimizer<T>& o) { return std::make_unique<StepLR<T>>(o, 2, 0.5); };
    const MakeSchedule<T> cosine = [](Optimizer<T>& o) { return std::make_unique<CosineLR<T>>(o, 4, 1e-3); };
    const MakeSchedule<T> warmup = [](Optimizer<T>& o) { return std::make_unique<WarmupLR<T>>(o, 5); };
    check_resume<T>([](Parameters p) { return std::make_unique<Adam<T>>(p, AdamOptions{.lr = 0.01}); }, step);
    check_resume<T>([](Parameters p) { return std::make_unique<AdamW<T>>(p, AdamWOptions{.lr = 0.01}); },
                    cosine);
    check_resume<T>([](Parameters p) { return std::make_unique<SGD<T>>(p, SGDOptions{.lr = 0.05}); }, cosine);
    check_resume<T>(
        [](Parameters p) {
            return std::make_unique<SGD<T>>(p, SGDOptions{.lr = 0.05, .momentum = 0.9, .dampening = 0.2});
        },
        warmup);
    check_resume<T>([](Parameters p) { return std::make_unique<RMSProp<T>>(p); }, step);
    check_resume<T>(
        [](Parameters p) {
            return std::make_unique<RMSProp<T>>(p, RMSPropOptions{.momentum = 0.9, .centered = true});
        },
        cosine);
}

TEST_CASE("checkpoint: SGD's first step after a checkpoint of none is still its first") {
    const test::TemporaryFolder folder;
    const auto value_after = [&](bool through_a_file) {
        Parameter<float> p(ones<float>({2}));
        SGD<float> sgd({&p}, {.lr = 1, .momentum = 0.5, .dampening = 0.5});
        Checkpoint<float> all;
        all.add("sgd", sgd);
        if (through_a_file) all.save(folder.path / "new");
        std::fill(p.grad.begin(), p.grad.end(), 1.0f);
        sgd.step();
        if (through_a_file) {
            all.load(folder.path / "new");
            std::fill(p.value.begin(), p.value.end(), 1.0f);
        }
        sgd.step();
        return p.value(0);
    };
    CHECK(value_after(true) == 0);       // 1 - 1: the first step takes the gradient whole
    CHECK(value_after(false) == -1.0f);  // 1 - 1 - (0.5 + 0.5)
}

TEST_CASE("checkpoint: the names say what each array is") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "c";
    Random rng(1);
    Net<float> net(rng);
    Parameter<float> alone(ones<float>({2}), "alone");
    std::vector<Parameter<float>*> parameters = net.parameters();
    parameters.push_back(&alone);
    Adam<float> adam(parameters);
    StepLR<float> schedule(adam, 2);
    std::size_t step = 7;
    Checkpoint<float> all;
    all.add("net", net).add("adam", adam).add("schedule", schedule).add("rng", rng).add("step", step);
    all.save(file);
    const std::string content = content_of(file);
    const Archive archive = Archive::of(content, "load");
    for (const char* name : {"net.fc1.weight", "net.norm.running_var", "net.drop.rng", "adam.lr", "adam.step",
                             "adam.exp_avg.net.fc1.weight", "adam.exp_avg_sq.net.fc2.bias", "adam.exp_avg.6",
                             "adam.param.6", "schedule.steps", "schedule.base_lr", "rng", "step"}) {
        CAPTURE(name);
        CHECK(archive.arrays.contains(name));
    }
    CHECK(archive.arrays.size() == (6 + 3 + 1) + (2 + 2 * 7 + 1) + 2 + 1 + 1);
}

TEST_CASE(
    "checkpoint: of a training built differently nothing is loaded, and the sentence says what is "
    "different") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "c", before = folder.path / "before", after = folder.path / "after";
    const MakeSchedule<float> step = [](Optimizer<float>& o) {
        return std::make_unique<StepLR<float>>(o, 2);
    };
    const MakeOptimizer<float> adam = [](auto p) { return std::make_unique<Adam<float>>(p); };
    const MakeOptimizer<float> sgd = [](auto p) { return std::make_unique<SGD<float>>(p); };
    Training<float> one(1, adam, step), other(2, adam, step), third(3, sgd, step);
    one.run(1);
    one.epoch = 300;
    one.checkpoint().save(file);
    const std::string whole = content_of(file);
    const auto refused = [&](Training<float>& training, Checkpoint<float>& all,
                             std::initializer_list<std::string_view> parts) {
        training.checkpoint().save(before);
        const std::string text = error_text<CheckpointError>([&] { all.load(file); });
        CAPTURE(text);
        CHECK(says(text, parts));
        training.checkpoint().save(after);
        CHECK(content_of(after) == content_of(before));
    };
    const auto edit = [&](const std::function<void(Archive&)>& change) {
        Archive archive = Archive::of(whole, "edit");
        change(archive);
        std::ofstream(file, std::ios::binary) << archive.text("edit");
    };
    auto of_other = other.checkpoint(), of_third = third.checkpoint();
    refused(third, of_third,
            {"optimizer.exp_avg.net.fc1.bias (8) is in the file, as are", "nothing here has that name"});
    const auto number = [](double x) { return std::string(reinterpret_cast<const char*>(&x), sizeof x); };
    const std::string negative = number(-1), none = number(std::nan("")), endless = number(HUGE_VAL);
    const auto count = [](std::uint64_t n) {
        return std::string(reinterpret_cast<const char*>(&n), sizeof n);
    };
    const std::string most = count(~std::uint64_t{0}), too_many = count((std::uint64_t{1} << 53) + 1);
    edit([&](Archive& a) { a.arrays.at("optimizer.lr").bytes = negative; });
    refused(other, of_other, {"optimizer.lr in the file is -1, which no learning rate is"});
    edit([&](Archive& a) { a.arrays.at("optimizer.lr").bytes = none; });
    refused(other, of_other, {"optimizer.lr in the file is nan"});
    edit([&](Archive& a) { a.arrays.at("optimizer.lr").bytes = endless; });
    refused(other, of_other, {"optimizer.lr in the file is inf"});
    edit([&](Archive& a) { a.arrays.at("schedule.base_lr").bytes = negative; });
    refused(other, of_other, {"schedule.base_lr in the file is -1, which no learning rate is"});
    edit([&](Archive& a) { a.arrays.at("optimizer.step").bytes = most; });
    refused(other, of_other, {"optimizer.step in the file is 18446744073709551615, more steps than"});
    edit([&](Archive& a) { a.arrays.at("schedule.steps").bytes = too_many; });
    refused(other, of_other, {"schedule.steps in the file is 9007199254740993, more steps than"});
    edit([](Archive& a) { a.arrays.erase("net.drop.rng"); });
    refused(other, of_other, {"net.drop.rng (4) is missing"});
    edit([&](Archive& a) { a.arrays.at("optimizer.exp_avg.net.fc2.weight").shape = {8}; });
    refused(other, of_other, {"optimizer.exp_avg.net.fc2.weight is (8) in the file and (1, 8) here"});
    edit([](Archive&) {});
    Checkpoint<float> narrow = other.checkpoint();
    std::int8_t small = 0;
    narrow.add("small", small);
    refused(other, narrow, {"small () is missing from the file"});
    Checkpoint<float> without;
    std::int8_t epoch = 5;
    without.add("net", other.net).add("optimizer", *other.optimizer).add("schedule", *other.schedule);
    without.add("order", other.rng).add("epoch", epoch).add("best", other.best);
    refused(other, without, {"epoch in the file is 300, which its variable here can't hold"});
    CHECK(epoch == 5);
    of_other.load(file);
    CHECK(other.epoch == 300);
}

TEST_CASE("checkpoint: each part has a name, of its own") {
    Random rng(1);
    Net<float> net(rng);
    SGD<float> sgd(net.parameters());
    Checkpoint<float> all;
    for (const std::string& text : {error_text<ValueError>([&] { all.add("", net); }),
                                    error_text<ValueError>([&] { all.add("", sgd); }),
                                    error_text<ValueError>([&] { all.add("", rng); })})
        CHECK(says(text, {"Checkpoint::add: the name is empty"}));
    const test::TemporaryFolder folder;
    all.add("rng", rng).add("rng", rng);
    CHECK(says(error_text<CheckpointError>([&] { all.save(folder.path / "c"); }),
               {"two things are called rng"}));
}

TEST_CASE("checkpoint: a schedule goes on from the rate that the saved one started from") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "c";
    struct Rates {
        Parameter<double> p{ones<double>({1})};
        SGD<double> sgd;
        WarmupLR<double> warm{sgd, 2};
        CosineLR<double> cosine{sgd, 3};
        Checkpoint<double> all;
        explicit Rates(double lr) : sgd({&p}, {.lr = lr}) {
            all.add("sgd", sgd).add("warm", warm).add("cosine", cosine);
        }
        Rates(const Rates&) = delete;
        std::vector<double> next(int n) {
            std::vector<double> rates;
            for (; n > 0; --n) warm.step(), cosine.step(), rates.push_back(sgd.lr());
            return rates;
        }
    };
    Rates one(0.8), other(0.4), without(0.8);
    one.next(2);
    one.all.save(file);
    other.all.load(file);
    CHECK(other.cosine.base_lr() == 0.8);
    const std::vector<double> expected = one.next(8);
    CHECK(other.next(8) == expected);
    // A file from before there was such a number leaves the program's.
    const std::string whole = content_of(file);
    Archive archive = Archive::of(whole, "edit");
    archive.arrays.erase("warm.base_lr"), archive.arrays.erase("cosine.base_lr");
    std::ofstream(file, std::ios::binary) << archive.text("edit");
    without.all.load(file);
    CHECK(without.next(8) == expected);
}

TEST_CASE("checkpoint: an optimizer's parameters are saved, those of no module too") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "c";
    struct Bare {
        Parameter<float> w{ones<float>({2})}, b{zeros<float>({1})};
        Adam<float> adam{{&w, &b}};
        Checkpoint<float> all;
        Bare() = default;
        Bare(const Bare&) = delete;
    };
    Bare one, other;
    one.all.add("adam", one.adam);
    other.all.add("adam", other.adam);
    one.w.value(1) = 5;
    one.b.value(0) = 6;
    one.all.save(file);
    other.all.load(file);
    CHECK(other.w.value == one.w.value);
    CHECK(other.b.value == one.b.value);
    CHECK(other.w.version() == 1);

    Bare named, again;
    named.all.add("adam", named.adam).add("b", named.b);
    again.all.add("b", again.b).add("adam", again.adam);  // in any order
    named.b.value(0) = 7;
    named.all.save(file);
    again.all.load(file);
    CHECK(again.b.value(0) == 7);
    const std::string content = content_of(file);
    const Archive archive = Archive::of(content, "load");
    for (const char* name : {"b", "adam.exp_avg.b", "adam.param.0", "adam.exp_avg.0"}) {
        CAPTURE(name);
        CHECK(archive.arrays.contains(name));
    }
    CHECK(!archive.arrays.contains("adam.param.1"));
}

TEST_CASE("checkpoint: an optimizer that does not show what it remembers is refused when it is added") {
    struct Silent : Optimizer<float> {
        explicit Silent(Parameter<float>& p) : Optimizer<float>({&p}, 0.1) {}
        void step() override {}
    };
    struct Plain final : Silent {
        using Silent::Silent;
        void visit(StateVisitor<float>&) override {}
    };
    const test::TemporaryFolder folder;
    Parameter<float> p(ones<float>({1}));
    Silent silent(p);
    Plain plain(p);
    Checkpoint<float> all;
    CHECK(says(error_text<Error>([&] { all.add("silent", silent); }),
               {"an optimizer has no visit()", "override it"}));
    all.add("plain", plain).save(folder.path / "c");
    p.value(0) = 0;
    all.load(folder.path / "c");
    CHECK(p.value(0) == 1);
}

TEST_CASE("checkpoint: a rate of 0, a float, a flag and a negative number come back") {
    const test::TemporaryFolder folder;
    const fs::path file = folder.path / "c";
    Parameter<float> p(ones<float>({1}));
    SGD<float> sgd({&p}, {.lr = 0.5});
    float best = 0.1f;
    bool warm = true;
    int n = -1;
    Checkpoint<float> all;
    all.add("sgd", sgd).add("best", best).add("warm", warm).add("n", n);
    sgd.lr(0);
    all.save(file);
    sgd.lr(0.5), best = 2, warm = false, n = 5;
    all.load(file);
    CHECK(sgd.lr() == 0);
    CHECK(best == 0.1f);
    CHECK(warm);
    CHECK(n == -1);
    const std::string content = content_of(file);
    Archive archive = Archive::of(content, "edit");
    CHECK(archive.arrays.at("n").dtype == "I64");
    CHECK(archive.arrays.at("best").dtype == "F32");
    const std::string two("\2\0\0\0\0\0\0\0", 8);
    archive.arrays.at("warm").bytes = two;
    std::ofstream(file, std::ios::binary) << archive.text("edit");
    CHECK(says(error_text<CheckpointError>([&] { all.load(file); }),
               {"warm in the file is 2, which its variable here can't hold"}));
    CHECK(warm);
}
