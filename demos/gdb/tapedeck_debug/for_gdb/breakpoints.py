"""A breakpoint in the adjoint of one entry."""

import gdb

from ..tape import Entry
from .frames import pointed
from .objects import GdbObject

HOOK = "tapedeck::on_reverse_step"


def entry_here():
    """The entry that on_reverse_step was called with. The caller's variable is read: at the first instruction of
    a function that was compiled without optimisation, its own parameters are not stored yet."""
    frame = gdb.newest_frame()
    for place in (frame.older(), frame):
        try:
            return Entry(GdbObject(pointed(place.read_var("entry"))))
        except (ValueError, gdb.error):
            continue
    return None


def adjoint_of(entry):
    """The address of the function that will run."""
    table = entry.obj.words(entry.op_address, 1)[0]
    for address in entry.obj.words(table, 16):
        if "::adjoint(" in entry.obj.symbol(address):
            return address
    return None


def after_prologue(start):
    """Where the function's parameters can be read: its second line, unless the first has no code of its own."""
    place = gdb.find_pc_line(start)
    block = gdb.block_for_pc(start)
    if place.symtab is None or block is None:
        return start
    lines = sorted((line.pc, line.line) for line in place.symtab.linetable() if start <= line.pc < block.end)
    if len([pc for pc, _ in lines if pc == start]) > 1:
        return start
    return next((pc for pc, _ in lines if pc > start), start)


class AdjointBreakpoint(gdb.Breakpoint):
    """Stops at the hook that the reverse pass calls before each adjoint, and goes on from there into the adjoint
    itself."""

    def __init__(self, wanted):
        super().__init__(HOOK)
        self.wanted = wanted
        self.silent = True
        self.commands = "silent\npython tapedeck_debug.for_gdb.breakpoints.arrive()"

    def stop(self):
        entry = entry_here()
        if entry is None:
            return False
        if self.wanted == "":
            return True
        try:
            return entry.index == self.wanted if isinstance(self.wanted, int) else entry.answers_to(self.wanted)
        except Exception:
            return False


def arrive():
    entry = entry_here()
    address = adjoint_of(entry) if entry is not None else None
    if address is None:
        gdb.execute("frame")
        return
    print(f"At the adjoint of entry {entry.text()}.")
    gdb.execute(f"tbreak *{after_prologue(address)}", to_string=True)
    gdb.execute("continue")
