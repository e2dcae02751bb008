"""The tasks of lesson 7: recurrent networks through time."""

import numpy as np

from tasks import Task, Wrong, near, several

EPS = 1e-5


def linear_states(w, x):
    """h_0 = 0, h_t = w h_(t-1) + x_t: the states h_0 ... h_T."""
    h = [0.0]
    for value in x:
        h.append(w * h[-1] + value)
    return np.array(h)


def shared_weight(w, x, through=True, count=None):
    """dh_T/dw, each use of w seen from the end."""
    h, steps = linear_states(w, x), len(x)
    uses = range(steps) if count is None else range(steps - count, steps)
    return sum(h[t] * (w ** (steps - 1 - t) if through else 1) for t in uses)


def check_shared(answer):
    w, x = 0.8, np.array([1.0, -0.5, 2.0, 0.3, 0.7])
    got = answer(w, x)
    if near(got, shared_weight(w, x)):
        return None
    if near(got, shared_weight(w, x, count=1)):
        return "that is the last step's share alone: w was used at every step."
    if near(got, shared_weight(w, x, through=False)):
        return "the shares of the early steps arrive at their own h; they still have to come through the later steps."
    if near(got, w ** (len(x) - 1)):
        return "that is how a change of the first state arrives; what does w do at each step?"
    if near(got, shared_weight(w, x) / len(x)):
        return "it is divided by the steps: what comes back by several ways is added, not averaged."
    return "carry dh/dw along with h: how does the next one follow from h and dh/dw by the product rule?"


def tanh_states(w, h, steps):
    states = [h]
    for _ in range(steps):
        states.append(np.tanh(w * states[-1]))
    return np.array(states)


def check_through(answer):
    w = 1.5
    h = tanh_states(w, 0.2, 4)
    got, slopes = answer(w, h), w * (1 - h**2)
    if near(got, np.prod(slopes[1:])):
        return None
    if near(got, np.prod(slopes)):
        return "there are five states, and four steps between them: which state is not the result of a tanh here?"
    if near(got, np.prod(slopes[:-1])):
        return "the slope of a tanh is 1 - y**2 of what comes out of it; these are of what goes in."
    if near(got, w**4):
        return "that would be without the tanh: each step has its slope, too."
    if near(got, np.prod(1 - h[1:] ** 2)):
        return "the tanh are there, but each step multiplies by w, too."
    if near(got, np.sum(slopes[1:])):
        return "the steps come one after the other: their slopes are multiplied, not added."
    return "one step is h' = tanh(w h), with slope w * (1 - h'**2): one such factor for each step."


def check_decades(answer):
    tries = [(3.0, 100), (0.5, 20), (1.0, 50)]
    got, right = [answer(*t) for t in tries], [n * np.log10(c) for c, n in tries]
    if near(got, right):
        return None
    if near(got, [n * np.log(c) for c, n in tries]):
        return "that is the natural logarithm; a decade is a factor of ten."
    if near(got, [c**n for c, n in tries]):
        return "that is the factor itself; how many tens are multiplied in it?"
    if near(got, [-r for r in right]):
        return "the sign is turned: a scale above 1 lets the gradient grow."
    if near(got, [np.log10(c * n) for c, n in tries]):
        return "the scale is not multiplied by the steps; it is multiplied by itself, once in each."
    return "each step multiplies the length by `scale`: what is the logarithm, to base 10, of all of them together?"


def factor(gamma, z, ddof=0, axis=1):
    return gamma / np.sqrt(z.var(axis=axis, ddof=ddof) + EPS)


def check_factor(answer):
    rng = np.random.default_rng(9)
    z, gamma = rng.normal(1, 3, size=(4, 6)) * np.array([[1], [2], [0.1], [1e-3]]), 0.5
    got = np.asarray(answer(gamma, z))
    if near(got, factor(gamma, z)):
        return None
    if near(got, factor(gamma, z, axis=0)):
        return "there is one for each feature; LayerNorm takes its statistics from each row."
    if got.shape != (4,):
        return f"the shape is {got.shape}, and it should be (4,): one number for each of the four rows."
    if near(got, factor(1, z)):
        return "gamma is missing: the gradient passes it on its way back, too."
    if near(got, gamma / (z.var(axis=1) + EPS)):
        return "that divides by the variance; what does the forward pass divide by?"
    if near(got, gamma * np.sqrt(z.var(axis=1) + EPS)):
        return "what is divided by in the forward pass is divided by in the backward pass, too."
    if near(got, factor(gamma, z, ddof=1)):
        return "the rows have 6 features and LayerNorm's variance divides by 6."
    if near(got[:3], gamma / z.std(axis=1)[:3], 1e-3):
        return "the last row is nearly constant: what keeps LayerNorm from dividing by nearly 0?"
    return "y = gamma * (z - mean) / sqrt(var + eps): hold mean and var still, what is dy/dz in each row?"


def means(z):
    """Per step, shared, LayerNorm."""
    return z.mean(axis=1, keepdims=True), z.mean(axis=(0, 1), keepdims=True), z.mean(axis=2, keepdims=True)


def check_axes(answer):
    z = np.random.default_rng(10).normal(size=(5, 4, 3))
    got = answer(z)
    if not several(got, 3):
        return "return three arrays: for BatchNorm per step, for BatchNorm shared, and for LayerNorm."
    per_step, shared, layer = means(z)
    got = [np.asarray(g) for g in got]
    shapes = [g.shape for g in got]
    if shapes == [(5, 1, 3), (1, 1, 3), (5, 4, 1)]:
        return None if near(got[0], per_step) and near(got[1], shared) and near(got[2], layer) else "the shapes are right, the numbers are not: take means."
    if shapes == [(1, 1, 3), (5, 1, 3), (5, 4, 1)]:
        return "the first two are each in the other's place: with one mean per step there are as many as steps."
    if shapes[2] == (1, 4, 1):
        return "LayerNorm's mean is over the steps, too; but when the first step is computed the later ones are not there yet."
    if shapes[2] == (5, 1, 1):
        return "LayerNorm's mean is over the samples, too; each sample has its own."
    if shapes[0] == (1, 4, 3):
        return "the first one is over the time steps; BatchNorm per step takes its mean over the batch."
    if any(len(s) != 3 for s in shapes):
        return "keep the axes (keepdims=True), so that the three can be taken off z."
    return f"the shapes are {shapes}: for each norm, which of time, sample and feature has a mean of its own?"


TASKS = [
    Task(
        "7.1",
        check_shared,
        solution=(
            "def gradient_of_w(w, x):\n    h, slope = 0.0, 0.0\n    for value in x:\n"
            "        slope = h + w * slope\n        h = w * h + value\n    return slope\n"
        ),
        wrong=[
            Wrong(lambda w, x: shared_weight(w, x, count=1), "last step's share"),
            Wrong(lambda w, x: shared_weight(w, x, through=False), "through the later steps"),
            Wrong(lambda w, x: w ** (len(x) - 1), "first state"),
            Wrong(lambda w, x: shared_weight(w, x) / len(x), "not averaged"),
        ],
    ),
    Task(
        "7.2",
        check_through,
        solution="def through_time(w, h):\n    return np.prod(w * (1 - h[1:] ** 2))\n",
        wrong=[
            Wrong(lambda w, h: np.prod(w * (1 - h**2)), "four steps between"),
            Wrong(lambda w, h: np.prod(w * (1 - h[:-1] ** 2)), "what goes in"),
            Wrong(lambda w, h: w ** (len(h) - 1), "without the tanh"),
            Wrong(lambda w, h: np.prod(1 - h[1:] ** 2), "by w, too"),
            Wrong(lambda w, h: np.sum(w * (1 - h[1:] ** 2)), "not added"),
        ],
    ),
    Task(
        "7.3",
        check_decades,
        solution="def decades(scale, steps):\n    return steps * np.log10(scale)\n",
        wrong=[
            Wrong(lambda c, n: n * np.log(c), "natural logarithm"),
            Wrong(lambda c, n: c**n, "factor itself"),
            Wrong(lambda c, n: -n * np.log10(c), "sign"),
            Wrong(lambda c, n: np.log10(c * n), "by itself"),
        ],
    ),
    Task(
        "7.4",
        check_factor,
        solution="def norm_factor(gamma, z):\n    return gamma / np.sqrt(z.var(axis=1) + 1e-5)\n",
        wrong=[
            Wrong(lambda gamma, z: factor(gamma, z, axis=0), "from each row"),
            Wrong(lambda gamma, z: gamma / np.sqrt(z.var(axis=1, keepdims=True) + EPS), "the shape is (4, 1)"),
            Wrong(lambda gamma, z: factor(1, z), "gamma is missing"),
            Wrong(lambda gamma, z: gamma / (z.var(axis=1) + EPS), "by the variance"),
            Wrong(lambda gamma, z: gamma * np.sqrt(z.var(axis=1) + EPS), "divided by in the backward"),
            Wrong(lambda gamma, z: factor(gamma, z, ddof=1), "6 features"),
            Wrong(lambda gamma, z: gamma / z.std(axis=1), "nearly constant"),
        ],
    ),
    Task(
        "7.5",
        check_axes,
        solution=(
            "def three_means(z):\n    per_step = z.mean(axis=1, keepdims=True)\n"
            "    shared = z.mean(axis=(0, 1), keepdims=True)\n    layer = z.mean(axis=2, keepdims=True)\n"
            "    return per_step, shared, layer\n"
        ),
        wrong=[
            Wrong(lambda z: (means(z)[1], means(z)[0], means(z)[2]), "other's place"),
            Wrong(lambda z: (*means(z)[:2], z.mean(axis=(0, 2), keepdims=True)), "not there yet"),
            Wrong(lambda z: (*means(z)[:2], z.mean(axis=(1, 2), keepdims=True)), "each sample has its own"),
            Wrong(lambda z: (z.mean(axis=0, keepdims=True), *means(z)[1:]), "over the batch"),
            Wrong(lambda z: (z.mean(axis=1), z.mean(axis=(0, 1)), z.mean(axis=2)), "keep the axes"),
        ],
    ),
]
