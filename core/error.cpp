#include <tapedeck/core/error.hpp>

#include <cctype>

#include <tapedeck/core/where.hpp>

namespace tapedeck {

std::string function_name(std::string_view operation) {
    std::string name;
    bool after_lower = false;
    for (const char c : operation) {
        const auto u = static_cast<unsigned char>(c);
        if (std::isupper(u) != 0 && after_lower) name += '_';
        after_lower = std::islower(u) != 0 || std::isdigit(u) != 0;
        name += static_cast<char>(std::tolower(u));
    }
    return name;
}

std::string Where::text() const {
    if (!known()) return "?";
    std::string_view path(file);
    if (const auto slash = path.find_last_of('/'); slash != std::string_view::npos)
        path.remove_prefix(slash + 1);
    return std::string(path) + ":" + std::to_string(line);
}

}  // namespace tapedeck
