#!/usr/bin/python3
"""Draws the benchmark's JSON: microseconds a step, with LayerNorm, as bars on a logarithmic scale."""

import json
import subprocess
import sys

from measure import middle

COLOURS = {"Tapedeck": "#0072b2", "floor": "#7f7f7f", "PyTorch": "#d55e00", "torch.compile": "#e69f00",
           "libtorch": "#cc79a7", "tiny-dnn": "#009e73"}  # fmt: skip


def colour(name):
    return next((c for start, c in COLOURS.items() if name.startswith(start)), "#000000")


def time_text(microseconds):
    return f"{microseconds:.3g} us" if microseconds < 1000 else f"{microseconds / 1000:.3g} ms"


def bars(data, norm="layer"):
    """(work, [(name, microseconds)], the fastest first) for each work on one thread, pinned."""
    versions = {name: it["version"].split("+")[0] for name, it in data["peers"].items()}
    for result in data["results"]:
        if result["norm"] != norm or result["threads"] != 1 or not result["pinned"]:
            continue
        found = [(name.replace("libtorch", f"libtorch {versions['libtorch']}") if name.startswith("libtorch") and
                  "2.6" not in name else name, middle(times) * 1e6)
                 for name, times in result["seconds"].items() if middle(times)]  # fmt: skip
        if found:
            yield result["work"], sorted(found, key=lambda bar: bar[1])


def quoted(text):
    return '"' + text.replace("\\", "").replace('"', "'") + '"'


def script(data, to):
    """What gnuplot is given."""
    rows, labels, y = [], [], 0
    groups = list(bars(data))
    if not groups:
        raise ValueError("there is no pinned run on one thread to draw")
    for work, found in groups:
        labels.append((y - 0.1, f"{{/:Bold {work}}}"))
        y += 1
        for name, value in found:
            rows.append((y, name, value))
            y += 1
        y += 0.6
    least = min(value for _, _, value in rows) / 2
    most = max(value for _, _, value in rows) * 6
    machine = f"{data['machine']['processor']}, OpenBLAS pinned to {data['pinned']}, {data['machine']['date']}"
    lines = [
        f'set terminal svg size 900,{int(20 * y + 110)} enhanced font "sans-serif,13" background "#ffffff"',
        f"set output {quoted(to)}",
        "set logscale x", f"set xrange [{least:g}:{most:g}]", f"set yrange [{y - 0.4}:-1]",
        "set lmargin 26", "set rmargin 2", "set border 1", "unset ytics", "unset key",
        "set xtics nomirror (" + ", ".join(f'"{time_text(10.0**k)}" {10.0**k:g}' for k in range(-1, 7)) + ")",
        "set grid xtics lc rgb '#dddddd'",
        f"set title {quoted('A training step with LayerNorm, Adam, float, 1 thread (time, logarithmic)')}",
        f"set xlabel {quoted(machine)} noenhanced",
    ]  # fmt: skip
    for at, text in labels:
        lines.append(f"set label {quoted(text)} at graph 0, first {at} left offset -24,0")
    for at, name, value in rows:
        lines.append(f"set label {quoted(name)} at graph 0, first {at} right offset -1,0 noenhanced")
        time = quoted(time_text(value))
        lines.append(f"set label {time} at first {value:g}, first {at} left offset 0.5,0 noenhanced")
    lines.append("set style fill solid 1.0 noborder")
    lines.append("plot '-' using 1:2:3:4:5:6:7 with boxxyerror lc rgb variable")
    for at, name, value in rows:
        number = int(colour(name)[1:], 16)
        lines.append(f"{value:g} {at} {least:g} {value:g} {at - 0.38} {at + 0.38} {number}")
    lines.append("e")
    return "\n".join(lines) + "\n"


def draw(data, to):
    subprocess.run(["gnuplot"], input=script(data, to), text=True, check=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("chart.py <the benchmark's JSON> <the picture, SVG>")
    with open(sys.argv[1], encoding="utf-8") as file:
        draw(json.load(file), sys.argv[2])
