// All of Tapedeck.
#pragma once

#include <tapedeck/core/deck/deck.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/gradcheck.hpp>
#include <tapedeck/core/inspect/json.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>
#include <tapedeck/layers/weight_norm.hpp>
#include <tapedeck/optim/adam.hpp>
#include <tapedeck/optim/rmsprop.hpp>
#include <tapedeck/optim/sgd.hpp>
