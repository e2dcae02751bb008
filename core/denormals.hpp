// Denormal numbers, which processors compute with many times more slowly.
#pragma once

namespace tapedeck {

/// From now on, in this thread, numbers below the normal range (1.2e-38 in float) count as 0 and results that
/// would be are 0. Gradients that vanish over hundreds of time steps get there, and then a step takes ten
/// times as long; what is lost is what an update would not have noticed. Returns whether the processor can
/// (x86 and 64-bit ARM). As torch.set_flush_denormal.
bool set_flush_denormal(bool on);

}  // namespace tapedeck
