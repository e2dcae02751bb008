"""Where we differ from PyTorch on purpose. What PyTorch answers stands in the fixture as "torch ...", so that the test
shows that there still is a difference."""

import math

import torch
import torch.nn.functional as F

from .fixture import FLOAT_TOLERANCE, Family, In, constant
from .norm_tools import rms_of


def family():
    f = Family("differences")
    overflow(f)
    poisoned(f)
    constant_with_eps_0(f)
    undefined(f)
    steady_gradient(f)
    uncounted(f)
    infinite(f)
    return f


NORMS = {
    "layer_norm": lambda x, eps: F.layer_norm(x, x.shape[1:], eps=eps),
    "batch_norm": lambda x, eps: F.batch_norm(x, None, None, training=True, eps=eps),
    "group_norm": lambda x, eps: F.group_norm(x, 2, eps=eps),
    "instance_norm": lambda x, eps: F.instance_norm(x, eps=eps),
    "rms_norm": lambda x, eps: rms_of(x, x.shape[1:], None, eps),
}


def overflow(f):
    """Squares that float cannot hold: torch's float32 is nan or 0; in float64 it is right, and that is asked of us in
    float as well."""
    for op, function in NORMS.items():
        for scale in [1e20, 1e30]:
            beyond(f, f"{op} of numbers around {scale}", op, scale, lambda x: function(x, 1e-5), (4, 4, 5), 1e-5)
        beyond(f, f"{op} of numbers around 1e-20 with eps 0", op, 1e-20, lambda x: function(x, 0.0), (4, 4, 5), 0.0)


def beyond(f, name, op, scale, function, shape, eps):
    draw = f.draw(name)
    x = draw.normal(*shape, scale=scale)
    cotangent = draw.normal(*shape)

    def at(dtype):
        leaf = x.to(dtype).clone().requires_grad_()
        y = function(leaf)
        y.backward(cotangent.to(dtype))
        return y.detach(), leaf.grad

    def answer(_):
        y, grad = at(torch.float64)
        coarse = at(torch.float32)
        return {"y": y, "x.grad": grad, "torch y in float32": coarse[0].to(torch.float64),
                "torch x.grad in float32": coarse[1].to(torch.float64)}

    # Two of them hold small numbers in torch as well.
    loses = scale > 1 or op not in ("batch_norm", "instance_norm")
    f.record(name, f"{op} beyond squares", {"x": In(x), "cotangent": constant(cotangent)}, answer,
             {"eps": eps, "torch loses it": loses}, special=True,
             float_tolerance=FLOAT_TOLERANCE)


def poisoned(f):
    """One infinite or nan value: torch's running statistics of that channel are lost for good; ours keep what they were."""
    for value in [math.inf, math.nan]:
        name = f"batch_norm of a channel with {value}"
        draw = f.draw(name)
        x = draw.normal(5, 3)
        x[2, 1] = value

        def answer(dtype):
            mean, var = torch.zeros(3, dtype=dtype), torch.ones(3, dtype=dtype)
            y = F.batch_norm(x.to(dtype), mean, var, training=True)
            return {"y": y, "torch running_mean": mean, "torch running_var": var}

        f.record(name, "poisoned batch_norm", {"x": constant(x)}, answer, special=True)


def constant_with_eps_0(f):
    """No variance and eps 0: torch's answer is nan; ours is an error that names the row."""
    for op, function in NORMS.items():
        x = f.draw(op).normal(4, 4, 5)
        x[:, 1] = 0.0 if op == "rms_norm" else 2.5
        x = x.transpose(0, 1).contiguous() if op in ("layer_norm", "rms_norm") else x
        if op == "group_norm":
            x[1, 2:] = 2.5
        refused(f, f"{op} of a constant row with eps 0", f"{op} with eps 0", {"x": x}, lambda x: function(x, 0.0))
    v = f.draw("weight_norm").normal(3, 4)
    v[1] = 0
    refused(f, "weight_norm of a row of zeros", "weight_norm of zeros", {"v": v, "g": f.draw("g").positive(3, 1)},
            lambda v, g: torch._weight_norm(v, g, 0))


def undefined(f):
    """What has no value: torch gives nan, infinity or nothing at all, or warns; ours is an error."""
    ones = torch.ones
    for shape, axes, correction in [((1,), [0], 1), ((3, 1), [1], 1), ((3, 2), [1], 2), ((3, 0), [1], 0), ((2, 2), [0], 3)]:
        refused(f, f"var of {shape} over {axes} with correction {correction}", "var of too few",
                {"x": f.draw(f"var {shape}").normal(*shape)}, lambda x: torch.var(x, dim=axes, correction=correction),
                {"axes": axes, "correction": correction})
    refused(f, "max over the rows of nothing", "max of nothing", {"x": ones(0, 3)}, lambda x: torch.amax(x, dim=1), {"axes": [1]})
    refused(f, "mse_loss of nothing", "mse_loss of nothing", {"x": ones(0, 3)}, lambda x: F.mse_loss(x, x))
    refused(f, "binary cross entropy of nothing", "binary cross entropy of nothing", {"x": ones(0)},
            lambda x: F.binary_cross_entropy_with_logits(x, x))
    refused(f, "cross_entropy of nothing", "cross_entropy of nothing", {"x": ones(0, 3)},
            lambda x: F.cross_entropy(x, torch.zeros(0, dtype=torch.int64)))
    # The classic mistake: a row against a column is a matrix of differences. torch warns and takes their mean.
    draw = f.draw("mse broadcast")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused(f, "mse_loss of a column against a row", "mse_loss of two shapes", {"x": draw.normal(4, 1), "target": draw.normal(4)},
                F.mse_loss)


def refused(f, name, op, inputs, function, options=None):
    inputs = {n: constant(x.to(torch.float64)) for n, x in inputs.items()}
    f.record(name, op, inputs, lambda dtype: {"torch y": function(*(x.tensor.to(dtype) for x in inputs.values()))}, options,
             special=True)


def steady_gradient(f):
    """Centered RMSProp divides by the root of v - m^2, which is the same number twice when the gradient never changes:
    rounding takes it below zero, and torch's parameter is nan for good. Ours takes 0 for it."""
    name = "centered RMSProp on a gradient that never changes"
    start, gradient = f.draw(name).normal(7), f.draw(name + " g").normal(7)

    def answer(_):
        p = torch.nn.Parameter(start.to(torch.float32))
        optimizer = torch.optim.RMSprop([p], lr=1e-3, alpha=0.5, eps=1e-2, centered=True)
        for _ in range(100):
            p.grad = gradient.to(torch.float32)
            optimizer.step()
        return {"torch param in float32": p.detach().to(torch.float64)}

    f.record(name, "steady gradient", {"param": constant(start), "gradient": constant(gradient)}, answer, special=True)


def uncounted(f):
    """torch's InstanceNorm has a num_batches_tracked that stays 0, and refuses momentum None, which would need it. Ours
    counts, and averages."""
    name = "InstanceNorm's count of batches"
    draw = f.draw(name)
    inputs = {f"x{k}": constant(draw.normal(2, 3, 4)) for k in range(3)}

    def answer(dtype):
        net = torch.nn.InstanceNorm1d(3, track_running_stats=True).to(dtype)
        means, variances = [], []
        for x in inputs.values():
            x = x.tensor.to(dtype)
            net(x)
            means.append(x.mean(2).mean(0))
            variances.append(x.var(2).mean(0))
        return {"torch num_batches_tracked": net.num_batches_tracked.to(dtype), "average mean": sum(means) / 3,
                "average var": sum(variances) / 3}

    f.record(name, "count of batches", inputs, answer)


def infinite(f):
    """Neither answer is finite, and they are not the same. The loss of a logit of -inf where the target is above 0 is
    infinite, in torch inf - inf; the gradient of a variance that is nan is infinite in torch, in ours nan as well, since the
    mean is taken in two passes."""
    for target in [1.0, 0.5]:
        x = torch.tensor([0.5, -math.inf, -1.0], dtype=torch.float64)
        t = torch.tensor([1.0, target, 0.0], dtype=torch.float64)
        otherwise_infinite(f, f"binary cross entropy of -inf with {target}", "binary cross entropy of -inf", x, {"target": constant(t)},
                           lambda x: F.binary_cross_entropy_with_logits(x, t.to(x.dtype)))
    x = torch.tensor([[1.0, math.inf, 2.0], [1.0, 2.0, -math.inf]], dtype=torch.float64)
    otherwise_infinite(f, "var of infinity", "var of infinity", x, {}, lambda x: torch.var(x, dim=1).sum())


def otherwise_infinite(f, name, op, x, others, function):
    def answer(dtype):
        leaf = x.to(dtype).clone().requires_grad_()
        y = function(leaf)
        y.backward()
        return {"torch y": y, "torch x.grad": leaf.grad}

    f.record(name, op, {"x": In(x)} | others, answer, special=True)
