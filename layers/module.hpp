// Module: what a model is made of. A user's module lists its members once, in visit; everything else follows.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tapedeck/core/parameter.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
class Module;

/// What a module's visit() shows its members to, each under its name.
template <class T = float>
class Visitor {
  public:
    virtual ~Visitor() = default;

    /// A module within this one.
    void operator()(std::string_view name, Module<T>& child) { module(name, child); }
    /// What training changes.
    void operator()(std::string_view name, Parameter<T>& p) { parameter(name, p); }
    /// A buffer: state that is not trained.
    void operator()(std::string_view name, Tensor<T>& b) { buffer(name, b); }
    /// A generator of random numbers.
    void operator()(std::string_view name, Random& r) { generator(name, r); }
    /// An empty box is passed over: a Linear without a bias.
    template <class X>
    void operator()(std::string_view name, Boxed<X>& box) {
        if (box) (*this)(name, *box);
    }

  protected:
    /// What a kind of visitor does with each child; nothing, unless it says otherwise.
    virtual void module(std::string_view, Module<T>&) {}
    /// The same with each parameter.
    virtual void parameter(std::string_view, Parameter<T>&) {}
    /// The same with each buffer.
    virtual void buffer(std::string_view, Tensor<T>&) {}
    /// The same with each generator.
    virtual void generator(std::string_view, Random&) {}
};

/// A part of a model. Modules are values: copying one copies its parameters, and moving one leaves them where
/// they are. A module is called like a function; the call opens a scope with its name and records under the
/// caller's line.
///
///     struct Mlp : td::Module<float> {
///         td::Linear<float> fc1, fc2;
///         explicit Mlp(td::Random& rng) : fc1(2, 16, rng), fc2(16, 1, rng) {}
///         td::Variable<float> forward(td::Variable<float> x) override { return fc2(td::tanh(fc1(x))); }
///         void visit(td::Visitor<float>& v) override { v("fc1", fc1); v("fc2", fc2); }
///     };
template <class T = float>
class Module {
  public:
    Module() = default;
    virtual ~Module() = default;
    // A name and a cache belong to the place, not to the value.
    /// The mode alone: a name and a cache belong to the place, not to the value.
    Module(const Module& other) : training_(other.training_) {}
    /// The same.
    Module& operator=(const Module& other) {
        training_ = other.training_;
        children_named_ = false;
        return *this;
    }

    /// Runs forward(x) in a scope of this module's name. When it throws, what it recorded on x's tape is
    /// taken back, with its side effects on running statistics and generators.
    /// @throws Error when it has parameters, buffers or a generator and runs inside a module whose visit()
    /// does not list it.
    Variable<T> operator()(Variable<T> x, Where where = Where::here()) {
        const auto scope = enter(x.tape(where), where);
        const Attempt<T> attempt(x.tape());
        return forward(x);
    }
    /// What it computes from x; a module of one's own says it in operations and modules. Call the module, not
    /// this.
    virtual Variable<T> forward(Variable<T> x) = 0;
    /// Shows every child, parameter, buffer and generator under its name: v("fc1", fc1).
    virtual void visit(Visitor<T>&) {}

    /// All parameters, in the order of visit(); pointers that stay good when the module moves.
    std::vector<Parameter<T>*> parameters();
    /// The same with their paths: "fc1.weight".
    std::vector<std::pair<std::string, Parameter<T>*>> named_parameters();
    /// What belongs to a model's state but is not trained: "norm.running_var".
    std::vector<std::pair<std::string, Tensor<T>*>> named_buffers();

    /// Sets the gradient of every parameter to zeros.
    void zero_grad();
    /// Training mode, here and in all children: Dropout drops, BatchNorm uses the batch's statistics.
    void train(bool on = true);
    /// train(false): Dropout hands x on, BatchNorm uses its running statistics.
    void eval() { train(false); }
    /// Whether it is in training mode, as at first.
    bool is_training() const { return training_; }

    /// The scope that a root module opens; children have their names from their parent. Without it a root
    /// opens none.
    Module& named(std::string_view name) {
        name_ = name;
        return *this;
    }
    /// A table: each module's path, and its parameters with their shapes and sizes.
    std::string summary();

  protected:
    /// Opens this module's scope: for a module with a calling operator of its own.
    ScopeGuard enter(Tape<T>& tape, Where where);

  private:
    void name_children();
    bool has_state();

    std::string name_;
    bool listed_ = false;  // by the visit() of a parent
    bool children_named_ = false;
    bool training_ = true;
};

extern template class Module<float>;
extern template class Module<double>;

}  // namespace tapedeck
