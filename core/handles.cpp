// Which Variables a tape accepts.
#include <tapedeck/core/op.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
const Entry<T>& Tape<T>::entry_of(const Variable<T>& v, std::string_view user, Where where) const {
    if (!knows(v)) [[unlikely]]
        refuse_handle(v, refuse::user(user, where));
    return entries_[v.index_];
}

template <class T>
void Tape<T>::check_operands(std::span<const Variable<T>> operands, const Op<T>& op, Where where) const {
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (knows(operands[i])) continue;
        refuse_handle(operands[i],
                      refuse::operand(place(function_name(op.name()), where), i, operands.size()));
    }
}

template <class T>
void Tape<T>::refuse_handle(const Variable<T>& v, const std::string& user) const {
    if (v.tape_ == nullptr) refuse::no_tape(user);
    if (v.tape_ != this) refuse::another_tape(user, v.index_);
    refuse::before_rewind(user, v.index_);
}

void op::refuse_operands(std::string_view operation, Where where, std::size_t count) {
    const std::string name = function_name(operation);
    // Which of several operands it is, is not known: numbers don't count.
    refuse::no_tape(count == 1 ? refuse::operand(refuse::call(name, where), 0, 1)
                               : refuse::user(name, where));
}

template <class T>
std::string Tape<T>::place(std::string_view operation, Where where) const {
    std::string text(operation);
    if (!scopes_.path()->empty()) text += " in " + *scopes_.path();
    return refuse::call(text, where);
}

template const Entry<float>& Tape<float>::entry_of(const Variable<float>&, std::string_view, Where) const;
template void Tape<float>::check_operands(std::span<const Variable<float>>, const Op<float>&, Where) const;
template void Tape<float>::refuse_handle(const Variable<float>&, const std::string&) const;
template std::string Tape<float>::place(std::string_view, Where) const;
template const Entry<double>& Tape<double>::entry_of(const Variable<double>&, std::string_view, Where) const;
template void Tape<double>::check_operands(std::span<const Variable<double>>, const Op<double>&, Where) const;
template void Tape<double>::refuse_handle(const Variable<double>&, const std::string&) const;
template std::string Tape<double>::place(std::string_view, Where) const;

}  // namespace tapedeck
