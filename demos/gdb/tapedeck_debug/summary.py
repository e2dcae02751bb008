"""One line for each kind of object, and the members that a debugger may unfold."""

import re

from . import text
from .tape import Entry, Tape, Variable, where
from .values import Tensor, Vector

T = "<(float|double)>"


def describe_where(obj):
    place = where(obj)
    function = obj.field("function").number()
    return f"{place} in {obj.c_string(function)}" if place and function else place or "?"


def gradient(entry):
    """The gradient, or why there is none."""
    if entry.is_parameter and entry.needs_grad and not entry.contributions:
        return f"none from this pass yet; it holds {text.tensor_text(entry.grad)}"
    if entry.has_grad:
        return text.tensor_text(entry.grad)
    return "none yet" if entry.needs_grad else "none: nothing upstream wants one"


def about(entry):
    """An entry's shape, and its gradient's absence."""
    if entry.has_grad:
        return f"{entry.text()}, {text.shape(entry.value.shape)}"
    return f"{entry.text()}, {text.shape(entry.value.shape)}, gradient {gradient(entry)}"


def describe_entry(obj):
    return about(Entry(obj))


def describe_variable(obj):
    v = Variable(obj)
    if v.tape is None:
        return "on no tape"
    return f"#{v.index} of before a rewind" if v.is_stale else about(v.entry)


def describe_parameter(obj):
    name = obj.string(obj.field("name").address())
    shape = text.shape(Tensor(obj.field("value")).shape)
    return f'"{name}", {shape}' if name else shape


def describe_playback(obj):
    tape = Tape(obj.field("tape_").target())
    if obj.field("pass_").number() != tape.obj.field("pass_").number():
        return "a reverse pass that its tape has left behind"
    following = obj.field("next_").number()
    if following == 2**64 - 1:
        return "a reverse pass that is over"
    return f"a reverse pass, paused before the adjoint of {tape[following].text()}"


def describe_tape(obj):
    tape = Tape(obj)
    return f"tape of {tape.size} {'entry' if tape.size == 1 else 'entries'}, {tape.scalar}"


def describe_boxed(obj):
    address = obj.words(obj.address(), 1)[0]
    if not address:
        return "empty"
    held = obj.at(re.match(r".*?Boxed<\s*(.*?)\s*>$", obj.type_name())[1], address)
    return summary(held) or "not empty"


# What a type's name looks like, in the regular expressions that Python and lldb share, and what is said of an
# object of it.
KINDS = [
    ("Tensor", r"xt::xarray_container<tapedeck::SmallVector<.*", text.tensor),
    ("SmallVector", r"tapedeck::SmallVector<.*>", text.vector),
    ("Where", r"tapedeck::Where", describe_where),
    ("Entry", rf"tapedeck::Entry{T}", describe_entry),
    ("Variable", rf"tapedeck::Variable{T}", describe_variable),
    ("Parameter", rf"tapedeck::Parameter{T}", describe_parameter),
    ("Playback", rf"tapedeck::Playback{T}", describe_playback),
    ("Tape", rf"tapedeck::Tape{T}", describe_tape),
    ("Boxed", r"tapedeck::Boxed<.*>", describe_boxed),
]


def summary(obj):
    """The line for an object of one of our kinds; None for others."""
    name = obj.type_name()
    for _, pattern, describe in KINDS:
        if re.fullmatch(pattern, name):
            return text.safely(describe, obj)
    return None


def entry_members(entry):
    value = [("value", entry.obj.field("value_").target())]
    return value + ([("grad", entry.obj.field("grad_").target())] if entry.has_grad else [])


def variable_members(obj):
    v = Variable(obj)
    return [] if v.tape is None or v.is_stale else entry_members(v.entry)


def vector_members(obj):
    v = Vector(obj)
    return [] if v.format else [(f"[{i}]", element) for i, element in enumerate(v.objects())]


MEMBERS = {
    "Entry": lambda obj: entry_members(Entry(obj)),
    "Variable": variable_members,
    "Parameter": lambda obj: [(name, obj.field(name)) for name in ("value", "grad")],
    "Tape": lambda obj: [(f"[{entry.index}]", entry.obj) for entry in Tape(obj)],
    "SmallVector": vector_members,
}


def members(kind, obj):
    """What can be unfolded below an object's line, by name; nothing of one that is not constructed yet."""
    try:
        found = MEMBERS[kind](obj)
        for _, member in found:
            if kind not in ("Tape", "SmallVector"):
                Tensor(member)
        return found
    except Exception:  # whatever a debugger throws at garbage
        return []
