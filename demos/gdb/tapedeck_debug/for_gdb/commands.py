"""The command `tape` and those below it."""

import re

import gdb

from .. import summary, table
from ..memory import Garbage
from . import breakpoints, check
from .frames import find_tape, has_frame, standing
from .objects import GdbObject


class Command(gdb.Command):
    """One of ours: an error is a sentence, never a trace of Python's."""

    def __init__(self, name, kind, **more):
        super().__init__(name, kind, **more)

    def invoke(self, argument, from_tty):
        try:
            self.run(argument.strip())
        except (Garbage, gdb.MemoryError) as error:
            raise gdb.GdbError(f"The tape cannot be read: {error}. Is it constructed already?") from error

    def run(self, argument):
        raise NotImplementedError


def whole_number(text, what):
    if not re.fullmatch(r"#?\d+", text):
        raise gdb.GdbError(f"{what} takes the number of an entry; '{text}' is none. `tape` lists them.")
    return int(text.lstrip("#"))


def pick(tape, text, what):
    """The entry that a number or a name stands for."""
    if not text:
        raise gdb.GdbError(f"{what} takes an entry's number or its name. `tape` lists them.")
    if re.fullmatch(r"#?\d+", text):
        i = whole_number(text, what)
        if i >= tape.size:
            raise gdb.GdbError(f"There is no entry #{i}: the tape has {tape.size}, the first is #0.")
        return tape[i]
    found = tape.matching(text)
    if not found:
        raise gdb.GdbError(f"No entry is called '{text}', is such an operation, or is of such a scope. "
                           "`tape` lists them.")
    if len(found) > 1:
        print(f"{len(found)} entries answer to '{text}'; this is the last.")
    return found[-1]


class TapeCommand(Command):
    """Show the tape as a table, and where the program stands on it.
tape                 the tape; of a long one both ends and what is near the playhead
tape FIRST [LAST]    these entries
tape entry N|NAME    one entry: what it reads, its value, its gradient, its rule
tape break [N|NAME]  stop in that entry's adjoint; alone, in every one
tape check [N|NAME]  compare gradients with numeric ones; alone, every adjoint on the tape
tape where           where the program stands on the tape

=> marks the entry whose adjoint runs next, or runs. dy says what the gradient has got: . none is wanted,
- nothing yet, 1 one contribution, x2 two added up; |dy| is its norm. The tape is found from the selected
frame, and from those that called it."""

    def __init__(self):
        super().__init__("tape", gdb.COMMAND_DATA, prefix=True)

    def run(self, argument):
        words = argument.split()
        if words and not re.fullmatch(r"#?\d+", words[0]):
            raise gdb.GdbError(f"tape has no command '{words[0]}'; `help tape` lists those it has.")
        first, last = ([whole_number(w, "tape") for w in words] + [None, None])[:2]
        if len(words) > 2:
            raise gdb.GdbError("tape takes the numbers of the first and the last entry, no more.")
        found = find_tape()
        stands = standing(found.tape)
        print(heading(found))
        if found.tape.size:
            print(table.tape_table(found.tape, first, last, stands.index if stands else None))
        print(place(found.tape, stands))


def heading(found):
    return f"{summary.describe_tape(found.tape.obj)} ({found.by} in {found.frame.name()})"


def place(tape, stands):
    """A sentence on where the program stands."""
    if stands is None:
        start = tape.last_reversed()
        return (f"No reverse pass is under way; the last one started at #{start.index}." if start
                else "No reverse pass has run.")
    if stands.index is None:
        return f"{stands.how}."
    if stands.index >= tape.size:
        return f"Stands where entry #{stands.index} is being recorded."
    return f"Stands {stands.how} entry {tape[stands.index].text()}."


class TapeEntry(Command):
    """Show one entry of the tape, by its number or its name.
Usage: tape entry N|NAME
A name is the entry's own, its operation's (Tanh), or the last part of its scope (norm). The members of
its operation follow: what its forward has kept for its adjoint."""

    def __init__(self):
        super().__init__("tape entry", gdb.COMMAND_DATA)

    def run(self, argument):
        tape = find_tape().tape
        entry = pick(tape, argument, "tape entry")
        print(table.entry_page(tape, entry))
        rule = ask_rule(tape, entry)
        if rule:
            print(f"  rule      {rule}")
        for name, shown in kept(entry):
            print(f"  its {name} = {shown}")


def ask_rule(tape, entry):
    """Op::rule() is a function of the program: where nothing runs, as on a core file, nobody can tell."""
    try:
        text = gdb.parse_and_eval(f"((tapedeck::Op<{tape.scalar}>*){entry.op_address})->rule()")
        return text["_M_str"].string(length=int(text["_M_len"]))
    except gdb.error:
        return ""


def kept(entry):
    """The members of the entry's operation."""
    try:
        op = entry.obj.field("op_").value
        op = op.cast(op.dynamic_type).dereference()
        for field in op.type.fields():
            if not field.is_base_class and hasattr(field, "bitpos") and not field.artificial:
                yield field.name, op[field.name].format_string(max_elements=32)
    except gdb.error:
        return


class TapeWhere(Command):
    """Say where the program stands on the tape, and on which line of yours that entry was recorded.
Usage: tape where"""

    def __init__(self):
        super().__init__("tape where", gdb.COMMAND_DATA)

    def run(self, argument):
        found = find_tape()
        stands = standing(found.tape)
        print(place(found.tape, stands))
        if stands is None or stands.index is None or stands.index >= found.tape.size:
            return
        entry = found.tape[stands.index]
        source = source_line(entry)
        if source:
            print(f"  {source}")
        for i in entry.inputs:
            read = found.tape[i]
            print(f"  reads {read.text()}: gradient {summary.gradient(read)}")


def source_line(entry):
    place = entry.file_and_line
    if place is None:
        return ""
    try:
        _, places = gdb.decode_line(f"{place[0]}:{place[1]}")
        with open(places[0].symtab.fullname(), encoding="utf-8") as file:
            return f"{entry.where}: {file.read().splitlines()[place[1] - 1].strip()}"
    except (gdb.error, TypeError, OSError, IndexError):
        return ""


class TapeBreak(Command):
    """Stop in the adjoint of an entry, each time that a reverse pass comes to it.
Usage: tape break [N|NAME]
A name is the entry's own, its operation's (Tanh), or the last part of its scope (norm); it may be given
before the program runs. Alone it stops in every adjoint. It makes a breakpoint, which `info breakpoints`
lists and `delete` removes."""

    def __init__(self):
        super().__init__("tape break", gdb.COMMAND_BREAKPOINTS)

    def run(self, argument):
        wanted = int(argument.lstrip("#")) if re.fullmatch(r"#?\d+", argument) else argument
        if argument and has_frame():
            try:
                warn_of(find_tape().tape, wanted)
            except gdb.GdbError:
                pass  # the tape will be made later
        number = breakpoints.AdjointBreakpoint(wanted).number
        what = "every adjoint" if not argument else f"the adjoint of {f'#{wanted}' if wanted != argument else repr(wanted)}"
        print(f"Breakpoint {number} in {what}.")


def warn_of(tape, wanted):
    """Of a name that nothing on the present tape bears: the next recording may have it."""
    found = [tape[wanted]] if isinstance(wanted, int) and wanted < tape.size else []
    if not isinstance(wanted, int):
        found = tape.matching(wanted)
    if not found:
        print("Nothing on the tape answers to that, as it is now.")
    elif all(entry.is_leaf or not entry.needs_grad for entry in found):
        print(f"{found[0].text()}: no adjoint will run there, since it is a leaf or nothing upstream wants a gradient.")


def register():
    TapeCommand(), TapeEntry(), TapeBreak(), check.make(Command, pick), TapeWhere()
