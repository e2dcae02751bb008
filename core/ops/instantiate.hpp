// The number types that the library is compiled for.
#pragma once

/// Writes MACRO once for each of them, at the end of a .cpp file.
#define TAPEDECK_FOR_EACH_SCALAR(MACRO) MACRO(float) MACRO(double)
