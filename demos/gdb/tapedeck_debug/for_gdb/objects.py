"""The program's objects as gdb shows them."""

import re

import gdb

from ..memory import Garbage, Object


def plain(value):
    """Without a reference around it."""
    if value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        return value.referenced_value()
    return value


def type_name(type_):
    basic = type_.strip_typedefs().unqualified()
    if basic.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        basic = basic.target().strip_typedefs().unqualified()
    return basic.tag or basic.name or ""


class GdbObject(Object):
    def __init__(self, value):
        self.value = plain(value)

    def type_name(self):
        # "4ul" is gdb's way to write 4.
        return re.sub(r"\b(\d+)u?l?\b", r"\1", type_name(self.value.type))

    def field(self, name):
        return GdbObject(self.value[name])

    def number(self):
        return int(self.value)

    def address(self):
        if self.value.address is None:
            raise Garbage("not in memory")
        return int(self.value.address)

    def target(self):
        return GdbObject(self.value.dereference())

    def offset(self, count):
        return GdbObject((self.value.address + count).dereference())

    def at(self, name, address):
        try:
            found = gdb.lookup_type(name)
        except gdb.error as error:
            raise Garbage(name) from error
        return GdbObject(gdb.Value(address).cast(found.pointer()).dereference())

    def read(self, address, size):
        try:
            return gdb.selected_inferior().read_memory(address, size).tobytes() if size else b""
        except (gdb.MemoryError, OverflowError) as error:
            raise Garbage(hex(address)) from error

    def symbol(self, address):
        match = re.match(r"(.*?)(?: \+ \d+)? in section ", gdb.execute(f"info symbol {address}", to_string=True))
        return match[1] if match else ""
