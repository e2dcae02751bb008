"""Shapes and parts: reshape, transpose, detach, slice, concat, stack, gather."""

import torch

from .fixture import Family, In, constant, viewed


def family():
    f = Family("parts")
    shapes(f)
    slices(f)
    joins(f)
    gathers(f)
    return f


def shapes(f):
    for i in range(8):
        name = f"reshape {i}"
        draw = f.draw(name)
        a, b, c = draw.shape(3, 1, 5)
        target = draw.choice([(a * b, c), (a, b * c), (a * b * c,), (c, a, b), (1, c, 1, b * a)])
        f.add(name, "reshape", {"x": viewed(draw, draw.normal, a, b, c)}, lambda x: x.reshape(target), {"shape": target})
    f.add("reshape to a scalar", "reshape", {"x": f.draw("scalar").normal(1, 1)}, lambda x: x.reshape(()), {"shape": []})
    f.add("reshape of nothing", "reshape", {"x": torch.zeros(0, 4, dtype=torch.float64)}, lambda x: x.reshape(2, 0),
          {"shape": [2, 0]})
    for i in range(8):
        name = f"transpose {i}"
        draw = f.draw(name)
        rank = draw.size(2, 4)
        axes = [draw.random.randrange(-rank, rank) for _ in range(2)] if i else [-2, -1]
        f.add(name, "transpose", {"x": viewed(draw, draw.normal, *draw.shape(rank))}, lambda x: x.transpose(*axes),
              {"axes": axes})
    for i in range(3):
        draw = f.draw(f"detach {i}")
        f.add(f"detach beside itself {i}", "detach", {"x": viewed(draw, draw.normal, *draw.shape(2))},
              lambda x: x.detach() * x)


def slices(f):
    for i in range(10):
        name = f"slice {i}"
        draw = f.draw(name)
        rank = draw.size(1, 4)
        shape = draw.shape(rank, 2, 6)
        axis = draw.random.randrange(-rank, rank)
        start, stop = sorted(draw.size(0, shape[axis]) for _ in range(2))
        f.add(name, "slice", {"x": viewed(draw, draw.normal, *shape)}, lambda x: x.narrow(axis, start, stop - start),
              {"axis": axis, "start": start, "stop": stop})
    f.add("slices that overlap", "overlapping slices", {"x": f.draw("overlap").normal(3, 6)},
          lambda x: x[:, 0:4] * x[:, 2:6] + x[:, 1:5])


def joins(f):
    for op, function in [("concat", torch.cat), ("stack", torch.stack)]:
        for i in range(8):
            name = f"{op} {i}"
            draw = f.draw(name)
            rank = draw.size(1, 3)
            ranks = rank + (op == "stack")
            axis = draw.random.randrange(-ranks, ranks)
            shape = list(draw.shape(rank, 1, 4))
            inputs = {}
            for part in range(draw.size(1, 4)):
                if op == "concat":
                    shape[axis] = draw.size(0 if part else 1, 4)
                inputs[f"part{part}"] = viewed(draw, draw.normal, *shape)
            if i == 7:
                inputs["part0"].grad = len(inputs) == 1
                inputs["again"] = In(None, same_as="part0", grad=inputs["part0"].grad, views=inputs["part0"].views)
            f.add(name, op, inputs, lambda *parts: function(parts, dim=axis), {"axis": axis})
    draw = f.draw("concat twice")
    f.add("concat of one twice", "concat", {"part0": draw.normal(2, 3), "part1": In(None, same_as="part0")},
          lambda *parts: torch.cat(parts, dim=1), {"axis": 1})


def gathers(f):
    for i in range(12):
        name = f"gather {i}"
        draw = f.draw(name)
        rank = draw.size(1, 4)
        shape = draw.shape(rank, 2, 5)
        axis = draw.random.randrange(-rank, rank)
        index_shape = [draw.size(1, n) for n in shape]
        index_shape[axis] = draw.size(1, 7)
        index = draw.small_integers(0, shape[axis] - 1, *index_shape)
        f.add(name, "gather", {"x": viewed(draw, draw.normal, *shape), "index": constant(index)},
              lambda x, index: torch.gather(x, axis, index.long()), {"axis": axis})
    draw = f.draw("gather one")
    f.add("gather of one element many times", "gather",
          {"x": draw.normal(4), "index": constant(torch.full((9,), 2.0, dtype=torch.float64))},
          lambda x, index: torch.gather(x, 0, index.long()), {"axis": 0})
