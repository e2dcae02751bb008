"""The tape as a table, and one entry in full."""

from . import text
from .summary import gradient

LONG = 48     # a longer tape is shown in part
AROUND = 12   # entries on either side of the playhead, and at both ends


def window(size, first, last, playhead):
    """Which rows to show: those asked for, or all, or of a long tape both ends and what is near the playhead."""
    if first is not None:
        return list(range(max(first, 0), min(size, (first if last is None else last) + 1)))
    if size <= LONG:
        return list(range(size))
    near = set(range(AROUND)) | set(range(size - AROUND, size))
    if playhead is not None:
        near |= set(range(playhead - AROUND, playhead + AROUND + 1))
    return sorted(i for i in near if 0 <= i < size)


def arrived(entry):
    """How many contributions the gradient has got."""
    if not entry.needs_grad:
        return "."
    return {0: "-", 1: "1"}.get(entry.contributions, f"x{entry.contributions}")


def row(entry):
    place = f'"{entry.name}"' if entry.name else entry.scope
    inputs = " ".join(f"#{i}" for i in entry.inputs)
    norm = text.norm(entry.grad) if entry.contributions else ""
    return [f"#{entry.index}", entry.op, place, text.shape(entry.value.shape), inputs, text.brief(entry.value),
            arrived(entry), norm, entry.where]


HEADER = ["", "op", "name or scope", "shape", "reads", "value", "dy", "|dy|", "recorded at"]


def shorten(cell, width):
    return cell if len(cell) <= width else cell[:width - 2] + ".."


def tape_table(tape, first=None, last=None, playhead=None):
    """The rows of a tape; `playhead` is the entry whose adjoint runs next, or runs."""
    shown = window(tape.size, first, last, playhead)
    rows = [HEADER] + [[shorten(cell, 24) for cell in row(tape[i])] for i in shown]
    widths = [max(len(r[c]) for r in rows) for c in range(len(HEADER))]
    lines = []
    for i, cells in zip([None] + shown, rows):
        if i is not None and len(lines) > 1 and i - previous > 1:
            lines.append(f"     ... {i - previous - 1} more ...")
        previous = i if i is not None else -1
        mark = "=>" if i is not None and i == playhead else "  "
        lines.append(f"{mark} " + "  ".join(c.ljust(w) for c, w in zip(cells, widths)).rstrip())
    return "\n".join(lines)


def entry_page(tape, entry):
    """All that is known of one entry, but for its operation's members."""
    readers = [f"#{e.index} {e.op}" for e in tape if entry.index in e.inputs]
    inputs = [f"#{i} {tape[i].op}" for i in entry.inputs]
    times = {0: "", 1: ", from 1 contribution"}.get(entry.contributions, f", from {entry.contributions} contributions")
    lines = [f"entry {entry.text()}",
             f"  reads     {', '.join(inputs) or 'nothing: it is a leaf'}",
             f"  read by   {', '.join(readers) or 'nothing'}",
             f"  value     {text.tensor_text(entry.value)}",
             f"  gradient  {gradient(entry)}{times}"]
    return "\n".join(lines)
