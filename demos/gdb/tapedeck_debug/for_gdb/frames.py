"""Finds the tape, and where the program stands on it, from the frames of the selected thread."""

import re

import gdb

from ..tape import Entry, Tape
from .objects import GdbObject, plain, type_name

TAPE = re.compile(r"tapedeck::(Tape|Variable|Playback|ForwardPlayback|Attempt|Located)<(float|double)>")
NO_TAPE = ("No tape in this frame or in those that called it: stop where a Tape, a Variable or a Playback is a "
           "local, an argument or a member of this.")


class Found:
    def __init__(self, tape, by, frame):
        self.tape, self.by, self.frame = tape, by, frame


def frames(frame=None):
    frame = frame or gdb.selected_frame()
    while frame is not None and frame.is_valid():
        yield frame
        try:
            frame = frame.older()
        except gdb.error:
            return


def variables(frame):
    """The names and values that this frame can see, the innermost block's first."""
    try:
        block = frame.block()
    except RuntimeError:  # compiled without -g
        return
    seen = set()
    while block is not None and not block.is_static and not block.is_global:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.name not in seen:
                seen.add(symbol.name)
                try:
                    yield symbol.name, symbol.value(frame)
                except (gdb.error, RuntimeError):  # optimised out
                    pass
        if block.function is not None:
            return
        block = block.superblock


def pointed(value):
    """The object itself, where a variable is a reference or a pointer to one."""
    value = plain(value)
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        value = value.dereference()
    return value


def tape_in(value):
    """The tape that a variable is, or refers to; None when it is none, or garbage."""
    try:
        obj = GdbObject(pointed(value))
        match = TAPE.match(obj.type_name())
        if not match:
            return None
        kind = match[1]
        if kind in ("Variable", "Playback", "ForwardPlayback"):
            obj = obj.field("tape_").target()
        elif kind == "Attempt":
            obj = GdbObject(plain(obj.field("tape_").value))
        elif kind == "Located":
            obj = obj.field("variable_").field("tape_").target()
        if not obj.address():
            return None
        return Tape(obj)
    except Exception:  # not constructed yet, or optimised out
        return None


def members(value):
    """The members of an object of the user's: a model may hold its tape."""
    try:
        value = pointed(value)
        if value.type.strip_typedefs().code != gdb.TYPE_CODE_STRUCT or "std::" in type_name(value.type):
            return
        for field in value.type.strip_typedefs().fields():
            if not field.is_base_class and field.name and hasattr(field, "bitpos"):
                yield field.name, value[field.name]
    except (gdb.error, RuntimeError):
        return


def find_tape():
    """The nearest tape: of this frame, or of the one that called it, and so on. @raises gdb.GdbError"""
    if gdb.selected_thread() is None and not has_frame():
        raise gdb.GdbError("The program is not running: start it, and stop it where there is a tape.")
    empty = None
    for frame in frames():
        found = None
        for name, value in variables(frame):
            candidates = [(name, value)] + [(f"{name}.{member}", held) for member, held in members(value)]
            for by, candidate in candidates:
                tape = tape_in(candidate)
                if tape is not None and (found is None or tape.size > found.tape.size):
                    found = Found(tape, by, frame)
        if found is not None and found.tape.size:
            return found
        empty = empty or found
    if empty is None:
        raise gdb.GdbError(NO_TAPE)
    return empty


def has_frame():
    try:
        gdb.newest_frame()
        return True
    except gdb.error:
        return False


class Standing:
    """Where the program stands on the tape: entry `index`, in words `how`."""

    def __init__(self, index, how):
        self.index, self.how = index, how


def entry_of(value):
    return Entry(GdbObject(pointed(value)))


def standing(tape):
    """The innermost frame that runs an entry's forward or adjoint, or holds a paused pass; None when no frame
    does."""
    for frame in frames():
        function = frame.name() or ""
        held = dict(variables(frame))
        for name, value in held.items():
            try:
                found = stands_by(tape, function, name, value)
            except Exception:  # not constructed yet, or optimised out
                continue
            if found is not None:
                return found
    return None


def stands_by(tape, function, name, value):
    obj = GdbObject(pointed(value))
    kind = obj.type_name()
    if kind.startswith("tapedeck::Entry<") and name == "entry" and "on_reverse_step" in function:
        entry = entry_of(value)
        return Standing(entry.index, "before the adjoint of") if is_of(tape, entry) else None
    if kind.startswith(("tapedeck::Reverse<", "tapedeck::Forward<")):
        entry = entry_of(obj.field("entry_").value)
        reverse = kind.startswith("tapedeck::Reverse<")
        # A slot that is being recorded is not on the tape yet.
        if not reverse and entry.index == tape.size:
            return Standing(entry.index, "recording")
        return Standing(entry.index, "in the adjoint of" if reverse else "in the forward of") if is_of(tape, entry) else None
    if kind.startswith("tapedeck::Playback<") and obj.field("tape_").number() == tape.address:
        if obj.field("pass_").number() != tape.obj.field("pass_").number():
            return None
        following = obj.field("next_").number()
        if following < tape.size:
            return Standing(following, "paused before the adjoint of")
        return Standing(None, "The reverse pass is over") if following == 2 ** 64 - 1 else None
    return None


def is_of(tape, entry):
    return entry.index < tape.size and tape[entry.index].obj.address() == entry.obj.address()
