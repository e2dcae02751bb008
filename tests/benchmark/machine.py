"""The machine that the numbers are from."""

import datetime
import os
import platform

SETS = ("sse4_2", "avx2", "avx512f")


def machine():
    """The processor, the widest instruction set of those that matter here, its cores, the load, and the day."""
    name, sets = platform.machine(), []
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            fields = [line.split(":", 1) for line in file if ":" in line]
    except OSError:
        fields = []
    for key, value in fields:
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() == "flags":
            sets = [s for s in SETS if s in value.split()]
    return {"processor": name, "instruction_set": sets[-1] if sets else "unknown", "cores": os.cpu_count(),
            "load": os.getloadavg()[0], "date": datetime.date.today().isoformat()}  # fmt: skip


def as_text(found):
    text = f"{found['processor']}, {found['cores']} cores, {found['instruction_set']}; {found['date']}"
    # Ours is none of it yet.
    if found["load"] > 0.5:
        text += f"; load {found['load']:.1f}: others are at work on this machine"
    return text
