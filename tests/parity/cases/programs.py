"""Short programs of several operations: attention, residuals, sums that share their terms."""

import math

import torch
import torch.nn.functional as F

from .fixture import Family, constant


def family():
    f = Family("programs")
    for lead in [(), (2,), (2, 3)]:
        draw = f.draw(f"attention {lead}")
        f.add(f"attention {lead}", "attention",
              {"q": draw.normal(*lead, 5, 4), "k": draw.normal(*lead, 6, 4), "v": draw.normal(*lead, 6, 3)},
              lambda q, k, v: torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(4), dim=-1) @ v)
    draw = f.draw("causal")
    f.add("causal attention", "causal attention",
          {"q": draw.normal(2, 5, 4), "k": draw.normal(2, 5, 4), "v": draw.normal(2, 5, 3),
           "mask": constant(torch.ones(5, 5, dtype=torch.float64).triu(1))},
          lambda q, k, v, mask: torch.softmax((q @ k.transpose(-2, -1) / 2).masked_fill(mask != 0, -math.inf), dim=-1) @ v)
    for i in range(3):
        draw = f.draw(f"log-sum-exp {i}")
        f.add(f"log-sum-exp {i}", "log-sum-exp", {"x": draw.normal(4, 7, scale=1 + 5 * i)}, lambda x: torch.logsumexp(x, dim=1))
    for i in range(3):
        draw = f.draw(f"pre-LN block {i}")
        width, hidden = draw.size(3, 6), draw.size(2, 8)
        f.add(f"pre-LN block {i}", "pre-LN block",
              {"x": draw.normal(5, width), "gamma": draw.normal(width, offset=1), "beta": draw.normal(width),
               "w1": draw.normal(hidden, width, scale=0.5), "b1": draw.normal(hidden), "w2": draw.normal(width, hidden, scale=0.5)},
              lambda x, gamma, beta, w1, b1, w2: x + F.linear(F.gelu(F.linear(F.layer_norm(x, (width,), gamma, beta), w1, b1)), w2))
    for i in range(3):
        draw = f.draw(f"shared {i}")
        f.add(f"terms that are shared {i}", "shared terms", {"x": draw.normal(3, 4), "y": draw.positive(4)}, shared)
    draw = f.draw("cosine")
    f.add("cosine similarity", "cosine similarity", {"x": draw.normal(6, 5), "y": draw.normal(6, 5)},
          lambda x, y: (x * y).sum(1) / ((x**2).sum(1) ** 0.5 * (y**2).sum(1) ** 0.5))
    f.add("matrix power", "matrix power", {"x": draw.normal(4, 4, scale=0.5)}, lambda x: x @ x @ x @ x)
    return f


def shared(x, y):
    a = torch.tanh(x * y)
    b = a + x
    c = torch.sigmoid(b) * a - b / y
    return torch.cat([c.sum(0, keepdim=True) * b, torch.maximum(a, c)], dim=0)
