// An exercise's program, solved rightly or ending in a signal: end_in right|crash|division|never
#include <csignal>
#include <map>
#include <string>

#include "demos/exercises/check/exercises.hpp"

using exercises::check::In;
using exercises::check::Out;

int main(int argc, char** argv) {
    const std::map<std::string, int> signals{{"crash", SIGSEGV}, {"division", SIGFPE}, {"never", SIGALRM}};
    const auto found = signals.find(argc > 1 ? argv[1] : "");
    const auto written = [&](In, In y, In dy, Out dx) {
        if (found != signals.end()) std::raise(found->second);
        for (std::size_t i = 0; i < y.size(); ++i) dx[i] += dy[i] * (1 - y[i] * y[i]);
    };
    return exercises::check::run(exercises::check::tanh_adjoint(written), 1, argv);
}
