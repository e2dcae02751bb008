#include <tapedeck/core/scope.hpp>

#include <fmt/format.h>

namespace tapedeck {

struct Scopes::Node {
    std::string name;
    std::string path;
    std::vector<std::unique_ptr<Node>> children;

    Node* child(std::string_view wanted) {
        for (const auto& c : children) {
            if (c->name == wanted) return c.get();
        }
        std::string full = path.empty() ? std::string(wanted) : fmt::format("{}/{}", path, wanted);
        children.push_back(std::make_unique<Node>(Node{std::string(wanted), std::move(full), {}}));
        return children.back().get();
    }
};

Scopes::Scopes() : root_(std::make_unique<Node>()), active_{{root_.get(), &root_->path, Where{}, nullptr}} {}
Scopes::~Scopes() = default;

void Scopes::open(std::string_view name, Where where, const void* owner) {
    Node* node = active_.back().node;
    if (!name.empty()) node = node->child(name);
    active_.push_back({node, &node->path, where, owner != nullptr ? owner : this->owner()});
}

}  // namespace tapedeck
