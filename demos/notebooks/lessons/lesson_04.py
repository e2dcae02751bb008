"""The tasks of lesson 4: LayerNorm by hand."""

import numpy as np

from tasks import Task, Wrong, near, several

GAMMA, BETA = np.array([0.5, 2.0, -1.5, 1.0]), np.array([1.0, 0.0, -1.0, 0.5])


def forward(x, gamma, beta, eps, axis=-1, ddof=0, outside=0.0, power=0.5):
    """LayerNorm, and ways to get it wrong."""
    center, var = x - x.mean(axis, keepdims=True), x.var(axis, keepdims=True, ddof=ddof)
    return gamma * center / ((var + eps) ** power + outside) + beta


def check_forward(answer):
    x = np.random.default_rng(1).normal(size=(3, 4)) * [[1], [3], [0.3]] + 2
    got = answer(x, GAMMA, BETA, 0.1)
    if np.shape(got) != x.shape:
        return f"y has the shape of x, (3, 4); yours has {np.shape(got)}."
    if near(got, forward(x, GAMMA, BETA, 0.1)):
        return None
    if near(got, forward(x, GAMMA, BETA, 0.1, axis=0)):
        return "that is BatchNorm: the values of one sample stand beside each other."
    if near(got, forward(x, GAMMA, BETA, 0.1, ddof=1)):
        return "the sum of squares is divided by one less than the features."
    if near(got, forward(x, GAMMA, BETA, 0, outside=0.1)):
        return "eps is added to the root; it belongs to the variance."
    if near(got, forward(x, GAMMA, BETA, 0.1, power=1)):
        return "it is divided by the variance, and not by its root."
    if near(got, forward(x, 1, 0, 0.1)):
        return "gamma and beta are not there."
    if near(got, forward(x, 1, BETA, 0.1)):
        return "gamma is not there: each feature has a scale of its own."
    if near(got, forward(x, GAMMA, 0, 0.1)):
        return "beta is not there: each feature has a shift of its own."
    if near(got, (x - x.mean()) / np.sqrt(x.var() + 0.1) * GAMMA + BETA):
        return "all samples share one mean: each has its own."
    return "take each row's mean off, divide by the root of its variance + eps, times gamma, plus beta."


def check_shapes(answer):
    got = tuple(int(n) for n in answer) if several(answer, 2) else ()
    if not got:
        return "two numbers are asked for: one for LayerNorm(4), one for LayerNorm((3, 4))."
    if got == (6, 2):
        return None
    if got == (2, 6):
        return "they are swapped: a longer normalized_shape takes more values together, and so fewer means."
    if got == (4, 12):
        return "that is how many elements each gamma has: a mean is taken over the normalized_shape, not for each of its places."
    if got == (6, 6):
        return "LayerNorm((3, 4)) does not normalize each row of a 3 x 4 matrix."
    if got == (4, 2):
        return "LayerNorm(4) takes a mean over the last axis alone: how many such rows of four are there?"
    return "the trailing axes that are named are taken together; each place on the axes before has a mean."


def backward(dy, xhat, gamma, rstd, mean=1, variance=1, scale="before", axis=-1, over=0):
    """The gradient of LayerNorm, and ways to get it wrong."""
    g = dy * gamma if scale == "before" else dy
    dx = rstd * (g - mean * g.mean(axis, keepdims=True) - variance * xhat * (g * xhat).mean(axis, keepdims=True))
    return (dx * gamma if scale == "after" else dx), (dy * xhat).sum(axis=over), dy.sum(axis=over)


def check_backward(answer):
    rng = np.random.default_rng(2)
    x, dy = rng.normal(size=(3, 4)) * [[1], [3], [0.3]], rng.normal(size=(3, 4))
    rstd = 1 / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    given = (dy, (x - x.mean(axis=1, keepdims=True)) * rstd, GAMMA, rstd)
    got = answer(*given)
    if not several(got, 3):
        return "return three arrays: dx, dgamma, dbeta."
    right, (dx, dgamma, dbeta) = backward(*given), got
    if np.shape(dx) != (3, 4):
        return f"dx has the shape of x, (3, 4); yours has {np.shape(dx)}."
    if near(dx, right[0]):
        if near(dgamma, right[1]) and near(dbeta, right[2]):
            return None
        if np.shape(dgamma) == (3,) or np.shape(dbeta) == (3,):
            return "dx is right; dgamma and dbeta are not summed as the statistics are: each sample uses the same gamma."
        if np.shape(dgamma) != (4,) or np.shape(dbeta) != (4,):
            return f"dx is right; dgamma is {np.shape(dgamma)} and dbeta {np.shape(dbeta)}, and gamma and beta are (4,)."
        if near(dgamma, right[1] / 3) or near(dbeta, right[2] / 3):
            return "dx is right; dgamma or dbeta is a mean: each of the three uses, one in each row, counts in full."
        return "dx is right; gamma's element j was used in column j of every row, times xhat, beta's times one."
    if near(dx, backward(*given, scale="after")[0]):
        return "gamma comes too late: it differs within a row, and so has to be in both means."
    if near(dx, backward(*given, scale="no")[0]):
        return "gamma is not in dx."
    if near(dx * rstd, right[0]):
        return "dx is not multiplied by rstd: a row of large values gets a small gradient."
    if near(dx, backward(*given, axis=0)[0]):
        return "the two means are taken over the batch: which values shared a mean in the forward pass?"
    if near(dx, backward(*given, mean=0)[0]):
        return "the path through the mean is missing: the rows of dx don't sum to zero."
    if near(dx, backward(*given, variance=0)[0]):
        return "the path through the variance is missing."
    if near(dx, backward(*given, variance=-1)[0]):
        return "the path through the variance has its sign turned."
    return "it is lesson 3's formula, with the means taken over the other axis, and gamma in g."


def check_invariances(answer):
    got = set("".join(map(str, answer)).lower()) - set(" ,;")  # "a, b" and ["a", "b"] are as good as "ab"
    if not got or not got <= set("abcdef"):
        return "give letters from a to f, as in \"ab\"."
    if got == {"a", "b", "e"}:
        return None
    if "c" in got:
        return "c: one feature of all samples gets longer than the others of its row, and the row's mean moves with it."
    if "d" in got:
        return "d: different numbers are added within a row; only what is the same for a whole row goes with the mean."
    if "f" in got:
        return "f: a minus survives the mean and the root: xhat changes its sign."
    if "e" not in got:
        return "e: is any other sample touched by a sample's change, and does the change itself survive?"
    return "one that a row's mean or its standard deviation takes off is missing."


def check_bend(answer):
    got = float(answer)
    if abs(got / 1e-5**0.5 - 1) < 0.05:
        return None
    if abs(got / 1e-5 - 1) < 0.05:
        return "that is where the variance is as large as eps: the question was for the standard deviation."
    if abs(got / 1e-10 - 1) < 0.05:
        return "squared is the wrong way: the variance is the square, and eps is compared with it."
    if abs(got - 1) < 0.05:
        return "at 1 eps is a hundred thousandth of the variance: it does not matter there."
    return "write var = eps, and solve it for the standard deviation."


TASKS = [
    Task(
        "4.1",
        check_forward,
        solution=(
            "def layer_norm(x, gamma, beta, eps=1e-5):\n    center = x - x.mean(axis=-1, keepdims=True)\n"
            "    var = (center**2).mean(axis=-1, keepdims=True)\n    return gamma * center / np.sqrt(var + eps) + beta\n"
        ),
        wrong=[
            Wrong(lambda x, g, b, e: forward(x, g, b, e, axis=0), "that is BatchNorm"),
            Wrong(lambda x, g, b, e: forward(x, g, b, e, ddof=1), "one less"),
            Wrong(lambda x, g, b, e: forward(x, g, b, 0, outside=e), "added to the root"),
            Wrong(lambda x, g, b, e: forward(x, g, b, e, power=1), "not by its root"),
            Wrong(lambda x, g, b, e: (x - x.mean()) / np.sqrt(x.var() + e) * g + b, "share one mean"),
            Wrong(lambda x, g, b, e: forward(x, 1, 0, e), "gamma and beta"),
            Wrong(lambda x, g, b, e: forward(x, 1, b, e), "gamma is not there"),
            Wrong(lambda x, g, b, e: forward(x, g, 0, e), "beta is not there"),
        ],
    ),
    Task(
        "4.2",
        check_shapes,
        solution="means = (6, 2)",
        wrong=[
            Wrong((2, 6), "swapped"),
            Wrong((4, 12), "each gamma has"),
            Wrong((6, 6), "does not normalize each row"),
            Wrong((4, 2), "rows of four"),
            Wrong(6, "two numbers"),
        ],
    ),
    Task(
        "4.3",
        check_backward,
        solution=(
            "def backward(dy, xhat, gamma, rstd):\n    g = dy * gamma\n"
            "    mean = lambda a: a.mean(axis=-1, keepdims=True)\n"
            "    dx = rstd * (g - mean(g) - xhat * mean(g * xhat))\n"
            "    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)\n"
        ),
        wrong=[
            Wrong(lambda *given: backward(*given, scale="after"), "too late"),
            Wrong(lambda *given: backward(*given, scale="no"), "gamma is not in dx"),
            Wrong(lambda *given: backward(*given, axis=0), "over the batch"),
            Wrong(lambda *given: backward(*given, mean=0), "through the mean is missing"),
            Wrong(lambda *given: backward(*given, variance=0), "through the variance is missing"),
            Wrong(lambda *given: backward(*given, variance=-1), "sign turned"),
            Wrong(lambda *given: backward(*given, over=1), "each sample uses the same gamma"),
            Wrong(lambda dy, xhat, gamma, rstd: backward(dy, xhat, gamma, 1.0), "not multiplied by rstd"),
            Wrong(lambda dy, xhat, *given: (backward(dy, xhat, *given)[0], (dy * xhat).mean(axis=0), dy.mean(axis=0)), "is a mean"),
            Wrong(lambda dy, xhat, *given: (backward(dy, xhat, *given)[0], (dy * xhat).sum(axis=0, keepdims=True), dy.sum(axis=0)), "(1, 4)"),
        ],
    ),
    Task(
        "4.4",
        check_invariances,
        solution='unchanged = "abe"',
        wrong=[
            Wrong("abce", "one feature"),
            Wrong("abde", "within a row"),
            Wrong("abef", "sign"),
            Wrong("ab", "any other sample"),
            Wrong("ae", "is missing"),
            Wrong("xyz", "letters from a to f"),
        ],
    ),
    Task(
        "4.5",
        check_bend,
        solution="bend = np.sqrt(1e-5)",
        wrong=[
            Wrong(1e-5, "the variance is as large as eps"),
            Wrong(1e-10, "wrong way"),
            Wrong(1.0, "does not matter there"),
        ],
    ),
]
