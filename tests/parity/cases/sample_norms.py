"""layer_norm and rms_norm: each sample by itself."""

import torch
import torch.nn.functional as F

from .fixture import In, constant, viewed
from .norm_tools import EVERY_AFFINE, affine, far, named, rms_of


def layer_norm(f):
    def case(name, x, shape, names, eps=1e-5, spelled=False, **how):
        inputs = {"x": x} | affine(f.draw(name + " affine"), names, *shape)
        f.add(name, "layer_norm", inputs,
              named(inputs, lambda x, weight=None, bias=None: layer_norm_of(x, shape, weight, bias, eps)),
              {"normalized_shape": shape, "eps": eps}, **how)
        if spelled:
            f.add(name + ", spelled out", "spelled_out layer_norm", inputs,
                  named(inputs, lambda x, weight=None, bias=None: layer_norm_of(x, shape, weight, bias, eps)),
                  {"dimensions": len(shape), "eps": eps})

    shapes = [((), (8,)), ((5,), (7,)), ((4,), (3, 4)), ((2, 3), (5,)), ((2, 3), (2, 4)), ((1,), (37,)), ((2, 2), (2, 2, 3))]
    for i, (lead, shape) in enumerate(shapes):
        for names in EVERY_AFFINE if i % 2 else EVERY_AFFINE[::3]:
            name = f"layer_norm {lead} {shape} {' '.join(names)}"
            draw = f.draw(name)
            x = draw.normal(*lead, *shape) if i % 3 == 0 else viewed(draw, draw.normal, *lead, *shape)
            case(name, x, shape, names, spelled=i in (1, 4) and len(names) == 2)
    for eps in [0.0, 1e-3, 0.5]:
        case(f"layer_norm with eps {eps}", f.draw(f"layer_norm eps {eps}").normal(4, 6), (6,), ["weight", "bias"], eps)
    for offset, scale in [(1e2, 1), (1e4, 1), (-1e4, 1), (1e6, 1), (0, 1e-3), (0, 1e4), (3, 1e-2)]:
        name = f"layer_norm around {offset} by {scale}"
        case(name, f.draw(name).normal(3, 64, offset=offset, scale=scale), (64,), ["weight", "bias"], **far(offset))
    case("layer_norm of constant rows", torch.full((2, 9), 3.25, dtype=torch.float64), (9,), ["weight", "bias"])
    case("layer_norm of one feature", f.draw("one").normal(4, 1), (1,), ["weight", "bias"])
    case("layer_norm of no rows", torch.zeros(0, 5, dtype=torch.float64), (5,), ["weight", "bias"])
    draw = f.draw("layer_norm data")
    inputs = {"x": constant(draw.normal(4, 6)), "weight": draw.nonzero(6), "bias": draw.normal(6)}
    f.add("layer_norm of data", "layer_norm", inputs, lambda x, w, b: F.layer_norm(x, (6,), w, b),
          {"normalized_shape": [6], "eps": 1e-5})
    inputs = {"x": draw.normal(4, 6), "weight": constant(draw.nonzero(6)), "bias": constant(draw.normal(6))}
    f.add("layer_norm with a fixed weight", "layer_norm", inputs, lambda x, w, b: F.layer_norm(x, (6,), w, b),
          {"normalized_shape": [6], "eps": 1e-5})
    f.add("layer_norm of its own weight", "layer_norm",
          {"x": draw.nonzero(6), "weight": In(None, same_as="x"), "bias": In(None, same_as="x")},
          lambda x, w, b: F.layer_norm(x, (6,), w, b), {"normalized_shape": [6], "eps": 1e-5})


def layer_norm_of(x, shape, weight, bias, eps):
    # torch takes a bias without a weight as well, but only in some of its kernels.
    if weight is None and bias is not None:
        return F.layer_norm(x, shape, None, None, eps) + bias
    return F.layer_norm(x, shape, weight, bias, eps)


def rms_norm(f):
    def case(name, x, shape, weight, eps):
        inputs = {"x": x} | ({"weight": f.draw(name + " weight").nonzero(*shape)} if weight else {})
        f.add(name, "rms_norm", inputs,
              named(inputs, lambda x, weight=None: rms_of(x, shape, weight, torch.finfo(x.dtype).eps if eps is None else eps)),
              {"normalized_shape": shape, "eps": eps})

    shapes = [((), (8,)), ((5,), (7,)), ((4,), (3, 4)), ((2, 3), (5,)), ((2, 3), (2, 4)), ((1,), (37,)), ((3,), (1,))]
    for i, (lead, shape) in enumerate(shapes):
        for weight in [True, False]:
            name = f"rms_norm {lead} {shape}{' with weight' if weight else ''}"
            draw = f.draw(name)
            x = draw.normal(*lead, *shape) if i % 3 == 0 else viewed(draw, draw.normal, *lead, *shape)
            case(name, x, shape, weight, [None, 1e-5][i % 2])
    for eps in [0.0, 1e-3, 0.5]:
        case(f"rms_norm with eps {eps}", f.draw(f"rms_norm eps {eps}").normal(4, 6), (6,), True, eps)
    for offset, scale in [(1e2, 1), (1e6, 1), (0, 1e-2), (0, 1e6)]:
        name = f"rms_norm around {offset} by {scale}"
        case(name, f.draw(name).normal(3, 64, offset=offset, scale=scale), (64,), True, 1e-5)
    case("rms_norm of zeros", torch.zeros(2, 5, dtype=torch.float64), (5,), True, 1e-5)
    draw = f.draw("rms_norm of its own weight")
    f.add("rms_norm, spelled out", "spelled_out rms_norm", {"x": draw.normal(4, 2, 3), "weight": draw.nonzero(2, 3)},
          lambda x, w: rms_of(x, (2, 3), w, 1e-5), {"dimensions": 2, "eps": 1e-5})
    f.add("rms_norm of its own weight", "rms_norm", {"x": draw.nonzero(6), "weight": In(None, same_as="x")},
          lambda x, w: rms_of(x, (6,), w, 1e-5), {"normalized_shape": [6], "eps": 1e-5})
