// gradcheck where things go wrong: a program that throws, a result that is 0, a result of nowhere.
#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

struct Dropping : Module<double> {
    Dropout<double> drop;
    explicit Dropping(Random& rng) : drop(0.5, rng) {}
    Variable<double> forward(Variable<double> x) override { return drop(x) + ones<double>({7}); }
    void visit(Visitor<double>& v) override { v("drop", drop); }
};

}  // namespace

TEST_CASE("gradcheck: a program that throws after a dropout leaves its generator as it was") {
    Random rng(3);
    Dropping net(rng);
    const auto mask = [](Dropping copy) {
        Tape<double> tape;
        return list(copy.drop(tape.input(ones<double>({20}))).value());
    };
    const auto before = mask(net);
    CHECK_THROWS_AS(gradcheck([&](auto&, auto x) { return net(x[0]); }, {ones<double>({2, 3})}), ShapeError);
    CHECK(mask(net) == before);
}

TEST_CASE("gradcheck: a loss that rounds to 0 proves nothing, and is not called wrong") {
    const auto report = gradcheck([](auto&, auto x) { return sum(log(exp(x[0] - 60) + 1)); },
                                  {tensor<double>({1, 3}, {4, 0, -1})});
    CHECK(report.wrong.empty());
    CHECK_FALSE(report.ok());
    CHECK(says(report.text(), {"proves nothing"}));
}

TEST_CASE("gradcheck: a result that is on no tape is refused in gradcheck's name") {
    const std::string text = error_text<StaleVariableError>(
        [] { gradcheck([](auto&, auto) { return Variable<double>(); }, {ones<double>({2})}); });
    CHECK(says(text, {"gradcheck: the function's result is not on the tape that it is given"}));
}

TEST_CASE("gradcheck: what came to an operation as zeros is not its fault") {
    struct Nothing final : Op<double> {
        std::string_view name() const override { return "Nothing"; }
        std::string_view rule() const override { return "dx = 0, which is wrong"; }
        void forward(Forward<double>& f) override {
            f.each([](auto x) { return x * x; }, f.input(0));
        }
        void adjoint(Reverse<double>& r) override {
            r.each(
                0, [](auto dy) { return dy * decltype(dy)(0); }, r.upstream());
        }
    };
    const auto report = gradcheck(
        [](Tape<double>& tape, auto x) { return tape.record<Nothing>(Where::here(), {}, tanh(x[0])); },
        {tensor<double>({3}, {0.3, -0.8, 1.1})});
    CHECK(says(report.diagnosis(), {"what came to Tanh was all zeros already"}));
}
