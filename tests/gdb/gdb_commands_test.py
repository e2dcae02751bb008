"""`tape`, `tape entry`, `tape where`, `tape check`, and what they say when they cannot."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


def checks():
    # The check runs that adjoint; a breakpoint there must not get in its way, and must be there afterwards.
    gdb.execute(f"break program.cpp:{line('the wrong adjoint')}", to_string=True)
    culprit = said("tape check")
    expect(culprit, 'the adjoint of entry #11, WrongTanh "h" in net (program.cpp:', "is WRONG",
           "its rule: dx = dy * (1 + y^2)", "1 of 7 adjoints are wrong.")
    # Its own gradient is right; what it hands on is not, and that shows further up.
    expect(said("tape check h"), "the adjoint of entry #11", "WRONG", "the gradient of entry #11", "agrees", "numeric")
    expect(said("tape check 6"), "the adjoint of entry #6", "agrees", "the gradient of entry #6", "is WRONG")
    expect(said("tape check 14"), "the adjoint of entry #14", "agrees", "the gradient of entry #14", "agrees")
    assert gdb.breakpoints()[-1].enabled
    gdb.breakpoints()[-1].delete()


def test():
    expect(said("tape"), "The program is not running")
    expect(said("tape check"), "The program is not running")
    run_to("before the tape is constructed")
    gdb.execute("tbreak Model::forward", to_string=True)
    gdb.execute("continue", to_string=True)
    # In a member function of the model the tape is found by its Variable, though a local h is garbage yet.
    expect(said("tape"), "tape of 1 entry, float", "No reverse pass has run.")
    go_to("everything")
    expect(said("tape where"), "No reverse pass has run.")
    expect(said("tape check h"), "WRONG", "Its gradient was not checked: no reverse pass has run.")
    go_to("after backward")
    expect(said("tape"), "tape of 17 entries, float (tape in main)", "op         name or scope", "MSELoss",
           "the last one started at #16.")
    before = gdb.selected_inferior().read_memory(gdb.parse_and_eval("&tape"), 200).tobytes()
    numbers = shown("tape")
    checks()
    expect_equal(gdb.selected_inferior().read_memory(gdb.parse_and_eval("&tape"), 200).tobytes(), before)
    expect_equal(shown("tape"), numbers)  # all is put back
    expect(said("tape entry norm"), "3 entries answer to 'norm'", "entry #6, LayerNorm in net/norm (program.cpp:",
           "reads     #3 Linear, #4 Parameter, #5 Parameter", "read by   #8 Multiply", "value     (3, 4) [[",
           "gradient  (3, 4) [[", "from 1 contribution", "rule      dx = rstd * (g - mean(g)", "its options = {normalized_shape = (4)")
    expect(said("tape entry 0"), "nothing: it is a leaf", "none: nothing upstream wants one")
    for command, sentence in {
        "tape entry 99": "There is no entry #99: the tape has 17",
        "tape entry nobody": "No entry is called 'nobody'",
        "tape entry": "takes an entry's number or its name",
        "tape check 0": "has no gradient to check: nothing upstream of it wants one",
        "tape nonsense": "tape has no command 'nonsense'",
        "tape 1 2 3": "the first and the last entry",
    }.items():
        expect(said(command), sentence)
    go_to("a paused pass")
    expect(said("tape"), "=> #6 ", "Stands paused before the adjoint of entry #6, LayerNorm in net/norm")
    expect(said("tape where"), "program.cpp:", "const auto h = norm(fc1(x)) * 2 + 1;", "reads #3, Linear")
    expect(said("tape check 3"), "agrees", "the reverse pass has not come to it, it stands at #6; `tape break 3` stops there")
    go_to("a long tape")
    expect(said("tape"), "tape of 601 entries", "... 577 more ...")
    # A frame without a tape takes that of its caller.
    gdb.execute("tbreak look", to_string=True)
    gdb.execute("continue", to_string=True)
    expect(said("tape"), "tape of 601 entries, float (", "in (anonymous namespace)::show_long_tape)")
    gdb.execute("kill", to_string=True)
    gdb.execute("delete")
    gdb.execute("break main", to_string=True)
    gdb.execute("run > /dev/null", to_string=True)
    assert "Traceback" not in said("tape")
    for command in ("tape", "tape entry", "tape break", "tape check", "tape where"):
        assert len(said(f"help {command}").splitlines()) >= 2, command


run(test)
