#include "usual_mistakes.hpp"

#include <doctest/doctest.h>

#include <tapedeck/core/gradcheck.hpp>

namespace td = tapedeck;
using namespace td::museum;
using V = td::Variable<double>;

namespace {

std::vector<td::Tensor<double>> inputs(const UsualMistake& m) {
    std::vector<td::Tensor<double>> all;
    for (const td::Shape& shape : m.inputs) all.push_back(draw(shape, 11 + all.size()));
    return all;
}

/// Tanh, whose gradient replaces what was there.
Exhibit::Options overwriting_tanh() {
    return {"OverwritingTanh",
            [](td::Forward<double>& f) { f.each([](auto x) { return std::tanh(x); }, f.input(0)); },
            [](td::Reverse<double>& r) {
                const auto to = r.deposit(0);
                for (std::size_t i = 0; i < r.output().size(); ++i) {
                    const double y = r.output().storage()[i];
                    to.data[i] = r.upstream().storage()[i] * (1 - y * y);
                }
            }};
}

}  // namespace

TEST_CASE("gradcheck rejects the usual mistakes and names them") {
    for (const UsualMistake& m : usual_mistakes()) {
        CAPTURE(m.operation.name);
        CAPTURE(m.diagnosis);
        const auto report = td::gradcheck(
            [&](auto& tape, auto x) {
                return tape.template record<Exhibit>(td::Where::here(), m.operation, std::span<const V>(x));
            },
            inputs(m));
        CHECK_FALSE(report.wrong.empty());
        CHECK(report.function == m.operation.name);
        if (m.diagnosis.empty())
            CHECK_MESSAGE(report.diagnosis().empty(), report.text());
        else
            CHECK_MESSAGE(report.diagnosis().find(m.diagnosis) != std::string::npos, report.text());
    }
}

TEST_CASE("gradcheck names the operation that overwrote another's contribution") {
    const auto report = td::gradcheck(
        [](auto& tape, auto x) {
            const V first = tape.template record<Exhibit>(td::Where::here(), overwriting_tanh(), x[0]);
            return first * td::sigmoid(x[0]);  // whose gradient comes first
        },
        {draw({4, 3}, 1)});
    CHECK_FALSE(report.ok());
    CHECK_MESSAGE(
        report.diagnosis().find("OverwritingTanh assigned its own where it must add") != std::string::npos,
        report.text());
    // Alone it is right: only the second use shows it.
    CHECK(td::gradcheck(
              [](auto& tape, auto x) {
                  return tape.template record<Exhibit>(td::Where::here(), overwriting_tanh(), x[0]);
              },
              {draw({4, 3}, 1)})
              .ok());
}

TEST_CASE("gradcheck says that no gradient arrived where the program detaches") {
    const auto report = td::gradcheck([](auto&, auto x) { return td::detach(x[0]) * x[1]; },
                                      {draw({4, 3}, 1), draw({4, 3}, 2)});
    CHECK_FALSE(report.ok());
    CHECK_MESSAGE(report.arguments[0].diagnosis.find("no gradient arrived") != std::string::npos,
                  report.text());
    CHECK(report.arguments[1].diagnosis.empty());
    const auto nothing =
        td::gradcheck([](auto&, auto x) { return td::detach(x[0]) * 2.0; }, {draw({4, 3}, 1)});
    CHECK_FALSE(nothing.wrong.empty());
}

TEST_CASE("gradcheck says when a gradient comes to what has no influence") {
    const Exhibit::Options first{
        "First",
        [](td::Forward<double>& f) { f.each([](auto a, auto) { return a; }, f.input(0), f.input(1)); },
        [](td::Reverse<double>& r) {
            for (const std::size_t i : {0U, 1U})
                r.each(
                    i, [](auto dy) { return dy; }, r.upstream());
        }};
    for (const bool declared : {false, true}) {
        const auto report = td::gradcheck(
            [&](auto& tape, auto x) {
                return tape.template record<Exhibit>(td::Where::here(), first, x[0], x[1]);
            },
            {draw({4, 3}, 1), draw({4, 3}, 2)},
            {.constant = declared ? std::vector<std::size_t>{1} : std::vector<std::size_t>{}});
        CHECK(report.wrong.size() == 12);
        CHECK_MESSAGE(report.arguments[1].diagnosis.find("does not depend on it") != std::string::npos,
                      report.text());
    }
}
