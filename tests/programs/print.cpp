#include "print.hpp"

#include <set>

#include <fmt/format.h>

#include "interpreter.hpp"

namespace tapedeck::test {
namespace {

std::string number(double v) {
    const std::string text = fmt::format("{}", v);  // the shortest that reads back the same
    return text == "-0" ? "-0.0" : text;
}

template <class List, class F>
std::string list(const List& items, F text) {
    std::string all;
    for (const auto& item : items) all += fmt::format("{}{}", all.empty() ? "" : ", ", text(item));
    return fmt::format("{{{}}}", all);
}
std::string numbers(const std::vector<double>& all) { return list(all, number); }
template <class List>
std::string integers(const List& all) {
    return list(all, [](auto i) { return fmt::format("{}", i); });
}

std::string leaf_tensor(const Shape& shape, const std::vector<double>& data) {
    return fmt::format("tensor<double>({}, {})", integers(shape), numbers(data));
}

/// What is written, and which helpers it needs.
class Printer {
  public:
    explicit Printer(const Program& program) : program_(program) {}

    std::string body() {
        for (std::size_t i = 0; i < program_.size(); ++i) statement(i, program_.instructions[i]);
        return text_;
    }
    /// What lives outside of the tape.
    const std::string& state() const { return state_; }

  private:
    void statement(std::size_t at, const Instruction& i) {
        std::string indent = "    ";
        const bool surrounded = !i.scope.empty() || i.paused;
        if (surrounded) {
            text_ += fmt::format("    td::Variable<double> v{};\n    {{\n", at);
            indent += "    ";
            std::string_view rest = i.scope;
            for (int level = 0; !rest.empty(); ++level) {
                const std::size_t slash = std::min(rest.find('/'), rest.size());
                text_ += fmt::format("{}const auto scope{} = tape.scope(\"{}\");\n", indent, level,
                                     rest.substr(0, slash));
                rest.remove_prefix(std::min(slash + 1, rest.size()));
            }
            if (i.paused) text_ += indent + "const auto paused = tape.pause();\n";
        }
        const std::string named = i.name.empty() || i.kind == Kind::parameter || is_leaf(i.kind)
                                      ? ""
                                      : fmt::format(".named(\"{}\")", i.name);
        std::string call = expression(i);
        if (!named.empty() && call.find(' ') != std::string::npos && !call.starts_with("td::"))
            call = fmt::format("({})", call);
        text_ += fmt::format("{}{}v{} = {}{};\n", indent, surrounded ? "" : "const auto ", at, call, named);
        if (surrounded) text_ += "    }\n";
    }

    static std::string in(const Instruction& i, std::size_t k) { return fmt::format("v{}", i.inputs[k]); }
    static std::string axes(const Instruction& i) {
        const std::string all = i.axes.size() == 1 ? fmt::format("{}", i.axes[0]) : integers(i.axes);
        if (i.kind == Kind::var) return fmt::format(", {}, {}, {}", all, i.keep_dims, i.start);
        if (i.keep_dims) return fmt::format(", {}, true", all);
        return i.axes.empty() ? "" : fmt::format(", {}", all);
    }
    static std::string weight(const Instruction& i) { return i.has_weight ? in(i, 1) : "std::nullopt"; }
    static std::string affine(const Instruction& i) {
        const std::string bias = i.has_bias ? in(i, i.has_weight ? 2 : 1) : "std::nullopt";
        return fmt::format("{}, {}", weight(i), bias);
    }
    static std::string optional(double v) {
        return v < 0 ? "std::nullopt" : fmt::format("std::optional({})", number(v));
    }
    static std::string_view space(const Instruction& i) {
        return to_text(i.kind).starts_with("spelled_out") ? "spelled_out::" : "";
    }
    /// Declares what several instructions may share, once.
    std::string shared(const char* prefix, int id, const std::string& declaration) {
        const std::string name = fmt::format("{}{}", prefix, id);
        if (declared_.insert(name).second)
            state_ += fmt::format("    {}\n", fmt::format(fmt::runtime(declaration), name));
        return name;
    }

    std::string expression(const Instruction& i) {
        const std::string name(to_text(i.kind));
        const std::string mask = fmt::format("tensor<bool>({}, {})", integers(i.shape), integers(i.index));
        switch (i.kind) {
            case Kind::input:
            case Kind::variable:
                return fmt::format("tape.{}({}{})", name, leaf_tensor(i.shape, i.data),
                                   i.name.empty() ? "" : fmt::format(", \"{}\"", i.name));
            case Kind::parameter:
                return fmt::format("tape.parameter({})",
                                   shared("p", i.state,
                                          fmt::format("td::Parameter<double> {{}}({}, \"p{}\");",
                                                      braces(leaf_tensor(i.shape, i.data)), i.state)));
            case Kind::add:
                return in(i, 0) + " + " + in(i, 1);
            case Kind::subtract:
                return in(i, 0) + " - " + in(i, 1);
            case Kind::multiply:
                return in(i, 0) + " * " + in(i, 1);
            case Kind::divide:
                return in(i, 0) + " / " + in(i, 1);
            case Kind::negate:
                return fmt::format("-{}", in(i, 0));
            case Kind::add_number:
                return in(i, 0) + " + " + number(i.number);
            case Kind::number_minus:
                return number(i.number) + " - " + in(i, 0);
            case Kind::multiply_tensor:
                return in(i, 0) + " * " + leaf_tensor(i.shape, i.data);
            case Kind::add_tensor:
                return in(i, 0) + " + " + leaf_tensor(i.shape, i.data);
            case Kind::number_over:
                return number(i.number) + " / " + in(i, 0);
            case Kind::pow:
            case Kind::maximum:
            case Kind::matmul:
            case Kind::mse_loss:
                return fmt::format("td::{}({}, {})", name, in(i, 0), in(i, 1));
            case Kind::wrong_product:
                return fmt::format("{}({}, {})", name, in(i, 0), in(i, 1));
            case Kind::wrong_tanh:
            case Kind::forgetful_square:
                return fmt::format("{}({})", name, in(i, 0));
            case Kind::pow_number:
                return fmt::format("td::pow({}, {})", in(i, 0), number(i.number));
            case Kind::maximum_number:
                return fmt::format("td::maximum({}, {})", in(i, 0), number(i.number));
            case Kind::mse_loss_number:
                return fmt::format("td::mse_loss({}, {})", in(i, 0), number(i.number));
            case Kind::where:
                return fmt::format("td::where({}, {}, {})", mask, in(i, 0), in(i, 1));
            case Kind::where_number:
                return fmt::format("td::where({}, {}, {})", mask, in(i, 0), number(i.number));
            case Kind::masked_fill:
                return fmt::format("td::masked_fill({}, {}, {})", in(i, 0), mask, number(i.number));
            case Kind::dropout:
                return fmt::format("td::dropout({}, {}, {})", in(i, 0), number(i.number),
                                   shared("rng", i.state, fmt::format("td::Random {{}}({});", i.state)));
            case Kind::sum:
            case Kind::mean:
            case Kind::var:
            case Kind::max:
                return fmt::format("td::{}({}{})", name, in(i, 0), axes(i));
            case Kind::reshape:
                return fmt::format("td::reshape({}, {})", in(i, 0), integers(i.shape));
            case Kind::transpose:
                return fmt::format("td::transpose({}, {}, {})", in(i, 0), i.axes[0], i.axes[1]);
            case Kind::slice:
                return fmt::format("td::slice({}, {}, {}, {})", in(i, 0), i.axis(), i.start, i.stop);
            case Kind::concat:
            case Kind::stack:
                return fmt::format("td::{}({}, {})", name,
                                   list(i.inputs, [](std::size_t k) { return fmt::format("v{}", k); }),
                                   i.axis());
            case Kind::gather:
                return fmt::format("td::gather({}, {}, tensor<std::size_t>({}, {}))", in(i, 0), i.axis(),
                                   integers(i.shape), integers(i.index));
            case Kind::linear:
                return fmt::format("td::linear({}, {}{})", in(i, 0), in(i, 1),
                                   i.has_bias ? fmt::format(", {}", in(i, 2)) : "");
            case Kind::softmax:
            case Kind::log_softmax:
                return fmt::format("td::{}({}, {})", name, in(i, 0), i.axis());
            case Kind::cross_entropy:
                return fmt::format("td::cross_entropy({}, {})", in(i, 0), integers(i.index));
            case Kind::binary_cross_entropy:
                return fmt::format("td::binary_cross_entropy_with_logits({}, {})", in(i, 0), in(i, 1));
            case Kind::binary_cross_entropy_number:
                return fmt::format("td::binary_cross_entropy_with_logits({}, {})", in(i, 0),
                                   number(i.number));
            case Kind::layer_norm:
                return fmt::format("td::layer_norm({}, {}, {}, {})", in(i, 0), integers(i.shape), affine(i),
                                   i.eps);
            case Kind::rms_norm:
                return fmt::format("td::rms_norm({}, {}, {}, {})", in(i, 0), integers(i.shape), weight(i),
                                   optional(i.eps));
            case Kind::group_norm:
            case Kind::spelled_out_group_norm:
                return fmt::format("td::{}group_norm({}, {}, {}, {})", space(i), in(i, 0), i.start, affine(i),
                                   i.eps);
            case Kind::weight_norm:
            case Kind::spelled_out_weight_norm:
                return fmt::format("td::{}weight_norm({}, {})", space(i), in(i, 0), in(i, 1));
            case Kind::spelled_out_layer_norm:
                return fmt::format("td::spelled_out::layer_norm({}, {}, {}, {})", in(i, 0), i.shape.size(),
                                   affine(i), i.eps);
            case Kind::spelled_out_rms_norm:
                return fmt::format("td::spelled_out::rms_norm({}, {}, {}, {})", in(i, 0), i.shape.size(),
                                   weight(i), optional(i.eps));
            case Kind::spelled_out_instance_norm:
                return fmt::format("td::spelled_out::instance_norm({}, {}, {})", in(i, 0), affine(i), i.eps);
            case Kind::spelled_out_batch_norm:
                return fmt::format("td::spelled_out::batch_norm({}, {}, {})", in(i, 0), affine(i), i.eps);
            case Kind::instance_norm:
            case Kind::batch_norm:
                return with_statistics(i);
            default:
                return fmt::format("td::{}({})", name, in(i, 0));
        }
    }

    std::string with_statistics(const Instruction& i) {
        std::string running = "nullptr";
        if (!i.data.empty()) {
            const auto half = i.data.begin() + static_cast<std::ptrdiff_t>(i.data.size() / 2);
            running = fmt::format("&{}", shared("running", i.state,
                                                fmt::format("auto {{}} = running({}, {});",
                                                            braces(numbers({i.data.begin(), half})),
                                                            braces(numbers({half, i.data.end()})))));
        }
        return fmt::format("td::{}({}, {}, {}, {{{}, {}, {}}})", to_text(i.kind), in(i, 0), running,
                           affine(i), i.training, optional(i.number), i.eps);
    }
    /// As part of a format string.
    static std::string braces(const std::string& text) {
        std::string doubled;
        for (const char c : text) doubled += (c == '{' || c == '}') ? std::string(2, c) : std::string(1, c);
        return doubled;
    }

    const Program& program_;
    std::string text_, state_;
    std::set<std::string> declared_;
};

std::string as_comment(const std::string& text) {
    std::string comment = "// ";
    for (const char c : text) comment += c == '\n' ? std::string("\n// ") : std::string(1, c);
    return comment + "\n";
}

// What a printed program begins with; the parts that it does not need are left out.
constexpr const char* kIncludes = R"(#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

template <class N>
td::Tensor<N> tensor(const td::Shape& shape, const std::vector<N>& numbers) {
    td::Tensor<N> x = td::Tensor<N>::from_shape(shape);
    std::copy(numbers.begin(), numbers.end(), x.begin());
    return x;
}
)";
constexpr const char* kRunning = R"(
td::RunningStatistics<double> running(const std::vector<double>& mean, const std::vector<double>& var) {
    td::RunningStatistics<double> statistics(mean.size());
    std::copy(mean.begin(), mean.end(), statistics.mean.begin());
    std::copy(var.begin(), var.end(), statistics.var.begin());
    return statistics;
}
)";
constexpr const char* kShow = R"(
void show(const char* name, td::Variable<double> v) {
    std::printf("%s:", name);
    if (!v.has_grad()) std::printf(" none");
    for (std::size_t i = 0; v.has_grad() && i < v.grad().size(); ++i) std::printf(" %.17g", v.grad().storage()[i]);
    std::printf("\n");
}

)";

}  // namespace

std::string to_cpp(const Program& program, const std::optional<Failure>& failure) {
    Printer printer(program);
    const std::string body = printer.body();
    std::string text;
    if (failure) text += as_comment(failure->check + ": " + failure->text);
    text += kIncludes;
    if (printer.state().find("running(") != std::string::npos) text += kRunning;
    text += kShow;
    text += "int main() {\n" + printer.state() + "    td::Tape<double> tape;\n" + body;

    Tape<double> tape;
    State<double> state;
    const std::vector<Variable<double>> values = record(program, tape, state);
    const std::size_t last = program.size() - 1;
    const Tensor<double>& y = values[last].value();
    if (y.size() == 1)
        text += fmt::format("    tape.backward(v{});\n", last);
    else
        text += fmt::format("    tape.backward(v{}, {});\n", last,
                            leaf_tensor(y.shape(), cotangent(program, y.size())));
    for (std::size_t i = 0; i < program.size(); ++i) {
        if (!is_leaf(program.instructions[i].kind) || program.instructions[i].kind == Kind::input) continue;
        text += fmt::format("    show(\"dL/dv{0}\", v{0});\n", i);
    }
    return text + "}\n";
}

}  // namespace tapedeck::test
