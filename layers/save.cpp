#include <tapedeck/layers/save.hpp>

#include <string>
#include <utility>

#include <fmt/format.h>

namespace tapedeck {
namespace {

template <class T>
class Collector final : public Visitor<T> {
  public:
    Collector(StateDict& state, std::string_view prefix, StateDict::Needed generators)
        : state_(state), prefix_(prefix), generators_(generators) {}

  protected:
    void module(std::string_view name, Module<T>& child) override {
        const std::string outer = std::exchange(prefix_, path(name));
        child.visit(*this);
        prefix_ = outer;
    }
    void parameter(std::string_view name, Parameter<T>& p) override { state_.add(path(name), p); }
    void buffer(std::string_view name, Tensor<T>& b) override {
        // PyTorch has this one, and no other, in I64.
        if (name.ends_with("num_batches_tracked")) return state_.add_count(path(name), b);
        state_.add(path(name), b);
    }
    void generator(std::string_view name, Random& r) override { state_.add(path(name), r, generators_); }

  private:
    std::string path(std::string_view name) const {
        return prefix_.empty() ? std::string(name) : fmt::format("{}.{}", prefix_, name);
    }

    StateDict& state_;
    std::string prefix_;
    StateDict::Needed generators_;
};

}  // namespace

template <class T>
void add_state(StateDict& state, Module<T>& module, std::string_view prefix, StateDict::Needed generators) {
    Collector<T> collector(state, prefix, generators);
    module.visit(collector);
}

template <class T>
void save(Module<T>& module, const std::filesystem::path& file) {
    StateDict state;
    add_state(state, module);
    state.save(file);
}

template <class T>
void load(Module<T>& module, const std::filesystem::path& file) {
    StateDict state;
    // Other programs keep no generators of ours.
    add_state(state, module, "", StateDict::Needed::no);
    state.load(file);
}

#define INSTANTIATE(T)                                            \
    template void save(Module<T>&, const std::filesystem::path&); \
    template void load(Module<T>&, const std::filesystem::path&); \
    template void add_state(StateDict&, Module<T>&, std::string_view, StateDict::Needed);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck
