#include <cmath>
#include <stdexcept>

#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

void solved(In, In y, In dy, Out dx) {
    for (Size i = 0; i < y.size(); ++i) dx[i] += dy[i] * (1 - y[i] * y[i]);
}

check::Exercise exercise(check::TanhAdjoint written) { return check::tanh_adjoint(std::move(written)); }

TEST_CASE("the exercise tanh_adjoint: a blank is told from a mistake, and a right solution passes") {
    not_written(exercise([](In, In, In, Out) { nothing_written_yet("dx"); }), "dx in ");
    right(exercise(solved));
    each_mistake_is_named(exercise(solved));
}

TEST_CASE("the exercise tanh_adjoint: students' mistakes are named") {
    refused(exercise([](In x, In, In dy, Out dx) {
                for (Size i = 0; i < x.size(); ++i) dx[i] += dy[i] * (1 - std::pow(x[i], 2));
            }),
            "1 - x^2, of the input");
    refused(exercise([](In, In y, In, Out dx) {
                for (Size i = 0; i < y.size(); ++i) dx[i] += 1 - y[i] * y[i];
            }),
            "dy is missing");
    refused(exercise([](In, In y, In dy, Out dx) {
                for (Size i = 0; i < y.size(); ++i) dx[i] -= dy[i] * (1 - y[i] * y[i]);
            }),
            "The sign is wrong");
}

TEST_CASE("where a number is wrong is said with its place, what came out and what was expected") {
    const auto off_at_3 = [](In x, In y, In dy, Out dx) {
        solved(x, y, dy, dx);
        if (x.size() > 3) dx[3] = 100;
    };
    refused(exercise(off_at_3),
            "With ordinary numbers (n = 5), dx[3] is 100, and td::tanh gives 0.41231; 1 of 5 elements of dx "
            "differ.");
    refused(exercise(off_at_3),
            "differ.\n  It is right on 2 of 3 inputs, and wrong with ordinary numbers: what is different "
            "there?");
    const auto right_for_one = [](In x, In y, In dy, Out dx) {
        solved(x, y, dy, dx);
        if (x.size() > 1) dx[0] = dx[1] = 100;
    };
    refused(exercise(right_for_one), "differ.\n  Right only with one element: what is different there?");
}

TEST_CASE("an overwritten gradient, an untouched one and one with a wrong factor have words of their own") {
    refused(exercise([](In, In y, In dy, Out dx) {
                for (Size i = 0; i < y.size(); ++i) dx[i] = dy[i] * (1 - y[i] * y[i]);
            }),
            "dx is overwritten");
    refused(exercise([](In, In, In, Out) {}), "Nothing is added to dx");
    refused(exercise([](In x, In y, In dy, Out dx) {
                for (int twice = 0; twice < 2; ++twice) solved(x, y, dy, dx);
            }),
            "dx is 2 times what it should be");
    refused(exercise([](In x, In y, In dy, Out dx) {
                const double first = dx[0];
                solved(x, y, dy, dx);
                if (first != 0) dx[0] = 0;
            }),
            "It is right when dx holds zeros before the call");
}

TEST_CASE("elements that a loop leaves out are named") {
    refused(exercise([](In, In y, In dy, Out dx) {
                for (Size i = 0; i + 1 < y.size(); ++i) dx[i] += dy[i] * (1 - y[i] * y[i]);
            }),
            "\n  Why: dx[4] is untouched: does a loop start late or end early?");
    refused(exercise([](In, In y, In dy, Out dx) {
                for (Size i = 2; i < y.size(); ++i) dx[i] += dy[i] * (1 - y[i] * y[i]);
            }),
            "Why: dx[0] and 1 more are untouched");
    // Zero, but written.
    const auto verdict = judge(exercise([](In, In y, In dy, Out dx) {
        for (Size i = 0; i < y.size(); ++i) dx[i] = i + 1 < y.size() ? dy[i] * (1 - y[i] * y[i]) : 0;
    }));
    CHECK(verdict.state == check::State::wrong);
    CHECK(verdict.text.find("untouched") == std::string::npos);
}

TEST_CASE("a float among the variables is asked for") {
    refused(exercise([](In, In y, In dy, Out dx) {
                for (Size i = 0; i < y.size(); ++i)
                    dx[i] += static_cast<double>(static_cast<float>(dy[i] * (1 - y[i] * y[i])));
            }),
            "Why: It agrees to 7 digits only: is a float among your variables?");
}

TEST_CASE("what goes outside of an array is noticed, and nothing is harmed") {
    refused(exercise([](In x, In y, In dy, Out dx) {
                solved(x, y, dy, dx);
                dx.data()[x.size()] += 1;
            }),
            "dx has 5 elements, and dx[5] was written");
    refused(exercise([](In x, In y, In dy, Out dx) {
                solved(x, y, dy, dx);
                *(dx.data() - 1) = 0;
            }),
            "dx[-1] was written");
    refused(
        exercise([](In x, In y, In dy, Out dx) {
            solved(x, y, dy, dx);
            dx[0] += dy.data()[x.size()];
        }),
        "A number from outside of the arrays is read (n = 5): an index goes too far, or a variable is used "
        "before it is set (s = 0 before its sum).");
}

TEST_CASE("nan, an exception and a solution of nobody's have words") {
    refused(exercise([](In x, In, In, Out dx) {
                for (Size i = 0; i < x.size(); ++i) dx[i] += std::sqrt(-1 - x[i] * x[i]);
            }),
            "A nan comes from");
    refused(exercise([](In x, In, In, Out dx) {
                for (Size i = 0; i < x.size(); ++i) dx[i] += std::exp(x[i] + 1e4);
            }),
            "An infinite number comes from");
    refused(exercise([](In, In, In, Out) { throw std::runtime_error("no idea"); }),
            "With ordinary numbers (n = 5) it throws: no idea");
    refused(exercise([](In x, In, In, Out dx) {
                for (Size i = 0; i < x.size(); ++i) dx[i] += 17 + x[i];
            }),
            "It is none of the usual mistakes");
}

}  // namespace
}  // namespace exercises::test
