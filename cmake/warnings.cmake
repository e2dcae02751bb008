# The warnings that all of our own code compiles without, with g++ and with clang.
add_library(tapedeck_warnings INTERFACE)
target_compile_options(tapedeck_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
