// Sequential: modules one after the other.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/layers/module.hpp>

namespace tapedeck {

/// A module that can be copied without knowing its type.
template <class T>
class AnyModule {
  public:
    /// Takes the module in.
    template <std::derived_from<Module<T>> M>
    explicit AnyModule(M module)
        : module_(std::make_unique<M>(std::move(module))),
          clone_([](const Module<T>& m) -> std::unique_ptr<Module<T>> {
              return std::make_unique<M>(static_cast<const M&>(m));
          }),
          assign_([](Module<T>& to, const Module<T>& from) {
              static_cast<M&>(to) = static_cast<const M&>(from);
          }) {}
    /// A copy of the module in it.
    AnyModule(const AnyModule& other)
        : module_(other.clone_(*other.module_)), clone_(other.clone_), assign_(other.assign_) {}
    AnyModule(AnyModule&&) noexcept = default;
    /// Assigns into the module that is there when it is of the same type, so that pointers to its parameters
    /// stay good.
    AnyModule& operator=(const AnyModule& other) {
        if (module_ == nullptr || assign_ != other.assign_) return *this = AnyModule(other);
        assign_(*module_, *other.module_);
        return *this;
    }
    AnyModule& operator=(AnyModule&&) noexcept = default;
    ~AnyModule() = default;

    /// The module in it.
    Module<T>& operator*() const { return *module_; }

  private:
    std::unique_ptr<Module<T>> module_;
    std::unique_ptr<Module<T>> (*clone_)(const Module<T>&);
    void (*assign_)(Module<T>& to, const Module<T>& from);
};

/// Hands each module's output to the next: `net.add("fc1", Linear<T>(2, 16, rng)); net.add("act",
/// Tanh<T>());`
template <class T = float>
class Sequential final : public Module<T> {
  public:
    /// Takes the module in under this name. @returns *this
    /// @throws ValueError when the name is empty, has a '.' or '/', or is taken.
    template <std::derived_from<Module<T>> M>
    Sequential& add(std::string_view name, M module) {
        check_name(name);
        children_.emplace_back(std::string(name), AnyModule<T>(std::move(module)));
        return *this;
    }
    /// How many modules there are.
    std::size_t size() const { return children_.size(); }
    /// @throws ValueError when there is no module i.
    Module<T>& operator[](std::size_t i) const;

    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override {
        for (auto& [name, child] : children_) v(name, *child);
    }

  private:
    void check_name(std::string_view name) const;

    std::vector<std::pair<std::string, AnyModule<T>>> children_;
};

extern template class Sequential<float>;
extern template class Sequential<double>;

}  // namespace tapedeck
