#!/usr/bin/python3
"""The map of learning_rate_map in PyTorch: in how many of its 60 cells a network trains, for each seed.

Same tasks, sizes, initialisation, learning rates and initial scales; other random numbers. All cells of a
map are trained at once, as one batched network. Prints one line for each task and norm.
"""
import math

import numpy as np
import torch

SAMPLES, STEPS, BATCH, WIDTH = 256, 500, 32, 16
RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
SCALES = [0.1, 0.3, 1, 3, 10, 30]
CELLS = [(rate, scale) for rate in RATES for scale in SCALES]


def spirals(rng):
    label = np.arange(SAMPLES) % 2
    radius = np.sqrt(rng.random(SAMPLES))
    angle = 2 * np.pi * 1.75 * radius + np.pi * label
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.03 * rng.normal(size=(SAMPLES, 2))
    return torch.tensor(x, dtype=torch.float32), torch.tensor(label)


def adding(rng):
    x = np.zeros((SAMPLES, 4, 2))
    x[:, :, 0] = rng.random((SAMPLES, 4))
    rows, first, second = np.arange(SAMPLES), rng.integers(0, 2, SAMPLES), rng.integers(2, 4, SAMPLES)
    x[rows, first, 1] = x[rows, second, 1] = 1
    target = x[rows, first, 0] + x[rows, second, 0]
    return torch.tensor(x.reshape(SAMPLES, 8), dtype=torch.float32), torch.tensor(target, dtype=torch.float32)


def normalize(x, norm):  # x: (cells, samples, features)
    if norm == "batch":
        return (x - x.mean(1, keepdim=True)) / torch.sqrt(x.var(1, unbiased=False, keepdim=True) + 1e-5)
    if norm == "layer":
        return torch.nn.functional.layer_norm(x, x.shape[-1:])
    if norm == "rms":
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + torch.finfo(torch.float32).eps)
    return x


def trains(task, norm, seed):
    """For each cell, whether the loss ends below half of that of the best constant answer."""
    rng = np.random.default_rng(seed)
    x, y = spirals(rng) if task == "spirals" else adding(rng)
    sizes = [x.shape[1], WIDTH, WIDTH, WIDTH, 2 if task == "spirals" else 1]
    rate = torch.tensor([cell[0] for cell in CELLS]).reshape(-1, 1, 1)
    scale = torch.tensor([cell[1] for cell in CELLS]).reshape(-1, 1, 1)
    parameters, torch_rng = [], torch.Generator().manual_seed(seed)
    for n_in, n_out in zip(sizes, sizes[1:]):
        uniform = lambda *shape: (2 * torch.rand(shape, generator=torch_rng) - 1) / math.sqrt(n_in)
        layer = [scale * uniform(1, n_in, n_out), uniform(1, 1, n_out).repeat(len(CELLS), 1, 1)]
        if n_out == WIDTH and norm != "none":
            layer += [torch.ones(len(CELLS), 1, n_out), torch.zeros(len(CELLS), 1, n_out)]
        parameters.append([p.clone().requires_grad_() for p in layer])
    everything = [p for layer in parameters for p in layer]

    def losses(rows):
        h = x[rows].expand(len(CELLS), -1, -1)
        for i, (weight, bias, *affine) in enumerate(parameters):
            h = torch.baddbmm(bias, h, weight)
            if affine:  # RMSNorm has no bias: its gradient is never applied below
                h = normalize(h, norm) * affine[0] + (0 if norm == "rms" else affine[1])
            h = torch.tanh(h) if i + 1 < len(parameters) else h
        if task == "spirals":
            return torch.nn.functional.cross_entropy(h.permute(0, 2, 1), y[rows].expand(len(CELLS), -1),
                                                     reduction="none").mean(1)
        return ((h[:, :, 0] - y[rows]) ** 2).mean(1)

    order = []
    for _ in range(STEPS):
        order = order if len(order) >= BATCH else list(rng.permutation(SAMPLES))
        rows, order = torch.tensor(order[:BATCH]), order[BATCH:]
        gradients = torch.autograd.grad(losses(rows).sum(), everything, allow_unused=True)
        with torch.no_grad():
            for p, g in zip(everything, gradients):
                if g is not None:
                    p -= rate * g
    with torch.no_grad():
        final = torch.stack([losses(torch.arange(i, i + BATCH)) for i in range(0, SAMPLES, BATCH)]).mean(0)
    constant = math.log(2) if task == "spirals" else 1 / 6
    return final < constant / 2  # a nan is not


torch.set_num_threads(1)
for task in ("spirals", "adding"):
    for norm in ("none", "batch", "layer", "rms"):
        counts = [int(trains(task, norm, seed).sum()) for seed in range(1, 6)]
        print(f"{task:8} {norm:6} median {int(np.median(counts)):2}  each seed {counts}", flush=True)
