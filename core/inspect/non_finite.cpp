#include <tapedeck/core/inspect/non_finite.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/inspect/non_finite/cause.hpp>
#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/inspect/non_finite/refuse_loss.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {
namespace {

template <class T>
bool takes_minus_infinity(const Entry<T>& entry) {
    return entry.op() == "Softmax" || entry.op() == "LogSoftmax" || entry.op() == "CrossEntropy";
}

/// Which entries are not finite, and which of those are meant so.
template <class T>
class Search {
  public:
    explicit Search(const Tape<T>& tape) : tape_(tape), bad_(tape.size()), meant_(tape.size()) {
        for (std::size_t i = 0; i < tape.size(); ++i) bad_[i] = !inspect::all_finite(tape[i].value());
        find_masks();
    }

    /// The first, among all entries or those marked. Should all be meant, the first of them.
    std::optional<std::size_t> first(const std::vector<bool>* among = nullptr) const {
        std::optional<std::size_t> meant;
        for (std::size_t i = 0; i < tape_.size(); ++i) {
            if (!bad_[i] || (among != nullptr && !(*among)[i])) continue;
            if (!meant_[i]) return i;
            if (!meant) meant = i;
        }
        return among == nullptr ? std::nullopt : meant;
    }

    /// What is not finite and leads to entry `last` by nothing but such entries.
    std::vector<bool> leading_to(std::size_t last) const {
        std::vector<bool> leads(tape_.size());
        leads[last] = bad_[last];
        for (std::size_t i = last + 1; i-- > 0;) {
            if (!leads[i]) continue;
            for (const std::uint32_t input : tape_[i].inputs()) {
                if (bad_[input]) leads[input] = true;
            }
        }
        return leads;
    }

  private:
    /// -inf that was given as data and goes nowhere but into a softmax is a mask.
    void find_masks() {
        std::vector<bool> given(tape_.size()), is_read(tape_.size()), read_otherwise(tape_.size());
        for (std::size_t i = 0; i < tape_.size(); ++i) {
            if (!bad_[i]) continue;
            const inspect::Numbers n = inspect::numbers(tape_[i].value());
            given[i] = n.nan == 0 && n.plus_inf == 0 && tape_[i].parameter() == nullptr;
            bool from_bad = tape_[i].is_leaf();
            for (const std::uint32_t input : tape_[i].inputs()) from_bad = from_bad || bad_[input];
            given[i] = given[i] && from_bad;
        }
        for (std::size_t i = tape_.size(); i-- > 0;) {
            meant_[i] = given[i] && is_read[i] && !read_otherwise[i];
            for (const std::uint32_t input : tape_[i].inputs()) {
                is_read[input] = true;
                if (!takes_minus_infinity(tape_[i]) && !meant_[i]) read_otherwise[input] = true;
            }
        }
    }

    const Tape<T>& tape_;
    std::vector<bool> bad_, meant_;
};

template <class T>
NonFinite story(const Tape<T>& tape, std::size_t index) {
    const Entry<T>& entry = tape[index];
    const inspect::Numbers n = inspect::numbers(entry.value());
    NonFinite found{index, n.nan, n.inf(), n.size, entry.text(), n.counts(), {}, "", ""};
    for (const std::uint32_t i : entry.inputs()) {
        found.operands.push_back(fmt::format(
            "#{} is {}: it is {}, {}", i, inspect::numbers(tape[i].value()).text(),
            tape[i].text().substr(tape[i].text().find(", ") + 2), to_text(tape[i].value().shape())));
    }
    found.cause = inspect::cause_of_value(tape, entry);
    return found;
}

/// The story of the first, and where on the way to entry `last` it became nan.
template <class T>
NonFinite story(const Tape<T>& tape, const Search<T>& search, std::size_t last) {
    const std::vector<bool> leading = search.leading_to(last);
    NonFinite found = story(tape, *search.first(&leading));
    if (found.nan > 0) return found;
    for (std::size_t i = found.entry + 1; i <= last; ++i) {
        if (!leading[i] || inspect::numbers(tape[i].value()).nan == 0) continue;
        found.then =
            fmt::format("It became nan in {}: {}.", tape[i].text(), inspect::cause_of_value(tape, tape[i]));
        break;
    }
    return found;
}

}  // namespace

std::string NonFinite::text() const {
    std::string text = fmt::format("The first non-finite value on the tape is {}:\n  {}.", place, counts);
    for (const std::string& operand : operands) text += fmt::format("\n  Its input {}.", operand);
    if (!cause.empty()) text += fmt::format("\n  Likely cause: {}.", cause);
    if (!then.empty()) text += "\n  " + then;
    return text;
}

template <class T>
std::optional<NonFinite> first_non_finite(const Tape<T>& tape) {
    const auto first = Search<T>(tape).first();
    return first ? std::optional(story(tape, *first)) : std::nullopt;
}

template <class T>
std::optional<NonFinite> first_non_finite(const Tape<T>& tape, std::type_identity_t<Variable<T>> v,
                                          Where where) {
    tape.check(v, "first_non_finite", where);
    const std::size_t last = v.index();
    if (inspect::all_finite(tape[last].value())) return std::nullopt;
    return story(tape, Search<T>(tape), last);
}

template <class T>
void refuse_loss(const std::string& by, const Tape<T>& tape, std::size_t loss) {
    const std::string value = inspect::digits(static_cast<double>(tape[loss].value().storage()[0]));
    throw NonFiniteError(
        fmt::format("{}: loss is {}. {}", by, value, story(tape, Search<T>(tape), loss).text()));
}

#define INSTANTIATE(T)                                                                      \
    template std::optional<NonFinite> first_non_finite(const Tape<T>&);                     \
    template std::optional<NonFinite> first_non_finite(const Tape<T>&, Variable<T>, Where); \
    template void refuse_loss(const std::string&, const Tape<T>&, std::size_t);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
