"""softmax and log_softmax along axes, and the losses."""

import torch
import torch.nn.functional as F

from .fixture import Family, constant, viewed


def family():
    f = Family("losses")
    for op, function in [("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
        softmax(f, op, function)
    mse(f)
    cross_entropy(f)
    binary_cross_entropy(f)
    return f


def softmax(f, op, function):
    for i in range(9):
        name = f"{op} {i}"
        draw = f.draw(name)
        rank = draw.size(1, 4)
        axis = draw.random.randrange(-rank, rank)
        f.add(name, op, {"x": viewed(draw, draw.normal, *draw.shape(rank))}, lambda x: function(x, dim=axis), {"axis": axis})
    for scale, offset in [(30, 0), (1, 1e4), (1, -1e4), (1e-4, 0)]:
        name = f"{op} of {scale} times, {offset} off"
        f.add(name, op, {"x": f.draw(name).normal(3, 21, scale=scale, offset=offset)}, lambda x: function(x, dim=1), {"axis": 1})
    masked = f.draw(f"{op} masked").normal(4, 6).masked_fill(f.draw(f"{op} mask").small_integers(0, 1, 4, 6) != 0, -float("inf"))
    masked[:, 0] = 0.5
    f.add(f"{op} of a masked row", op, {"x": masked}, lambda x: function(x, dim=1), {"axis": 1}, special=True)
    lost = torch.full((3, 4), -float("inf"), dtype=torch.float64)
    lost[0], lost[2, 1] = 0.25, float("nan")
    f.add(f"{op} of a row masked whole, and of nan", op, {"x": lost}, lambda x: function(x, dim=1), {"axis": 1}, special=True)
    lost = f.draw(f"{op} infinite").normal(3, 4)
    lost[1, 2] = float("inf")
    f.add(f"{op} of infinity", op, {"x": lost}, lambda x: function(x, dim=1), {"axis": 1}, special=True)
    f.add(f"{op} of one class", op, {"x": f.draw(f"{op} one").normal(5, 1)}, lambda x: function(x, dim=1), {"axis": 1})
    f.add(f"{op} of equals", op, {"x": torch.full((2, 7), 3.0, dtype=torch.float64)}, lambda x: function(x, dim=-1), {"axis": -1})


def mse(f):
    for i in range(6):
        name = f"mse {i}"
        draw = f.draw(name)
        shape = draw.shape(draw.size(0, 3), 1, 6)
        target = viewed(draw, draw.normal, *shape)
        target.grad = i % 2 == 0
        f.add(name, "mse_loss", {"x": viewed(draw, draw.normal, *shape), "target": target}, F.mse_loss)
    f.add("mse with a number", "mse_loss", {"x": f.draw("mse number").normal(5, 4)},
          lambda x: F.mse_loss(x, torch.full_like(x, 0.7)), {"target": 0.7})
    f.add("mse of a long row", "mse_loss", {"x": f.draw("a").normal(137), "target": f.draw("b").normal(137)}, F.mse_loss)


def cross_entropy(f):
    for i, (rows, classes) in enumerate([(1, 2), (5, 3), (8, 10), (33, 17), (3, 1), (16, 4)]):
        name = f"cross entropy {i}"
        draw = f.draw(name)
        targets = draw.indices(classes, rows)
        f.add(name, "cross_entropy", {"logits": viewed(draw, draw.normal, rows, classes)},
              lambda logits: F.cross_entropy(logits, torch.tensor(targets)), {"targets": targets})
    for scale, offset in [(40, 0), (1, 1e3), (1, -1e3), (1e-3, 0)]:
        name = f"cross entropy of {scale} times, {offset} off"
        draw = f.draw(name)
        targets = draw.indices(6, 7)
        f.add(name, "cross_entropy", {"logits": draw.normal(7, 6, scale=scale, offset=offset)},
              lambda logits: F.cross_entropy(logits, torch.tensor(targets)), {"targets": targets})


    for value in [-float("inf"), float("inf"), float("nan")]:
        for targets in [[1, 0, 2], [1, 2, 2]]:
            name = f"cross entropy with {value} and targets {targets}"
            logits = f.draw(name).normal(3, 3)
            logits[1, 2] = value
            f.add(name, "cross_entropy", {"logits": logits}, lambda logits: F.cross_entropy(logits, torch.tensor(targets)),
                  {"targets": targets}, special=True)


def binary_cross_entropy(f):
    loss = F.binary_cross_entropy_with_logits
    for i in range(6):
        name = f"binary cross entropy {i}"
        draw = f.draw(name)
        shape = draw.shape(draw.size(0, 3), 1, 6)
        target = viewed(draw, lambda *s: draw.uniform(0, 1, *s) if i % 3 else draw.small_integers(0, 1, *s), *shape)
        # torch gives a target a gradient as well, and so do we.
        target.grad = i % 2 == 0
        f.add(name, "binary_cross_entropy_with_logits", {"x": viewed(draw, draw.normal, *shape), "target": target}, loss)
    for number in [0, 1, 0.25]:
        name = f"binary cross entropy with the number {number}"
        f.add(name, "binary_cross_entropy_with_logits", {"x": f.draw(name).normal(3, 5)},
              lambda x: loss(x, torch.full_like(x, number)), {"target": number})
    for value in [-float("inf"), float("inf"), float("nan")]:
        for target in [0.0, 1.0, 0.5]:
            if value < 0 < target:
                continue  # torch's is nan: see differences.py
            x = torch.tensor([0.5, value, -1.0], dtype=torch.float64)
            f.add(f"binary cross entropy of {value} with {target}", "binary_cross_entropy_with_logits",
                  {"x": x, "target": constant(torch.tensor([1.0, target, 0.0], dtype=torch.float64))}, loss, special=True)
    name = "binary cross entropy far out"
    x = torch.linspace(-90, 90, 37, dtype=torch.float64).round()
    f.add(name, "binary_cross_entropy_with_logits", {"x": x, "target": constant(f.draw(name).uniform(0, 1, 37))}, loss)
