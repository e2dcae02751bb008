# What lldb needs to show a tape: the same printers as gdb's.
#     lldb -o "command script import demos/gdb/in_lldb.py" program
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def __lldb_init_module(debugger, _):
    from tapedeck_debug.for_lldb import printers

    # lldb looks the printers up by name, beginning at what its own interpreter has imported.
    debugger.HandleCommand("script import tapedeck_debug.for_lldb.printers")
    printers.register(debugger)
