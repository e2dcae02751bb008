"""Tapedeck: an autodiff tape that you can pause, step and play again.

    import tapedeck as td

    tape = td.Tape()                            # float32; td.float64 has the same names in double precision
    x = tape.variable([0.5, -1.0], "x")
    loss = td.sum(td.tanh(x) * 2)
    tape.backward(loss)
    x.grad                                      # a NumPy array
    tape[1].rule                                # "dx = dy * (1 - y^2)"

Names, defaults and errors are those of the C++ library. An array that you take out looks into the tape's
memory, without a copy: a second backward or play() over the same recording changes it, rewind() does not.
`.copy()` what you keep over many steps: an array holds all the memory of its recording.
After `w.value[:] = ...` between forward and backward call `w.changed()`, so that backward refuses; `w.value = ...` does.
"""

from . import _core
from ._core import *  # noqa: F401, F403
from .model import finish as _finish
from .notebook import compile_and_run, run_demo, show_deck  # noqa: F401

float64 = _core.float64
_finish(_core, globals())
_finish(float64, vars(float64))
for _name, _it in vars(_core).items():  # functions take either
    if not _name.startswith("_") and not hasattr(float64, _name):
        setattr(float64, _name, _it)


def path_sizes(paths):
    """How the paths of a normalization's gradient meet, as lengths and shares: of what paths(v) gives."""
    return paths.sizes


def load_ipython_extension(shell):
    """%load_ext tapedeck: the %%cpp cells, and the cells' numbers in place of files' names."""
    from . import magic

    _core.name_cells(shell.compile._filename_map)
    magic.register(shell)
