"""Summaries, and members to unfold, for lldb's `frame variable`, `print`, and a variables' window."""

from ..summary import KINDS, MEMBERS, members
from ..text import safely
from .objects import LldbObject

# By kind: lldb is told names of functions and classes of this module, which register() makes.
MODULE = __name__


def summary_of(describe):
    return lambda value, _: safely(lambda: describe(LldbObject(value)))


class Tree:
    """What lldb asks for the members of an object."""

    kind = ""

    def __init__(self, value, _):
        self.value, self.members = value, []

    def update(self):
        try:
            self.members = members(self.kind, LldbObject(self.value))
        except Exception:  # not constructed yet
            self.members = []
        return False

    def has_children(self):
        return True

    def num_children(self):
        return len(self.members)

    def get_child_index(self, name):
        return next((i for i, (its, _) in enumerate(self.members) if its == name), -1)

    def get_child_at_index(self, i):
        if not 0 <= i < len(self.members):
            return None
        name, member = self.members[i]
        value = member.value
        address, target = value.GetLoadAddress(), value.GetTarget()
        return target.CreateValueFromAddress(name, target.ResolveLoadAddress(address), value.GetType())


def register(debugger):
    for kind, pattern, describe in KINDS:
        globals()[f"summary_{kind}"] = summary_of(describe)
        expand = " --expand" if kind in MEMBERS else ""
        debugger.HandleCommand(
            f"type summary add --category tapedeck{expand} --regex '^{pattern}$' --python-function {MODULE}.summary_{kind}")
        if kind in MEMBERS:
            globals()[f"Tree_{kind}"] = type(f"Tree_{kind}", (Tree,), {"kind": kind})
            debugger.HandleCommand(
                f"type synthetic add --category tapedeck --regex '^{pattern}$' --python-class {MODULE}.Tree_{kind}")
    debugger.HandleCommand("type category enable tapedeck")
