"""What gdb's tests share: they run inside gdb, on program.cpp, whose lines they find by their comments."""

import os
import sys
import traceback

import gdb

here = os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename))
root = os.path.dirname(os.path.dirname(here))
SOURCE = os.path.join(here, "program.cpp")


def line(mark):
    """The number of the line that ends in the comment "at: mark"."""
    with open(SOURCE, encoding="utf-8") as file:
        found = [i for i, text in enumerate(file, 1) if text.rstrip().endswith(f"// at: {mark}")]
    assert len(found) == 1, f"{mark}: {found}"
    return found[0]


def load():
    for setting in ("width 0", "height 0", "confirm off", "print thread-events off", "startup-with-shell off"):
        gdb.execute(f"set {setting}")
    gdb.execute(f"source {root}/demos/gdb/in_gdb.py")


def run_to(mark):
    """Starts the program and stops at that line."""
    gdb.execute(f"tbreak program.cpp:{line(mark)}", to_string=True)
    gdb.execute("run > /dev/null", to_string=True)
    assert here_line() == line(mark), f"stopped in line {here_line()}, not at '{mark}'"


def go_to(mark):
    gdb.execute(f"tbreak program.cpp:{line(mark)}", to_string=True)
    gdb.execute("continue", to_string=True)
    assert here_line() == line(mark), f"stopped in line {here_line()}, not at '{mark}'"


def here_line():
    return gdb.selected_frame().find_sal().line


def here_file():
    symtab = gdb.selected_frame().find_sal().symtab
    return symtab.fullname() if symtab else ""


def said(command):
    """What gdb prints, or the sentence with which it refuses."""
    try:
        return gdb.execute(command, to_string=True).rstrip("\n")
    except gdb.error as error:
        return str(error)


def shown(expression):
    return said(f"print {expression}").split(" = ", 1)[-1]


def expect(got, *parts):
    for part in parts:
        assert part in got, f"expected: {part}\n     got: {got}"


def expect_equal(got, expected):
    assert got == expected, f"expected: {expected}\n     got: {got}"


def run(test):
    """An exception in gdb's Python ends in success otherwise."""
    try:
        load()
        test()
        print("passed")
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        gdb.execute("quit 1")
