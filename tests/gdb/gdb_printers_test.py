"""What `print` and `info locals` show, of all that the program has, and of what is not constructed yet."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


def values():
    for name, expected in {
        "small": "(2, 2) [[1, 2.5], [-3, 0.1]]",
        "scalar": "() 7",
        "empty": "(0, 3) []",
        "shape": "(4, 5)",
        "vector": "{0.25, 0.25, 0.25}",
        "nowhere": "on no tape",
        "parameter": '"weight", (2, 2) = {value = (2, 2) [[1, 2.5], [-3, 0.1]], grad = (2, 2) [[0, 0], [0, 0]]}',
    }.items():
        got = said(f"print {name}").split(" = ", 1)[-1]
        # At -Og what nobody reads any more is gone.
        if "optimized out" not in got:
            expect_equal(got, expected)
        assert not unoptimised or "optimized out" not in got, name
    expect(shown("large"), "(20, 30) [[1, 2, ..., 3], [0.5, 0.5, ..., 0.5], ..., [0.5, 0.5, ..., -4]], -4 to 3")
    expect(shown("strange"), "(6, 6)", "0 to 0, 1 not finite")
    if unoptimised:
        expect(shown("where"), "program.cpp:", "in show_values")
        expect(shown("entry"), "#16, MSELoss (program.cpp:", "gradient none yet = {value = () 1.88")
    expect(shown("loss"), "#16, MSELoss (program.cpp:", "(), gradient none yet = {value = () 1.88")
    # In a backtrace a line is enough.
    expect(said("backtrace 1"), "loss=#16, MSELoss", "tape=tape of 17 entries, float = {...}")


def garbage():
    """Of each kind, at addresses that hold something else, or nothing."""
    from tapedeck_debug.for_gdb.objects import GdbObject
    from tapedeck_debug.summary import summary

    kinds = [gdb.lookup_type(f"tapedeck::{kind}<float>") for kind in ("Variable", "Entry", "Parameter", "Tape", "Playback")]
    kinds += [gdb.lookup_type("tapedeck::Where"), *(gdb.parse_and_eval(e).type for e in ("both", "both.m_shape"))]
    for kind in kinds:
        pointer = kind.strip_typedefs().unqualified().pointer()
        at = lambda address: gdb.Value(address).cast(pointer).dereference()  # noqa: B023, E731
        for address in (8, 0x7fffffffffff):  # nothing is there
            expect_equal(summary(GdbObject(at(address))), "<not yet constructed>")
        for expression in ("$sp", "$pc", "*(long*)&net", "&rng"):
            got = at(int(gdb.parse_and_eval(f"(long)({expression})"))).format_string()
            assert len(got) < 2000, f"{kind} at {expression}: {got[:200]}"
        # All ones: sizes and pointers that lead nowhere.
        raw = gdb.Value(b"\xff" * kind.sizeof, kind.strip_typedefs().unqualified())
        expect_equal(summary(GdbObject(raw)), "<not yet constructed>")


def test():
    run_to("before the tape is constructed")
    said("info locals")
    if unoptimised:
        for name in ("tape", "both", "x", "loss", "pass"):
            # Whatever lies there: a printer shows garbage as such, or as something empty.
            assert "Traceback" not in said(f"print {name}") and "Error" not in said(f"print {name}")
    go_to("everything")
    values()
    go_to("after backward")
    garbage()
    expect(shown("tape"), "tape of 17 entries, float = {", '[0] = #0, Input "x" (program.cpp:',
           "gradient none: nothing upstream wants one", '[11] = #11, WrongTanh "h" in net (program.cpp:',
           "[6] = #6, LayerNorm in net/norm (program.cpp:", "grad = (3, 4) [[")
    expect(shown("loss"), "grad = () 1}")
    expect(shown("both"), "(3, 2) [[0, 3], [3, 0], [3, 3]]")
    gdb.execute("set variable both.m_storage.size_ = 5")  # as if it were half written
    expect_equal(shown("both"), "<not yet constructed>")
    gdb.execute("set variable both.m_storage.size_ = 6")
    expect(shown("net.fc2.weight"), '"weight", (1, 4)')
    go_to("a paused pass")
    expect(shown("pass"), "a reverse pass, paused before the adjoint of #6, LayerNorm in net/norm")
    go_to("the names")
    names()
    go_to("a long tape")
    expect(said("tape 299 301"), "#299", "#300  Add", "#301")
    expect(said("tape 600"), "#600  Add", "#598 #599  301")
    go_to("a stale variable")
    expect(shown("stale"), "#16 of before a rewind")


def names():
    """What the program itself says, beside the printers."""
    tape = said("tape").splitlines()
    for i, name in enumerate("Variable LayerNorm RMSNorm GroupNorm".split()):
        assert any(f"#{i} " in row and f" {name} " in row for row in tape), f"{i} {name}"
    for name in ("Stack", "Concat", "InstanceNorm", "Transpose"):
        assert any(f" {name} " in row for row in tape), name


unoptimised = "debugged_og" not in gdb.current_progspace().filename
run(test)
