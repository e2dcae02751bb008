#include <tapedeck/core/error.hpp>

#include <cctype>

#include <tapedeck/core/where.hpp>

namespace tapedeck {

std::string function_name(std::string_view operation) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(operation[i]); };
    std::string name;
    for (std::size_t i = 0; i < operation.size(); ++i) {
        // A word begins with one capital and goes on in small letters: MSELoss is mse_loss, ReLU is relu.
        const bool begins_word =
            std::isupper(at(i)) != 0 && i + 1 < operation.size() && std::islower(at(i + 1)) != 0;
        if (begins_word && i > 0) name += '_';
        name += static_cast<char>(std::tolower(at(i)));
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
