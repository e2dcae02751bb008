"""Functions of one operand: exp, log, sqrt, square, abs and the activations."""

import math

import torch
import torch.nn.functional as F

from .fixture import Family, In, viewed

# The function, how its arguments are drawn, and from where to where it is tried further out.
OPERATIONS = {
    "exp": (torch.exp, "normal", (-80, 80)),
    "log": (torch.log, "positive", (1e-30, 1e30)),
    "sqrt": (torch.sqrt, "positive", (1e-30, 1e30)),
    "square": (torch.square, "normal", (-1e15, 1e15)),
    "abs": (torch.abs, "nonzero", (-1e30, 1e30)),
    "tanh": (torch.tanh, "normal", (-30, 30)),
    "sigmoid": (torch.sigmoid, "normal", (-80, 80)),
    "relu": (torch.relu, "nonzero", (-1e30, 1e30)),
    "gelu": (F.gelu, "normal", (-12, 12)),
}
EDGES = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-30, -1e-30]


def family():
    f = Family("elementwise")
    for op, (function, kind, reach) in OPERATIONS.items():
        def case(name, x, **how):
            f.add(f"{op} {name}", op, {"x": x}, lambda x: function(x), **how)

        for shape in [(), (37,), (2, 3, 2, 3), (0, 2)]:
            case(f"of shape {shape}", getattr(f.draw(f"{op} {shape}"), kind)(*shape))
        for i in range(4):
            draw = f.draw(f"{op} view {i}")
            case(f"through views {i}", viewed(draw, getattr(draw, kind), *draw.shape(draw.size(2, 4))))
        case("far out", far_out(reach))
        edges = torch.tensor(EDGES, dtype=torch.float32).to(torch.float64)
        case("at its edges", edges, special=True)
        draw = f.draw(f"{op} twice")
        f.add(f"{op} in two places", f"{op} twice", {"x": getattr(draw, kind)(3, 7)},
              lambda x: function(x) * x + function(x))
    return f


def far_out(reach):
    """Over the whole range, in even steps, or in powers where it spans many."""
    low, high = reach
    if low > 0:
        steps = [low * (high / low) ** (i / 36) for i in range(37)]
    elif high > 1e3:
        steps = [sign * 10.0 ** (math.log10(high) * i / 9) for i in range(10) for sign in (-1, 1)]
    else:
        steps = [low + (high - low) * i / 36 for i in range(37)]
    return torch.tensor(steps, dtype=torch.float32).to(torch.float64)
