"""How many `step`s a line of a model takes, and that none of them ends in a library."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


FOREIGN = re.compile("(std|xt|xtl|xsimd|fmt|__gnu_cxx)::")


def steps(start, function, most):
    """From the first line of the function on, where at -Og too there is something to stop at."""
    gdb.execute(f"tbreak {function}", to_string=True)
    gdb.execute("run > /dev/null", to_string=True)
    assert here_file() == SOURCE and here_line() in (line(start) - 1, line(start)), here_line()
    passed = []
    while not (here_file() == SOURCE and here_line() > line(start)):
        gdb.execute("step", to_string=True)
        name = gdb.selected_frame().name()
        assert not FOREIGN.match(name), f"step went into {name}"
        # At -Og a piece of an inlined function may lie bare within one of ours.
        assert here_file().startswith(root) or not unoptimised, f"step went into {here_file()}: {name}"
        passed.append(name)
        assert len(passed) <= most, f"more than {most} steps: {passed}"
    gdb.execute("kill", to_string=True)
    print(f"{start}: {len(passed)} steps")
    return passed


def test():
    steps("a line with an xtensor expression", "three_times", 1 if unoptimised else 3)
    passed = steps("a line with an expression", "Model::forward", 300)
    for operation in ("Linear<float>::forward", "LayerNorm<float>::forward", "op::Multiply<float>::forward"):
        assert any(operation in name for name in passed), f"{operation} was passed over: {passed}"


unoptimised = "debugged_og" not in gdb.current_progspace().filename
run(test)
