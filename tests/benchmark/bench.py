#!/usr/bin/python3
"""Training steps, ours and others', asked in turn: A B C, A B C, ... Prints medians, the spread of the rounds (half
of max - min), the ratio to the best of the others, and the multiple of the floor: the bare matrix products, each in its
fastest form, and one pass over the memory that the update must touch."""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True

import table  # noqa: E402
from headline import headline, not_comparable  # noqa: E402
from machine import as_text, machine  # noqa: E402
from measure import least_of_all, measure, start  # noqa: E402
from peers import PACKAGES, debian13, find_peers  # noqa: E402
from works import NORMS, WORKS  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def above(lowest, kind):
    """A flag's number of this kind, which must be above `lowest`."""

    def read(text):
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not number > lowest:
            raise argparse.ArgumentTypeError(f"'{text}': it must be a number above {lowest}")
        return number

    return read


def writable(path):
    """A file that can be written when all is measured."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path) or not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"'{path}' can't be written: its folder must be there, and writable")
    return path


def arguments():
    parser = argparse.ArgumentParser(
        prog="./run bench", description=__doc__,
        epilog="TAPEDECK_DEBIAN13 names the Debian 13 folder, in place of build/debian13.")  # fmt: skip
    parser.add_argument("--peers", action="store_true",
                        help="set up PyTorch 2.6 in a Debian 13 folder first (root, 2 GB)")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="ours and the floor; no other is installed or asked")
    parser.add_argument("--micro", action="store_true",
                        help="the micro-benchmarks instead; further flags are Google Benchmark's")  # fmt: skip
    parser.add_argument("--quick", action="store_true",
                        help="2 short rounds, 1 thread, pinned, no torch.compile: under a minute")  # fmt: skip
    parser.add_argument("--only", default="", metavar="TEXT", help="works whose name contains this")
    parser.add_argument("--rounds", type=above(0, int), help="how often each is asked (default: 7)")
    parser.add_argument("--milliseconds", type=above(0, float), help="of each answer (default: 150)")
    parser.add_argument("--least", action="store_true",
                        help="the least of all times, not medians: for when others use the machine")  # fmt: skip
    parser.add_argument("--out", metavar="FILE", type=writable, help="the numbers as JSON")
    parser.add_argument("--chart", metavar="FILE", type=writable, help="the numbers with LayerNorm as a picture, in SVG")
    parser.add_argument("--programs", metavar="FOLDER", default=os.path.join(ROOT, "build/release/tests/benchmark"),
                        help=argparse.SUPPRESS)  # fmt: skip
    # A mistyped flag is refused before anything is built.
    parser.add_argument("--only-check-flags", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 7)
    options.milliseconds = options.milliseconds or (50 if options.quick else 150)
    return options


def environment(threads, core):
    pinned = {"OPENBLAS_CORETYPE": core} if core else {}
    return pinned | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "BENCHMARK_THREADS"), str(threads))


def section(title, works, norms, commands, threads, core, options, rounds):
    """Starts the peers, asks them for every work, and ends them: ({name: about}, {name: why not}, results)."""
    running, failed = start(commands, environment(threads, core))
    print(f"\n{title}")
    for line in table.peers({peer.name: peer.about for peer in running}):
        print(line)
    for name, why in failed.items():
        print(f"  skipped: {name}: {why}")
    results = []
    try:
        for work in works:
            by_norm = {}
            for norm in norms:
                times = measure(work, norm, running, rounds, options.milliseconds)
                by_norm[norm] = least_of_all(times) if options.least else times
                results.append({"work": work.title, "norm": norm, "threads": threads, "pinned": core or None,
                                "seconds": by_norm[norm]})  # fmt: skip
            print()
            for line in table.block(work.title, by_norm):
                print(line, flush=True)
    finally:
        for peer in running:
            peer.close()
    return {peer.name: peer.about for peer in running}, failed, results


def compare(works, results, about, core, statistic):
    """The headline's lines; printed, or refused."""
    why = {name: not_comparable(it, core) for name, it in about.items()}
    refused = next((f"{name}: {why[name]}" for name in ("Tapedeck", "floor") if why.get(name)), None)
    print(f"\nHeadline: one thread, pinned, {statistic}; the others / ours, and ours / the floor")
    if refused:
        print(f"  refused: {refused}. Runs that are not pinned are not compared.")
        return []
    excluded = set()
    for name, reason in why.items():
        if reason:
            print(f"  left out: {name}: {reason}")
            excluded |= {name, name + ", nn.RNN"}
    lines = []
    for work in works:
        for result in results:
            if result["work"] == work.title and result["threads"] == 1 and result["pinned"]:
                lines += headline(work, result["norm"], result["seconds"], excluded)
    for line in table.headline(lines):
        print(line)
    return lines


def main():
    options = arguments()
    core = os.environ.get("OPENBLAS_CORETYPE", "")
    works = [work for work in WORKS if options.only in work.title]
    if not works:
        sys.exit(f"bench: no work's name contains '{options.only}'; there are: {'; '.join(w.title for w in WORKS)}")
    if options.only_check_flags:
        return
    if options.peers:
        try:
            debian13.set_up(debian13.folder_of(ROOT), PACKAGES)
        except debian13.SetUpError as error:
            print(f"PyTorch 2.6 is not there: {error}")
    found = machine()
    commands, missing = find_peers(ROOT, options.programs, not options.alone)
    if options.quick and commands.pop("torch.compile 2.6", None):
        missing["torch.compile 2.6"] = "--quick leaves it out, since it compiles for minutes"
    statistic = "the least of all times" if options.least else "medians"
    print(as_text(found))
    for name, why in missing.items():
        print(f"skipped: {name}: {why}")

    pinned = f"1 thread, OpenBLAS pinned to {core}" if core else "1 thread, OpenBLAS NOT PINNED"
    about, failed, results = section(pinned, works, NORMS, commands, 1, core, options, options.rounds)
    missing |= failed
    large = [work for work in works if work.large]
    if large and not options.quick:
        title = pinned.replace("1 thread", "2 threads")
        results += section(title, large, NORMS, commands, 2, core, options, options.rounds)[2]
    lines = compare(works, results, about, core, statistic)
    if core and not options.quick:
        # Compiling it again for other kernels would show nothing new.
        chosen = {name: command for name, command in commands.items() if name != "torch.compile 2.6"}
        results += section("Not pinned, 1 thread: what each OpenBLAS chooses by itself; not compared", works,
                           NORMS[:1], chosen, 1, "", options, 3)[2]  # fmt: skip

    written = {"version": 1, "machine": found, "pinned": core or None, "statistic": statistic, "peers": about,
               "skipped": missing, "results": results, "headline": lines}  # fmt: skip
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(written, file, indent=1)
            file.write("\n")
    if options.chart:
        import chart

        chart.draw(written, options.chart)


if __name__ == "__main__":
    main()
