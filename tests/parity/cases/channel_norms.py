"""batch_norm, group_norm, instance_norm: by channel."""

import torch
import torch.nn.functional as F

from .fixture import In, constant, viewed
from .norm_tools import EVERY_AFFINE, affine, far, named


def batch_norm(f):
    def case(name, x, names, training, running, momentum=0.1, eps=1e-5, **how):
        channels = x.seen_as[1] if isinstance(x, In) else x.shape[1]
        draw = f.draw(name + " affine")
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

    modes = [(True, True, 0.1), (True, True, None), (True, False, 0.1), (False, True, 0.1), (False, False, 0.1)]
    for i, shape in enumerate([(4, 3), (2, 5), (33, 2), (3, 2, 4), (1, 3, 5), (2, 17, 3), (5, 1), (4, 1, 3)]):
        # Of the later shapes every other one.
        for training, running, momentum in modes[i % 2::1 + i // 4]:
            for names in [EVERY_AFFINE[3], EVERY_AFFINE[i % 4]][:1 + (i < 3)]:
                name = (f"batch_norm {shape} {'training' if training else 'eval'} {'with' if running else 'without'} "
                        f"statistics, momentum {momentum}, {' '.join(names)}")
                if name in f.names:
                    continue
                draw = f.draw(name)
                case(name, viewed(draw, draw.normal, *shape) if i % 2 else draw.normal(*shape), names, training, running, momentum)
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
