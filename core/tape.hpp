// Tape: records operations as they run, and plays them backwards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/core/entries.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/scope.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// The tag of `tape.play(frozen)`.
struct Frozen {};
/// Says to play() that nothing outside of the values may change.
inline constexpr Frozen frozen{};

/// A row of entries in the order of recording, which is already a topological order. A tape belongs to one
/// thread; two threads use two tapes and two copies of a module.
template <class T = float>
class Tape {
  public:
    Tape() = default;
    ~Tape() = default;
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    /// Data: it gets no gradient.
    Variable<T> input(const Tensor<T>& x, std::string_view name = "", Where where = Where::here());
    /// A mask, as zeros and ones.
    template <std::same_as<Tensor<bool>> Mask>
    Variable<T> input(const Mask& mask, std::string_view name = "", Where where = Where::here()) {
        return input_mask(mask, name, where);
    }
    /// Any xtensor expression, computed at once.
    template <TensorExpression E>
    requires(!std::same_as<E, Tensor<T>> &&
             !std::same_as<E, Tensor<bool>>) Variable<T> input(const E& x, std::string_view name = "",
                                                               Where where = Where::here()) {
        return input(Tensor<T>(x), name, where);
    }
    /// A leaf that collects a gradient in every reverse pass.
    Variable<T> variable(const Tensor<T>& x, std::string_view name = "", Where where = Where::here());
    /// A parameter, read in place. Gives the same entry however often it is read.
    /// @throws StaleVariableError when it was changed since it was first read on this recording.
    Variable<T> parameter(Parameter<T>& p, Where where = Where::here());

    /// Records operation O: its forward runs at once. When it throws, the tape is as it was before.
    /// @throws StaleVariableError when an input is of another tape or from before a rewind; and whatever O
    /// throws.
    template <class O, std::same_as<Variable<T>>... V>
    Variable<T> record(const Where& where, const typename O::Options& options, const V&... inputs) {
        const std::array<Variable<T>, sizeof...(V)> all{inputs...};
        return record<O>(where, options, std::span<const Variable<T>>(all));
    }
    /// The same of a row of inputs, for an operation that takes any number.
    template <class O>
    Variable<T> record(const Where& where, const typename O::Options& options,
                       std::span<const Variable<T>> inputs);

    /// Runs the reverse pass from `loss`, which has one element. Gradients of entries start afresh; those of
    /// parameters add up until zero_grad().
    /// @throws ShapeError when loss has more than one element; StaleVariableError when a parameter was
    /// changed since it was read, or nothing upstream of loss wants a gradient; NonFiniteError when loss is
    /// nan or infinite, with the story of the first such value.
    void backward(Variable<T> loss, Where where = Where::here()) { run_reverse(loss, nullptr, where); }
    /// The same from any y, with dL/dy given; y may be non-finite. @throws ShapeError when the shapes differ.
    void backward(Variable<T> y, const Tensor<T>& cotangent, Where where = Where::here()) {
        run_reverse(y, &cotangent, where);
    }
    /// The reverse pass, paused before its first adjoint. @throws as backward does
    Playback<T> reverse(Variable<T> loss, Where where = Where::here());
    /// The same from any y, with dL/dy given. @throws as backward does
    Playback<T> reverse(Variable<T> y, const Tensor<T>& cotangent, Where where = Where::here());

    /// Runs the recorded program again, with the parameters' and inputs' present numbers: statistics are
    /// updated, masks are drawn anew.
    /// @throws ValueError when nothing is recorded.
    void play(Where where = Where::here()) { run(false, where); }
    /// The same without side effects: the last run's masks, no statistics updated. Gradient checks use it.
    void play(Frozen, Where where = Where::here()) { run(true, where); }
    /// The same without side effects, paused before its first entry.
    ForwardPlayback<T> forward_playback(Where where = Where::here());
    /// Gives a leaf made by input() or variable() new data; play() then carries them through the program.
    /// @throws ValueError when it is no such leaf.
    void set(Variable<T> leaf, const Tensor<T>& x, Where where = Where::here());

    /// Forgets the entries and keeps their memory: recording the same program again allocates nothing.
    void rewind();
    /// How many entries are recorded.
    std::size_t size() const { return used_; }
    /// Whether nothing is recorded.
    bool empty() const { return used_ == 0; }
    /// @throws ValueError when there is no entry i.
    const Entry<T>& operator[](std::size_t i) const;
    /// A handle on entry i. @throws ValueError when there is none.
    Variable<T> at(std::size_t i) { return {this, (*this)[i].index_, generation_}; }

    /// The entries in the order of recording, for a range-based for.
    auto begin() const { return typename Entries<T>::Iterator(&entries_, 0); }
    /// Behind the last entry.
    auto end() const { return typename Entries<T>::Iterator(&entries_, used_); }

    /// While the guard lives, entries are recorded under this name, within the scopes that are open already.
    /// `owner` marks whose scope it is (a module's), for owner().
    [[nodiscard]] ScopeGuard scope(std::string_view name, Where where = Where::here(),
                                   const void* owner = nullptr) {
        scopes_.open(name, where, owner);
        return ScopeGuard(scopes_);
    }
    /// While the guard lives, entries hold values only: no gradient will flow through them.
    [[nodiscard]] ModeGuard pause() { return ModeGuard(paused_); }
    /// Whether a pause() is in force.
    bool paused() const { return paused_ > 0; }
    /// While the guard lives, recording has no side effects, as play(frozen) has none: running statistics and
    /// generators are left as they are, and each dropout draws from a copy. gradcheck records so.
    [[nodiscard]] ModeGuard freeze() { return ModeGuard(frozen_); }
    /// While the guard lives, backward and a playback's step look at each gradient that they make, and throw
    /// NonFiniteError at the first that is not finite: it names the entry whose adjoint made it, the operands
    /// and the likely cause, and leaves everything as it was before the call.
    [[nodiscard]] ModeGuard detect_anomaly() { return ModeGuard(anomaly_); }
    /// The line that the innermost scope was opened from, and its owner: what a library's module records
    /// under.
    Where where() const { return scopes_.where(); }
    /// Whose scope it is; null when nobody's.
    const void* owner() const { return scopes_.owner(); }
    /// "matmul in mlp/fc2 (demo.cpp:41)": how an error names an operation that is about to be recorded.
    std::string place(std::string_view operation, Where where) const;
    /// Whether v is on this tape, and not from before a rewind.
    bool knows(const Variable<T>& v) const {
        return v.tape_ == this && v.generation_ == generation_ && v.index_ < used_;
    }
    /// @throws StaleVariableError "user (demo.cpp:41): its Variable …" when it is not.
    void check(const Variable<T>& v, std::string_view user, Where where) const { entry_of(v, user, where); }
    /// The tape of the first of these that is on one; null when none is.
    static Tape* of(std::span<const Variable<T>> operands) {
        for (const Variable<T>& v : operands) {
            if (v.tape_ != nullptr) return v.tape_;
        }
        return nullptr;
    }

  private:
    friend class Playback<T>;
    friend class ForwardPlayback<T>;
    friend class Aside<T>;
    friend class Variable<T>;
    friend class Attempt<T>;
    const Entry<T>& entry_of(const Variable<T>& v, std::string_view user, Where where) const;
    void check_operands(std::span<const Variable<T>> operands, const Op<T>& op, Where where) const;
    void take_back(std::size_t size);
    void name_entry(Entry<T>& entry, std::string_view name);
    Entry<T>& prepare(const Where& where, std::span<const Variable<T>> inputs);
    Variable<T> commit(Entry<T>& entry);
    Entry<T>& prepare_leaf(Op<T>& kind, std::string_view name, Where where);
    void read(Entry<T>& parameter_entry);
    void run(bool frozen_run, Where where);
    void forget_gradients();
    void check_parameters(std::string_view user, Where where) const;
    void start_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where);
    void run_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where);
    void watched_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where);
    Variable<T> input_mask(const Tensor<bool>& mask, std::string_view name, Where where);
    void reverse_step(const Entry<T>& entry, bool sharing = false);
    void watched_step(const Entry<T>& entry, const std::string& by);
    bool has_adjoint_to_run(std::size_t i) const {
        return entries_[i].contributions_ > 0 && !entries_[i].is_leaf();
    }
    [[noreturn]] void refuse_handle(const Variable<T>& v, const std::string& user) const;

    Entries<T> entries_;
    std::size_t used_ = 0;
    std::uint32_t generation_ = 0;
    std::uint32_t pass_ = 0;      // counts reverse passes, plays and rewinds: a Playback serves one of them
    bool has_gradients_ = false;  // a reverse pass has run over this recording
    bool awaits_play_ = false;    // set() was called, and the values downstream are still the old ones
    int paused_ = 0;
    int frozen_ = 0;
    int anomaly_ = 0;                        // reverse steps are watched
    std::vector<std::uint32_t> parameters_;  // the entries that read one
    Scopes scopes_;
    std::set<std::string, std::less<>> names_;
};

/// Called before each adjoint, with the entry that it belongs to. It does nothing: it is a place for a
/// breakpoint.
template <class T>
void on_reverse_step(const Entry<T>& entry);

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace tapedeck

// Its member template record().
#include <tapedeck/core/record.hpp>
