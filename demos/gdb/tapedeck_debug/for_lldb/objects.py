"""The program's objects as lldb shows them."""

import lldb

from ..memory import Garbage, Object


class LldbObject(Object):
    def __init__(self, value):
        if not value.IsValid():
            raise Garbage("no such object")
        # What lldb itself would put in the place of an object's members is ours.
        self.value = value.GetNonSyntheticValue()
        if self.value.GetType().IsReferenceType():
            self.value = self.value.Dereference().GetNonSyntheticValue()

    def type_name(self):
        return self.value.GetType().GetCanonicalType().GetUnqualifiedType().GetName()

    def field(self, name):
        return LldbObject(self.value.GetChildMemberWithName(name))

    def number(self):
        error = lldb.SBError()
        number = self.value.GetValueAsUnsigned(error)
        if error.Fail():
            raise Garbage(error.GetCString())
        return number

    def address(self):
        address = self.value.GetLoadAddress()
        if address == lldb.LLDB_INVALID_ADDRESS:
            raise Garbage("not in memory")
        return address

    def target(self):
        is_array = self.value.GetType().IsArrayType()
        return LldbObject(self.value.GetChildAtIndex(0) if is_array else self.value.Dereference())

    def offset(self, count):
        kind = self.value.GetType()
        return self._make(kind, self.address() + count * kind.GetByteSize())

    def at(self, type_name, address):
        found = self.value.GetTarget().FindFirstType(type_name)
        if not found.IsValid():
            raise Garbage(type_name)
        return self._make(found, address)

    def _make(self, kind, address):
        target = self.value.GetTarget()
        return LldbObject(target.CreateValueFromAddress("it", target.ResolveLoadAddress(address), kind))

    def read(self, address, size):
        error = lldb.SBError()
        read = self.value.GetProcess().ReadMemory(address, size, error) if size else b""
        if error.Fail() or read is None or len(read) != size:
            raise Garbage(hex(address))
        return read

    def symbol(self, address):
        symbol = self.value.GetTarget().ResolveLoadAddress(address).GetSymbol()
        return (symbol.GetName() or "") if symbol.IsValid() else ""
