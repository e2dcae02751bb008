"""The tasks of lesson 5: which axis is? BatchNorm, LayerNorm, GroupNorm, InstanceNorm, RMSNorm."""

import numpy as np

from tasks import Task, Wrong, near

AXES = {"batch": (0, 2), "layer": (1, 2), "instance": (2,), "group": (2, 3)}


def check_axes(answer):
    got = {}
    for name in AXES:
        if not isinstance(answer, dict) or name not in answer:
            return f'there is nothing for "{name}".'
        axes = answer[name] if isinstance(answer[name], (tuple, list)) else (answer[name],)
        got[name] = tuple(sorted(a % (4 if name == "group" else 3) for a in axes))
    if got == AXES:
        return None
    if got["batch"] == (1, 2):
        return "batch and layer are swapped: what is named is what the mean runs over."
    if got["batch"] == (0,):
        return "batch: a channel has one mean, for all its places; yours has one for each place."
    if got["batch"] == (1,) or got["layer"] == (0, 2):
        return "batch: an axis that is named disappears in the mean, and it is the channels that stay."
    if got["layer"] == (1,):
        return "layer: LayerNorm((C, L)) has one mean for a whole sample."
    if got["layer"] == (2,):
        return "layer: that leaves the channels apart, which is another norm."
    if got["instance"] != (2,):
        return "instance: each channel of each sample is by itself, and only its places share a mean."
    if got["group"] == (1, 2, 3):
        return "group: that takes all groups of a sample together."
    return "group: x is seen as (N, groups, channels of a group, L), and each group of each sample has its own mean."


def counts(N, C, L, G):
    return {"batch": C, "layer": N, "instance": N * C, "group": N * G, "rms": 0}


def check_counts(answer):
    got = answer(4, 6, 5, 2)
    right = counts(4, 6, 5, 2)
    for name in right:
        if not isinstance(got, dict) or name not in got:
            return f'there is nothing for "{name}": each of the five norms wants a count.'
    got = {name: int(got[name]) for name in right}
    if got == right and {name: int(answer(7, 12, 3, 4)[name]) for name in right} == counts(7, 12, 3, 4):
        return None
    if got == right:
        return "it is right for one shape and not for another: use N, C and G."
    if got["batch"] == 20:
        return "batch: those are the values that share a mean; how many means are there?"
    if got["rms"] == 4:
        return "rms: it does divide once for each sample, but what does it leave out?"
    if got["group"] == 2:
        return "group: each sample has its own groups."
    if got["instance"] == 6:
        return "instance: a channel's mean is not shared by the samples here."
    wrong = next(name for name in right if got[name] != right[name])
    return f"{wrong}: what stays when the axes of the mean are gone? Multiply their sizes."


def group_norm(x, groups, eps, cut="blocks"):
    n, c, l = x.shape
    v = x.reshape(n, groups, c // groups, l)
    if cut == "interleaved":
        v = x.reshape(n, c // groups, groups, l).swapaxes(1, 2)
    y = (v - v.mean((2, 3), keepdims=True)) / np.sqrt(v.var((2, 3), keepdims=True) + eps)
    return (y.swapaxes(1, 2) if cut == "interleaved" else y).reshape(x.shape)


def check_group(answer):
    x = np.random.default_rng(1).normal(size=(2, 12, 5)) * np.arange(1, 13)[:, None] + np.arange(12)[:, None]
    got = answer(x, 3, 0.1)
    if np.shape(got) != x.shape:
        return f"y has the shape of x, (2, 12, 5); yours has {np.shape(got)}."
    if near(got, group_norm(x, 3, 0.1)):
        return None
    if near(got, group_norm(x, 4, 0.1)):
        return "the second argument is the number of groups, and not how many channels one has."
    if near(got, group_norm(x, 3, 0.1, "interleaved")):
        return "channels 0, 3, 6, 9 are together in yours: a group is made of neighbours."
    if near(got, group_norm(x, 12, 0.1)):
        return "each channel has been normalized by itself: that is InstanceNorm."
    if near(got, group_norm(x, 1, 0.1)):
        return "all channels have been normalized together: that is LayerNorm."
    v = x.reshape(2, 3, 4, 5)
    if near(got, ((v - v.mean(2, keepdims=True)) / np.sqrt(v.var(2, keepdims=True) + 0.1)).reshape(x.shape)):
        return "each place has a mean of its own: the places of a group belong together."
    return "reshape to (N, groups, C // groups, L), normalize over the last two axes, and reshape back."


def rms_backward(dy, xhat, gamma, r, mean=0, along=1, scale=True):
    g = dy * gamma if scale else dy
    return r * (g - mean * g.mean(-1, keepdims=True) - along * xhat * (g * xhat).mean(-1, keepdims=True))


def check_rms(answer):
    rng = np.random.default_rng(2)
    x, dy, gamma = rng.normal(size=(3, 4)) + 1, rng.normal(size=(3, 4)), np.array([0.5, 2.0, -1.5, 1.0])
    r = 1 / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5)
    given = (dy, x * r, gamma, r)
    got = answer(*given)
    if np.shape(got) != x.shape:
        return f"dx has the shape of x, (3, 4); yours has {np.shape(got)}."
    if near(got, rms_backward(*given)):
        return None
    if near(got, rms_backward(*given, mean=1)):
        return "that is LayerNorm's: what path is there through a mean that nobody has taken?"
    if near(got, rms_backward(*given, along=0)):
        return "r depends on x as well: the path through it is missing."
    if near(got, rms_backward(*given, along=-1)):
        return "the path through r has its sign turned: longer rows are divided by more."
    if near(got, rms_backward(*given, scale=False)):
        return "gamma is not in it."
    if near(got, rms_backward(*given, along=x.shape[-1])):
        return "the product with xhat is summed; the root has a mean in it."
    return "take LayerNorm's formula, and strike out what RMSNorm does not do."


def normalized(kind, x):
    """x through one of the norms, by its name."""
    if kind == "group":
        return group_norm(x, 2, 0)
    if kind == "rms":
        return x / np.sqrt((x**2).mean((1, 2), keepdims=True))
    axes = AXES[kind]
    return (x - x.mean(axes, keepdims=True)) / x.std(axes, keepdims=True)


def zero(a):
    return bool(np.all(np.abs(a) < 1e-6))


def guess(y, order, means_only=False):
    """The first kind, in this order, whose statistics fit."""
    halves = y.reshape(len(y), 2, -1)
    tests = {
        "instance": (y.mean(2), y.var(2)),
        "group": (halves.mean(2), halves.var(2)),
        "layer": (y.mean((1, 2)), y.var((1, 2))),
        "batch": (y.mean((0, 2)), y.var((0, 2))),
    }
    fits = lambda kind: zero(tests[kind][0]) and (means_only or zero(tests[kind][1] - 1))
    return next((kind for kind in order if fits(kind)), "rms")


FINE_FIRST = ("instance", "group", "layer", "batch")


def check_which(answer):
    x = np.random.default_rng(3).normal(size=(4, 6, 5)) * np.arange(1, 7)[:, None] + np.arange(4)[:, None, None]
    got = {}
    for kind in (*AXES, "rms"):
        got[kind] = answer(normalized(kind, x))
    if answer(normalized("instance", x) * np.arange(1, 7)[:, None]) == "instance":
        return "a channel whose values have mean 0 and variance 9 passes for normalized: look at the variances, too."
    if all(got[kind] == kind for kind in got):
        return None
    if len(set(got.values())) == 1:
        return f"everything is called {got['rms']}."
    if got["instance"] == "batch":
        return "InstanceNorm's output is called batch: each of its channels has mean 0 in each sample, and so in the batch. Ask that last."
    if got["instance"] == "layer" or got["group"] == "layer":
        return "what is normalized in each part is so in the whole: a sample passes as layer before its parts are looked at."
    if got["instance"] == "group":
        return "InstanceNorm's output is called group: the smallest sets have to be asked first."
    if got["rms"] != "rms":
        return f"RMSNorm's output is called {got['rms']}: its means are not 0."
    wrong = next(kind for kind in got if got[kind] != kind)
    return f"the output of {wrong} is called {got[wrong]}: over which axes is its mean 0, and its variance 1?"


WHICH = '''def which(y):
    halves = y.reshape(len(y), 2, -1)
    normal = lambda a, axes: np.allclose(a.mean(axes), 0, atol=1e-3) and np.allclose(a.var(axes), 1, atol=1e-2)
    if normal(y, 2):
        return "instance"
    if normal(halves, 2):
        return "group"
    if normal(y, (1, 2)):
        return "layer"
    return "batch" if normal(y, (0, 2)) else "rms"
'''

TASKS = [
    Task(
        "5.1",
        check_axes,
        solution='axes = {"batch": (0, 2), "layer": (1, 2), "instance": (2,), "group": (2, 3)}',
        wrong=[
            Wrong({**AXES, "batch": (1, 2), "layer": (0, 2)}, "swapped"),
            Wrong({"batch": (0, 2)}, 'nothing for "layer"'),
            Wrong({**AXES, "batch": (0,)}, "one for each place"),
            Wrong({**AXES, "batch": (1,)}, "the channels that stay"),
            Wrong({**AXES, "layer": (1,)}, "a whole sample"),
            Wrong({**AXES, "instance": (1, 2)}, "by itself"),
            Wrong({**AXES, "group": (1, 2, 3)}, "all groups of a sample"),
        ],
    ),
    Task(
        "5.2",
        check_counts,
        solution=(
            "def means(N, C, L, G):\n"
            '    return {"batch": C, "layer": N, "instance": N * C, "group": N * G, "rms": 0}\n'
        ),
        wrong=[
            Wrong(lambda N, C, L, G: {"batch": N * L, "layer": C * L, "instance": L, "group": C // G * L, "rms": 0}, "that share a mean"),
            Wrong(lambda N, C, L, G: {**counts(N, C, L, G), "rms": N}, "leave out"),
            Wrong(lambda N, C, L, G: {**counts(N, C, L, G), "group": G}, "its own groups"),
            Wrong(lambda N, C, L, G: {"batch": C, "layer": N, "instance": N * C, "group": N * G}, 'nothing for "rms"'),
            Wrong(lambda N, C, L, G: {**counts(N, C, L, G), "instance": C}, "not shared"),
        ],
    ),
    Task(
        "5.3",
        check_group,
        solution=(
            "def group_norm(x, groups, eps=1e-5):\n    n, c, l = x.shape\n    v = x.reshape(n, groups, c // groups, l)\n"
            "    mean, var = v.mean((2, 3), keepdims=True), v.var((2, 3), keepdims=True)\n"
            "    return ((v - mean) / np.sqrt(var + eps)).reshape(x.shape)\n"
        ),
        wrong=[
            Wrong(lambda x, g, e: group_norm(x, x.shape[1] // g, e), "number of groups"),
            Wrong(lambda x, g, e: group_norm(x, g, e, "interleaved"), "neighbours"),
            Wrong(lambda x, g, e: group_norm(x, x.shape[1], e), "InstanceNorm"),
            Wrong(lambda x, g, e: group_norm(x, 1, e), "LayerNorm"),
        ],
    ),
    Task(
        "5.4",
        check_rms,
        solution=(
            "def rms_backward(dy, xhat, gamma, r):\n    g = dy * gamma\n"
            "    return r * (g - xhat * (g * xhat).mean(axis=-1, keepdims=True))\n"
        ),
        wrong=[
            Wrong(lambda *given: rms_backward(*given, mean=1), "nobody has taken"),
            Wrong(lambda *given: rms_backward(*given, along=0), "is missing"),
            Wrong(lambda *given: rms_backward(*given, along=-1), "sign turned"),
            Wrong(lambda *given: rms_backward(*given, scale=False), "gamma is not"),
            Wrong(lambda *given: rms_backward(*given, along=4), "is summed"),
        ],
    ),
    Task(
        "5.5",
        check_which,
        solution=WHICH,
        wrong=[
            Wrong(lambda y: guess(y, ("batch", "layer", "group", "instance")), "Ask that last"),
            Wrong(lambda y: guess(y, ("layer", "group", "instance", "batch")), "before its parts"),
            Wrong(lambda y: guess(y, ("group", "instance", "layer", "batch")), "smallest sets"),
            Wrong(lambda y: guess(y, FINE_FIRST, means_only=True), "variance 9"),
            Wrong(lambda y: "batch", "everything is called batch"),
        ],
    ),
]
