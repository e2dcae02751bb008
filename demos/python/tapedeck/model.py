"""What Python adds to the classes of the library: slices, Sequential, members by their names."""

import copy
import functools
from numbers import Integral

import numpy as np

from . import _core as functions


def take_tuple(optimizer):
    """What an optimizer is given it keeps alive: a tuple, which nobody can empty. Any iterable makes one."""
    init = optimizer.__init__

    @functools.wraps(init)
    def with_tuple(self, parameters, *rest, **options):
        init(self, tuple(parameters), *rest, **options)

    optimizer.__init__ = with_tuple


def copy_exactly(layer):
    """A layer's copy.deepcopy takes what was added in Python along, and refuses what was derived from it."""
    copied = layer.__deepcopy__

    def deepcopy(self, memo):
        if type(self) is not layer:
            raise TypeError(f"a {type(self).__name__} can't be copied: make a new one, and save and load its numbers.")
        other = memo[id(self)] = copied(self, memo)
        other.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return other

    layer.__deepcopy__ = deepcopy


def kind_of(it):
    return repr(it) if it is None or it is Ellipsis or isinstance(it, (bool, float, str)) else type(it).__name__


def finish(core, names):
    """Completes the classes of one number type, and puts its Sequential among these names."""
    module, variable = core.Module, core.Variable

    def getitem(self, key):
        """x[2], x[1:3], x[:, 0]: slices with a step of 1, and single indices."""
        parts, steps = key if isinstance(key, tuple) else (key,), []
        if len(parts) > len(self.shape):
            raise IndexError(f"{len(self.shape)} axes have no index {key!r}")
        for axis, (part, size) in enumerate(zip(parts, self.shape)):
            if isinstance(part, slice):
                start, stop, step = part.indices(size)
                if step != 1:
                    raise IndexError("slices on a tape have a step of 1; td.gather takes single elements")
                steps.append((start, max(start, stop)))
            elif not isinstance(part, Integral) or isinstance(part, bool):
                raise TypeError(f"an index on a tape is an integer or a slice, not {kind_of(part)}; td.gather takes elements by an array.")
            elif not -size <= part < size:
                raise IndexError(f"index {part} of axis {axis}, which has {size}")
            else:
                steps.append((int(part) % size, None))
        y, axis = self, 0  # nothing is recorded before all parts are good
        for start, stop in steps:
            if stop is None:
                y = functions.slice(y, axis, start, start + 1)
                y = functions.reshape(y, y.shape[:axis] + y.shape[axis + 1 :])
                continue
            if (start, stop) != (0, y.shape[axis]):
                y = functions.slice(y, axis, start, stop)
            axis += 1
        return y

    def length(self):
        if not self.shape:
            raise TypeError("a Variable without axes has no length; .item() is its number.")
        return self.shape[0]

    def show(self):
        return f"{self.text}, {self.shape}\n{self.value}"

    variable.__getitem__ = getitem
    variable.__iter__ = lambda self: iter([self[i] for i in range(len(self))])
    variable.__len__ = length
    variable.__array__ = lambda self, dtype=None, copy=None: np.array(self.value, dtype)  # records nothing
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

    def assign(self, name, it):
        """An array takes no parameter's place, and a parameter of the library's modules stays where it is."""
        here = self.__dict__.get(name)
        if name in inner(self) if of_the_library(type(self)) else isinstance(here, core.Parameter) and not (
            it is None or isinstance(it, (core.Parameter, module))
        ):
            whole = f"{name}[:]" if isinstance(getattr(self, name), np.ndarray) else f"{name}.value"
            raise TypeError(f"{type(self).__name__}.{name} is a parameter or a buffer: its numbers are set by .{whole} = array.")
        object.__setattr__(self, name, it)

    def inner(self):
        return [path for path, _ in self.named_parameters() + self.named_buffers()]

    @functools.cache
    def of_the_library(kind):
        """Whether C++ has its members: Linear, and not what is derived from Module in Python."""
        return any(base.__module__.startswith(core.__name__) and base is not module for base in kind.__mro__)

    # Made whole by __new__, a module can be used before, or without, super().__init__().
    make, init = module.__new__, module.__init__

    def new(cls, *_, **__):
        self = make(cls)
        if not of_the_library(cls):
            init(self)
        return self

    def deepcopy(self, memo):
        other = memo[id(self)] = type(self).__new__(type(self))
        other.train(self.training)
        other.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return other

    for layer in list(vars(core).values()):
        if isinstance(layer, type) and issubclass(layer, module) and layer is not module:
            copy_exactly(layer)
    module.__new__ = staticmethod(new)
    module.__init__ = lambda self: None
    module.__deepcopy__ = deepcopy
    module.__setattr__ = assign
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
    for name in ("SGD", "Adam", "AdamW", "RMSProp"):
        take_tuple(getattr(core, name))
