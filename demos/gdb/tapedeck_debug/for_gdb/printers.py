"""What `print`, `info locals` and a variables' window show."""

import gdb
import gdb.printing

from ..summary import KINDS, MEMBERS, members
from ..text import safely, shape
from ..values import Tensor
from .objects import GdbObject, plain


class Line:
    """An object in one line."""

    def __init__(self, kind, describe, value):
        self.kind, self.describe, self.value = kind, describe, plain(value)

    def to_string(self):
        return safely(lambda: self.describe(GdbObject(self.value)))


class TensorLine(Line):
    def to_string(self):
        # Among the arguments of a frame the shape is enough.
        if gdb.print_options().get("summary"):
            return safely(lambda: f"{shape(Tensor(GdbObject(self.value)).shape)} [...]")
        return super().to_string()


class Tree(Line):
    """A line, and members to unfold."""

    def children(self):
        for name, member in members(self.kind, GdbObject(self.value)):
            yield name, member.value


def printer(kind, describe):
    base = TensorLine if kind == "Tensor" else Tree if kind in MEMBERS else Line
    return lambda value: base(kind, describe, value)


def register():
    collection = gdb.printing.RegexpCollectionPrettyPrinter("tapedeck")
    for kind, pattern, describe in KINDS:
        collection.add_printer(kind, f"^(?:{pattern})$", printer(kind, describe))
    gdb.printing.register_pretty_printer(None, collection, replace=True)
