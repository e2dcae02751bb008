"""What the rest asks of a debugger. It only ever reads memory, so that a core file will do."""

import struct
from abc import ABC, abstractmethod


class Garbage(Exception):
    """The memory does not hold what its type says: not constructed yet, or destroyed already."""


class Object(ABC):
    """A variable of the program."""

    @abstractmethod
    def type_name(self):
        """Without const, typedefs and references."""

    @abstractmethod
    def field(self, name):
        """A member, a base class's included."""

    @abstractmethod
    def number(self):
        """An integer's or a bool's value, or a pointer's address."""

    @abstractmethod
    def address(self):
        pass

    @abstractmethod
    def target(self):
        """What a pointer points at, or an array's first element."""

    @abstractmethod
    def offset(self, count):
        """The object so many places further on in the array that this one is in."""

    @abstractmethod
    def at(self, type_name, address):
        """The object of that type at that address. @raises Garbage when there is no such type."""

    @abstractmethod
    def read(self, address, size):
        """Bytes of the program's memory. @raises Garbage when they cannot be read."""

    @abstractmethod
    def symbol(self, address):
        """The demangled symbol that starts at or before the address; "" when there is none."""

    # What follows needs nothing but the above.

    def words(self, address, count):
        """Pointers, or numbers of a pointer's size."""
        return struct.unpack(f"={count}Q", self.read(address, 8 * count))

    def string(self, address, longest=4096):
        """A std::string of libstdc++: where the characters are, and how many."""
        start, size = self.words(address, 2)
        if size > longest:
            raise Garbage("a string too long")
        return self.read(start, size).decode("utf-8", "replace") if size else ""

    def c_string(self, address, longest=4096):
        text = b""
        while b"\0" not in text:
            if len(text) > longest:
                raise Garbage("a string without an end")
            # Never past the end of a page that may be the last one.
            text += self.read(address + len(text), 64 - (address + len(text)) % 64)
        return text.split(b"\0", 1)[0].decode("utf-8", "replace")

    def op_class(self, address):
        """The class of the operation at an address, by its table of virtual functions:
        "tapedeck::op::Tanh<float>"."""
        symbol = self.symbol(self.words(address, 1)[0])
        if not symbol.startswith("vtable for "):
            raise Garbage("no operation")
        return symbol[len("vtable for "):]
