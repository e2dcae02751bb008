"""A family of cases, and how they are written.

A fixture is one JSON object a line, gzipped:
    name, op, options
    inputs: [{name, shape, data, grad?, views?, same_as?}]      data: base64 of little-endian float32
    outputs: [{name, shape, data, noise?, float_tolerance?}]    data: base64 of little-endian float64

Outputs are torch's answers in float64. The tolerance of an array is a share of its largest magnitude: 1e-10 in double,
1e-5 in float. `noise` is there where float32 cannot keep that: it is the largest difference between torch's own answers
in float32 and in float64 on this case, and the test allows NOISE_FACTOR times as much (in double 2^-29 of that, the
ratio of the two roundings). A case that this would make meaningless is refused here, unless `float_tolerance` states
what share is asked of us in float instead: where torch's float32 is no measure.
"""

import base64
import gzip
import json
import math
from array import array

import torch

from .draw import Draw

FLOAT_TOLERANCE = 1e-5
NOISE_FACTOR = 8
# What is tolerated stays below this share of the largest magnitude.
MOST_TOLERATED = 0.02


def encode(tensor, kind):
    values = array(kind, tensor.detach().to(torch.float64).reshape(-1).tolist())
    return base64.b64encode(values.tobytes()).decode()


class In:
    """An input: a leaf of ours and of torch, and the views through which the operation sees it."""

    def __init__(self, tensor, views=(), grad=True, same_as=None):
        self.tensor, self.views, self.grad, self.same_as = tensor, list(views), grad, same_as


def constant(tensor, views=()):
    return In(tensor, views, grad=False)


def through(tensor, views):
    for kind, *rest in views:
        if kind == "transpose":
            tensor = tensor.transpose(*rest)
        elif kind == "slice":
            axis, start, stop = rest
            tensor = tensor.narrow(axis, start, stop - start)
        else:
            axis, index = rest
            tensor = tensor.index_select(axis, torch.tensor(index))
    return tensor


def viewed(draw, make, *shape):
    """An input that the operation sees in this shape: transposed, cut out of or gathered from what make(*shape) gives."""
    seen_as, shape, views = shape, list(shape), []
    for _ in range(draw.choice([0, 1, 1, 2])):
        kind = draw.choice(["transpose", "slice", "gather"])
        if not shape or (kind == "transpose" and len(shape) < 2):
            continue
        axis = draw.random.randrange(len(shape))
        if kind == "transpose":
            other = draw.random.randrange(len(shape))
            shape[axis], shape[other] = shape[other], shape[axis]
            views.insert(0, ["transpose", axis, other])
        elif kind == "slice":
            start, size = draw.size(0, 2), shape[axis]
            shape[axis] = start + size + draw.size(0, 2)
            views.insert(0, ["slice", axis, start, start + size])
        else:
            size = shape[axis]
            shape[axis] = draw.size(1, size + 2)
            views.insert(0, ["gather", axis, draw.indices(shape[axis], size)])
    seen = In(make(*shape), views)
    seen.seen_as = seen_as
    return seen


class Family:
    def __init__(self, name):
        self.name = name
        self.cases = []
        self.names = set()

    def draw(self, name):
        return Draw(f"{self.name}/{name}")

    def add(self, name, op, inputs, f, options=None, **how):
        """A case of y = f(inputs in order): y, and the gradients of all inputs for a random cotangent. f may give a
        dictionary: y, and what else is to be compared."""
        inputs = {n: x if isinstance(x, In) else In(x) for n, x in inputs.items()}
        cotangent = []

        def answer(dtype):
            leaves = {}
            for n, x in inputs.items():
                leaves[n] = leaves[x.same_as] if x.same_as else x.tensor.to(dtype).clone().requires_grad_(x.grad)
            out = f(*(through(leaves[n], x.views) for n, x in inputs.items()))
            out = dict(out) if isinstance(out, dict) else {"y": out}
            if not cotangent:
                cotangent.append(self.draw(name + " cotangent").normal(*out["y"].shape))
            out["y"].backward(cotangent[0].to(dtype))
            for n, x in inputs.items():
                if x.grad and not x.same_as:
                    out[n + ".grad"] = torch.zeros_like(leaves[n]) if leaves[n].grad is None else leaves[n].grad
            return out

        self.record(name, op, inputs, answer, options, cotangent, **how)

    def record(self, name, op, inputs, answer, options=None, cotangent=(), special=False, float_tolerance=None):
        """A case whose answer(dtype) is given: a dictionary of tensors. `special`: it may be infinite or nan, as
        torch's float64 is. `float_tolerance`: what is asked of us in float where torch does worse."""
        whole = f"{self.name}/{name}"
        assert name not in self.names, f"{whole} stands twice"
        self.names.add(name)
        exact, coarse = answer(torch.float64), answer(torch.float32)
        inputs = {n: x if isinstance(x, In) else In(x) for n, x in inputs.items()}
        if cotangent:
            inputs["cotangent"] = constant(cotangent[0])
        self.cases.append({
            "name": whole,
            "op": op,
            "options": options or {},
            "inputs": [self.input(n, x) for n, x in inputs.items()],
            "outputs": [self.output(whole, n, exact[n], coarse[n], special, float_tolerance) for n in exact],
        })

    @staticmethod
    def input(name, x):
        entry = {"name": name}
        if x.same_as:
            entry["same_as"] = x.same_as
        else:
            assert torch.equal(x.tensor.nan_to_num(), x.tensor.to(torch.float32).to(torch.float64).nan_to_num())
            entry |= {"shape": list(x.tensor.shape), "data": encode(x.tensor, "f")}
        if x.grad:
            entry["grad"] = True
        if x.views:
            entry["views"] = x.views
        return entry

    @staticmethod
    def output(case, name, exact, coarse, special, float_tolerance):
        exact, coarse = exact.detach(), coarse.detach().to(torch.float64)
        assert exact.dtype == torch.float64 and exact.shape == coarse.shape, f"{case}: {name}"
        entry = {"name": name, "shape": list(exact.shape), "data": encode(exact, "d")}
        assert special or bool(torch.isfinite(exact).all()), f"{case}: {name} is not finite"
        if float_tolerance:
            entry["float_tolerance"] = float_tolerance
        else:
            assert torch.equal(torch.isfinite(exact), torch.isfinite(coarse)), f"{case}: {name} overflows in float32 only"
        finite = torch.isfinite(exact) & torch.isfinite(coarse)
        if not finite.any():
            return entry
        scale = float(exact[finite].abs().max())
        noise = float((exact - coarse)[finite].abs().max())
        if NOISE_FACTOR * noise > FLOAT_TOLERANCE * scale:
            # Below this an array is a residue of cancellation, with nothing in it but rounding.
            if scale > 1e-6 and not float_tolerance:
                assert NOISE_FACTOR * noise < MOST_TOLERATED * scale, f"{case}: {name} proves nothing, {noise=} {scale=}"
            entry["noise"] = math.ldexp(math.ceil(math.ldexp(noise, k := 8 - math.frexp(noise)[1])), -k)
        return entry

    def write(self, folder):
        text = "".join(json.dumps(case, separators=(",", ":")) + "\n" for case in self.cases)
        data = gzip.compress(text.encode(), compresslevel=9, mtime=0)
        (folder / f"{self.name}.jsonl.gz").write_bytes(data)
        return len(data)
