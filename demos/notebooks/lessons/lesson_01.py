"""The tasks of lesson 1: the tape and the chain rule."""

import numpy as np

from tasks import Task, Wrong, near, several


def check_slope(answer):
    t = np.tanh(0.5)
    direct, through = t, 0.5 * (1 - t**2)
    if near(answer, direct + through):
        return None
    if near(answer, direct):
        return "that is the way through the first factor alone: x stands in the expression twice."
    if near(answer, through):
        return "that is the way through tanh(x) alone: x stands in the expression twice."
    if near(answer, direct * through):
        return "two ways to the same x add up; you have multiplied them."
    return "x reaches y by two ways, x itself and tanh(x): take each with the other held still, and add."


def check_fit(answer):
    rng = np.random.default_rng(1)
    w, x, y = 0.7, rng.normal(size=6), rng.normal(size=6)
    got, right = answer(w, x, y), np.mean(2 * (w * x - y) * x)
    if near(got, right):
        return None
    if near(got, right / 2):
        return "it is half of the gradient everywhere: what is the derivative of a square?"
    if near(got, 2 * (w * x - y) * x):
        return "those are six gradients, one for each sample's own error: the loss is the mean of them."
    if near(got, np.mean(2 * (w * x - y))):
        return "the chain stops one link early: w * x depends on w by x."
    if near(got, right * len(x)):
        return "it is six times the gradient, and there are six samples: the loss is a mean."
    if near(got, -right):
        return "the sign is turned: the error is w * x - y, and w stands in its first half."
    return "write the links one by one: the mean, the square, the difference, the product; then multiply."


def check_bias(answer):
    dy = np.arange(12.0).reshape(4, 3)
    got = np.asarray(answer(dy))
    if got.shape != (3,):
        return f"db is {got.shape}; a gradient has its variable's shape, and b is (3,)."
    if near(got, dy.sum(axis=0)):
        return None
    if near(got, dy.mean(axis=0)):
        return "b was used once for each row, and each use counts in full: nothing is divided by the rows."
    if near(got, dy[0]):
        return "that is one row's share: b was added to every row."
    return "each element of b went to four elements of y, one in each row: collect what comes back."


def check_layer(answer):
    rng = np.random.default_rng(2)
    x, w, b, dh = (rng.normal(size=s) for s in ((5, 3), (4, 3), (4,), (5, 4)))
    h = np.tanh(x @ w.T + b)
    dz = dh * (1 - h**2)
    got = answer(x, w, h, dh)
    if not several(got, 3):
        return "return three arrays: dx, dw, db."
    dx, dw, db = (np.asarray(g) for g in got)
    if dx.shape != x.shape or dw.shape != w.shape:
        return f"dx is {dx.shape} and dw {dw.shape}; x is {x.shape} and w {w.shape}: a transpose is amiss."
    if db.shape != b.shape:
        return f"db is {db.shape}; a gradient has its variable's shape, and b is {b.shape}."
    if near(dw, dz.T @ x) and near(dx, dz @ w) and near(db, dz.sum(axis=0)):
        return None
    if near(dw, dh.T @ x):
        return "dh goes into the products as it came: it has to pass the tanh first."
    if near(dw, (dh * (1 - np.tanh(h) ** 2)).T @ x):
        return "h is tanh(z) already: its derivative is 1 - h**2, without another tanh."
    if near(dw, dz.T @ x) and near(dx, dz @ w):
        return "dx and dw are right, db is not: the bias was added to every row."
    if near(dw, dz.T @ x / len(x)):
        return "dw is divided by the five rows: the mean, if there is one, is in the loss, and so in dh."
    return "first dz, what arrives before the tanh; then the three that go into x @ w.T + b, one by one."


def check_depth(answer):
    x = 0.5
    slope = 1.0
    for _ in range(10):
        x = np.tanh(x)
        slope *= 1 - x**2
    got = answer(0.5, 10)
    if near(got, slope):
        return None
    y = 0.5
    inputs = 1.0
    for _ in range(10):
        inputs *= 1 - y**2
        y = np.tanh(y)
    if near(got, inputs):
        return "each factor is taken at what goes into its tanh; 1 - y**2 wants what comes out."
    if near(got, (1 - np.tanh(0.5) ** 2) ** 10):
        return "all ten factors are the first one: each tanh gets another number than the one before."
    if near(got, 1 - x**2):
        return "that is the last link alone: the chain rule multiplies all ten."
    return "ten tanh in a row have ten slopes, each at its own y: multiply them as you go."


TASKS = [
    Task(
        "1.1",
        check_slope,
        solution="slope = np.tanh(0.5) + 0.5 * (1 - np.tanh(0.5) ** 2)",
        wrong=[
            Wrong(np.tanh(0.5), "first factor alone"),
            Wrong(0.5 * (1 - np.tanh(0.5) ** 2), "through tanh(x) alone"),
            Wrong(np.tanh(0.5) * 0.5 * (1 - np.tanh(0.5) ** 2), "multiplied"),
            Wrong(1.0, "by two ways"),
        ],
    ),
    Task(
        "1.2",
        check_fit,
        solution="def gradient(w, x, y):\n    return np.mean(2 * (w * x - y) * x)\n",
        wrong=[
            Wrong(lambda w, x, y: np.mean((w * x - y) * x), "derivative of a square"),
            Wrong(lambda w, x, y: 2 * (w * x - y) * x, "six gradients"),
            Wrong(lambda w, x, y: np.mean(2 * (w * x - y)), "one link early"),
            Wrong(lambda w, x, y: np.sum(2 * (w * x - y) * x), "is a mean"),
            Wrong(lambda w, x, y: np.mean(2 * (y - w * x) * x), "sign"),
        ],
    ),
    Task(
        "1.3",
        check_bias,
        solution="def bias_gradient(dy):\n    return dy.sum(axis=0)\n",
        wrong=[
            Wrong(lambda dy: dy, "has its variable's shape"),
            Wrong(lambda dy: dy.mean(axis=0), "counts in full"),
            Wrong(lambda dy: dy[0], "one row's share"),
        ],
    ),
    Task(
        "1.4",
        check_layer,
        solution=(
            "def layer_backward(x, w, h, dh):\n"
            "    dz = dh * (1 - h**2)\n"
            "    return dz @ w, dz.T @ x, dz.sum(axis=0)\n"
        ),
        wrong=[
            Wrong(lambda x, w, h, dh: (dh @ w, dh.T @ x, dh.sum(axis=0)), "pass the tanh"),
            Wrong(lambda x, w, h, dh: (lambda dz: (dz @ w, dz.T @ x, dz.sum(axis=0)))(dh * (1 - np.tanh(h) ** 2)), "another tanh"),
            Wrong(lambda x, w, h, dh: (lambda dz: (dz @ w, x.T @ dz, dz.sum(axis=0)))(dh * (1 - h**2)), "transpose"),
            Wrong(lambda x, w, h, dh: (lambda dz: (dz @ w, dz.T @ x, dz.mean(axis=0)))(dh * (1 - h**2)), "db is not"),
            Wrong(lambda x, w, h, dh: (lambda dz: (dz @ w, dz.T @ x, dz.sum(axis=0, keepdims=True)))(dh * (1 - h**2)), "db is (1, 4)"),
        ],
    ),
    Task(
        "1.5",
        check_depth,
        solution=(
            "def chain_slope(x, depth):\n    slope = 1.0\n    for _ in range(depth):\n"
            "        x = np.tanh(x)\n        slope *= 1 - x**2\n    return slope\n"
        ),
        wrong=[
            Wrong(lambda x, n: (1 - np.tanh(x) ** 2) ** n, "all ten factors"),
            Wrong(lambda x, n: 1 - chain(x, n) ** 2, "last link alone"),
            Wrong(lambda x, n: np.prod([1 - chain(x, k) ** 2 for k in range(n)]), "goes into its tanh"),
        ],
    ),
]


def chain(x, depth):
    """x after so many tanh."""
    for _ in range(depth):
        x = np.tanh(x)
    return x
