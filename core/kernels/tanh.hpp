// The hyperbolic tangent, which a recurrent network spends much of its time on.
#pragma once

#include <type_traits>

#include <tapedeck/core/kernels/simd.hpp>

namespace tapedeck::kernels {

/// tanh(x), of floats to within 6 ulps. Where sums are fused it is x P(x^2) / Q(x^2), whose coefficients make
/// the largest relative error over 0 … 9.02 least (2.2e-8; found by Lawson's reweighted least squares, 1961),
/// and 1 from 9.02 on. Sums rounded twice would make it 6.3 ulps; there it is xsimd's, or the standard one.
template <class V>
V quick_tanh(const V& x) {
    using op::abs;
    using op::select;
    using op::tanh;
    using T = Element<V>;
    if constexpr (std::is_same_v<T, float> && has_fused_sums<V>) {
        const V z = x * x;
        V p(0x1.cbe106p-27F), q(0x1.a23c14p-21F);
        for (const float c : {0x1.5a3604p-16F, 0x1.ca6b2p-9F, 0x1.1213dp-3F, 1.F}) p = fused_sum(p, z, V(c));
        for (const float c : {0x1.58d35cp-12F, 0x1.a816d6p-6F, 0x1.de5f36p-2F, 1.F})
            q = fused_sum(q, z, V(c));
        const V y = x * quick_quotient(p, q);
        // Comparisons with nan are false, so that it stays.
        const V sign = select(x < V(0.F), V(-1.F), V(1.F));
        return select(abs(x) > V(9.02F), sign, select(abs(y) > V(1.F), sign, y));
    } else {
        return tanh(x);
    }
}

}  // namespace tapedeck::kernels
