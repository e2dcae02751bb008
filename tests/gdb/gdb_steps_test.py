"""How many `step`s a line of a model takes, and that none of them ends in a library."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


def steps(start, end, most):
    run_to(start)
    passed = []
    while not (here_file() == SOURCE and here_line() == line(end)):
        gdb.execute("step", to_string=True)
        assert here_file().startswith(root), f"step went into {here_file()}: {gdb.selected_frame().name()}"
        passed.append(gdb.selected_frame().name())
        assert len(passed) <= most, f"more than {most} steps: {passed}"
    gdb.execute("kill", to_string=True)
    print(f"{start}: {len(passed)} steps")
    return passed


def test():
    assert len(steps("a line with an xtensor expression", "the line after that", 1)) == 1
    passed = steps("a line with an expression", "the line behind it", 300)
    for operation in ("Linear<float>::forward", "LayerNorm<float>::forward", "op::Multiply<float>::forward"):
        assert any(operation in name for name in passed), f"{operation} was passed over: {passed}"


run(test)
