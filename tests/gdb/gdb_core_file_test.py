"""A core file has memory, and nothing that runs."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath((lambda: 0).__code__.co_filename)))

from testing import *  # noqa: E402


def test():
    run_to("a paused pass")
    with tempfile.TemporaryDirectory() as folder:
        core = os.path.join(folder, "core")
        gdb.execute(f"generate-core-file {core}", to_string=True)
        live = {command: said(command) for command in ("tape", "tape where", "print tape", "print pass", "print net.norm")}
        gdb.execute("kill", to_string=True)
        gdb.execute(f"core-file {core}", to_string=True)
        for command, text in live.items():
            expect_equal(said(command).split(" = ", 1)[-1], text.split(" = ", 1)[-1])
        expect(said("tape entry 6"), "entry #6, LayerNorm in net/norm", "value     (3, 4) [[")
        expect(said("tape check"), "lets the program compute, and this one does not run")
        gdb.execute("core-file", to_string=True)


run(test)
