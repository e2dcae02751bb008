#!/usr/bin/python3
"""PyTorch's training steps in Python, with its fused Adam; with --compile, through torch.compile."""

import ctypes
import json
import os
import statistics
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(os.environ.get("BENCHMARK_THREADS", "1")))
COMPILED = "--compile" in sys.argv
LR = 1e-7  # see protocol.hpp


def norm(name, size):
    return nn.BatchNorm1d(size) if name == "batch" else nn.LayerNorm(size)


class Mlp(nn.Module):
    def __init__(self, work, batch, sizes):
        super().__init__()
        layers = []
        for i in range(len(sizes) - 1):
            layers.append(nn.Linear(sizes[i], sizes[i + 1]))
            if i + 2 < len(sizes):
                layers += ([norm(work, sizes[i + 1])] if work != "none" else []) + [nn.Tanh()]
        self.net = nn.Sequential(*layers)
        self.x = torch.randn(batch, sizes[0])
        self.y = torch.arange(batch) % sizes[-1] if sizes[-1] > 1 else torch.randn(batch, 1)

    def forward(self):
        out = self.net(self.x)
        loss = nn.functional.cross_entropy if out.shape[1] > 1 else nn.functional.mse_loss
        return loss(out, self.y)


class Rnn(nn.Module):
    def __init__(self, work, batch, sizes):
        super().__init__()
        steps, inputs, hidden = sizes
        self.wx, self.wh = nn.Linear(inputs, hidden), nn.Linear(hidden, hidden, bias=False)
        self.norm = norm(work, hidden) if work != "none" else nn.Identity()
        self.out = nn.Linear(hidden, 1)
        self.x = [torch.randn(batch, inputs) for _ in range(steps)]
        self.y, self.h0 = torch.randn(batch, 1), torch.zeros(batch, hidden)

    def forward(self):
        h = self.h0
        for x in self.x:
            h = torch.tanh(self.norm(self.wx(x) + self.wh(h)))
        return nn.functional.mse_loss(self.out(h), self.y)


class Cell(nn.Module):
    def __init__(self, work, batch, sizes):
        super().__init__()
        if work != "none":
            raise ValueError("torch.nn.RNN has no norm")
        steps, inputs, hidden = sizes
        self.rnn, self.out = nn.RNN(inputs, hidden), nn.Linear(hidden, 1)
        self.x, self.y = torch.randn(steps, batch, inputs), torch.randn(batch, 1)

    def forward(self):
        return nn.functional.mse_loss(self.out(self.rnn(self.x)[0][-1]), self.y)


def make(model, work, batch, *sizes):
    model = {"mlp": Mlp, "rnn": Rnn, "rnn_cell": Cell}[model](work, int(batch), [int(s) for s in sizes])
    fused = {"fused": True} if tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 4) else {}
    adam = torch.optim.Adam(model.parameters(), lr=LR, **fused)
    forward = model
    if COMPILED:
        # Afresh for each work: after a few other shapes it would compile for any, or not at all.
        torch._dynamo.reset()
        forward = torch.compile(model, fullgraph=True, dynamic=False)

    def step():
        adam.zero_grad()
        forward().backward()
        adam.step()

    start = time.perf_counter()
    for i in range(20):
        step()
        # The first step may have waited for a compiler.
        if i == 0:
            start = time.perf_counter()
        if i > 1 and time.perf_counter() - start > 2:
            break
    return step


def time_step(step, budget):
    """The median and the least mean of eight short runs; fewer when steps are slow. See protocol.hpp."""

    def timed(runs):
        start = time.perf_counter()
        for _ in range(runs):
            step()
        return (time.perf_counter() - start) / runs

    begin = time.perf_counter()
    runs = max(1, int(budget / 8 / max(timed(1), 1e-7)))
    means = []
    while len(means) < 8 and (not means or time.perf_counter() - begin < 2 * budget):
        means.append(timed(runs))
    return statistics.median(means), min(means)


def about():
    """As about.hpp: the version, and OpenBLAS's core type where it is loaded."""
    answer = {"version": torch.__version__, "core_type": None, "blas": None}
    with open("/proc/self/maps", encoding="utf-8") as maps:
        loaded = sorted({line.split()[-1] for line in maps if "blas" in line})
    for path in loaded:
        library = ctypes.CDLL(path)
        if not hasattr(library, "openblas_get_corename"):
            continue
        for key, name in (("core_type", "openblas_get_corename"), ("blas", "openblas_get_config")):
            function = getattr(library, name)
            function.restype = ctypes.c_char_p
            answer[key] = function().decode()
    return json.dumps(answer)


def serve():
    kept = {}
    for line in sys.stdin:
        if line.strip() == "about":
            print(about(), flush=True)
            continue
        milliseconds, *work = line.split()
        try:
            step = kept.get(tuple(work))
            if step is None:
                if len(kept) >= (1 if COMPILED else 4):
                    kept.clear()
                step = kept[tuple(work)] = make(*work)
            print(*time_step(step, float(milliseconds) * 1e-3), flush=True)
        except Exception as error:  # whatever it is, it is the answer
            print("no:", " ".join(str(error).split())[:200], flush=True)


serve()
