"""The printers in lldb, which imports this file as a script: it drives the program, and says "All as expected"."""

import os
import sys
import traceback

import lldb

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


def line(mark):
    with open(os.path.join(here, "program.cpp"), encoding="utf-8") as file:
        return next(i for i, text in enumerate(file, 1) if text.rstrip().endswith(f"// at: {mark}"))


def said(debugger, command):
    result = lldb.SBCommandReturnObject()
    # While a script is imported, commands are about what was selected when that began.
    frame = debugger.GetSelectedTarget().GetProcess().GetSelectedThread().GetSelectedFrame()
    debugger.GetCommandInterpreter().HandleCommand(command, lldb.SBExecutionContext(frame), result)
    return (result.GetOutput() or "") + (result.GetError() or "")


def expect(got, *parts):
    for part in parts:
        assert part in got, f"expected: {part}\n     got: {got}"


def test(debugger, unoptimised):
    say = lambda command: said(debugger, command)
    say(f"command script import {root}/demos/gdb/in_lldb.py")
    target = debugger.GetSelectedTarget()
    debugger.SetAsync(False)
    for mark in ("before the tape is constructed", "everything", "after backward", "a stale variable"):
        target.BreakpointCreateByLocation("program.cpp", line(mark))
    information = lldb.SBLaunchInfo([])
    # A container may not let it be turned off.
    information.SetLaunchFlags(information.GetLaunchFlags() & ~lldb.eLaunchFlagDisableASLR)
    information.AddOpenFileAction(1, os.devnull, False, True)
    error = lldb.SBError()
    process = target.Launch(information, error)
    assert error.Success() and process.GetState() == lldb.eStateStopped, error
    assert "Traceback" not in say("frame variable tape both loss")
    process.Continue()
    expect(say("frame variable small"), "small = (2, 2) [[1, 2.5], [-3, 0.1]]")
    expect(say("frame variable large"), "(20, 30) [[1, 2, ..., 3], [0.5, 0.5, ..., 0.5], ..., [0.5, 0.5, ..., -4]], -4 to 3")
    expect(say("frame variable strange"), "1 not finite")
    expect(say("frame variable loss"), "#16, MSELoss (program.cpp:", "gradient none yet", "value = () 1.88")
    if unoptimised:
        expect(say("frame variable shape"), "shape = (4, 5)")
        expect(say("frame variable vector"), "{0.25, 0.25, 0.25}")
        expect(say("frame variable where"), "program.cpp:", "in show_values")
        expect(say("frame variable parameter"), '"weight", (2, 2)', "value = (2, 2) [[1, 2.5], [-3, 0.1]]", "grad = (2, 2) [[0, 0]")
        expect(say("frame variable entry"), "#16, MSELoss (program.cpp:")
        expect(say("frame variable nowhere"), "on no tape")
    process.Continue()
    expect(say("frame variable tape"), "tape of 17 entries, float", '[0] = #0, Input "x" (program.cpp:',
           '[11] = #11, WrongTanh "h" in net (program.cpp:', "[6] = #6, LayerNorm in net/norm (program.cpp:", "grad = (3, 4) [[")
    process.Continue()
    expect(say("frame variable stale"), "#16 of before a rewind")
    process.Kill()


def __lldb_init_module(debugger, _):
    try:
        program = debugger.GetSelectedTarget().GetExecutable().GetFilename()
        test(debugger, program != "debugged_og")
        print("All as expected")
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
