// All of Tapedeck.
#pragma once

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/forward_playback.hpp>
#include <tapedeck/core/gradcheck.hpp>
#include <tapedeck/core/inspect/check.hpp>
#include <tapedeck/core/inspect/deposits.hpp>
#include <tapedeck/core/inspect/dot.hpp>
#include <tapedeck/core/inspect/numeric_gradient.hpp>
#include <tapedeck/core/inspect/paths.hpp>
#include <tapedeck/core/inspect/print.hpp>
#include <tapedeck/core/ops/grouping.hpp>
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
