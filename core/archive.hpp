// Archive: the file format of checkpoints, safetensors (https://github.com/huggingface/safetensors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck {

/// Named arrays and a few words about them, as one file: the header's length in eight bytes, the header in
/// JSON, the arrays' bytes. It points at bytes that others keep.
struct Archive {
    /// One array: what kind of numbers, of which shape, and their bytes.
    struct Array {
        std::string dtype;                 ///< "F32", "F64", "U64", …
        std::vector<std::uint64_t> shape;  ///< the size of each dimension, first to last; empty: one number
        std::string_view bytes;            ///< row-major, little-endian
    };
    std::map<std::string, Array, std::less<>> arrays;  ///< by name: "fc1.weight"
    std::map<std::string, std::string> metadata;       ///< words about the file: {"format", "tapedeck"}

    /// The whole file: wide numbers first, so that each stands at a multiple of its size; else by name.
    /// @throws CheckpointError "save m.safetensors: …" when an array's bytes are not what its shape asks for,
    /// or a name is not UTF-8 or is the format's own. `user` is the call that it speaks of.
    std::string text(std::string_view user) const;
    /// What a whole file holds; the arrays point into `text`.
    /// @throws CheckpointError when it is broken in any way: cut short, overlapping, with gaps, ….
    static Archive of(std::string_view text, std::string_view user);
};

/// The bytes of one number: 4 for "F32". 0 when the format has no such numbers.
std::size_t dtype_size(std::string_view dtype);
/// A name out of a file, fit to be printed: in one line, and not too long.
std::string printable(std::string_view name);

}  // namespace tapedeck
