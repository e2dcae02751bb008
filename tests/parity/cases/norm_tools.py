"""What the cases of all normalizations share."""

import torch

from .fixture import FLOAT_TOLERANCE


def affine(draw, names, *shape):
    """Which of weight and bias there are; the weight stays away from 1."""
    makers = {"weight": lambda: draw.nonzero(*shape), "bias": lambda: draw.normal(*shape)}
    return {n: makers[n]() for n in names}


def named(inputs, function):
    """function(x, **weight and bias) as one of positions."""
    names = list(inputs)
    return lambda *values: function(**dict(zip(names, values)))


def far(offset):
    """At a mean of 1e6 standard deviations torch's float32 is off by percents; ours is held to the plain tolerance."""
    return {"float_tolerance": FLOAT_TOLERANCE} if abs(offset) >= 1e6 else {}


EVERY_AFFINE = [[], ["weight"], ["bias"], ["weight", "bias"]]


def rms_of(x, shape, weight, eps):
    """torch 1.13 has no rms_norm: this is torch 2's definition, in torch's own operations."""
    dims = tuple(range(-len(shape), 0))
    y = x * torch.rsqrt(x.pow(2).mean(dims, keepdim=True) + eps)
    return y if weight is None else y * weight
