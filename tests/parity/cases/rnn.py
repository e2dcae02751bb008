"""RNNCell over sequences: without a norm as torch.nn.RNNCell, with one written out in torch."""

import torch
from torch import nn

from . import models as m
from .fixture import Family, In


def family():
    f = Family("rnn")
    for i, (steps, rows, inside, hidden) in enumerate([(1, 3, 2, 4), (4, 3, 2, 5), (6, 1, 1, 3), (3, 5, 4, 17), (12, 2, 3, 4)]):
        m.steps_of(f, f"cell {i}", m.rnn(inside, hidden), [("train", (steps, rows, inside)), ("eval", (2, rows, inside))])
        m.steps_of(f, f"cell with a head {i}", m.rnn(inside, hidden, head=3), [("train", (steps, rows, inside))])
    for norm in ["layer", "batch_shared", "batch_per_step"]:
        # In eval mode longer than in training: the later steps use the last one's statistics.
        passes = [("train", (4, 5, 2)), ("train", (4, 3, 2)), ("train", (4, 6, 2)), ("eval", (6, 2, 2)), ("eval", (3, 1, 2))]
        m.steps_of(f, f"cell with {norm}", m.rnn(2, 4, norm, steps=4), passes)
        m.steps_of(f, f"cell with {norm} and a head", m.rnn(3, 5, norm, steps=3, head=2),
                   [("train", (3, 6, 3)), ("train", (3, 4, 3)), ("eval", (3, 2, 3))])
    for steps in [1, 4]:
        from_state(f, steps)
    return f


def from_state(f, steps):
    """A sequence that begins with an h of its own, which gets a gradient."""
    name = f"cell from a state, {steps} steps"
    draw = f.draw(name)
    rows, inside, hidden = 3, 2, 5
    cell = nn.RNNCell(inside, hidden)
    inputs = {n: In(draw.normal(*p.shape, scale=0.5)) for n, p in cell.named_parameters()}
    inputs |= {"x": In(draw.normal(steps, rows, inside)), "h": In(draw.normal(rows, hidden))}

    def function(*values):
        named = dict(zip(inputs, values))
        h, states = named["h"], []
        for now in named["x"]:
            h = torch.rnn_tanh_cell(now, h, *(named[n] for n in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]))
            states.append(h)
        return torch.stack(states)

    # The parameters' gradients are those of leaves here; in ours they are the cell's own.
    f.add(name, "from a state", inputs, function, {"in": inside, "hidden": hidden})
