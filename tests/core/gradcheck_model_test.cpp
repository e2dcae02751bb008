// gradcheck on models: all parameters, and nothing is changed by it.
#include <chrono>
#include <stdexcept>

#include <doctest/doctest.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

namespace td = tapedeck;
using td::test::list;
using td::test::says;
using D = td::Variable<double>;

namespace {

td::Tensor<double> draw(const td::Shape& shape, std::uint64_t seed, double mean = 0) {
    td::Random rng(seed);
    td::Tensor<double> x = td::Tensor<double>::from_shape(shape);
    for (double& v : x.storage()) v = rng.normal(mean, 1);
    return x;
}

struct Net final : td::Module<double> {
    td::Linear<double> fc1, fc2;
    td::BatchNorm<double> norm1;
    td::LayerNorm<double> norm2;
    td::Dropout<double> dropout;

    explicit Net(td::Random& rng, std::size_t width = 6)
        : fc1(4, width, rng), fc2(width, 3, rng), norm1(width), norm2(3), dropout(0.3, rng) {}
    D forward(D x) override { return norm2(fc2(td::tanh(dropout(norm1(fc1(x)))))); }
    void visit(td::Visitor<double>& v) override {
        v("fc1", fc1);
        v("norm1", norm1);
        v("dropout", dropout);
        v("fc2", fc2);
        v("norm2", norm2);
    }
};

/// All numbers of a model, its gradients and its buffers.
std::vector<double> state(Net& net) {
    std::vector<double> all;
    const auto add = [&](const td::Tensor<double>& x) { all.insert(all.end(), x.begin(), x.end()); };
    for (const auto* p : net.parameters()) {
        add(p->value);
        add(p->grad);
    }
    for (const auto& [name, buffer] : net.named_buffers()) add(*buffer);
    return all;
}

void fill_gradients(Net& net) {
    double number = 0.5;
    for (auto* p : net.parameters()) {
        for (double& g : p->grad.storage()) g = number += 1;
    }
}

/// y = x W^T as matmul(x, transpose(w)), whose dW has a factor 3 too much.
struct Tripled final : td::Op<double> {
    std::string_view name() const override { return "Tripled"; }
    std::string_view rule() const override { return "dw = 3 dy"; }
    void forward(td::Forward<double>& f) override {
        f.each([](auto w) { return w; }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy) { return 3 * dy; }, r.upstream());
    }
};

}  // namespace

TEST_CASE("a model's parameters are checked, and model, buffers and generators are left as they were") {
    td::Random rng(3);
    Net net(rng);
    fill_gradients(net);
    const auto before = state(net);
    const auto versions = net.fc1.weight->version();
    Net untouched = net;
    // A bias before a batch norm has no influence.
    const auto report = td::gradcheck([&](auto&, auto x) { return net(x[0]); }, {draw({5, 4}, 1)},
                                      net.named_parameters(), {.constant_parameters = {"fc1.bias"}});
    CHECK_MESSAGE(report.ok(), report.text());
    std::size_t elements = 20;
    for (const auto* p : net.parameters()) elements += p->value.size();
    CHECK(report.checked == elements);
    CHECK(state(net) == before);
    CHECK(net.fc1.weight->version() == versions);
    // The dropout's generator too: both models draw the same masks afterwards.
    td::Tape<double> one, other;
    const auto x = draw({5, 4}, 2);
    CHECK(list(net(one.input(x)).value()) == list(untouched(other.input(x)).value()));
}

TEST_CASE("without the declaration, a bias before a batch norm is named as proving nothing") {
    td::Random rng(3);
    Net net(rng);
    const auto report =
        td::gradcheck([&](auto&, auto x) { return net(x[0]); }, {draw({5, 4}, 1)}, net.named_parameters());
    CHECK_FALSE(report.ok());
    CHECK(report.wrong.empty());
    CHECK(says(report.text(), {"proves nothing: the numeric gradient of parameter fc1.bias is near zero"}));
}

TEST_CASE("a wrong gradient in a model is found, named, and nothing is changed") {
    td::Random rng(4);
    Net net(rng);
    fill_gradients(net);
    const auto before = state(net);
    const auto program = [&](td::Tape<double>& tape, std::vector<D> x) {
        const D w = tape.record<Tripled>(td::Where::here(), {}, tape.parameter(*net.fc2.weight));
        return td::linear(td::tanh(net.fc1(x[0])), w, std::optional(tape.parameter(*net.fc2.bias)));
    };
    const auto report = td::gradcheck<double>(
        program, {draw({5, 4}, 1)},
        td::NamedParameters<double>{{"fc1.weight", &*net.fc1.weight}, {"fc2.weight", &*net.fc2.weight}});
    CHECK_FALSE(report.ok());
    CHECK(says(report.text(),
               {"18 of 62 elements are wrong", "parameter fc2.weight (3, 6): recorded is 3 times",
                "parameter fc2.weight, element ("}));
    CHECK(state(net) == before);
}

TEST_CASE("parameters that are not listed keep their gradients, too") {
    td::Random rng(4);
    Net net(rng);
    fill_gradients(net);
    const auto before = state(net);
    CHECK(td::gradcheck([&](auto&, auto x) { return net(x[0]); }, {draw({5, 4}, 1)}).ok());
    CHECK(state(net) == before);
}

TEST_CASE("a model is as before when the function throws, or a play does") {
    td::Random rng(4);
    Net net(rng);
    fill_gradients(net);
    const auto before = state(net);
    CHECK_THROWS_AS(td::gradcheck(
                        [&](auto&, auto x) -> D {
                            net(x[0]);
                            throw std::runtime_error("no");
                        },
                        {draw({5, 4}, 1)}, net.named_parameters()),
                    std::runtime_error);
    CHECK(state(net) == before);

    struct ThrowsLater final : td::Op<double> {
        int runs = 0;
        std::string_view name() const override { return "ThrowsLater"; }
        std::string_view rule() const override { return "dx = dy"; }
        void forward(td::Forward<double>& f) override {
            if (++runs > 9) throw std::runtime_error("no more");
            f.each([](auto x) { return x; }, f.input(0));
        }
        void adjoint(td::Reverse<double>& r) override {
            r.each(
                0, [](auto dy) { return dy; }, r.upstream());
        }
    };
    td::Parameter<double>& weight = *net.fc1.weight;
    CHECK_THROWS_AS(td::gradcheck(
                        [&](auto& tape, auto) {
                            return tape.template record<ThrowsLater>(td::Where::here(), {},
                                                                     tape.parameter(weight));
                        },
                        {}, net.fc1.parameters(), {.constant = {1}}),
                    std::runtime_error);
    CHECK(state(net) == before);
}

TEST_CASE("a parameter that the program does not read proves nothing") {
    td::Parameter<double> read(draw({3}, 1), "read"), unread(draw({2}, 2), "unread");
    const std::vector<td::Parameter<double>*> both{&read, &unread};
    const auto program = [&](auto& tape, auto) { return td::tanh(tape.parameter(read)); };
    const auto report = td::gradcheck(program, {}, both);
    CHECK(says(report.text(), {"proves nothing", "parameter unread"}));
    CHECK(td::gradcheck(program, {}, both, {.constant = {1}}).ok());
}

TEST_CASE("a tape that is open on the same model goes on") {
    td::Random rng(4);
    td::Linear<double> fc(4, 3, rng);
    td::Tape<double> tape;
    const auto x = draw({5, 4}, 1);
    const D loss = td::sum(td::square(fc(tape.input(x))));
    CHECK(td::gradcheck([&](auto&, auto in) { return fc(in[0]); }, {x}, fc.named_parameters()).ok());
    tape.backward(loss);  // the parameters are what they were when it read them
    CHECK(fc.weight->grad.size() == 12);
    const D again = fc(tape.input(x));
    CHECK(again.tape().size() == tape.size());
}

TEST_CASE("a model of a thousand parameters") {
    td::Random rng(5);
    Net net(rng, 125);
    std::size_t parameters = 0;
    for (const auto* p : net.parameters()) parameters += p->value.size();
    CHECK(parameters > 1000);
    const auto start = std::chrono::steady_clock::now();
    const auto report = td::gradcheck([&](auto&, auto x) { return net(x[0]); }, {draw({8, 4}, 1)},
                                      net.named_parameters(), {.constant_parameters = {"fc1.bias"}});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    CHECK_MESSAGE(report.ok(), report.text());
    MESSAGE(parameters << " parameters in " << took.count() << " s");
}

TEST_CASE("a recurrent cell over several steps, in every norm") {
    for (const auto norm :
         {td::RNNNorm::none, td::RNNNorm::layer, td::RNNNorm::batch_per_step, td::RNNNorm::batch_shared}) {
        CAPTURE(static_cast<int>(norm));
        td::Random rng(6);
        td::RNNCell<double> cell(3, 4, rng, {.norm = norm, .steps = 3});
        const auto program = [&](auto& tape, auto x) {
            D h = cell(x[0]);
            for (std::size_t t = 1; t < 3; ++t) h = cell(x[t], h);
            (void)tape;
            return h;
        };
        td::GradcheckOptions options;
        if (norm == td::RNNNorm::batch_per_step || norm == td::RNNNorm::batch_shared)
            options.constant_parameters = {"bias_ih", "bias_hh"};
        const auto report = td::gradcheck(program, {draw({5, 3}, 1), draw({5, 3}, 2), draw({5, 3}, 3)},
                                          cell.named_parameters(), options);
        CHECK_MESSAGE(report.ok(), report.text());
        for (const auto& [name, buffer] : cell.named_buffers()) {
            for (const double v : *buffer) CHECK((v == 0 || v == 1));  // as at first
        }
    }
}
