"""The tasks of lesson 6: small batches and inference."""

import numpy as np
import pandas as pd

from tasks import Task, Wrong, near, several

SIGMA = 2.0


def check_spread(answer):
    got, n = [answer(SIGMA, n) for n in (1, 4, 25)], np.array([1, 4, 25])
    if near(got, SIGMA / np.sqrt(n)):
        return None
    if near(got, SIGMA / n):
        return "it falls too fast: it is variances that add up, and are divided, so what becomes of their root?"
    if near(got, SIGMA**2 / n):
        return "that is the variance of the mean: in what unit is a standard deviation?"
    if near(got, np.full(3, SIGMA)):
        return "that is the spread of one sample; should the mean of 25 not lie nearer to the truth?"
    if near(got, SIGMA * np.sqrt(n)):
        return "it grows with n: that is the spread of the sum of n samples."
    return "start with the variance of a sum of n independent samples, then divide the sum by n."


def check_pair(answer):
    tries = [(1.0, 1000.0), (3.0, 2.9), (-5.0, 5.0)]
    a, b = np.array(tries).T
    got, half = np.array([answer(*pair) for pair in tries], dtype=float), (a - b) / 2
    if got.shape != (3, 2):
        return "return two numbers: what a becomes, and what b becomes."
    right = np.stack([np.sign(half), -np.sign(half)], 1)
    if near(got, right):
        return None
    if near(got, right, 5e-3):
        return "nearly: leave eps out."
    if near(got, right / np.sqrt(2)):
        return "that divides by the standard deviation with n - 1; BatchNorm normalizes with the one by n."
    if near(got, np.stack([half, -half], 1)):
        return "the mean is off already, but nothing is divided: what is the standard deviation of two numbers?"
    if near(got, np.stack([1 / half, -1 / half], 1)):
        return "it is divided by the variance; its root is what is wanted."
    if near(got, -right):
        return "the larger one of the two comes out as the smaller one."
    if near(got, np.zeros((3, 2))):
        return "both become 0; that is so only if they are equal."
    return "the mean is (a + b) / 2: how far is each from it, and so, what is the standard deviation?"


def check_update(answer):
    rng = np.random.default_rng(6)
    x, mean, var = rng.normal(3, 2, size=(5, 4)), np.full(4, 1.0), np.full(4, 2.0)
    got = answer(mean.copy(), var.copy(), x, 0.1)
    if not several(got, 2):
        return "return two arrays: the new running mean and the new running variance."
    new_mean, unbiased, biased = x.mean(axis=0), x.var(axis=0, ddof=1), x.var(axis=0)
    if near(got[0], 0.9 * mean + 0.1 * new_mean) and near(got[1], 0.9 * var + 0.1 * unbiased):
        return None
    if near(got[0], 0.1 * mean + 0.9 * new_mean):
        return "here momentum weighs the new batch, not what was there before."
    if near(got[0], mean + 0.1 * new_mean):
        return "nothing of the old mean is given up: after many batches it would grow beyond all bounds."
    if near(got[0], 0.9 * mean + 0.1 * new_mean) and near(got[1], 0.9 * var + 0.1 * biased):
        return "the mean is right; the variance is off by 4/5, and there are 5 rows: which of the two variances is kept?"
    if near(got[1], 0.9 * var + 0.1 * np.sqrt(unbiased)):
        return "it is the variance that is kept, not its root."
    if np.shape(got[0]) != (4,) or np.shape(got[1]) != (4,):
        return f"the new mean is {np.shape(got[0])} and the variance {np.shape(got[1])}; there are 4 features, and each has one."
    return "each is a share of the old one plus a share of the batch's, and the shares sum to 1."


def check_fold(answer):
    rng = np.random.default_rng(7)
    w, x = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    b, mean, gamma, beta = (rng.normal(size=3) + 1 for _ in range(4))
    var, eps = np.array([2.0, 0.5, 1e-5]), 1e-5
    got = answer(w, b, mean, var, gamma, beta, eps)
    if not several(got, 2):
        return "return the new weight and the new bias."
    if np.shape(got[0]) != w.shape or np.shape(got[1]) != b.shape:
        return f"the weight is {np.shape(got[0])} and the bias {np.shape(got[1])}; they were {w.shape} and {b.shape}."
    a = gamma / np.sqrt(var + eps)
    new_w, new_b = a[:, None] * w, a * (b - mean) + beta
    if near(got[0], new_w) and near(got[1], new_b):
        return None
    if near(got[0], w / np.sqrt(var + eps)[:, None]):
        return "gamma is not in the weight: it scales each unit, too."
    if near(got[0], (gamma / (var + eps))[:, None] * w):
        return "the weight is divided by the variance: its root is missing."
    if near(got[0], (gamma / np.sqrt(var))[:, None] * w):
        return "look at the third unit: its variance is as small as eps."
    if near(got[0], new_w) and near(got[1], a * b + beta):
        return "the weight is right; in the bias the running mean is not taken off."
    if near(got[0], new_w) and near(got[1], b - a * mean + beta):
        return "the weight is right; the old bias went through the norm, too, and so has to be scaled."
    if near(got[0], new_w):
        return "the weight is right, the bias is not: put x = 0 into both networks."
    return "write y = gamma * (x @ w.T + b - mean) / sqrt(var + eps) + beta, and collect what stands at x."


def loss_table(columns=("validation loss", "training loss", "gap"), batches=(2, 64)):
    """A table as the experiment's, with made-up numbers."""
    rng = np.random.default_rng(8)
    rows = [
        {"norm": norm, "batch": batch, "seed": seed, **{c: rng.uniform(0.3, 2) for c in columns}}
        for norm in ("none", "batch", "layer") for batch in batches for seed in (1, 2)
    ]
    return pd.DataFrame(rows)


def excess_of(table, column="training loss", batch=2, a="batch", b="none"):
    at = table[table.batch == batch].groupby("norm")[column].mean()
    return at[a] - at[b]


def check_excess(answer):
    table = loss_table()
    got = float(answer(table))
    if near(got, excess_of(table)):
        return None
    if near(got, excess_of(table, "validation loss")):
        return "that is the loss on samples that it has not seen; what does it make of those that it was trained on?"
    if near(got, excess_of(table, "gap")):
        return "the gap is a difference already, and both of its sides may be bad."
    if near(got, -excess_of(table)):
        return "the sign is turned: it should be positive when BatchNorm is the worse one."
    if near(got, excess_of(table, batch=64)):
        return "that is at the largest batch."
    means = table.groupby("norm")["training loss"].mean()
    if near(got, means["batch"] - means["none"]):
        return "that is the mean over all batch sizes; take the rows of batch 2 first."
    return "select batch 2, take the mean of the training loss for each norm, and subtract."


def update(mean, var, x, momentum, ddof=1):
    """The running statistics after a batch."""
    return (1 - momentum) * mean + momentum * x.mean(axis=0), (1 - momentum) * var + momentum * x.var(axis=0, ddof=ddof)


def fold(w, b, mean, var, gamma, beta, eps):
    """BatchNorm's fixed affine map as part of the layer before it."""
    a = gamma / np.sqrt(var + eps)
    return a[:, None] * w, a * (b - mean) + beta


TASKS = [
    Task(
        "6.1",
        check_spread,
        solution="def spread_of_mean(sigma, n):\n    return sigma / np.sqrt(n)\n",
        wrong=[
            Wrong(lambda s, n: s / n, "falls too fast"),
            Wrong(lambda s, n: s**2 / n, "variance of the mean"),
            Wrong(lambda s, n: s, "spread of one sample"),
            Wrong(lambda s, n: s * np.sqrt(n), "grows with n"),
        ],
    ),
    Task(
        "6.2",
        check_pair,
        solution="def normalized_pair(a, b):\n    return np.sign(a - b), np.sign(b - a)\n",
        wrong=[
            Wrong(lambda a, b: (np.sign(a - b) / np.sqrt(2), np.sign(b - a) / np.sqrt(2)), "n - 1"),
            Wrong(lambda a, b: ((a - b) / 2, (b - a) / 2), "nothing is divided"),
            Wrong(lambda a, b: (2 / (a - b), 2 / (b - a)), "its root"),
            Wrong(lambda a, b: (np.sign(b - a), np.sign(a - b)), "as the smaller one"),
            Wrong(lambda a, b: (0, 0), "both become 0"),
        ],
    ),
    Task(
        "6.3",
        check_update,
        solution=(
            "def update(mean, var, x, momentum):\n"
            "    new_mean = (1 - momentum) * mean + momentum * x.mean(axis=0)\n"
            "    new_var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)\n"
            "    return new_mean, new_var\n"
        ),
        wrong=[
            Wrong(lambda mean, var, x, m: update(mean, var, x, 1 - m), "weighs the new batch"),
            Wrong(lambda mean, var, x, m: (mean + m * x.mean(0), var + m * x.var(0, ddof=1)), "given up"),
            Wrong(lambda mean, var, x, m: update(mean, var, x, m, ddof=0), "which of the two variances"),
            Wrong(lambda mean, var, x, m: ((1 - m) * mean + m * x.mean(0), (1 - m) * var + m * x.std(0, ddof=1)), "not its root"),
            Wrong(lambda mean, var, x, m: ((1 - m) * mean.mean() + m * x.mean(1), var), "4 features"),
        ],
    ),
    Task(
        "6.4",
        check_fold,
        solution=(
            "def fold(w, b, mean, var, gamma, beta, eps):\n"
            "    a = gamma / np.sqrt(var + eps)\n"
            "    return a[:, None] * w, a * (b - mean) + beta\n"
        ),
        wrong=[
            Wrong(lambda w, b, mean, var, g, beta, eps: fold(w, b, mean, var, np.ones(3), beta, eps), "gamma is not in"),
            Wrong(lambda w, b, mean, var, g, beta, eps: ((g / (var + eps))[:, None] * w, b), "root is missing"),
            Wrong(lambda w, b, mean, var, g, beta, eps: fold(w, b, mean, var, g, beta, 0), "as small as eps"),
            Wrong(lambda w, b, mean, var, g, beta, eps: fold(w, b, 0, var, g, beta, eps), "not taken off"),
            Wrong(lambda w, b, mean, var, g, beta, eps: (fold(w, b, mean, var, g, beta, eps)[0], b - g / np.sqrt(var + eps) * mean + beta), "old bias"),
            Wrong(lambda w, b, mean, var, g, beta, eps: (w.T, b), "they were"),
        ],
    ),
    Task(
        "6.5",
        check_excess,
        solution=(
            "def excess(table):\n"
            '    at_two = table[table.batch == 2].groupby("norm")["training loss"].mean()\n'
            '    return at_two["batch"] - at_two["none"]\n'
        ),
        wrong=[
            Wrong(lambda t: excess_of(t, "validation loss"), "not seen"),
            Wrong(lambda t: excess_of(t, "gap"), "gap is a difference"),
            Wrong(lambda t: -excess_of(t), "sign"),
            Wrong(lambda t: excess_of(t, batch=64), "largest batch"),
            Wrong(lambda t: (lambda m: m["batch"] - m["none"])(t.groupby("norm")["training loss"].mean()), "all batch sizes"),
        ],
    ),
]
