"""`tape check`: the one command that calls the program, its function in demos/gdb/check.cpp."""

from contextlib import contextmanager

import gdb

from .frames import find_tape, standing


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
Alone: every adjoint on the tape, each against differences of its own forward; the wrong ones are named. It
needs no reverse pass.
Of one entry: its adjoint alone, and then its gradient beside the numeric one, where mistakes of later
entries show too. The reverse pass must have completed that gradient."""

        def __init__(self):
            super().__init__("tape check", gdb.COMMAND_DATA)

        def run(self, argument):
            tape = find_tape().tape
            if not argument:
                print(ask(tape, -1, -1))
                return
            entry = pick(tape, argument, "tape check")
            missing = why_incomplete(tape, entry)
            if missing and entry.is_leaf:
                raise gdb.GdbError(f"Entry {entry.text()} has no gradient to check: {missing}.")
            print(ask(tape, -1 if missing else tape.last_reversed().index, entry.index))
            if missing:
                print(f"Its gradient was not checked: {missing}.")

    return TapeCheck()


def why_incomplete(tape, entry):
    """Why an entry's gradient cannot be compared; "" when it can."""
    if not entry.needs_grad:
        return "nothing upstream of it wants one"
    start = tape.last_reversed()
    stands = standing(tape)
    at = stands.index if stands and "adjoint" in stands.how else None
    if start is None:
        return "no reverse pass has run"
    if at is not None and at > entry.index:
        return f"the reverse pass has not come to it, it stands at #{at}; `tape break {entry.index}` stops there"
    if not entry.contributions:
        return f"the pass from #{start.index} does not reach it"
    if start.grad.numbers() != (1.0,):
        return f"the pass started at #{start.index} with another gradient than 1"
    return ""
