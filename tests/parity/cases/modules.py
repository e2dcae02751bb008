"""Every module: several training passes, then eval mode, with all gradients and buffers."""

from . import models as m
from .fixture import Family


def family():
    f = Family("modules")
    linear(f)
    activations(f)
    batch_norms(f)
    sample_norms(f)
    instance_norms(f)
    sequentials(f)
    return f


def linear(f):
    for bias in [True, False]:
        for i, shapes in enumerate([[(4,)], [(5, 3), (1, 3)], [(2, 3, 6)], [(33, 2)], [(2, 2, 2, 1)]]):
            m.steps_of(f, f"Linear {i} {'with' if bias else 'without'} bias", m.linear(shapes[0][-1], 2 + 3 * (i % 3), bias),
                       [("train", s) for s in shapes])
            if i < 3:
                m.steps_of(f, f"WeightNorm {i} {'with' if bias else 'without'} bias",
                           m.weight_norm(shapes[0][-1], 2 + 3 * (i % 3), bias), [("train", s) for s in shapes])


def activations(f):
    for kind in ["Tanh", "ReLU", "Sigmoid", "GELU"]:
        m.steps_of(f, kind, m.simple(kind), [("train", (4, 5)), ("eval", (37,))])
    for p in [0.3, 1.0]:
        m.steps_of(f, f"Dropout {p} in eval mode", {"type": "Dropout", "p": p}, [("eval", (4, 5)), ("eval", (3,))])
    for p in [0.0, 1.0]:
        m.steps_of(f, f"Dropout {p} in training", {"type": "Dropout", "p": p}, [("train", (4, 5))])


def batch_norms(f):
    rows = [("train", (6, 3)), ("train", (2, 3)), ("train", (9, 3)), ("eval", (1, 3)), ("eval", (4, 3))]
    lengths = [("train", (2, 3, 4)), ("train", (1, 3, 3)), ("train", (3, 3, 5)), ("eval", (1, 3, 1)), ("eval", (2, 3, 2))]
    back = [("train", (5, 3)), ("eval", (2, 3)), ("train", (4, 3, 2)), ("eval", (3, 3))]
    for passes, what in [(rows, "rows"), (lengths, "lengths"), (back, "back and forth")]:
        for momentum in [0.1, 0.7, None]:
            for affine in [True, False]:
                if momentum == 0.7 and not affine:
                    continue
                m.steps_of(f, f"BatchNorm of {what}, momentum {momentum}{', affine' if affine else ''}",
                           m.batch_norm(3, momentum=momentum, affine=affine), passes)
    m.steps_of(f, "BatchNorm without statistics", m.batch_norm(3, track=False), [("train", (6, 3)), ("eval", (4, 3))])
    m.steps_of(f, "BatchNorm without anything", m.batch_norm(3, track=False, affine=False), [("eval", (6, 3)), ("train", (4, 3))])
    m.steps_of(f, "BatchNorm with another eps", m.batch_norm(3, eps=0.1), rows[:4])


def sample_norms(f):
    modes = [("train", (5, 6)), ("eval", (2, 6))]
    for shape, passes in [((6,), modes), ((6,), [("train", (6,))]), ((2, 3), [("train", (4, 2, 3)), ("eval", (2, 3))]),
                          ((17,), [("train", (2, 3, 17))])]:
        what = f"{shape} of {len(passes[0][1])} dimensions"
        m.steps_of(f, f"LayerNorm {what}", m.layer_norm(*shape), passes)
        m.steps_of(f, f"LayerNorm {what}, no bias", m.layer_norm(*shape, bias=False), passes)
        m.steps_of(f, f"LayerNorm {what}, not affine", m.layer_norm(*shape, affine=False), passes)
        m.steps_of(f, f"RMSNorm {what}", m.rms_norm(*shape), passes)
        m.steps_of(f, f"RMSNorm {what}, not affine", m.rms_norm(*shape, eps=1e-3, affine=False), passes)
    m.steps_of(f, "LayerNorm with another eps", m.layer_norm(6, eps=0.1), modes)
    m.steps_of(f, "RMSNorm with another eps", m.rms_norm(6, eps=0.1), modes)
    for groups in [1, 2, 3]:
        for passes in [modes, [("train", (2, 6, 5)), ("eval", (1, 6, 2))], [("train", (2, 6, 2, 3))]]:
            rank = len(passes[0][1])
            m.steps_of(f, f"GroupNorm in {groups} of {rank} dimensions", m.group_norm(groups, 6), passes)
            if groups == 2:
                m.steps_of(f, f"GroupNorm in {groups} of {rank} dimensions, not affine", m.group_norm(groups, 6, 1e-3, False), passes)


def instance_norms(f):
    passes = [("train", (2, 3, 4)), ("train", (4, 3, 7)), ("train", (1, 3, 3)), ("eval", (2, 3, 4)), ("eval", (1, 3, 3))]
    # torch's knows no momentum None.
    for affine in [True, False]:
        for track, momentum in [(False, 0.1), (True, 0.1), (True, 0.7)]:
            m.steps_of(f, f"InstanceNorm{', affine' if affine else ''}{f', momentum {momentum}' if track else ''}",
                       m.instance_norm(3, momentum=momentum, affine=affine, track=track), passes)
    m.steps_of(f, "InstanceNorm of one sample", m.instance_norm(3, affine=True), [("train", (3, 5)), ("eval", (3, 2))])
    m.steps_of(f, "InstanceNorm of one sample, with statistics", m.instance_norm(3, affine=True, track=True),
               [("train", (3, 5)), ("train", (3, 4)), ("eval", (3, 2))])


def sequentials(f):
    passes = [("train", (7, 4)), ("train", (5, 4)), ("eval", (3, 4))]
    tanh, relu = m.simple("Tanh"), m.simple("ReLU")
    norms = {
        "no norm": [],
        "BatchNorm": [m.batch_norm(6)],
        "LayerNorm": [m.layer_norm(6)],
        "RMSNorm": [m.rms_norm(6)],
        "GroupNorm": [m.group_norm(2, 6)],
    }
    for name, norm in norms.items():
        m.steps_of(f, f"Sequential with {name}",
                   m.sequential(m.linear(4, 6, bias=not norm), *norm, tanh, m.linear(6, 6, bias=not norm), *norm, tanh, m.linear(6, 3)),
                   passes)
    m.steps_of(f, "Sequential with WeightNorm", m.sequential(m.weight_norm(4, 6), tanh, m.weight_norm(6, 2)), passes)
    m.steps_of(f, "Sequential of a Sequential",
               m.sequential(m.linear(4, 5), m.sequential(m.batch_norm(5), m.simple("GELU")) | {"name": "inner"},
                            {"type": "Dropout", "p": 0.0}, m.linear(5, 2)), passes)
    m.steps_of(f, "Sequential over lengths",
               m.sequential(m.batch_norm(3), relu, m.instance_norm(3, affine=True), m.group_norm(1, 3), m.simple("Sigmoid")),
               [("train", (4, 3, 6)), ("train", (2, 3, 5)), ("eval", (2, 3, 4))])
    m.steps_of(f, "Sequential, deep", m.sequential(*(layer for _ in range(6) for layer in (m.linear(4, 4), m.layer_norm(4), tanh))), passes)
