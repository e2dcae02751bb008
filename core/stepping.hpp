// Stepping: what a playback forwards and one backwards have in common.
#pragma once

#include <functional>
#include <string_view>

#include <tapedeck/core/entry.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {

/// Whether an entry bears this name, is this operation ("Tanh", or as its function "tanh"), or was recorded
/// in a scope that ends with it ("norm1", "mlp/norm1").
template <class T>
bool answers_to(const Entry<T>& entry, std::string_view name) {
    const std::string_view scope = entry.scope();
    return entry.name() == name || entry.op() == name || function_name(entry.op()) == name || scope == name ||
           (scope.size() > name.size() && scope.ends_with(name) &&
            scope[scope.size() - name.size() - 1] == '/');
}

/// The ways to go on by more than a step. `Self` has step(), done(), here(), and ahead(predicate): whether an
/// entry that it has yet to visit satisfies it.
template <class Self, class T>
class Stepping {
  public:
    /// A question about an entry, for until().
    using Predicate = std::function<bool(const Entry<T>&)>;

    /// Steps until here() answers to this name. Stays where it is when it does already, or when nothing ahead
    /// will. @returns whether here() does.
    bool until(std::string_view name, Where where = Where::here()) {
        const auto answers = [name](const Entry<T>& entry) { return answers_to(entry, name); };
        // A name that nothing ahead bears is a slip: stay, rather than run the whole pass.
        return self().ahead(answers, where) && until(Predicate(answers), where);
    }
    /// Steps until the predicate holds for here(). @returns false when it never did, and the pass is over.
    /// @throws ValueError when the predicate is empty.
    bool until(const Predicate& predicate, Where where = Where::here()) {
        self().check(Self::kUntil, where);
        if (!predicate) refuse::no_predicate(refuse::call(Self::kUntil, where));
        for (; !self().done(); self().step(where)) {
            if (predicate(self().here(where))) return true;
        }
        return false;
    }
    /// Steps to the end.
    void finish(Where where = Where::here()) {
        self().check(Self::kFinish, where);
        while (self().step(where)) {
        }
    }

  private:
    Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace tapedeck
