// All operations.
#pragma once

#include <tapedeck/core/ops/activation.hpp>
#include <tapedeck/core/ops/arithmetic.hpp>
#include <tapedeck/core/ops/elementwise.hpp>
#include <tapedeck/core/ops/loss.hpp>
#include <tapedeck/core/ops/matmul.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/ops/parts.hpp>
#include <tapedeck/core/ops/reduce.hpp>
#include <tapedeck/core/ops/shape.hpp>
#include <tapedeck/core/ops/softmax.hpp>
#include <tapedeck/core/ops/spelled_out.hpp>
