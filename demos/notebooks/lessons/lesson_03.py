"""The tasks of lesson 3: BatchNorm by hand."""

import numpy as np

from tasks import Task, Wrong, near, several


def check_statistics(answer):
    x = np.random.default_rng(1).normal(size=(6, 3)) * [1, 10, 0.1] + [0, 5, 1e7]
    got = answer(x)
    if not several(got, 2):
        return "return two arrays, the means and the variances."
    mean, var = (np.asarray(g, dtype=float).squeeze() for g in got)
    if mean.shape == (6,):
        return "there are six means, one for each sample: a feature is a column, and its values stand below each other."
    if mean.shape == ():
        return "there is one mean for everything: each feature has its own."
    if not near(mean, x.mean(axis=0)):
        return "the means are not the columns' means."
    if near(var, x.var(axis=0)):
        return None
    if near(var, x.var(axis=0, ddof=1)):
        return "the sum of squares is divided by one less than the batch: these six are all there is, and not a sample of more."
    if near(var, x.std(axis=0)):
        return "that is the standard deviation: the variance is its square."
    if near(var[:2], x.var(axis=0)[:2]):
        return "two features are right, the third is not: its mean is 1e7, and two huge squares are subtracted from each other."
    return "the variance is the mean of the squared distances to the mean."


def forward(x, gamma, beta, eps):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def by_sample(x, gamma, beta, eps):
    """The other axis: what lesson 4 is about."""
    return gamma * (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta


def check_forward(answer):
    rng = np.random.default_rng(2)
    x, gamma, beta, eps = rng.normal(size=(6, 3)) * [1, 3, 0.3] + 2, np.array([0.5, 2, -1.5]), np.array([1.0, 0, -1]), 0.1
    got = answer(x, gamma, beta, eps)
    if np.shape(got) != x.shape:
        return f"y has the shape of x, (6, 3); yours has {np.shape(got)}."
    center, var = x - x.mean(axis=0), x.var(axis=0)
    if near(got, forward(x, gamma, beta, eps)):
        return None
    if near(got, gamma * center / (var + eps) + beta):
        return "it is divided by the variance: a feature in centimetres would come out with one over centimetres."
    if near(got, gamma * center / (np.sqrt(var) + eps) + beta):
        return "eps is added to the root: look where the formula has it, and think of lesson 2."
    if near(got, gamma * center / np.sqrt(x.var(axis=0, ddof=1) + eps) + beta):
        return "the variance in the root divides by one less than the batch."
    if near(got, gamma * (center / np.sqrt(var + eps) + beta)):
        return "gamma multiplies beta as well: the shift comes last."
    xhat = center / np.sqrt(var + eps)
    if near(got, xhat):
        return "gamma and beta are not there."
    if near(got, xhat + beta):
        return "gamma is not there: each feature has a scale of its own."
    if near(got, gamma * xhat):
        return "beta is not there: each feature has a shift of its own."
    if near(got, by_sample(x, gamma, beta, eps)):
        return "each sample has been normalized by itself: a feature's mean runs over the batch, down its column."
    if near(got, gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta):
        return "all features share one mean: each has its own."
    if near(got, gamma * center / np.sqrt(var) + beta):
        return "eps is not there."
    return "in this order: take off the mean, divide by the root of var + eps, times gamma, plus beta."


def check_center(answer):
    dc = np.random.default_rng(3).normal(size=(5, 3))
    got = answer(dc)
    if np.shape(got) != dc.shape:
        return f"dx has the shape of x, (5, 3); yours has {np.shape(got)}."
    mean = dc.mean(axis=0)
    if near(got, dc - mean):
        return None
    if near(got, dc):
        return "that is the direct path: x is in the mean, too."
    if near(got, dc - dc.sum(axis=0)):
        return "each element has only a fifth of a say in its mean: something is to be divided."
    if near(got, dc + mean):
        return "the mean is taken off, not added: the sign of its path is turned."
    if near(got, dc - dc.mean(axis=1, keepdims=True)):
        return "the elements of one feature share a mean, not those of one sample: it is the other axis."
    return "dx is dc, less what goes through the mean: what reaches the mean is minus the sum of dc."


def backward(dy, xhat, gamma, rstd, mean=1, variance=1, scale=True):
    """The gradient of BatchNorm, and ways to get it wrong."""
    g = dy * gamma if scale else dy
    dx = rstd * (g - mean * g.mean(axis=0) - variance * xhat * (g * xhat).mean(axis=0))
    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)


def check_backward(answer):
    rng = np.random.default_rng(4)
    x, dy, gamma = rng.normal(size=(6, 3)) * [1, 3, 0.3], rng.normal(size=(6, 3)), np.array([0.5, 2, -1.5])
    rstd = 1 / np.sqrt(x.var(axis=0) + 1e-5)
    xhat = (x - x.mean(axis=0)) * rstd
    got = answer(dy, xhat, gamma, rstd)
    if not several(got, 3):
        return "return three arrays: dx, dgamma, dbeta."
    dx, dgamma, dbeta = got
    shapes = [np.shape(g) for g in got]
    if shapes != [(6, 3), (3,), (3,)]:
        return f"the shapes are {shapes}; a gradient has its variable's: (6, 3), (3,) and (3,)."
    given = (dy, xhat, gamma, rstd)
    if near(dx, backward(*given)[0]):
        if near(dgamma, dbeta) or not near(dbeta, dy.sum(axis=0)):
            return "dx is right; beta was added to every row, as the bias of lesson 1: dbeta is not right."
        if near(dgamma, (dy * xhat).mean(axis=0)):
            return "dx is right; dgamma is a mean, and each of the six uses of gamma counts in full."
        return None if near(dgamma, (dy * xhat).sum(axis=0)) else "dx is right; what multiplied gamma in the forward pass?"
    if near(dx, backward(*given, mean=0)[0]):
        return "the path through the mean is missing: the columns of dx don't sum to zero."
    if near(dx, backward(*given, variance=0)[0]):
        return "the path through the variance is missing: dx still has a part along xhat."
    if near(dx, backward(*given, variance=-1)[0]):
        return "the path through the variance has its sign turned: larger values make a larger divisor."
    if near(dx, backward(*given, scale=False)[0]):
        return "gamma is not in dx: what reaches xhat is not dy itself."
    if near(dx * rstd, backward(*given)[0]):
        return "dx is not multiplied by rstd: a feature of large values gets a small gradient."
    return "with g = dy * gamma: take off its mean, then xhat times the mean of g * xhat; then times rstd."


BATCH, GAMMA = np.random.default_rng(5).normal(size=(8, 3)) * [1, 3, 0.3], np.array([0.5, 2.0, -1.5])


def check_cotangent(answer):
    rstd = 1 / np.sqrt(BATCH.var(axis=0) + 1e-5)
    xhat = (BATCH - BATCH.mean(axis=0)) * rstd
    dy = np.asarray(answer, dtype=float)
    if dy.shape != (8, 3):
        return f"a cotangent has the shape of y, (8, 3); yours has {dy.shape}."
    if not np.any(dy):
        return "with zeros every backward gives zeros, and all agree."
    if not np.all(np.any(dy, axis=0)):
        return "a whole feature gets no gradient at all: a mistake in that column can't show."
    dy = dy / np.abs(dy).max(axis=0)
    if np.all(np.ptp(dy, axis=0) < 1e-6):
        return "each feature gets one number for all samples, and moving a feature's mean does nothing: the right dx is zero."
    right = backward(dy, xhat, GAMMA, rstd)[0]
    if np.any(np.abs(right / rstd / GAMMA).max(axis=0) < 1e-3):
        return "in some feature it is made of xhat and a constant, and both are taken off: the right dx is nearly zero."
    for name, flags in MUTANTS.items():
        wrong = backward(dy, xhat, GAMMA, rstd, **flags)[0] if flags else np.zeros((8, 3))
        if np.any(np.abs((wrong - right) / rstd / GAMMA).max(axis=0) < 1e-3):
            return f'the wrong backward "{name}" passes in some feature: its part of the formula is nearly zero there.'
    return None


MUTANTS = {
    "all zeros": {},
    "no mean path": {"mean": 0},
    "no variance path": {"variance": 0},
    "variance path turned": {"variance": -1},
    "no gamma": {"scale": False},
}


def other(f):
    """A backward with the right dx, and these dgamma and dbeta."""
    return lambda dy, xhat, gamma, rstd: (backward(dy, xhat, gamma, rstd)[0], *f(dy, xhat))


TASKS = [
    Task(
        "3.1",
        check_statistics,
        solution="def statistics(x):\n    mean = x.mean(axis=0)\n    return mean, ((x - mean) ** 2).mean(axis=0)\n",
        wrong=[
            Wrong(lambda x: (x.mean(axis=1), x.var(axis=1)), "one for each sample"),
            Wrong(lambda x: (x.mean(axis=0), x.var(axis=0, ddof=1)), "one less than the batch"),
            Wrong(lambda x: (x.mean(axis=0), x.std(axis=0)), "standard deviation"),
            Wrong(lambda x: (x.mean(), x.var()), "one mean for everything"),
            Wrong(lambda x: (x.mean(axis=0), (x**2).mean(axis=0) - x.mean(axis=0) ** 2), "huge squares"),
        ],
    ),
    Task(
        "3.2",
        check_forward,
        solution=(
            "def batch_norm(x, gamma, beta, eps=1e-5):\n    mean, var = statistics(x)\n"
            "    return gamma * (x - mean) / np.sqrt(var + eps) + beta\n"
        ),
        wrong=[
            Wrong(lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0) + e) + b, "divided by the variance"),
            Wrong(lambda x, g, b, e: g * (x - x.mean(0)) / (x.std(0) + e) + b, "added to the root"),
            Wrong(lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + e) + b, "one less"),
            Wrong(lambda x, g, b, e: g * ((x - x.mean(0)) / np.sqrt(x.var(0) + e) + b), "the shift comes last"),
            Wrong(lambda x, g, b, e: (x - x.mean(0)) / np.sqrt(x.var(0) + e), "gamma and beta"),
            Wrong(lambda x, g, b, e: (x - x.mean(0)) / np.sqrt(x.var(0) + e) + b, "gamma is not there"),
            Wrong(lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var(0) + e), "beta is not there"),
            Wrong(by_sample, "over the batch"),
            Wrong(lambda x, g, b, e: g * (x - x.mean()) / np.sqrt(x.var() + e) + b, "share one mean"),
        ],
    ),
    Task(
        "3.3",
        check_center,
        solution="def center_backward(dc):\n    return dc - dc.mean(axis=0)\n",
        wrong=[
            Wrong(lambda dc: dc, "direct path"),
            Wrong(lambda dc: dc - dc.sum(axis=0), "a fifth"),
            Wrong(lambda dc: dc + dc.mean(axis=0), "sign"),
            Wrong(lambda dc: dc - dc.mean(axis=1, keepdims=True), "the other axis"),
        ],
    ),
    Task(
        "3.4",
        check_backward,
        solution=(
            "def backward(dy, xhat, gamma, rstd):\n    g = dy * gamma\n"
            "    dx = rstd * (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0))\n"
            "    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)\n"
        ),
        wrong=[
            Wrong(lambda *given: backward(*given, mean=0), "through the mean is missing"),
            Wrong(lambda *given: backward(*given, variance=0), "through the variance is missing"),
            Wrong(lambda *given: backward(*given, variance=-1), "sign turned"),
            Wrong(lambda *given: backward(*given, scale=False), "gamma is not in dx"),
            Wrong(lambda dy, xhat, gamma, rstd: backward(dy, xhat, gamma, 1.0), "not multiplied by rstd"),
            Wrong(other(lambda dy, xhat: ((dy * xhat).mean(axis=0), dy.sum(axis=0))), "dgamma is a mean"),
            Wrong(other(lambda dy, xhat: ((dy * xhat).sum(axis=0), dy.mean(axis=0))), "dbeta is not right"),
        ],
    ),
    Task(
        "3.5",
        check_cotangent,
        solution="cotangent = np.random.default_rng(6).normal(size=(8, 3))",
        wrong=[
            Wrong(np.ones((8, 3)), "one number for all samples"),
            Wrong(np.zeros((8, 3)), "all agree"),
            Wrong(np.full((8, 3), np.nan), "finite"),
            Wrong((BATCH - BATCH.mean(axis=0)) * GAMMA, "made of xhat"),
            Wrong(np.eye(8, 3) * [1, 0, 0], "a whole feature"),
        ],
    ),
]
