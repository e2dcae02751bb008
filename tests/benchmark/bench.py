#!/usr/bin/python3
"""Training steps, ours and others', asked in turn: A B C, A B C, ... Prints a table of medians, and the ratios."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True

from peers import find_peers  # noqa: E402

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

NORMS = ("layer", "batch", "none")
# What each is called, the model, its batch and its sizes.
WORKS = [
    ("MLP 2-16-16-1, batch 32", "mlp", 32, (2, 16, 16, 1)),
    ("MLP 64-64-64-10, batch 32", "mlp", 32, (64, 64, 64, 10)),
    ("RNN by hand, 50 x 64, batch 32", "rnn", 32, (50, 2, 64)),
    ("RNNCell, 50 x 64, batch 32", "rnn_cell", 32, (50, 2, 64)),
    ("MLP 784-1000-1000-10, batch 128", "mlp", 128, (784, 1000, 1000, 10)),
    ("MLP 784-1000-1000-10, batch 4", "mlp", 4, (784, 1000, 1000, 10)),
]


def arguments():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is asked (default: %(default)s)")
    parser.add_argument("--milliseconds", type=float, default=150, help="of each answer (default: %(default)s)")
    parser.add_argument("--only", default="", help="works whose name contains this")
    parser.add_argument("--threads", type=int, default=1, help="for every peer (default: %(default)s)")
    parser.add_argument("--peers", action="store_true", help="first set up PyTorch 2.6 in a Debian 13 folder")
    parser.add_argument("--out", metavar="FILE", help="the same as JSON")
    return parser.parse_args()


class Peer:
    """A program that answers how long a step takes; see protocol.hpp."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})  # fmt: skip

    def ask(self, question):
        """Seconds, or the reason why not."""
        try:
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            return f"{self.name} stopped"
        return answer.removeprefix("no: ") if answer.startswith("no") else float(answer)


def measured(peers, question, rounds):
    """For each peer its answers, in turn; or the reason why there are none."""
    times = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            if isinstance(times[peer.name], str):
                continue
            answer = peer.ask(question)
            if isinstance(answer, str):
                times[peer.name] = answer
            else:
                times[peer.name].append(answer)
    return times


def shown(seconds):
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def cell(times):
    if isinstance(times, str):
        return "-"
    middle = statistics.median(times)
    return f"{shown(middle)} ±{50 * (max(times) - min(times)) / middle:.0f}%"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = [line.split(":", 1)[1].strip() for line in file if line.startswith(("model name", "flags"))]
    sets = [s for s in ("avx2", "avx512f") if s in lines[1].split()] if len(lines) > 1 else []
    return f"{lines[0] if lines else platform.machine()} ({', '.join(sets)})"


def main():
    options = arguments()
    core = os.environ.get("OPENBLAS_CORETYPE", "")
    found, missing = find_peers(ROOT, options.peers)
    pinned = {"OPENBLAS_CORETYPE": core, "OPENBLAS_NUM_THREADS": str(options.threads),
              "BENCHMARK_THREADS": str(options.threads), "OMP_NUM_THREADS": str(options.threads)}  # fmt: skip
    print(f"{processor()}, {options.threads} thread{'s' if options.threads > 1 else ''}; OpenBLAS's core type is "
          f"{core or 'NOT PINNED'}")  # fmt: skip
    for name, why in missing.items():
        print(f"skipped: {name}: {why}")
    if not core:
        sys.exit("bench: the core type is not pinned, so there is nothing to compare; see TAPEDECK_BLAS_CORETYPE.")
    peers = [Peer(name, command, pinned) for name, command in found.items()]
    results = []
    for title, model, batch, sizes in WORKS:
        if options.only not in title:
            continue
        print(f"\n{title}")
        print("".join(f"{head:>22}" for head in ("", *NORMS)))
        rows = {peer.name: [] for peer in peers}
        for norm in NORMS:
            question = f"{options.milliseconds} {model} {norm} {batch} {' '.join(map(str, sizes))}"
            times = measured(peers, question, options.rounds)
            results.append({"work": title, "norm": norm, "batch": batch, "sizes": sizes, "seconds": times})
            for name, value in times.items():
                rows[name].append(value)
        for name, values in rows.items():
            print(f"{name:>22}" + "".join(f"{cell(v):>22}" for v in values))
        for line in ratios(rows):
            print(line)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "machine": processor(), "core_type": core, "threads": options.threads,
                       "skipped": missing, "results": results}, file, indent=1)  # fmt: skip


def ratios(rows):
    """The headline: the best of the others, and ours against the floor, as lines of text."""
    ours = [v if isinstance(v, str) else statistics.median(v) for v in rows["Tapedeck"]]
    others = [name for name in rows if name not in ("Tapedeck", "floor")]
    best, floor = [], []
    for k, mine in enumerate(ours):
        theirs = [statistics.median(rows[n][k]) for n in others if not isinstance(rows[n][k], str)]
        usable = not isinstance(mine, str)
        best.append(f"{min(theirs) / mine:.1f} x" if usable and theirs else "-")
        least = rows.get("floor", [None] * 3)[k]
        floor.append(f"{mine / statistics.median(least):.2f}" if usable and isinstance(least, list) else "-")
    yield f"{'best of the others':>22}" + "".join(f"{b:>22}" for b in best)
    yield f"{'ours / floor':>22}" + "".join(f"{f:>22}" for f in floor)


if __name__ == "__main__":
    main()
