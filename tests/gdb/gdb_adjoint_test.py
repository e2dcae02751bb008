"""`tape break`: by name, by number, all; it ends in the adjoint itself, where its argument can be read."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


def expect_adjoint(operation, index):
    frame = gdb.selected_frame()
    expect(frame.name(), operation, "::adjoint")
    assert int(frame.read_var("r")["entry_"]["index_"]) == index
    expect(said("tape where"), f"Stands in the adjoint of entry #{index},")
    mark = [row for row in said("tape").splitlines() if row.startswith("=>")]
    assert len(mark) == 1 and f"#{index} " in mark[0], mark


def test():
    # Before the program runs; the constructor of no tape has run either.
    expect(said("tape break h"), "in the adjoint of 'h'.")
    gdb.execute("run > /dev/null", to_string=True)
    expect_adjoint("WrongTanh<float>", 11)
    assert here_file() == SOURCE and line("the wrong adjoint") - 4 <= here_line() <= line("the wrong adjoint"), here_line()
    gdb.execute("delete")
    expect(said("tape break 3"), "in the adjoint of #3.")
    gdb.execute("continue", to_string=True)
    expect_adjoint("Linear<float>", 3)
    # The second pass comes by again.
    gdb.execute("continue", to_string=True)
    expect_adjoint("Linear<float>", 3)
    gdb.execute("kill", to_string=True)
    gdb.execute("delete")
    gdb.execute("tape break", to_string=True)
    gdb.execute("run > /dev/null", to_string=True)
    expect_adjoint("MSELoss<float>", 16)
    # The README's way to a wrong sign ends here.
    expect(said("tape check"), 'the adjoint of entry #11, WrongTanh "h"', "1 of 7 adjoints are wrong.")
    gdb.execute("continue", to_string=True)
    expect_adjoint("Linear<float>", 14)
    gdb.execute("continue", to_string=True)
    expect_adjoint("WrongTanh<float>", 11)
    gdb.execute("delete")
    # Without our command, too, arguments are what they are: see -fno-var-tracking in demos/gdb/CMakeLists.txt.
    gdb.execute("tbreak tapedeck::op::MSELoss<float>::adjoint", to_string=True)
    gdb.execute("continue", to_string=True)
    expect_adjoint("MSELoss<float>", 16)
    expect(said("tape break nobody"), "Nothing on the tape answers to that")
    expect(said("tape break 0"), "no adjoint will run there")


run(test)
