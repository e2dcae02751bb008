"""matmul in all its forms of rank, and linear."""

import torch
import torch.nn.functional as F

from .fixture import Family, In, constant, viewed

# The shapes of a and b, in letters: the same letter is the same size. 1 is 1.
FORMS = ["k k", "k km", "nk k", "nk km", "ank k", "ank km", "k akm", "nk akm", "ank akm", "abnk bkm", "ank bakm",
         "abnk km", "abnk k", "abnk a1km", "a1nk bkm", "1nk akm", "ank 1km", "abnk abkm", "nk abkm"]


def family():
    f = Family("matmul")
    for form in FORMS:
        for i in range(2):
            name = f"matmul {form} {i}"
            draw = f.draw(name)
            sizes = {letter: draw.size(1 + i, 6) for letter in "abnkm"} | {"1": 1}
            a, b = ([sizes[letter] for letter in word] for word in form.split())
            if i:
                a, b = viewed(draw, draw.normal, *a), viewed(draw, draw.normal, *b)
            else:
                a, b = draw.normal(*a), draw.normal(*b)
            f.add(name, "matmul", {"a": a, "b": b}, torch.matmul)
    draw = f.draw("larger")
    f.add("matmul larger", "matmul", {"a": draw.normal(17, 40), "b": draw.normal(40, 19)}, torch.matmul)
    f.add("matmul with itself", "matmul", {"a": draw.normal(5, 5), "b": In(None, same_as="a")}, torch.matmul)
    f.add("matmul with its transpose", "matmul",
          {"a": draw.normal(4, 6), "b": In(None, [["transpose", 0, 1]], same_as="a")}, torch.matmul)
    f.add("matmul left constant", "matmul", {"a": constant(draw.normal(4, 6)), "b": draw.normal(6, 3)}, torch.matmul)
    f.add("matmul right constant", "matmul", {"a": draw.normal(2, 4, 6), "b": constant(draw.normal(6, 3))}, torch.matmul)
    for a, b in [((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (3, 0)), ((0, 2, 3), (3, 2)), ((2, 2, 0), (2, 0, 3)), ((0,), (0,))]:
        f.add(f"matmul of nothing {a} {b}", "matmul",
              {"a": torch.zeros(a, dtype=torch.float64), "b": torch.zeros(b, dtype=torch.float64)}, torch.matmul)
    a, b = draw.normal(3, 4), draw.normal(4, 2)
    a[0, 1], a[1, 2], b[3, 1], b[2, 0] = float("inf"), float("nan"), -float("inf"), 0.0
    f.add("matmul with infinities and nan", "matmul", {"a": a, "b": b}, torch.matmul, special=True)
    linear(f)
    return f


def linear(f):
    for i, lead in enumerate([(), (1,), (7,), (0,), (2, 3), (3, 1, 2), (33,)]):
        for bias in [True, False]:
            name = f"linear of {lead}{' with bias' if bias else ''}"
            draw = f.draw(name)
            inside, outside = draw.size(1, 9), draw.size(1, 9)
            inputs = {"x": viewed(draw, draw.normal, *lead, inside) if 0 not in lead else draw.normal(*lead, inside),
                      "weight": viewed(draw, draw.normal, outside, inside) if i % 2 else draw.normal(outside, inside)}
            if bias:
                inputs["bias"] = draw.normal(outside)
            f.add(name, "linear", inputs, F.linear)
    draw = f.draw("linear constant")
    f.add("linear of data", "linear",
          {"x": constant(draw.normal(5, 4)), "weight": draw.normal(3, 4), "bias": draw.normal(3)}, F.linear)
    f.add("linear of a fixed weight", "linear",
          {"x": draw.normal(5, 4), "weight": constant(draw.normal(3, 4)), "bias": constant(draw.normal(3))}, F.linear)
    f.add("linear of its own weight", "linear", {"x": draw.normal(4, 4), "weight": In(None, same_as="x")}, F.linear)
