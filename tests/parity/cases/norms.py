"""The normalizations as functions."""

import math

import torch
import torch.nn.functional as F

from .fixture import FLOAT_TOLERANCE, Family, In, constant, viewed


def family():
    f = Family("norms")
    layer_norm(f)
    batch_norm(f)
    rms_norm(f)
    group_norm(f)
    instance_norm(f)
    weight_norm(f)
    not_finite(f)
    return f


def affine(draw, names, *shape):
    """Which of weight and bias there are; the weight stays away from 1."""
    makers = {"weight": lambda: draw.nonzero(*shape), "bias": lambda: draw.normal(*shape)}
    return {n: makers[n]() for n in names}


def named(inputs, function):
    """function(x, **weight and bias) as one of positions."""
    names = list(inputs)
    return lambda *values: function(**dict(zip(names, values)))


def far(offset):
    """At a mean of 1e6 standard deviations torch's float32 is off by percents; ours is held to the plain tolerance."""
    return {"float_tolerance": FLOAT_TOLERANCE} if abs(offset) >= 1e6 else {}


EVERY_AFFINE = [[], ["weight"], ["bias"], ["weight", "bias"]]


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


def batch_norm(f):
    def case(name, x, names, training, running, momentum=0.1, eps=1e-5, **how):
        channels = (x.tensor if isinstance(x, In) else x).shape[1] if not isinstance(x, In) or not x.views else None
        draw = f.draw(name + " affine")
        channels = channels or x.channels
        inputs = {"x": x} | affine(draw, names, channels)
        if running:
            inputs |= {"running_mean": constant(draw.normal(channels)), "running_var": constant(draw.positive(channels))}
        seen = 3
        options = {"training": training, "running": running, "momentum": momentum, "eps": eps, "batches": seen,
                   "channels_first": False}

        def function(x, weight=None, bias=None, running_mean=None, running_var=None):
            if running:
                running_mean, running_var = running_mean.clone(), running_var.clone()
            # The functional form has no cumulative average: the module hands it 1 / (batches seen, this one included).
            factor = 1 / (seen + 1) if momentum is None else momentum
            y = F.batch_norm(x, running_mean, running_var, weight, None, training or not running, factor, eps)
            if bias is not None:
                y = y + bias.reshape(1, -1, *[1] * (x.dim() - 2))
            out = {"y": y}
            if running:
                out |= {"running_mean": running_mean, "running_var": running_var}
            return out

        f.add(name, "batch_norm", inputs, named(inputs, function), options, **how)

    def through_views(draw, *shape):
        x = viewed(draw, draw.normal, *shape)
        x.channels = shape[1]
        return x

    for i, shape in enumerate([(4, 3), (2, 5), (33, 2), (3, 2, 4), (1, 3, 5), (2, 17, 3), (5, 1), (4, 1, 3)]):
        for training, running, momentum in [(True, True, 0.1), (True, True, None), (True, False, 0.1), (False, True, 0.1),
                                            (False, False, 0.1)][i % 2::1 + i // 4]:
            for names in [EVERY_AFFINE[3], EVERY_AFFINE[i % 4]][:1 + (i < 3)]:
                name = (f"batch_norm {shape} {'training' if training else 'eval'} {'with' if running else 'without'} "
                        f"statistics, momentum {momentum}, {' '.join(names)}")
                if name in f.names:
                    continue
                draw = f.draw(name)
                case(name, through_views(draw, *shape) if i % 2 else draw.normal(*shape), names, training, running, momentum)
    for momentum in [0.0, 0.5, 1.0]:
        case(f"batch_norm with momentum {momentum}", f.draw(f"batch_norm momentum {momentum}").normal(6, 3),
             ["weight", "bias"], True, True, momentum)
    for eps in [0.0, 1e-3, 0.5]:
        for training in [True, False]:
            case(f"batch_norm with eps {eps} {training}", f.draw(f"batch_norm eps {eps}").normal(6, 3), ["weight", "bias"],
                 training, True, 0.1, eps)
    for offset, scale in [(1e2, 1), (1e4, 1), (-1e4, 1), (1e6, 1), (0, 1e-3), (0, 1e4), (3, 1e-2)]:
        name = f"batch_norm around {offset} by {scale}"
        case(name, f.draw(name).normal(64, 3, offset=offset, scale=scale), ["weight", "bias"], True, True, **far(offset))
    case("batch_norm of constant channels", torch.tensor([[1.5, -2.0, 0.0]] * 5, dtype=torch.float64), ["weight", "bias"], True, True)
    case("batch_norm of one row in eval mode", f.draw("batch_norm one row").normal(1, 4), ["weight", "bias"], False, True)
    for shape in [(6, 3), (3, 2, 4)]:
        name = f"batch_norm {shape}, spelled out"
        draw = f.draw(name)
        f.add(name, "spelled_out batch_norm",
              {"x": draw.normal(*shape), "weight": draw.nonzero(shape[1]), "bias": draw.normal(shape[1])},
              lambda x, w, b: F.batch_norm(x, None, None, w, b, True), {"eps": 1e-5})


def rms_of(x, shape, weight, eps):
    """torch 1.13 has no rms_norm: this is torch 2's definition, in torch's own operations."""
    dims = tuple(range(-len(shape), 0))
    y = x * torch.rsqrt(x.pow(2).mean(dims, keepdim=True) + eps)
    return y if weight is None else y * weight


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


def group_norm(f):
    def case(name, x, channels, groups, names, eps=1e-5, **how):
        inputs = {"x": x} | affine(f.draw(name + " affine"), names, channels)

        def function(x, weight=None, bias=None):
            y = F.group_norm(x, groups, weight, None, eps)
            return y if bias is None else y + bias.reshape(1, -1, *[1] * (x.dim() - 2))

        f.add(name, "group_norm", inputs, named(inputs, function), {"groups": groups, "eps": eps}, **how)

    for i, (shape, groups) in enumerate([((4, 6), 2), ((3, 4), 1), ((2, 6, 3), 3), ((2, 4, 5), 4), ((1, 8, 2), 2),
                                         ((3, 6, 1), 2), ((2, 34), 2)]):
        for names in [EVERY_AFFINE[3], EVERY_AFFINE[i % 3]]:
            name = f"group_norm {shape} in {groups} {' '.join(names)}"
            draw = f.draw(name)
            case(name, draw.normal(*shape) if i % 2 else viewed(draw, draw.normal, *shape), shape[1], groups, names)
    for eps in [0.0, 1e-3]:
        case(f"group_norm with eps {eps}", f.draw(f"group_norm eps {eps}").normal(3, 6), 6, 2, ["weight", "bias"], eps)
    for offset, scale in [(1e2, 1), (1e4, 1), (1e6, 1), (0, 1e-3), (0, 1e4)]:
        name = f"group_norm around {offset} by {scale}"
        case(name, f.draw(name).normal(2, 4, 16, offset=offset, scale=scale), 4, 2, ["weight", "bias"], **far(offset))
    case("group_norm of constant groups", torch.full((2, 4, 3), -1.5, dtype=torch.float64), 4, 2, ["weight", "bias"])


    for shape in [(4, 6), (2, 6, 3)]:
        draw = f.draw(f"group_norm spelled {shape}")
        f.add(f"group_norm {shape}, spelled out", "spelled_out group_norm",
              {"x": draw.normal(*shape), "weight": draw.nonzero(6), "bias": draw.normal(6)},
              lambda x, w, b: F.group_norm(x, 2, w, b), {"groups": 2, "eps": 1e-5})
    draw = f.draw("group_norm of four dimensions")
    f.add("group_norm of four dimensions", "group_norm",
          {"x": viewed(draw, draw.normal, 2, 4, 3, 2), "weight": draw.nonzero(4), "bias": draw.normal(4)},
          lambda x, w, b: F.group_norm(x, 2, w, b), {"groups": 2, "eps": 1e-5})
    f.add("group_norm of data", "group_norm",
          {"x": constant(draw.normal(3, 4)), "weight": draw.nonzero(4), "bias": draw.normal(4)},
          lambda x, w, b: F.group_norm(x, 2, w, b), {"groups": 2, "eps": 1e-5})


def instance_norm(f):
    def case(name, x, channels, names, training, running, momentum=0.1, eps=1e-5, **how):
        draw = f.draw(name + " affine")
        inputs = {"x": x} | affine(draw, names, channels)
        if running:
            inputs |= {"running_mean": constant(draw.normal(channels)), "running_var": constant(draw.positive(channels))}
        options = {"training": training, "running": running, "momentum": momentum, "eps": eps, "batches": 0,
                   "channels_first": True}

        def function(x, weight=None, bias=None, running_mean=None, running_var=None):
            if running:
                running_mean, running_var = running_mean.clone(), running_var.clone()
            y = F.instance_norm(x, running_mean, running_var, weight, bias, training or not running, momentum, eps)
            return {"y": y} | ({"running_mean": running_mean, "running_var": running_var} if running else {})

        f.add(name, "instance_norm", inputs, named(inputs, function), options, **how)

    for i, shape in enumerate([(2, 3, 4), (1, 2, 7), (3, 1, 5), (2, 5, 17), (4, 2, 2)]):
        for training, running in [(True, False), (True, True), (False, True)]:
            names = EVERY_AFFINE[0] if (i + training + running) % 2 else EVERY_AFFINE[3]
            name = f"instance_norm {shape} {'training' if training else 'eval'} {'with' if running else 'without'} statistics"
            draw = f.draw(name)
            case(name, draw.normal(*shape) if i % 2 else viewed(draw, draw.normal, *shape), shape[1], names, training, running)
    for eps in [0.0, 1e-3]:
        case(f"instance_norm with eps {eps}", f.draw(f"instance_norm eps {eps}").normal(3, 2, 6), 2, ["weight", "bias"], True,
             False, eps=eps)
    case("instance_norm with momentum 0.5", f.draw("instance_norm momentum").normal(3, 2, 6), 2, ["weight", "bias"], True, True, 0.5)
    for offset, scale in [(1e2, 1), (1e4, 1), (1e6, 1), (0, 1e-3)]:
        name = f"instance_norm around {offset} by {scale}"
        case(name, f.draw(name).normal(2, 2, 32, offset=offset, scale=scale), 2, ["weight", "bias"], True, False, **far(offset))


    draw = f.draw("instance_norm, spelled out")
    f.add("instance_norm, spelled out", "spelled_out instance_norm",
          {"x": draw.normal(3, 2, 5), "weight": draw.nonzero(2), "bias": draw.normal(2)},
          lambda x, w, b: F.instance_norm(x, weight=w, bias=b), {"eps": 1e-5})
    # One sample, its channels first.
    for training, running in [(True, False), (True, True), (False, True)]:
        name = f"instance_norm of one sample {'training' if training else 'eval'} {'with' if running else 'without'} statistics"
        draw = f.draw(name)
        inputs = {"x": draw.normal(3, 7)} | affine(draw, EVERY_AFFINE[3], 3)
        if running:
            inputs |= {"running_mean": constant(draw.normal(3)), "running_var": constant(draw.positive(3))}

        def function(x, weight, bias, mean=None, var=None):
            mean, var = (mean.clone(), var.clone()) if running else (None, None)
            y = F.instance_norm(x.unsqueeze(0), mean, var, weight, bias, training or not running, 0.1).squeeze(0)
            return {"y": y} | ({"running_mean": mean, "running_var": var} if running else {})

        f.add(name, "instance_norm", inputs, function,
              {"training": training, "running": running, "momentum": 0.1, "eps": 1e-5, "batches": 0, "channels_first": True})
    draw = f.draw("instance_norm of four dimensions")
    f.add("instance_norm of four dimensions", "instance_norm",
          {"x": draw.normal(2, 3, 2, 4), "weight": draw.nonzero(3), "bias": draw.normal(3)},
          lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
          {"training": True, "running": False, "momentum": 0.1, "eps": 1e-5, "batches": 0, "channels_first": True})


def weight_norm(f):
    for i, (outside, inside) in enumerate([(3, 4), (1, 5), (6, 1), (2, 37), (5, 5)]):
        for scale in [1, 1e-3, 1e3][:1 + 2 * (i == 0)]:
            name = f"weight_norm ({outside}, {inside}) by {scale}"
            draw = f.draw(name)
            f.add(name, "weight_norm", {"v": draw.normal(outside, inside, scale=scale), "g": draw.nonzero(outside, 1)},
                  lambda v, g: torch._weight_norm(v, g, 0))
    draw = f.draw("weight_norm, spelled out")
    f.add("weight_norm, spelled out", "spelled_out weight_norm", {"v": draw.normal(4, 3), "g": draw.nonzero(4, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    f.add("weight_norm of more dimensions", "weight_norm", {"v": draw.normal(4, 3, 2), "g": draw.nonzero(4, 1, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    f.add("weight_norm of data", "weight_norm", {"v": constant(draw.normal(4, 3)), "g": draw.nonzero(4, 1)},
          lambda v, g: torch._weight_norm(v, g, 0))
    draw = f.draw("weight_norm view")
    f.add("weight_norm through views", "weight_norm",
          {"v": viewed(draw, draw.normal, 4, 3), "g": viewed(draw, draw.nonzero, 4, 1)}, lambda v, g: torch._weight_norm(v, g, 0))


def not_finite(f):
    """One infinite or nan value spoils what shares its statistics, and nothing else."""
    for value in [math.inf, -math.inf, math.nan]:
        def case(op, function, shape, options, weighted=True):
            name = f"{op} of a row with {value}"
            draw = f.draw(name)
            x = draw.normal(*shape)
            x[1, 1] = value
            inputs = {"x": x} | ({"weight": draw.nonzero(shape[1])} if weighted else {})
            if op == "weight_norm":
                inputs = {"v": x, "g": inputs["weight"].reshape(-1, 1)}
            f.add(name, op, inputs, function, options, special=True)

        case("layer_norm", lambda x, w: F.layer_norm(x, (5,), w), (4, 5), {"normalized_shape": [5], "eps": 1e-5})
        case("rms_norm", lambda x, w: rms_of(x, (5,), w, 1e-5), (4, 5), {"normalized_shape": [5], "eps": 1e-5})
        case("group_norm", lambda x, w: F.group_norm(x, 2, w), (4, 6), {"groups": 2, "eps": 1e-5})
        mode = {"training": True, "running": False, "momentum": 0.1, "eps": 1e-5, "batches": 0}
        case("batch_norm", lambda x, w: F.batch_norm(x, None, None, w, training=True), (4, 5), mode | {"channels_first": False})
        case("instance_norm", lambda x: F.instance_norm(x), (3, 2, 4), mode | {"channels_first": True}, weighted=False)
        case("weight_norm", lambda v, g: torch._weight_norm(v, g, 0), (4, 4), {})
