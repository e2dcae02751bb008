"""`tape check`: the one command that calls the program, its function in demos/gdb/check.cpp."""

from contextlib import contextmanager

import gdb

from .frames import find_tape


@contextmanager
def undisturbed():
    """While the program computes for us its breakpoints are off, and a crash there comes back here."""
    stopped = [b for b in gdb.breakpoints() if b.enabled]
    unwind = gdb.parameter("unwindonsignal")
    try:
        for b in stopped:
            b.enabled = False
        gdb.execute("set unwindonsignal on")
        yield
    finally:
        gdb.execute(f"set unwindonsignal {'on' if unwind else 'off'}")
        for b in stopped:
            if b.is_valid():
                b.enabled = True


def ask(tape, loss, at):
    function = f"tapedeck_check_{tape.scalar}"
    if gdb.lookup_static_symbol(function) is None and gdb.lookup_global_symbol(function) is None:
        raise gdb.GdbError(f"This program has no function {function}: link demos/gdb/check.cpp into it, as the "
                           "demos' debug builds do (./run gdb DEMO).")
    connection = gdb.selected_inferior().connection
    if connection is None or connection.type == "core":
        raise gdb.GdbError("tape check lets the program compute, and this one does not run.")
    with undisturbed():
        try:
            text = gdb.parse_and_eval(f"{function}((void*){tape.address}, {loss}, {at})")
        except gdb.error as error:
            raise gdb.GdbError(f"The program could not compute it: {error}") from error
    return text.string().rstrip("\n")


def make(command, pick):
    class TapeCheck(command):
        """Compare gradients with numeric ones, which the program computes by differences.
Usage: tape check [N|NAME]
Of one entry: its adjoint alone, against differences of its own forward, which names the culprit; then its
gradient beside the numeric one, where mistakes of later entries show too. Without an argument: every
adjoint that has got a gradient, and those that are wrong. A reverse pass must have come to the entry."""

        def __init__(self):
            super().__init__("tape check", gdb.COMMAND_DATA)

        def run(self, argument):
            tape = find_tape().tape
            loss = tape.last_reversed()
            if loss is None:
                raise gdb.GdbError("No reverse pass has run over this tape yet: go on behind a backward() or reverse().")
            if not argument:
                print(ask(tape, loss.index, -1))
                return
            entry = pick(tape, argument, "tape check")
            if not entry.has_grad:
                why = ("the reverse pass has not come to it; `tape break` stops where it has" if entry.needs_grad
                       else "nothing upstream of it wants one")
                raise gdb.GdbError(f"Entry {entry.text()} has no gradient to check: {why}.")
            print(ask(tape, loss.index, entry.index))

    return TapeCheck()
