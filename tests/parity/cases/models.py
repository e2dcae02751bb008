"""Modules of torch from the descriptions that the fixtures hold, and the steps that a case takes with one."""

import torch
import torch.nn.functional as F
from torch import nn

from .fixture import In, constant
from .norm_tools import rms_of


class RMSNorm(nn.Module):
    """torch 1.13 has none: torch 2's definition in torch's own operations."""

    def __init__(self, shape, eps, affine):
        super().__init__()
        self.shape, self.eps = shape, eps
        self.weight = nn.Parameter(torch.ones(shape)) if affine else None

    def forward(self, x):
        return rms_of(x, self.shape, self.weight, torch.finfo(x.dtype).eps if self.eps is None else self.eps)


class Cell(nn.RNNCell):
    """nn.RNNCell with a norm of the summed pre-activation, which torch has not: layer, batch_shared or batch_per_step."""

    def __init__(self, inside, hidden, norm, steps):
        super().__init__(inside, hidden)
        self.kind = norm
        if norm == "layer":
            self.norm = nn.LayerNorm(hidden)
        elif norm != "none":
            self.norm = nn.BatchNorm1d(hidden)
            # All steps share gamma and beta; with batch_per_step each has its own running statistics.
            count = steps if norm == "batch_per_step" else 1
            self.statistics = nn.ModuleList(nn.BatchNorm1d(hidden, affine=False) for _ in range(count))

    def step(self, x, h, t):
        if self.kind == "none":
            return self(x) if h is None else self(x, h)
        h = x.new_zeros(x.shape[0], self.hidden_size) if h is None else h
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        if self.kind == "layer":
            return torch.tanh(self.norm(z))
        own = self.statistics[min(t, len(self.statistics) - 1)]
        return torch.tanh(own(z) * self.norm.weight + self.norm.bias)


class RNN(nn.Module):
    """x (T, N, in) -> all hidden states (T, N, hidden), or with a head its output of the last one (N, out)."""

    def __init__(self, inside, hidden, norm, steps, out):
        super().__init__()
        self.cell = Cell(inside, hidden, norm, steps)
        self.head = nn.Linear(hidden, out) if out else None

    def forward(self, x):
        h, states = None, []
        for t, now in enumerate(x):
            h = self.cell.step(now, h, t)
            states.append(h)
        return self.head(h) if self.head else torch.stack(states)


def build(spec):
    kind, s = spec["type"], spec
    if kind == "Sequential":
        net = nn.Sequential()
        for i, layer in enumerate(s["layers"]):
            net.add_module(layer.get("name", f"{i}"), build(layer))
        return net
    if kind == "Linear":
        return nn.Linear(s["in"], s["out"], bias=s["bias"])
    if kind == "WeightNorm":
        return nn.utils.weight_norm(nn.Linear(s["in"], s["out"], bias=s["bias"]))
    if kind == "Dropout":
        return nn.Dropout(s["p"])
    if kind == "BatchNorm":
        return nn.BatchNorm1d(s["features"], s["eps"], s["momentum"], s["affine"], s["track_running_stats"])
    if kind == "InstanceNorm":
        return nn.InstanceNorm1d(s["channels"], s["eps"], s["momentum"], s["affine"], s["track_running_stats"])
    if kind == "GroupNorm":
        return nn.GroupNorm(s["groups"], s["channels"], s["eps"], s["affine"])
    if kind == "LayerNorm":
        norm = nn.LayerNorm(s["shape"], s["eps"], s["elementwise_affine"])
        if not s["bias"]:
            norm.register_parameter("bias", None)
        return norm
    if kind == "RMSNorm":
        return RMSNorm(tuple(s["shape"]), s["eps"], s["elementwise_affine"])
    if kind == "RNN":
        return RNN(s["in"], s["hidden"], s["norm"], s["steps"], s["head"])
    return getattr(nn, kind)()


# The descriptions, with the defaults of both.
def linear(inside, out, bias=True):
    return {"type": "Linear", "in": inside, "out": out, "bias": bias}


def weight_norm(inside, out, bias=True):
    return {"type": "WeightNorm", "in": inside, "out": out, "bias": bias}


def batch_norm(features, eps=1e-5, momentum=0.1, affine=True, track=True):
    return {"type": "BatchNorm", "features": features, "eps": eps, "momentum": momentum, "affine": affine,
            "track_running_stats": track}


def instance_norm(channels, eps=1e-5, momentum=0.1, affine=False, track=False):
    return batch_norm(channels, eps, momentum, affine, track) | {"type": "InstanceNorm", "channels": channels}


def group_norm(groups, channels, eps=1e-5, affine=True):
    return {"type": "GroupNorm", "groups": groups, "channels": channels, "eps": eps, "affine": affine}


def layer_norm(*shape, eps=1e-5, affine=True, bias=True):
    return {"type": "LayerNorm", "shape": shape, "eps": eps, "elementwise_affine": affine, "bias": bias and affine}


def rms_norm(*shape, eps=None, affine=True):
    return {"type": "RMSNorm", "shape": shape, "eps": eps, "elementwise_affine": affine}


def rnn(inside, hidden, norm="none", steps=0, head=None):
    return {"type": "RNN", "in": inside, "hidden": hidden, "norm": norm, "steps": steps, "head": head}


def simple(kind):
    return {"type": kind}


def sequential(*layers):
    return {"type": "Sequential", "layers": layers}


def initial(draw, spec):
    """Random numbers for every parameter, as constants by the name "param <path>": weights of about the usual size,
    gammas away from 1."""
    values = {}
    for path, p in build(spec).named_parameters():
        if path.endswith("weight_g"):
            value = draw.positive(*p.shape)
        elif p.dim() >= 2:
            value = draw.normal(*p.shape, scale=p.shape[-1] ** -0.5)
        elif path.endswith("bias") or "bias_" in path:
            value = draw.normal(*p.shape, scale=0.3)
        else:
            value = draw.nonzero(*p.shape)
        values["param " + path] = constant(value)
    return values


def start(spec, parameters, dtype):
    net = build(spec).to(dtype)
    with torch.no_grad():
        for path, p in net.named_parameters():
            p.copy_(parameters["param " + path].tensor)
    return net


def buffers(net):
    """By our names: a Cell's statistics are norm.running_mean, or norm.<t>.running_mean where there are several."""
    named = {}
    for path, b in net.named_buffers():
        # torch's InstanceNorm never counts: see differences.py.
        counts = path.endswith("num_batches_tracked") and isinstance(net.get_submodule(path.rpartition(".")[0]), nn.InstanceNorm1d)
        if "cell.norm." in path or counts:
            continue
        if "statistics." in path:
            single = sum(p.endswith("running_mean") for p, _ in net.named_buffers()) == 2
            path = path.replace("statistics.0.", "norm.") if single else path.replace("statistics.", "norm.")
        named["buffer " + path] = b.clone().to(torch.float64 if b.dtype == torch.int64 else b.dtype)
    return named


def steps_of(f, name, spec, passes, **how):
    """A case that takes a module through `passes`, each (mode, shape of x): y and the gradient of x of each, at the end
    the gradients of the parameters, which add up, and the buffers."""
    draw = f.draw(name)
    parameters = initial(draw, spec)
    inputs = dict(parameters)
    for k, (_, shape) in enumerate(passes):
        inputs[f"x{k}"] = constant(draw.normal(*shape))

    def answer(dtype):
        net = start(spec, parameters, dtype)
        out = {}
        for k, (mode, _) in enumerate(passes):
            net.train(mode == "train")
            x = inputs[f"x{k}"].tensor.to(dtype).clone().requires_grad_()
            y = net(x)
            if f"cotangent{k}" not in inputs:
                inputs[f"cotangent{k}"] = constant(draw.normal(*y.shape))
            y.backward(inputs[f"cotangent{k}"].tensor.to(dtype))
            out |= {f"y{k}": y, f"x{k}.grad": x.grad}
        out |= {f"grad {path}": p.grad for path, p in net.named_parameters()}
        return out | buffers(net)

    answer(torch.float64)
    f.record(name, "steps", inputs, answer, {"module": spec, "modes": [mode for mode, _ in passes]}, **how)
