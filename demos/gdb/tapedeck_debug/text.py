"""Words what was read: one line for each object, and the tape as a table."""

import math

from .values import Tensor, Vector

NOT_CONSTRUCTED = "<not yet constructed>"
WHOLE = 32        # a tensor of so many numbers is shown whole
SURVEYED = 1 << 20  # and of so many its range is told


def safely(describe, *objects):
    """What `describe` says, or, of memory that holds no such object, that it does not. A debugger shows
    variables before their constructors have run, and a printer must not fail on one."""
    try:
        return describe(*objects)
    except Exception:  # whatever a debugger throws at garbage
        return NOT_CONSTRUCTED


def number(x):
    return f"{x:.6g}" if isinstance(x, float) else str(x)


def shape(sizes):
    """As tapedeck::to_text: "(32, 10)"."""
    return "(" + ", ".join(map(str, sizes)) + ")"


def vector(obj):
    v = Vector(obj)
    if v.format is None:
        return f"{v.size} elements"
    if v.format == "Q" and v.size <= WHOLE:  # a Shape, or indices
        return shape(v.numbers())
    shown = [number(x) for x in v.numbers(0, min(v.size, WHOLE))]
    return "{" + ", ".join(shown + ["..."] * (v.size > WHOLE)) + "}"


def tensor(obj):
    """ "(2, 2) [[1, 2], [3, 4]]"; a large one with its corners, its range and how many are not finite."""
    return tensor_text(Tensor(obj))


def tensor_text(t):
    if t.size == 0:
        return f"{shape(t.shape)} []"
    whole = t.size <= WHOLE
    text = f"{shape(t.shape)} {nested(t, 0, 0, whole)}"
    return text if whole else f"{text}, {survey(t)}"


def nested(t, start, axis, whole):
    """The brackets of one axis: all of it, or its first two and its last."""
    if axis == len(t.shape):
        return number(t.numbers(start, 1)[0])
    n, stride = t.shape[axis], math.prod(t.shape[axis + 1:])
    if n <= 4 or (whole and n <= WHOLE):
        parts = [nested(t, start + i * stride, axis + 1, whole) for i in range(n)]
    else:
        parts = [nested(t, start + i * stride, axis + 1, whole) for i in (0, 1, n - 1)]
        parts.insert(2, "...")
    return "[" + ", ".join(parts) + "]"


def survey(t):
    if t.size > SURVEYED:
        return f"{t.size} numbers"
    numbers = t.numbers()
    finite = [x for x in numbers if math.isfinite(x)]
    text = f"{number(min(finite))} to {number(max(finite))}" if finite else "none finite"
    return text if len(finite) == t.size else f"{text}, {t.size - len(finite)} not finite"


def norm(t):
    """The Euclidean norm, for the table."""
    if t.size > SURVEYED:
        return "?"
    return f"{math.sqrt(sum(float(x) * float(x) for x in t.numbers())):.4g}"


def brief(t):
    """A tensor's number when it has one, its range otherwise."""
    if t.size == 0:
        return "empty"
    return number(t.numbers()[0]) if t.size == 1 else survey(t)
