"""What is measured, and what must be reached: the benchmark's data."""

NORMS = ("layer", "batch", "none")


class Work:
    """A training step. `ours` and `theirs` are rows: a label behind the peer's name, and the model to ask for."""

    def __init__(self, title, batch, sizes, ours, theirs, large=False):
        self.title, self.batch, self.sizes = title, batch, sizes
        self.ours, self.theirs = ours, theirs
        self.large = large  # on two threads as well

    def question(self, model, norm):
        """What a peer is asked, behind the time; see protocol.hpp."""
        return f"{model} {norm} {self.batch} {' '.join(map(str, self.sizes))}"


MLP = {"": "mlp"}
WORKS = [
    Work("MLP 2-16-16-1, batch 32", 32, (2, 16, 16, 1), MLP, MLP),
    Work("MLP 64-64-64-10, batch 32", 32, (64, 64, 64, 10), MLP, MLP),
    # nn.RNN has no norm, and it is a peer of both of ours.
    Work("RNN 50 x 64, batch 32", 32, (50, 2, 64), {"": "rnn", ", RNNCell": "rnn_cell"},
         {"": "rnn", ", nn.RNN": "rnn_cell"}),  # fmt: skip
    Work("MLP 784-1000-1000-10, batch 128", 128, (784, 1000, 1000, 10), MLP, MLP, large=True),
    Work("MLP 784-1000-1000-10, batch 4", 4, (784, 1000, 1000, 10), MLP, MLP, large=True),
]

# By work and row of ours, on one thread: the ratio of PyTorch 2.6's best form to ours, at least, with LayerNorm and
# with BatchNorm or none; and at most this multiple of the floor.
TARGETS = {
    ("MLP 2-16-16-1, batch 32", ""): {"layer": 40, "other": 32, "floor": None},
    ("MLP 64-64-64-10, batch 32", ""): {"layer": 12, "other": 10, "floor": 2.0},
    ("RNN 50 x 64, batch 32", ""): {"layer": 7.5, "other": 6, "floor": 1.6},
    ("MLP 784-1000-1000-10, batch 128", ""): {"layer": 1.45, "other": 1.45, "floor": 1.15},
    ("MLP 784-1000-1000-10, batch 4", ""): {"layer": 1.6, "other": 1.5, "floor": 1.3},
}


def target(title, row, norm):
    """(ratio at least, multiple of the floor at most); None where there is none."""
    found = TARGETS.get((title, row), {})
    return found.get("layer" if norm == "layer" else "other"), found.get("floor")
