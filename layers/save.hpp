// save and load: a module's parameters, buffers and generators as a file.
#pragma once

#include <filesystem>

#include <tapedeck/core/state_dict.hpp>
#include <tapedeck/layers/module.hpp>

namespace tapedeck {

/// Writes all that visit() shows, under its names ("fc1.weight", "norm.running_var"), as a safetensors file
/// (https://github.com/huggingface/safetensors), which Python and others read. A generator is four words,
/// U64; a norm's num_batches_tracked is I64, as in PyTorch. Whenever the program or the power ends, the old
/// file is there whole, or the new one.
/// @throws FileError, the old file left as it was, when it can't be written; CheckpointError when two members
/// have one name.
template <class T>
void save(Module<T>& module, const std::filesystem::path& file);

/// Loads what save() wrote, or another program in that format, into a module built alike: every parameter and
/// buffer, with its shape and type of number, and nothing else; generators, where the file has them. A tape
/// that has read the old values refuses to go backwards over them.
/// @throws CheckpointError, the module left as it was, when the file is missing, broken or another model's.
template <class T>
void load(Module<T>& module, const std::filesystem::path& file);

/// Adds all that visit() shows: "fc1.weight", or "net.fc1.weight" with the prefix "net".
template <class T>
void add_state(StateDict& state, Module<T>& module, std::string_view prefix = "",
               StateDict::Needed generators = StateDict::Needed::yes);

extern template void save(Module<float>&, const std::filesystem::path&);
extern template void save(Module<double>&, const std::filesystem::path&);
extern template void load(Module<float>&, const std::filesystem::path&);
extern template void load(Module<double>&, const std::filesystem::path&);
extern template void add_state(StateDict&, Module<float>&, std::string_view, StateDict::Needed);
extern template void add_state(StateDict&, Module<double>&, std::string_view, StateDict::Needed);

}  // namespace tapedeck
