"""Reads numbers, shapes and tensors."""

import math
import re
import struct

from .memory import Garbage

FORMATS = {
    "float": "f", "double": "d", "bool": "?", "char": "b", "int": "i", "unsigned int": "I", "long": "q",
    "unsigned long": "Q", "std::size_t": "Q", "size_t": "Q", "long int": "q", "long unsigned int": "Q",
    "unsigned char": "B", "std::uint32_t": "I", "uint32_t": "I",
}
VECTOR = re.compile(r"tapedeck::SmallVector<\s*(.+?)\s*,\s*(\d+),\s*\d+>$")
MOST_DIMENSIONS = 16
MOST_NUMBERS = 1 << 32


class Vector:
    """A SmallVector; its elements are read when they are asked for."""

    def __init__(self, obj):
        match = VECTOR.match(obj.type_name())
        if not match:
            raise Garbage(obj.type_name())
        self.obj, self.format, inline = obj, FORMATS.get(match[1]), int(match[2])
        self.size, capacity = obj.field("size_").number(), obj.field("capacity_").number()
        self.memory = obj.field("heap_" if capacity > inline else "inline_")
        self.data = self.memory.number() if capacity > inline else self.memory.address()
        if not (self.size <= capacity < MOST_NUMBERS and capacity >= inline and self.data):
            raise Garbage("no SmallVector")

    def objects(self):
        first = self.memory.target()
        return [first.offset(i) for i in range(self.size)]

    def numbers(self, start=0, count=None):
        count = self.size - start if count is None else count
        width = struct.calcsize(self.format)
        return struct.unpack(f"={count}{self.format}", self.obj.read(self.data + start * width, count * width))


class Tensor:
    """A tensor's shape, and its numbers when they are asked for."""

    def __init__(self, obj):
        shape = Vector(obj.field("m_shape"))
        if shape.size > MOST_DIMENSIONS:
            raise Garbage("no shape")
        self.shape = shape.numbers()
        self.storage = Vector(obj.field("m_storage"))
        self.size = self.storage.size
        # A tensor that was never given a shape has none, and one element.
        if math.prod(self.shape) != self.size:
            raise Garbage("the shape does not fit the numbers")

    def numbers(self, start=0, count=None):
        return self.storage.numbers(start, count)
