# What gdb needs to show a tape: printers, the command `tape`, and a list of what `step` skips.
#     gdb -x demos/gdb/in_gdb.py program        or, in gdb: source demos/gdb/in_gdb.py
# It stands among the demos because it is what runs them under a debugger; the library knows nothing of it.
import os
import sys

sys.dont_write_bytecode = True
# gdb's __file__ is the outermost file, when one sources another.
here = (lambda: 0).__code__.co_filename
sys.path.insert(0, os.path.dirname(os.path.abspath(here)))

import tapedeck_debug.for_gdb.breakpoints  # noqa: E402  its command calls it by this name
from tapedeck_debug.for_gdb import commands, printers, skips  # noqa: E402

printers.register()
commands.register()
skips.register()
