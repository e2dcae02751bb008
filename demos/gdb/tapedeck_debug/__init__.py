"""What a debugger shows of Tapedeck. memory.py says what a debugger must offer; values.py and tape.py read the
program's objects through it, and text.py words them; for_gdb/ and for_lldb/ are the two debuggers' sides."""
