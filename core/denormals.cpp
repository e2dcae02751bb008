#include <tapedeck/core/denormals.hpp>

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace tapedeck {

bool set_flush_denormal(bool on) {
#if defined(__SSE2__)
    constexpr unsigned kResults = 0x8000, kOperands = 0x0040;  // "flush to zero", "denormals are zeros"
    const unsigned both = kResults | kOperands;
    _mm_setcsr(on ? _mm_getcsr() | both : _mm_getcsr() & ~both);
    return true;
#elif defined(__aarch64__)
    constexpr std::uint64_t kFlush = std::uint64_t{1} << 24U;
    std::uint64_t control = 0;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    control = on ? control | kFlush : control & ~kFlush;
    asm volatile("msr fpcr, %0" : : "r"(control));
    return true;
#else
    static_cast<void>(on);
    return false;
#endif
}

}  // namespace tapedeck
