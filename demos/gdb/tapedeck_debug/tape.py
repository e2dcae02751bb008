"""Reads the tape: entries, variables, parameters and places in source code."""

import os
import re
from functools import cached_property

from .memory import Garbage
from .values import Tensor, Vector

# Entries<T>::kChunk of core/entries.hpp; a test reads a tape that is longer.
CHUNK = 128

# Operations that bear another name than their class; tests/gdb holds this against the sources.
NAMES = {
    "TransposeAxes": "Transpose",
    "RowNorm": lambda cls, op: "RMSNorm" if "MeanPath)1" in cls or "MeanPath::no" in cls else "LayerNorm",
    "ChannelGroupNorm": lambda cls, op: "InstanceNorm" if "true" in cls else "GroupNorm",
    "Concat": lambda cls, op: "Stack" if op(cls).field("options").field("stack").number() else "Concat",
}


def op_name(obj, address):
    """What Op::name() says, without calling it."""
    cls = obj.op_class(address)
    bare = re.sub(r"<.*", "", cls.replace("(anonymous namespace)::", "")).split("::")[-1]
    name = NAMES.get(bare, bare)
    return name if isinstance(name, str) else name(cls, lambda type_name: obj.at(type_name, address))


def where(obj):
    """ "demo.cpp:41", or "" where nothing is known."""
    start = obj.field("file").number()
    return f"{os.path.basename(obj.c_string(start))}:{obj.field('line').number()}" if start else ""


class Entry:
    """One entry; everything is read when it is asked for."""

    def __init__(self, obj):
        self.obj = obj
        self.index = obj.field("index_").number()

    @cached_property
    def op_address(self):
        address = self.obj.field("op_").number()
        if not address:
            raise Garbage("a slot without an operation")
        return address

    @cached_property
    def op(self):
        return op_name(self.obj, self.op_address)

    @cached_property
    def name(self):
        address = self.obj.field("name_").number()
        return self.obj.string(address) if address else ""

    @cached_property
    def scope(self):
        address = self.obj.field("scope_").number()
        return self.obj.string(address) if address else ""

    @cached_property
    def where(self):
        return where(self.obj.field("where_"))

    @cached_property
    def file_and_line(self):
        place = self.obj.field("where_")
        start = place.field("file").number()
        return (self.obj.c_string(start), place.field("line").number()) if start else None

    @cached_property
    def inputs(self):
        return Vector(self.obj.field("inputs_")).numbers()

    @property
    def is_leaf(self):
        return not self.inputs

    @cached_property
    def value(self):
        return Tensor(self.obj.field("value_").target())

    @cached_property
    def is_parameter(self):
        return self.obj.field("parameter_").number() != 0

    @cached_property
    def needs_grad(self):
        return self.obj.field("needs_grad_").number() != 0

    @cached_property
    def contributions(self):
        return self.obj.field("contributions_").number()

    @property
    def has_grad(self):
        return self.contributions > 0 or self.is_parameter

    @cached_property
    def grad(self):
        return Tensor(self.obj.field("grad_").target())

    def answers_to(self, name):
        """As Playback::until takes names: the entry's own, its operation's, or a scope's last part."""
        return name in (self.name, self.op, self.scope) or self.scope.endswith("/" + name)

    def text(self):
        """As Entry::text(): "#17, LayerNorm "h" in mlp/norm2 (demo.cpp:43)"."""
        text = f"#{self.index}, {self.op}"
        if self.name:
            text += f' "{self.name}"'
        if self.scope:
            text += f" in {self.scope}"
        return text + (f" ({self.where})" if self.where else "")


class Tape:
    def __init__(self, obj):
        self.obj = obj
        self.scalar = re.search(r"Tape<(\w+)>", obj.type_name())[1]
        self.size = obj.field("used_").number()
        self.generation = obj.field("generation_").number()
        begin, end, _ = obj.words(obj.field("entries_").field("chunks_").address(), 3)
        if (end - begin) % 8 or not 0 <= end - begin < 1 << 32 or self.size > (end - begin) // 8 * CHUNK:
            raise Garbage("no tape")
        self.chunks = obj.words(begin, (end - begin) // 8) if end > begin else ()
        if self.size:
            self[0].op, self[self.size - 1].op  # so that garbage is noticed here

    @property
    def address(self):
        return self.obj.address()

    @cached_property
    def _first_of_chunk(self):
        type_name = f"tapedeck::Entry<{self.scalar}>"
        return [self.obj.at(type_name, chunk) for chunk in self.chunks]

    def __getitem__(self, i):
        if not 0 <= i < self.size:
            raise IndexError(i)
        first = self._first_of_chunk[i // CHUNK]
        return Entry(first.offset(i % CHUNK))

    def __iter__(self):
        return (self[i] for i in range(self.size))

    def matching(self, name):
        return [entry for entry in self if entry.answers_to(name)]

    def last_reversed(self):
        """Where the last reverse pass started: nothing after it has got a gradient from it."""
        for i in reversed(range(self.size)):
            if self[i].contributions:
                return self[i]
        return None


class Variable:
    def __init__(self, obj):
        self.tape_address = obj.field("tape_").number()
        self.tape = Tape(obj.field("tape_").target()) if self.tape_address else None
        self.index = obj.field("index_").number()
        self.is_stale = self.tape and (
            obj.field("generation_").number() != self.tape.generation or self.index >= self.tape.size)

    @property
    def entry(self):
        return self.tape[self.index]
