"""Random tensors, shapes and choices: the same in every run, and those of one case independent of all others."""

import random
import zlib

import torch


def rounded(x):
    """To float and back to double: both precisions see the same numbers."""
    return x.to(torch.float32).to(torch.float64)


class Draw:
    """Seeded by the case's name, so that adding a case leaves the others as they are."""

    def __init__(self, name):
        seed = zlib.crc32(name.encode())
        self.generator = torch.Generator().manual_seed(seed)
        self.random = random.Random(seed)

    def normal(self, *shape, scale=1.0, offset=0.0):
        return rounded(torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale + offset)

    def uniform(self, low, high, *shape):
        return rounded(low + (high - low) * torch.rand(shape, generator=self.generator, dtype=torch.float64))

    def positive(self, *shape):
        return self.uniform(0.3, 2.5, *shape)

    def nonzero(self, *shape):
        """Of either sign, and away from 0: for divisors, and for kinks there."""
        sign = torch.randint(0, 2, shape, generator=self.generator).to(torch.float64) * 2 - 1
        return rounded(self.positive(*shape) * sign)

    def small_integers(self, low, high, *shape):
        return torch.randint(low, high + 1, shape, generator=self.generator).to(torch.float64)

    def distinct(self, *shape):
        """No two equal or close: where an order decides."""
        n = 1
        for size in shape:
            n *= size
        return rounded((torch.randperm(n, generator=self.generator).to(torch.float64) - n / 2) * 0.37).reshape(shape)

    def size(self, low=1, high=5):
        return self.random.randint(low, high)

    def shape(self, rank, low=1, high=5):
        return tuple(self.size(low, high) for _ in range(rank))

    def choice(self, options):
        return self.random.choice(options)

    def indices(self, n, count):
        return [self.random.randrange(n) for _ in range(count)]

    def broadcastable(self):
        """Two shapes that broadcast: ones and left out dimensions at random."""
        whole = self.shape(self.size(2, 4), 2, 5)
        pair = []
        for _ in range(2):
            kept = [1 if self.random.random() < 0.3 else n for n in whole]
            pair.append(tuple(kept[self.random.randint(0, len(kept) - 1) if self.random.random() < 0.5 else 0:]))
        return pair
