"""Learning curves: small models over 50 steps, with each norm and each optimizer; then their parameters, buffers and eval
mode."""

import torch
import torch.nn.functional as F

from . import models as m
from .fixture import Family, constant
from .optimizers import make, text

STEPS = 50
OPTIMIZERS = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3}),
    ("Adam", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.1}),
    ("RMSProp", {"lr": 0.005}),
]


def family():
    f = Family("curves")
    tanh = m.simple("Tanh")
    norms = {
        "no norm": [],
        "BatchNorm": [m.batch_norm(8)],
        "LayerNorm": [m.layer_norm(8)],
        "RMSNorm": [m.rms_norm(8, eps=1e-5)],
        "GroupNorm": [m.group_norm(2, 8)],
    }
    for name, norm in norms.items():
        # Before BatchNorm a bias has no effect, and Adam would scale up the rounding of its gradient.
        net = m.sequential(m.linear(3, 8, not norm), *norm, tanh, m.linear(8, 8, not norm), *norm, tanh, m.linear(8, 3))
        for kind, options in OPTIMIZERS:
            curve(f, f"MLP with {name}, {kind} {text(options)}", net, kind, options, "cross_entropy", (3,))
    for kind, options in OPTIMIZERS:
        curve(f, f"MLP with WeightNorm, {kind} {text(options)}",
              m.sequential(m.weight_norm(3, 6), tanh, m.weight_norm(6, 3)), kind, options, "cross_entropy", (3,))
    for norm in ["none", "layer", "batch_shared", "batch_per_step"]:
        for kind, options in OPTIMIZERS:
            clip = 0.5 if kind == "SGD" else None
            # The cell's biases come before BatchNorm, too: their gradients are nothing but rounding.
            frozen = ["cell.bias_ih", "cell.bias_hh"] if norm.startswith("batch") else []
            curve(f, f"RNN with {norm}, {kind} {text(options)}", m.rnn(2, 4, norm, steps=5, head=1), kind, options, "mse_loss",
                  (2,), 5, clip, frozen)
    for loss in ["mse_loss", "binary_cross_entropy_with_logits"]:
        curve(f, f"MLP with GELU and {loss}", m.sequential(m.linear(3, 8), m.simple("GELU"), m.linear(8, 2)), "Adam",
              {"lr": 0.02}, loss, (3,))
    curve(f, "MLP with ReLU, clipped", m.sequential(m.linear(3, 8), m.simple("ReLU"), m.linear(8, 3)), "SGD",
          {"lr": 0.2, "momentum": 0.9}, "cross_entropy", (3,), clip=0.3)
    curve(f, "InstanceNorm over lengths", m.sequential(m.instance_norm(3, affine=True, track=True), tanh, m.linear(6, 2)), "Adam",
          {"lr": 0.02}, "mse_loss", (3, 6))
    return f


def curve(f, name, spec, kind, options, loss, shape, length=None, clip=None, frozen=()):
    """Two batches in turn. The optimizer is not given the parameters that are frozen."""
    draw = f.draw(name)
    rows = 10 if frozen else 6
    parameters = m.initial(draw, spec)
    inputs = dict(parameters)
    targets = []
    for k in range(2):
        x = draw.normal(length, rows, *shape) if length else draw.normal(rows, *shape)
        inputs[f"x{k}"] = constant(x)
        out = m.start(spec, parameters, torch.float64)(x).shape
        if loss == "cross_entropy":
            targets.append(draw.indices(out[-1], rows))
        else:
            inputs[f"target{k}"] = constant(draw.uniform(0, 1, *out))

    def answer(dtype):
        net = m.start(spec, parameters, dtype)
        trained = [p for path, p in net.named_parameters() if path not in frozen]
        optimizer = make(kind, trained, options)
        losses, norms = [], []
        for step in range(STEPS):
            k = step % 2
            y = net(inputs[f"x{k}"].tensor.to(dtype))
            target = torch.tensor(targets[k]) if targets else inputs[f"target{k}"].tensor.to(dtype)
            value = getattr(F, loss)(y, target)
            net.zero_grad()
            value.backward()
            if clip:
                norms.append(torch.nn.utils.clip_grad_norm_(trained, clip))
            optimizer.step()
            losses.append(value.detach())
        # What the last step of a curve says, it says in its own scale.
        results = {"losses": torch.stack(losses), "last loss": losses[-1]} | ({"norms": torch.stack(norms)} if clip else {})
        net.eval()
        results["eval"] = net(inputs["x0"].tensor.to(dtype))
        return results | {"after " + path: p for path, p in net.named_parameters()} | m.buffers(net)

    f.record(name, "curve", inputs, answer,
             {"module": spec, "optimizer": kind, "settings": options, "loss": loss, "targets": targets, "steps": STEPS, "clip": clip,
              "frozen": frozen})
