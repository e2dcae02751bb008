// What g++ and clang say nothing about unless they are asked.
#include <tapedeck/tapedeck.hpp>

float careless(double x) {
    const float y = x;  // -Wconversion
    {
        const float y = 2;  // -Wshadow
        if (y > x) return y;
    }
    return y;
}
