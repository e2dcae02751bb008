"""Optimizers over many steps of given gradients, with every combination of their options; clip_grad_norm."""

import itertools

import torch

from .fixture import Family, constant

STEPS = 20
RECORDED = [1, 2, 3, 7, 20]
SHAPES = [(2, 3), (19,)]


def family():
    f = Family("optimizers")
    sgd(f)
    adam(f)
    rmsprop(f)
    clip(f)
    return f


def make(kind, parameters, o):
    """torch's optimizer from our names of the options."""
    if kind == "SGD":
        return torch.optim.SGD(parameters, **o)
    if kind == "RMSProp":
        return torch.optim.RMSprop(parameters, **o)
    o = dict(o)
    betas = (o.pop("beta1", 0.9), o.pop("beta2", 0.999))
    return getattr(torch.optim, kind)(parameters, betas=betas, **o)


def over_steps(f, name, kind, options, scale=1.0, gradients=None, lr_at=None):
    draw = f.draw(name)
    inputs = {}
    for i, shape in enumerate(SHAPES):
        inputs[f"param{i}"] = constant(draw.normal(*shape))
        g = draw.normal(STEPS, *shape, scale=scale)
        inputs[f"gradients{i}"] = constant(g if gradients is None else gradients(g))
    lr_at = lr_at or {}

    def answer(dtype):
        parameters = [torch.nn.Parameter(inputs[f"param{i}"].tensor.to(dtype).clone()) for i in range(len(SHAPES))]
        optimizer = make(kind, parameters, options)
        out = {}
        for step in range(STEPS):
            if step in lr_at:
                optimizer.param_groups[0]["lr"] = lr_at[step]
            for i, p in enumerate(parameters):
                p.grad = inputs[f"gradients{i}"].tensor[step].to(dtype).clone()
            optimizer.step()
            if step + 1 in RECORDED:
                out |= {f"param{i} after {step + 1}": p.detach().clone() for i, p in enumerate(parameters)}
        return out

    f.record(name, kind, inputs, answer,
             {"settings": options, "recorded": RECORDED, "lr_at": [[step, lr] for step, lr in lr_at.items()]})


def text(options):
    return ", ".join(f"{k} {v}" for k, v in options.items())


def each(f, kind, options):
    """The product of all values, without what torch refuses."""
    for values in itertools.product(*options.values()):
        chosen = dict(zip(options, values))
        if chosen.get("nesterov") and (not chosen["momentum"] or chosen["dampening"]):
            continue
        over_steps(f, f"{kind}: {text(chosen)}", kind, chosen)


def zeros(g):
    return torch.zeros_like(g)


def first_only(g):
    return torch.cat([g[:1], torch.zeros_like(g[1:])])


def sgd(f):
    each(f, "SGD", {"lr": [0.1], "momentum": [0, 0.9], "dampening": [0, 0.5], "nesterov": [False, True], "weight_decay": [0, 0.1]})
    each(f, "SGD", {"lr": [1.5, 0.0], "momentum": [0.3], "dampening": [0], "nesterov": [False, True], "weight_decay": [0.02]})
    over_steps(f, "SGD: the rate changes", "SGD", {"lr": 0.1, "momentum": 0.9}, lr_at={3: 0.01, 10: 1.0})
    over_steps(f, "SGD: plain, the rate changes", "SGD", {"lr": 0.1}, lr_at={1: 0.5})
    over_steps(f, "SGD: huge gradients", "SGD", {"lr": 1e-12, "momentum": 0.9}, scale=1e12)
    over_steps(f, "SGD: zero gradients", "SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}, gradients=zeros)
    over_steps(f, "SGD: one gradient", "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, gradients=first_only)


def adam(f):
    for kind in ["Adam", "AdamW"]:
        each(f, kind, {"lr": [1e-2], "beta1": [0.9, 0.5], "beta2": [0.999, 0.9], "eps": [1e-8, 1e-3], "weight_decay": [0, 0.1]})
        over_steps(f, f"{kind}: defaults", kind, {"lr": 1e-3})
        over_steps(f, f"{kind}: no memory", kind, {"lr": 0.1, "beta1": 0.0, "beta2": 0.0})
        over_steps(f, f"{kind}: a large rate", kind, {"lr": 1.0, "weight_decay": 0.5})
        over_steps(f, f"{kind}: the rate changes", kind, {"lr": 0.1}, lr_at={3: 0.01, 10: 1.0})
        over_steps(f, f"{kind}: huge gradients", kind, {"lr": 0.1}, scale=1e12)
        over_steps(f, f"{kind}: tiny gradients", kind, {"lr": 0.1}, scale=1e-12)
        over_steps(f, f"{kind}: zero gradients", kind, {"lr": 0.1}, gradients=zeros)
        over_steps(f, f"{kind}: one gradient", kind, {"lr": 0.1}, gradients=first_only)


def rmsprop(f):
    each(f, "RMSProp", {"lr": [1e-2], "alpha": [0.99, 0.5], "momentum": [0, 0.9], "centered": [False, True], "weight_decay": [0, 0.1]})
    over_steps(f, "RMSProp: defaults", "RMSProp", {"lr": 1e-2})
    over_steps(f, "RMSProp: another eps", "RMSProp", {"lr": 1e-2, "eps": 1e-2, "momentum": 0.5, "centered": True})
    over_steps(f, "RMSProp: the rate changes", "RMSProp", {"lr": 0.1, "momentum": 0.9}, lr_at={3: 0.01, 10: 1.0})
    over_steps(f, "RMSProp: huge gradients", "RMSProp", {"lr": 0.1}, scale=1e12)
    over_steps(f, "RMSProp: tiny gradients", "RMSProp", {"lr": 0.1}, scale=1e-12)
    over_steps(f, "RMSProp: zero gradients", "RMSProp", {"lr": 0.1, "centered": True, "momentum": 0.9}, gradients=zeros)
    over_steps(f, "RMSProp: one gradient", "RMSProp", {"lr": 0.1}, gradients=first_only)


def clip(f):
    nan, inf = float("nan"), float("inf")
    two = [(2, 3), (19,)]
    for shapes, scale, max_norm in [
        ([(3,), (2,)], nan, 1.0), ([(3,), (2,)], inf, 1.0), (two, 1, 1.0), (two, 1, 100.0), ([(5,)], 1, 0.01),
        ([(3, 3), (1,), (40,)], 10, 5.0), ([(4,)], 1, 0.0), ([(4,)], 0, 1.0), ([(4, 4)], 1e-4, 1.0), ([(4, 4)], 1e-7, 1e-6),
        ([(4, 4)], 1e10, 1.0), ([(2, 3)], 1, inf), ([()], 1, 0.5),
    ]:
        name = f"clip_grad_norm of {shapes} by {scale} to {max_norm}"
        draw = f.draw(name)
        inputs = {f"gradient{i}": constant(draw.normal(*shape, scale=1 if scale in (nan, inf) else scale))
                  for i, shape in enumerate(shapes)}
        if scale in (nan, inf):
            inputs["gradient0"].tensor[1] = scale

        def answer(dtype):
            parameters = [torch.nn.Parameter(torch.zeros(shape, dtype=dtype)) for shape in shapes]
            for i, p in enumerate(parameters):
                p.grad = inputs[f"gradient{i}"].tensor.to(dtype).clone()
            norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
            return {"norm": norm} | {f"gradient{i}": p.grad for i, p in enumerate(parameters)}

        f.record(name, "clip_grad_norm", inputs, answer, {"max_norm": str(max_norm), "count": len(shapes)},
                 special=scale in (nan, inf))
