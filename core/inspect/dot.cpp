#include <tapedeck/core/inspect/dot.hpp>

#include <map>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck {
namespace {

// Not "quoted": std::quoted is found by a string's namespace, and would be the better match.
std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + '"';
}

/// A scope, its entries and the scopes within it.
struct Frame {
    std::vector<std::string> nodes;
    std::map<std::string, Frame> inner;

    Frame& at(std::string_view path) {
        if (path.empty()) return *this;
        const std::size_t slash = path.find('/');
        Frame& next = inner[std::string(path.substr(0, slash))];
        return slash == std::string_view::npos ? next : next.at(path.substr(slash + 1));
    }
    std::string text(int depth, std::size_t& number) const {
        const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
        std::string all;
        for (const std::string& node : nodes) all += indent + node + '\n';
        for (const auto& [name, frame] : inner) {
            all += fmt::format("{}subgraph cluster_{} {{\n{}  label={};\n", indent, number++, indent,
                               in_quotes(name));
            all += frame.text(depth + 1, number) + indent + "}\n";
        }
        return all;
    }
};

template <class T>
std::string node(const Entry<T>& entry) {
    std::string label = fmt::format("#{} {}", entry.index(), entry.op());
    if (!entry.name().empty()) label += fmt::format("\n{}", entry.name());
    label += '\n' + to_text(entry.value().shape());
    return fmt::format("n{} [label={}, shape={}, style={}];", entry.index(), in_quotes(label),
                       entry.is_leaf() ? "box" : "ellipse", entry.needs_grad() ? "solid" : "dashed");
}

}  // namespace

template <class T>
std::string to_dot(const Tape<T>& tape) {
    Frame root;
    std::string arrows;
    for (const Entry<T>& entry : tape) {
        root.at(entry.scope()).nodes.push_back(node(entry));
        for (const std::uint32_t input : entry.inputs())
            arrows += fmt::format("  n{} -> n{};\n", input, entry.index());
    }
    std::size_t number = 0;
    return "digraph tape {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n" +
           root.text(1, number) + arrows + "}\n";
}

#define INSTANTIATE(T) template std::string to_dot(const Tape<T>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
