// The models to step through, recorded and ready.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>
#include <vector>

namespace tapedeck::demos::step_through {

/// A recorded program that ends in a loss; in double, so that differences are sharp. The parameters'
/// gradients are zero.
struct Example {
    std::string title;                                     ///< "mlp"; of two tapes, what tells them apart
    std::vector<std::unique_ptr<Module<double>>> modules;  ///< whose parameters are on the tape
    Tape<double> tape = {};
    Variable<double> loss = {};
    std::optional<std::size_t> wrong = {};  ///< the entry whose adjoint has a mistake
};

/// What goes by one name: a tape, or two that are compared.
struct Model {
    std::string name, introduction;
    std::vector<std::unique_ptr<Example>> tapes;
};

/// "mlp", "rnn", "bn-vs-ln", "wrong-by-hand"
const std::vector<std::string>& model_names();
/// One of these; weights and data follow from the seed. @throws ValueError when there is no such model.
Model make_model(const std::string& name, std::uint64_t seed);

}  // namespace tapedeck::demos::step_through
