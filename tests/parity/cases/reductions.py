"""sum, mean, var and max: axes, kept dimensions, corrections, ties."""

import torch

from .fixture import Family, viewed


def family():
    f = Family("reductions")
    for op in ["sum", "mean", "var", "max"]:
        for i in range(14):
            at_random(f, op, i)
        for shape in [(41,), (1, 1), (2, 1, 3)]:
            everything(f, op, shape)
    for correction in [0, 1, 2]:
        for axes in [[0], [1], [0, 2], []]:
            name = f"var over {axes} with correction {correction}"
            f.add(name, "var", {"x": f.draw(name).normal(4, 3, 5)},
                  lambda x: torch.var(x, dim=axes or [0, 1, 2], correction=correction),
                  {"axes": axes, "keep_dims": False, "correction": correction})
    for offset in [1e2, 1e4]:
        name = f"var around {offset}"
        f.add(name, "var", {"x": f.draw(name).normal(3, 40, offset=offset)}, lambda x: torch.var(x, dim=1),
              {"axes": [1], "keep_dims": False, "correction": 1})
    for axes in [[0], [1], [], [0, 2]]:
        name = f"max among equals over {axes}"
        f.add(name, "max", {"x": f.draw(name).small_integers(-1, 1, 4, 5, 3)},
              lambda x: torch.amax(x, dim=axes or [0, 1, 2]), {"axes": axes, "keep_dims": False})
    special = torch.tensor([[1.0, float("inf"), 2.0], [float("nan"), 1.0, 3.0], [-float("inf")] * 3], dtype=torch.float64)
    f.add("max of infinities", "max", {"x": special.nan_to_num(nan=0.5, posinf=float("inf"), neginf=-float("inf"))},
          lambda x: torch.amax(x, dim=1), {"axes": [1], "keep_dims": False}, special=True)
    f.add("max of nan", "max", {"x": special}, lambda x: torch.amax(x, dim=1), {"axes": [1], "keep_dims": False}, special=True)
    # Of infinities torch's gradient is infinite: see differences.py.
    f.add("var of nan", "var", {"x": special[1:2]}, lambda x: torch.var(x, dim=1),
          {"axes": [1], "keep_dims": False, "correction": 1}, special=True)
    for op in ["sum", "mean"]:
        f.add(f"{op} of infinities and nan", op, {"x": special}, lambda x: getattr(torch, op)(x, dim=1),
              {"axes": [1], "keep_dims": False}, special=True)
    for op, function in [("sum", torch.sum), ("mean", torch.mean)]:
        f.add(f"{op} over an empty axis", op, {"x": torch.zeros(3, 0, dtype=torch.float64)},
              lambda x: function(x, dim=1), {"axes": [1], "keep_dims": False}, special=True)
        f.add(f"{op} of nothing, kept", op, {"x": torch.zeros(0, 3, dtype=torch.float64)},
              lambda x: function(x, dim=1, keepdim=True), {"axes": [1], "keep_dims": True})
    return f


def apply(op, x, axes, keep_dims, correction):
    axes = axes or list(range(x.dim()))
    if op == "var":
        return torch.var(x, dim=axes, keepdim=keep_dims, correction=correction)
    if op == "max":
        return torch.amax(x, dim=axes, keepdim=keep_dims)
    return getattr(torch, op)(x, dim=axes, keepdim=keep_dims)


def at_random(f, op, i):
    name = f"{op} {i}"
    draw = f.draw(name)
    rank = draw.size(1, 4)
    shape = draw.shape(rank, 2, 6)
    axes = draw.random.sample(range(rank), draw.size(1, rank))
    axes = [a - rank if draw.size(0, 1) else a for a in axes]
    keep_dims = bool(draw.size(0, 1))
    correction = draw.size(0, 1)
    make = draw.distinct if op == "max" else draw.normal
    # Gathered or not, equal elements would share max's gradient in both: nothing is lost by it.
    f.add(name, op, {"x": viewed(draw, make, *shape)}, lambda x: apply(op, x, axes, keep_dims, correction),
          {"axes": axes, "keep_dims": keep_dims} | ({"correction": correction} if op == "var" else {}))


def everything(f, op, shape):
    name = f"{op} of all of {shape}"
    correction = 0
    f.add(name, op, {"x": f.draw(name).normal(*shape, offset=0.5)}, lambda x: apply(op, x, [], False, correction),
          {"axes": [], "keep_dims": False} | ({"correction": correction} if op == "var" else {}))
