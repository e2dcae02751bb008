"""The normalizations as functions."""

import math

import torch
import torch.nn.functional as F

from .channel_norms import batch_norm, group_norm, instance_norm
from .fixture import Family, constant, viewed
from .norm_tools import rms_of
from .sample_norms import layer_norm, rms_norm


def family():
    f = Family("norms")
    layer_norm(f)
    batch_norm(f)
    rms_norm(f)
    group_norm(f)
    instance_norm(f)
    weight_norm(f)
    not_finite(f)
    return f


def weight_norm(f):
    for i, (outside, inside) in enumerate([(3, 4), (1, 5), (6, 1), (2, 37), (5, 5)]):
        for scale in [1, 1e-3, 1e3][:1 + 2 * (i == 0)]:
            name = f"weight_norm ({outside}, {inside}) by {scale}"
            draw = f.draw(name)
            f.add(name, "weight_norm", {"v": draw.normal(outside, inside, scale=scale), "g": draw.nonzero(outside, 1)},
                  lambda v, g: torch._weight_norm(v, g, 0))
    draw = f.draw("weight_norm, spelled out")
    f.add("weight_norm, spelled out", "spelled_out weight_norm", {"v": draw.normal(4, 3), "g": draw.nonzero(4, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    f.add("weight_norm of more dimensions", "weight_norm", {"v": draw.normal(4, 3, 2), "g": draw.nonzero(4, 1, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    f.add("weight_norm of data", "weight_norm", {"v": constant(draw.normal(4, 3)), "g": draw.nonzero(4, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    draw = f.draw("weight_norm view")
    f.add("weight_norm through views", "weight_norm",
          {"v": viewed(draw, draw.normal, 4, 3), "g": viewed(draw, draw.nonzero, 4, 1)}, lambda v, g: torch._weight_norm(v, g, 0))


def not_finite(f):
    """One infinite or nan value spoils what shares its statistics, and nothing else."""
    for value in [math.inf, -math.inf, math.nan]:
        def case(op, function, shape, options, weighted=True):
            name = f"{op} of a row with {value}"
            draw = f.draw(name)
            x = draw.normal(*shape)
            x[1, 1] = value
            inputs = {"x": x} | ({"weight": draw.nonzero(shape[1])} if weighted else {})
            if op == "weight_norm":
                inputs = {"v": x, "g": inputs["weight"].reshape(-1, 1)}
            f.add(name, op, inputs, function, options, special=True)

        case("layer_norm", lambda x, w: F.layer_norm(x, (5,), w), (4, 5), {"normalized_shape": [5], "eps": 1e-5})
        case("rms_norm", lambda x, w: rms_of(x, (5,), w, 1e-5), (4, 5), {"normalized_shape": [5], "eps": 1e-5})
        case("group_norm", lambda x, w: F.group_norm(x, 2, w), (4, 6), {"groups": 2, "eps": 1e-5})
        mode = {"training": True, "running": False, "momentum": 0.1, "eps": 1e-5, "batches": 0}
        case("batch_norm", lambda x, w: F.batch_norm(x, None, None, w, training=True), (4, 5), mode | {"channels_first": False})
        case("instance_norm", lambda x: F.instance_norm(x), (3, 2, 4), mode | {"channels_first": True}, weighted=False)
        case("weight_norm", lambda v, g: torch._weight_norm(v, g, 0), (4, 4), {})
