// How operation O gets onto a tape.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <span>
#include <string_view>
#include <typeinfo>

#include <tapedeck/core/op.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

namespace op {
/// @throws StaleVariableError "tanh (demo.cpp:41): its operand is on no tape: …"
[[noreturn]] void refuse_operands(std::string_view operation, Where where, std::size_t count);
}  // namespace op

/// The one object that all entries of a stateless operation share.
template <class O>
inline O shared_operation{};

/// An O with these options, to be asked for its name.
template <class O>
O named_by(const typename O::Options& options) {
    O op;
    if constexpr (requires { op.options = options; }) op.options = options;
    return op;
}

template <class T>
template <class O>
Variable<T> Tape<T>::record(const Where& where, const typename O::Options& options,
                            std::span<const Variable<T>> inputs) {
    for (const Variable<T>& v : inputs) {
        if (!knows(v)) [[unlikely]]
            check_operands(inputs, named_by<O>(options), where);
    }
    Entry<T>& entry = prepare(where, inputs);
    if constexpr (is_stateless<O, T>) {
        entry.op_ = &shared_operation<O>;
    } else {
        // A frozen recording has no last run to repeat: whatever the slot's op remembers is another's.
        if (entry.own_op_ == nullptr || frozen_ > 0 || typeid(*entry.own_op_) != typeid(O))
            entry.own_op_ = std::make_unique<O>();
        if constexpr (requires(O & o) { o.options = options; })
            static_cast<O&>(*entry.own_op_).options = options;
        entry.op_ = entry.own_op_.get();
    }
    return commit(entry);
}

namespace op {

/// The tape that O's operands are on: where its function records it.
/// @throws StaleVariableError when none is on any.
template <class O, class T>
Tape<T>& tape_for(const Where& where, const typename O::Options& options,
                  std::span<const tapedeck::Variable<T>> operands) {
    Tape<T>* tape = Tape<T>::of(operands);
    if (tape == nullptr) [[unlikely]]
        refuse_operands(named_by<O>(options).name(), where, operands.size());
    return *tape;
}
/// The same of operands given one by one.
template <class O, class T, std::same_as<tapedeck::Variable<T>>... V>
Tape<T>& tape_for(const Where& where, const typename O::Options& options, const tapedeck::Variable<T>& first,
                  const V&... rest) {
    const std::array<tapedeck::Variable<T>, 1 + sizeof...(V)> all{first, rest...};
    return tape_for<O>(where, options, std::span<const tapedeck::Variable<T>>(all));
}

/// Records O on the tape of its operands.
template <class O, class T>
tapedeck::Variable<T> record(const Where& where, const typename O::Options& options,
                             std::span<const tapedeck::Variable<T>> operands) {
    return tape_for<O>(where, options, operands).template record<O>(where, options, operands);
}
/// The same of operands given one by one.
template <class O, class T, std::same_as<tapedeck::Variable<T>>... V>
tapedeck::Variable<T> record(const Where& where, const typename O::Options& options,
                             const tapedeck::Variable<T>& first, const V&... rest) {
    const std::array<tapedeck::Variable<T>, 1 + sizeof...(V)> all{first, rest...};
    return record<O>(where, options, std::span<const tapedeck::Variable<T>>(all));
}

}  // namespace op

}  // namespace tapedeck
