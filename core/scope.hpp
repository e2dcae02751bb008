// What holds for a stretch of a recording: the scopes around it, and a pause.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/core/where.hpp>

namespace tapedeck {

/// The scopes that are open on a tape, innermost last, and the tree of all that ever were: a name's path is
/// put together once, so that opening it again costs next to nothing.
class Scopes {
  public:
    Scopes();
    ~Scopes();
    Scopes(const Scopes&) = delete;
    Scopes& operator=(const Scopes&) = delete;

    /// Without a name the path stays; without an owner, the owner does.
    void open(std::string_view name, Where where, const void* owner);
    /// Closes the innermost one.
    void close() { active_.pop_back(); }
    /// "mlp/hidden1/norm"; it stays where it is as long as the Scopes live.
    const std::string* path() const { return active_.back().path; }
    /// The line that the innermost scope was opened from, and who opened it.
    Where where() const { return active_.back().where; }
    /// Who opened it; null for nobody.
    const void* owner() const { return active_.back().owner; }

  private:
    struct Node;
    struct Active {
        Node* node;
        const std::string* path;
        Where where;
        const void* owner;
    };
    std::unique_ptr<Node> root_;
    std::vector<Active> active_;
};

/// Closes a scope when it goes out of its own.
class [[nodiscard]] ScopeGuard {
  public:
    /// Takes care of the scope that was opened last.
    explicit ScopeGuard(Scopes& scopes) : scopes_(scopes) {}
    ScopeGuard(const ScopeGuard&) = delete;
    ScopeGuard& operator=(const ScopeGuard&) = delete;
    ~ScopeGuard() { scopes_.close(); }

  private:
    Scopes& scopes_;
};

/// Holds a tape in a mode, paused or frozen, until it goes out of scope; guards of one mode nest.
class [[nodiscard]] ModeGuard {
  public:
    /// Counts itself in, and out when it goes.
    explicit ModeGuard(int& depth) : depth_(depth) { ++depth_; }
    ModeGuard(const ModeGuard&) = delete;
    ModeGuard& operator=(const ModeGuard&) = delete;
    ~ModeGuard() { --depth_; }

  private:
    int& depth_;
};

}  // namespace tapedeck
