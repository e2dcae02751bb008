"""The tasks of lesson 2: stepping backwards."""

from types import SimpleNamespace

import numpy as np
import tapedeck as td

from tasks import Task, Wrong, near


def check_order(answer):
    got = [int(i) for i in answer]
    if got == [6, 5, 4, 3, 2]:
        return None
    if not got:
        return "the list is empty: at least the loss has its turn."
    if got == sorted(got):
        return "that is the order of recording: the pass begins where the 1 is laid down."
    if 0 in got or 1 in got:
        return "an entry that reads nothing has nobody to hand a gradient to: it has no adjoint."
    if 6 not in got:
        return "the loss is an entry like the others: it has a gradient, 1, and hands it on."
    if 2 not in got:
        return "one entry between the matmul and w is missing: look at what the matmul reads."
    return "go up the table from the last line, and leave out the entries that read nothing."


def check_half(answer):
    rng = np.random.default_rng(1)
    z, dp = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    h = np.tanh(z)
    got = answer(h, z, dp)
    if near(got, dp * h):
        return None
    if near(got, dp * z):
        return "that is what the product hands to h: each factor gets dp times the other one."
    if near(got, dp * h + dp * z * (1 - h**2)):
        return "that is z's gradient when all is done: the walk stands before the tanh's adjoint, not behind it."
    if near(got, dp * z * (1 - h**2)):
        return "that is the share that comes through the tanh, and it is the one that is not there yet."
    if near(got, np.zeros_like(z)):
        return "z is not without a gradient: the product has run, and it reads z."
    return "only the product has handed something to z so far: dp, times its slope towards z."


MINI = [[], [], [(0, 2.0)], [(0, 3.0), (2, 5.0)], [(1, -1.0), (3, 0.5)], [(3, 2.0), (4, 4.0)]]


def mini(tape, order=reversed, add=True, seed=1.0, upstream=True):
    """The pass over a tape of numbers, and the ways in which it goes wrong."""
    grads = [0.0] * len(tape)
    grads[-1] = seed
    for i in order(range(len(tape))):
        for j, slope in tape[i]:
            grads[j] = (grads[j] if add else 0.0) + (grads[i] if upstream else 1.0) * slope
    return grads


def check_reverse(answer):
    got = answer([list(entry) for entry in MINI])
    got = np.asarray(got, dtype=float)
    if got.shape != (6,):
        return f"there are six entries; return a gradient for each: yours have the shape {got.shape}."
    if near(got, mini(MINI)):
        return None
    if not np.any(got):
        return "all is zero: nothing comes out at the end when nothing is put in at the beginning."
    if near(got, mini(MINI, add=False)):
        return "an entry that is read twice has only the last share: a second one must not wipe out the first."
    if near(got, mini(MINI, order=list)):
        return "entries hand on before all has reached them: who has to be asked first?"
    if near(got, mini(MINI, upstream=False)):
        return "the slopes are added up as they are: what is handed on is a slope times what has arrived."
    return "for each entry, last to first, and each (j, slope) of it: add to j's gradient the entry's own, times slope."


def check_vanished(answer):
    entry = lambda value, grad: SimpleNamespace(value=np.array(value), grad=np.array(grad))
    plain, tiny = entry([0.5, 0.5], [0.2, 0.3]), entry([0.5, 0.5], [2e-4, -3e-4])
    first = answer(tiny)
    if answer(plain) and not first:
        return "it is the wrong way round: it stops while the gradient is large."
    if not first or answer(entry([0.0, 0.0], [0.2, 0.3])):
        return "it looks at the entry's value: the walk is after its gradient."
    if answer(entry([0.5, 0.5], [-0.2, -0.3])):
        return "a gradient of -0.3 is not small: what counts is its size without the sign."
    if answer(entry([0.5, 0.5], [0.3, 0.0])):
        return "one small element is enough for it: all of them have to be small."
    if answer(plain):
        return "it stops at a gradient of 0.3 already."
    return None


def check_length(answer):
    tape = td.float64.Tape()
    x = tape.variable(np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]]))
    y = answer(x)
    if y.shape != (3,):
        return f"there are three rows, and so three lengths; yours have the shape {tuple(y.shape)}."
    tape.backward(td.sum(y))
    if not np.all(np.isfinite(x.grad)):
        if any(e.op == "Where" for e in tape):
            return "the choice comes after the root: 0 from above, times the root's infinite slope, is still nan."
        if abs(y.value[0] - 5) > 1e-12:
            return "something is added behind the root: that moves the value, and the root's slope at 0 stays infinite."
        return "the gradient of the row of zeros is not finite: keep what is under the root away from 0."
    if not near(y.value, [5, 0, 2], 5e-3):
        return "the gradient is finite, but the lengths have moved: what you add is far too much."
    if not near(x.grad, [[0.6, 0.8], [0, 0], [0, 1]], 5e-3):
        return "the lengths are right, and the gradient is not: has something been cut out of the chain?"
    return None


def masked(x):
    squares = td.sum(td.square(x), 1)
    return td.where(squares.value > 0, td.sqrt(squares), 0.0)


TASKS = [
    Task(
        "2.1",
        check_order,
        solution="order = [6, 5, 4, 3, 2]",
        wrong=[
            Wrong([2, 3, 4, 5, 6], "order of recording"),
            Wrong([6, 5, 4, 3, 2, 1, 0], "has no adjoint"),
            Wrong([5, 4, 3, 2], "the loss is an entry"),
            Wrong([6, 5, 4, 3], "is missing"),
            Wrong([], "is empty"),
        ],
    ),
    Task(
        "2.2",
        check_half,
        solution="def half(h, z, dp):\n    return dp * h\n",
        wrong=[
            Wrong(lambda h, z, dp: dp * z, "hands to h"),
            Wrong(lambda h, z, dp: dp * h + dp * z * (1 - h**2), "when all is done"),
            Wrong(lambda h, z, dp: dp * z * (1 - h**2), "not there yet"),
            Wrong(lambda h, z, dp: 0 * dp, "not without a gradient"),
        ],
    ),
    Task(
        "2.3",
        check_reverse,
        solution=(
            "def reverse(tape):\n    grads = [0.0] * len(tape)\n    grads[-1] = 1.0\n"
            "    for i in reversed(range(len(tape))):\n        for j, slope in tape[i]:\n"
            "            grads[j] += grads[i] * slope\n    return grads\n"
        ),
        wrong=[
            Wrong(lambda tape: mini(tape, add=False), "wipe out the first"),
            Wrong(lambda tape: mini(tape, order=list), "asked first"),
            Wrong(lambda tape: mini(tape, seed=0.0), "nothing is put in"),
            Wrong(lambda tape: mini(tape, upstream=False), "as they are"),
        ],
    ),
    Task(
        "2.4",
        check_vanished,
        solution="def vanished(entry):\n    return np.abs(entry.grad).max() < 1e-3\n",
        wrong=[
            Wrong(lambda entry: entry.grad.max() < 1e-3, "without the sign"),
            Wrong(lambda entry: np.abs(entry.value).max() < 1e-3, "entry's value"),
            Wrong(lambda entry: np.abs(entry.grad).max() > 1e-3, "wrong way round"),
            Wrong(lambda entry: np.abs(entry.grad).min() < 1e-3, "one small element"),
        ],
    ),
    Task(
        "2.5",
        check_length,
        solution="def length(x):\n    return td.sqrt(td.sum(td.square(x), 1) + 1e-6)\n",
        wrong=[
            Wrong(lambda x: td.sqrt(td.sum(td.square(x), 1)) + 1e-6, "behind the root"),
            Wrong(masked, "after the root"),
            Wrong(lambda x: td.sqrt(td.sum(td.square(x), 1) + 1.0), "far too much"),
            Wrong(lambda x: td.sqrt(td.sum(td.square(x), 0) + 1e-6), "three lengths"),
            Wrong(lambda x: td.sqrt(td.sum(td.square(x), 1)), "keep what is under the root"),
        ],
    ),
]
