#include <tapedeck/layers/module.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

std::string join(const std::string& prefix, std::string_view name) {
    return prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
}

/// Walks the whole tree; calls back for each parameter and buffer with its path.
template <class T>
class Walker : public Visitor<T> {
  public:
    std::function<void(const std::string&, Module<T>&)> on_module = [](const std::string&, Module<T>&) {};
    std::function<void(const std::string&, Parameter<T>&)> on_parameter = [](const std::string&,
                                                                             Parameter<T>&) {};
    std::function<void(const std::string&, Tensor<T>&)> on_buffer = [](const std::string&, Tensor<T>&) {};

    void walk(Module<T>& root) {
        on_module("", root);
        root.visit(*this);
    }

  protected:
    void module(std::string_view name, Module<T>& child) override {
        const std::string outer = std::exchange(prefix_, join(prefix_, name));
        on_module(prefix_, child);
        child.visit(*this);
        prefix_ = outer;
    }
    void parameter(std::string_view name, Parameter<T>& p) override { on_parameter(join(prefix_, name), p); }
    void buffer(std::string_view name, Tensor<T>& b) override { on_buffer(join(prefix_, name), b); }

  private:
    std::string prefix_;
};

/// "weight (4, 3), bias (4)": enough to tell which module is meant.
template <class T>
std::string contents(Module<T>& module) {
    std::string text;
    for (const auto& [path, p] : module.named_parameters())
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", path, to_text(p->value.shape()));
    return text.empty() ? "no parameters" : text;
}

}  // namespace

template <class T>
std::vector<std::pair<std::string, Parameter<T>*>> Module<T>::named_parameters() {
    std::vector<std::pair<std::string, Parameter<T>*>> all;
    Walker<T> walker;
    walker.on_parameter = [&](const std::string& path, Parameter<T>& p) { all.emplace_back(path, &p); };
    walker.walk(*this);
    return all;
}

template <class T>
std::vector<Parameter<T>*> Module<T>::parameters() {
    std::vector<Parameter<T>*> all;
    for (const auto& [path, p] : named_parameters()) all.push_back(p);
    return all;
}

template <class T>
std::vector<std::pair<std::string, Tensor<T>*>> Module<T>::named_buffers() {
    std::vector<std::pair<std::string, Tensor<T>*>> all;
    Walker<T> walker;
    walker.on_buffer = [&](const std::string& path, Tensor<T>& b) { all.emplace_back(path, &b); };
    walker.walk(*this);
    return all;
}

template <class T>
void Module<T>::zero_grad() {
    struct Zero final : Visitor<T> {
        void module(std::string_view, Module<T>& child) override { child.visit(*this); }
        void parameter(std::string_view, Parameter<T>& p) override { p.zero_grad(); }
    } zero;
    visit(zero);
}

template <class T>
void Module<T>::train(bool on) {
    Walker<T> walker;
    walker.on_module = [on](const std::string&, Module& module) { module.training_ = on; };
    walker.walk(*this);
}

template <class T>
void Module<T>::name_children() {
    struct Namer : Visitor<T> {
        const Module* parent;
        explicit Namer(const Module* of) : parent(of) {}
        void module(std::string_view name, Module& child) override {
            child.name_ = name;
            child.listed_ = true;
        }
        void parameter(std::string_view name, Parameter<T>& p) override {
            if (p.name.empty()) p.name = name;
        }
    };
    Namer namer(this);
    visit(namer);
    children_named_ = true;
}

/// Whether it is more than a function: whether visit() shows anything at all.
template <class T>
bool Module<T>::has_state() {
    struct Looker : Visitor<T> {
        bool found = false;
        void module(std::string_view, Module& child) override { found |= child.has_state(); }
        void parameter(std::string_view, Parameter<T>&) override { found = true; }
        void buffer(std::string_view, Tensor<T>&) override { found = true; }
        void generator(std::string_view, Random&) override { found = true; }
    };
    Looker looker;
    visit(looker);
    return looker.found;
}

template <class T>
ScopeGuard Module<T>::enter(Tape<T>& tape, Where where) {
    if (!children_named_) name_children();
    if (!listed_ && tape.owner() != nullptr) {
        // The owner of a scope is always the Module that opened it, below.
        auto& parent = *static_cast<Module*>(const_cast<void*>(tape.owner()));
        parent.name_children();
        if (!listed_ && has_state()) {
            throw Error(
                fmt::format("a module with parameters, or with a training mode, {} inside a module whose "
                            "visit() does not list it, so that neither an optimizer nor eval() would reach "
                            "it: add v(\"name\", member) to the outer module's visit(). It holds {}.",
                            tape.place("was called", where), contents(*this)));
        }
    }
    return tape.scope(name_, where, this);
}

template <class T>
std::string Module<T>::summary() {
    struct Row {
        std::string path, shape;
        std::size_t size;
    };
    std::vector<Row> rows;
    std::size_t total = 0, width = 9;
    for (const auto& [path, p] : named_parameters()) {
        rows.push_back({path, to_text(p->value.shape()), p->value.size()});
        total += p->value.size();
        width = std::max(width, path.size());
    }
    std::string text = fmt::format("{:<{}}  {:<14} {:>10}\n", "parameter", width, "shape", "elements");
    for (const Row& row : rows)
        text += fmt::format("{:<{}}  {:<14} {:>10}\n", row.path, width, row.shape, row.size);
    return text + fmt::format("{:<{}}  {:<14} {:>10}\n", "total", width, "", total);
}

template class Module<float>;
template class Module<double>;

}  // namespace tapedeck
