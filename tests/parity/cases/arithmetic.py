"""+ - * / and negation, pow, maximum, where, masked_fill: broadcasting, numbers, one operand twice, kinks."""

import math

import torch

from .fixture import Family, In, constant, viewed

OPERATIONS = {
    "add": (lambda a, b: a + b, "normal", "normal"),
    "subtract": (lambda a, b: a - b, "normal", "normal"),
    "multiply": (lambda a, b: a * b, "normal", "normal"),
    "divide": (lambda a, b: a / b, "normal", "nonzero"),
    "pow": (lambda a, b: a**b, "positive", "normal"),
    "maximum": (torch.maximum, "normal", "normal"),
}


def family():
    f = Family("arithmetic")
    for op in OPERATIONS:
        binary(f, op)
        numbers(f, op)
    unary(f)
    edges(f)
    masks(f)
    return f


def binary(f, op):
    function, left, right = OPERATIONS[op]

    def case(name, inputs):
        f.add(f"{op} {name}", op, inputs, function)

    def makers(name):
        draw = f.draw(f"{op} {name}")
        return draw, getattr(draw, left), getattr(draw, right)

    for i in range(7):
        name = f"broadcast {i}"
        draw, a, b = makers(name)
        shape_a, shape_b = draw.broadcastable()
        case(name, {"a": viewed(draw, a, *shape_a), "b": viewed(draw, b, *shape_b)})
    for shape in [(), (1,), (37,), (3, 17), (2, 3, 2, 3), (0, 3)]:
        name = f"of shape {shape}"
        draw, a, b = makers(name)
        case(name, {"a": a(*shape), "b": b(*shape)})
    _, a, b = makers("row and column")
    case("row and column", {"a": a(1, 33), "b": b(5, 1)})
    _, a, b = makers("with a scalar")
    case("with a scalar", {"a": a(4, 5), "b": b()})
    _, a, b = makers("twice the same")
    base = b if op == "divide" else a
    case("twice the same", {"a": base(3, 5), "b": In(None, same_as="a")})
    draw, a, b = makers("with its transpose")
    base = b if op == "divide" else a
    case("with its transpose", {"a": base(4, 4), "b": In(None, [["transpose", 0, 1]], same_as="a")})
    _, a, b = makers("left constant")
    case("left constant", {"a": constant(a(3, 1)), "b": b(3, 6)})
    _, a, b = makers("right constant")
    case("right constant", {"a": a(3, 6), "b": constant(b(6))})


def numbers(f, op):
    function, left, right = OPERATIONS[op]
    for number in [1.75, -0.6, 3.0]:
        draw = f.draw(f"{op} number {number}")
        x = getattr(draw, left)(4, 5)
        f.add(f"{op} number {number} on the right", op, {"a": x},
              lambda a: function(a, torch.tensor(number, dtype=a.dtype)), {"right": number})
        if op in ("pow", "maximum"):
            continue
        x = getattr(draw, right)(4, 5)
        f.add(f"{op} number {number} on the left", op, {"b": x},
              lambda b: function(torch.tensor(number, dtype=b.dtype), b), {"left": number})


def unary(f):
    for shape in [(), (19,), (2, 3, 4), (0,)]:
        f.add(f"negate {shape}", "negate", {"a": f.draw(f"negate {shape}").normal(*shape)}, lambda a: -a)


def edges(f):
    draw = f.draw("edges")
    bases = torch.tensor([0.0, -0.0, 0.0, 0.0, 2.0, -2.0, -2.0, -1.5, 1.0, 1.0, -1.0], dtype=torch.float64)
    exponents = torch.tensor([0.0, 1.0, 2.0, 0.5, 0.0, 2.0, 3.0, -1.0, math.inf, 5.0, -2.0], dtype=torch.float64)
    # A negative base has no gradient for its exponent: nan in both.
    f.add("pow at its edges", "pow", {"a": bases, "b": exponents}, lambda a, b: a**b, special=True)
    for number in [0.0, 1.0, 2.0, 3.0, -1.0, 0.5]:
        f.add(f"pow of zeros and negatives to the number {number}", "pow",
              {"a": torch.tensor([0.0, 1.5, -2.0 if number != 0.5 else 2.0, -1.0 if number != 0.5 else 1.0],
                                 dtype=torch.float64)},
              lambda a: a**number, {"right": number}, special=True)
    infinities = torch.tensor([1.0, -1.0, 0.0, math.inf, -math.inf, 3.0, math.nan, math.inf], dtype=torch.float64)
    others = torch.tensor([0.0, 0.0, 0.0, 2.0, math.inf, -math.inf, 1.0, math.inf], dtype=torch.float64)
    for op in ["add", "subtract", "multiply", "divide"]:
        f.add(f"{op} at infinity and nan", op, {"a": infinities, "b": others}, OPERATIONS[op][0], special=True)
    f.add("maximum of equals", "maximum", {"a": draw.small_integers(-1, 1, 4, 6), "b": draw.small_integers(-1, 1, 4, 6)},
          torch.maximum)
    f.add("maximum with nan and infinity", "maximum",
          {"a": infinities, "b": torch.tensor([math.nan, 1.0, -0.0, 1.0, 1.0, math.inf, 2.0, math.nan], dtype=torch.float64)},
          torch.maximum, special=True)
    f.add("maximum with itself", "maximum", {"a": draw.normal(3, 4), "b": In(None, same_as="a")}, torch.maximum)


def masks(f):
    for i in range(8):
        name = f"where {i}"
        draw = f.draw(name)
        shape_a, shape_b = draw.broadcastable()
        whole = torch.broadcast_shapes(shape_a, shape_b)
        mask = draw.small_integers(0, 1, *(whole if i % 2 else whole[-1:]))
        f.add(name, "where",
              {"mask": constant(mask), "a": viewed(draw, draw.normal, *shape_a), "b": viewed(draw, draw.normal, *shape_b)},
              lambda mask, a, b: torch.where(mask != 0, a, b))
    draw = f.draw("where with a number")
    f.add("where with a number", "where", {"mask": constant(draw.small_integers(0, 1, 3, 4)), "a": draw.normal(3, 4)},
          lambda mask, a: torch.where(mask != 0, a, torch.tensor(0.25, dtype=a.dtype)), {"right": 0.25})
    f.add("where between equals", "where",
          {"mask": constant(draw.small_integers(0, 1, 3, 4)), "a": draw.normal(3, 4), "b": In(None, same_as="a")},
          lambda mask, a, b: torch.where(mask != 0, a, b))
    spoiled = draw.normal(3, 4)
    spoiled[0, 1], spoiled[2, 2], mask = math.nan, math.inf, torch.ones(3, 4, dtype=torch.float64)
    mask[0, 1] = mask[2, 2] = 0
    f.add("where leaves nan and infinity behind", "where",
          {"mask": constant(mask), "a": spoiled, "b": draw.normal(3, 4)}, lambda mask, a, b: torch.where(mask != 0, a, b))
    f.add("masked_fill over nan and infinity", "masked_fill", {"x": spoiled, "mask": constant(1 - mask)},
          lambda x, mask: x.masked_fill(mask != 0, 2.0), {"value": "2"})
    for i, value in enumerate([0.0, -1.5, -math.inf]):
        name = f"masked_fill {i}"
        draw = f.draw(name)
        shape = draw.shape(3, 2, 5)
        f.add(name, "masked_fill",
              {"x": viewed(draw, draw.normal, *shape),
               "mask": constant(draw.small_integers(0, 1, *(shape if i else shape[-2:])))},
              lambda x, mask: x.masked_fill(mask != 0, value), {"value": str(value)}, special=True)
