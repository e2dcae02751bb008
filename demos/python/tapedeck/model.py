"""What Python adds to the classes of the library: slices, Sequential, members by their names."""

from . import _core as functions


def finish(core, names):
    """Completes the classes of one number type, and puts its Sequential among these names."""
    module, variable = core.Module, core.Variable

    def getitem(self, key):
        """x[2], x[1:3], x[:, 0]: slices with a step of 1, and single indices."""
        y, axis = self, 0
        for part in key if isinstance(key, tuple) else (key,):
            if axis >= len(y.shape):
                raise IndexError(f"{len(self.shape)} axes have no index {key!r}")
            size = y.shape[axis]
            if isinstance(part, slice):
                start, stop, step = part.indices(size)
                if step != 1:
                    raise IndexError("slices on a tape have a step of 1; td.gather takes single elements")
                if (start, stop) != (0, size):
                    y = functions.slice(y, axis, start, max(start, stop))
                axis += 1
            else:
                at = part + size if part < 0 else part
                if not 0 <= at < size:
                    raise IndexError(f"index {part} of axis {axis}, which has {size}")
                y = functions.slice(y, axis, at, at + 1)
                y = functions.reshape(y, y.shape[:axis] + y.shape[axis + 1 :])
        return y

    def show(self):
        return f"{self.text}, {self.shape}\n{self.value}"

    variable.__getitem__ = getitem
    variable.__iter__ = lambda self: iter([self[i] for i in range(len(self))])
    variable.__len__ = lambda self: self.shape[0] if self.shape else 1
    variable.__float__ = variable.item
    variable.__bool__ = lambda self: bool(self.value)
    variable.__repr__ = show
    # Handles are equal when they are of one entry: tape[3] == h.
    variable.__eq__ = lambda self, other: (
        isinstance(other, variable) and self.tape is other.tape and self.index == other.index
    )
    variable.__hash__ = lambda self: hash(self.index)
    variable.T = property(functions.transpose)

    def parameters(self):
        """All parameters, in the order in which the members were assigned."""
        return [p for _, p in self.named_parameters()]

    def member(self, name):
        """Weights and statistics of the library's modules by their names."""
        if not name.startswith("_"):
            for path, it in self.named_parameters() + self.named_buffers():
                if path == name:
                    return it
        raise AttributeError(f"{type(self).__name__} has no member {name!r}")

    module.parameters = parameters
    module.__getattr__ = member
    module.__dir__ = lambda self: object.__dir__(self) + [
        path for path, _ in self.named_parameters() + self.named_buffers() if "." not in path
    ]
    module.__repr__ = module.summary

    class Sequential(module):
        """Modules one after the other: Sequential(fc1=Linear(2, 16, rng), act=Tanh()), or without names."""

        def __init__(self, *modules, **named):
            super().__init__()
            self._names = []
            for i, it in enumerate(modules):
                self.add(str(i), it)
            for name, it in named.items():
                self.add(name, it)

        def add(self, name, it):
            """Takes a module in under this name; returns the Sequential."""
            if not name or "." in name or "/" in name:
                raise functions.ValueError(f'Sequential.add("{name}"): a name is not empty and has neither \'.\' nor \'/\'.')
            if name in self._names:
                raise functions.ValueError(f'Sequential.add("{name}"): the name is taken; give each module its own.')
            setattr(self, name, it)
            self._names.append(name)
            return self

        def forward(self, x):
            for name in self._names:
                x = self.__dict__[name](x)
            return x

        def __len__(self):
            return len(self._names)

        def __getitem__(self, i):
            return self.__dict__[self._names[i]]

    core.Sequential = names["Sequential"] = Sequential
