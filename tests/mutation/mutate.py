#!/usr/bin/python3
"""Mutation of the library: changes one thing at a time in core/ops, core/kernels, layers and optim, and sees
whether a test notices. A mutant that no test notices must be listed in equivalent.json, with the reason."""

import argparse
import concurrent.futures
import difflib
import glob
import json
import os
import queue
import sys
import threading
import time
from collections import Counter

sys.dont_write_bytecode = True

from mutants import mutants_of, spread  # noqa: E402
from sandbox import Failed, Sandbox  # noqa: E402

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDERS = ("core/ops", "core/kernels", "layers", "optim")
LIBRARY = "libtapedeck.a"
SURVIVED = os.path.join(ROOT, "build", "mutation", "survived.json")
COUNT = 200
# A header of the kernels is built into most files: a mutant there takes minutes, so there are only a few.
HEAVY, MOST_OF_HEAVY = ("core/kernels/map.hpp", "core/kernels/simd.hpp", "core/kernels/strides.hpp",
                        "core/kernels/reduce.hpp", "layers/module.hpp"), 4  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(prog="./run mutate", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these files, and all their mutants")
    parser.add_argument("--count", type=int, default=COUNT, help="how many mutants (default: %(default)s)")
    parser.add_argument("--seed", default="1", help="which ones are chosen (default: %(default)s)")
    parser.add_argument("--sample", type=int, metavar="N", help="N of the default ones, chosen by the seed")
    parser.add_argument("--again", action="store_true", help="only those that survived the last run")
    parser.add_argument("--list", action="store_true", help="print the mutants, and run nothing")
    parser.add_argument("--jobs", type=int, default=2, help="mutants side by side (default: %(default)s)")
    return parser.parse_args()


def sources(files):
    if not files:
        files = [os.path.relpath(file, ROOT) for folder in FOLDERS for file in glob.glob(f"{ROOT}/{folder}/*.?pp")]
    for file in files:
        if not os.path.exists(os.path.join(ROOT, file)):
            sys.exit(f"mutate: there is no {file}; give paths from the root, such as core/ops/matmul.cpp.")
    return {file: open(os.path.join(ROOT, file), encoding="utf-8").read() for file in sorted(files)}


def equivalents():
    with open(os.path.join(HERE, "equivalent.json"), encoding="utf-8") as file:
        return {(e["file"], e["line"], e["mutant"]): e["reason"] for e in json.load(file)}


class Run:
    """Builds and tests mutants, two side by side, each in a sandbox of its own."""

    def __init__(self, texts, jobs, preset):
        self.texts = texts
        self.boxes = queue.Queue()
        folder = os.path.join(ROOT, "build", "mutation")
        boxes = [Sandbox(ROOT, os.path.join(folder, str(i)), preset) for i in range(jobs)]
        self.programs = boxes[0].programs()
        self.seconds, self.prints = {}, {}
        for box in boxes:
            if said := box.build(self.programs):
                raise Failed(said)
            for program in self.programs:
                if box is boxes[0]:
                    failed, took = box.test(program, 600)
                    if failed:
                        raise Failed(f"the tree itself fails {program}: {failed}")
                    self.seconds[program] = took
            for target in [LIBRARY, *self.programs]:
                self.prints[box.tree, target] = box.fingerprint(target)
            self.boxes.put(box)

    def order(self, file):
        """The tests of the file's own folder first, then the quick ones."""
        own = f"tests/test_{file.split('/')[0]}"
        return sorted(self.programs, key=lambda program: (program != own, self.seconds[program]))

    def same(self, box, target):
        return box.fingerprint(target) == self.prints[box.tree, target]

    def judge(self, mutant):
        """killed, survived, same (as code), not built; and the details."""
        box = self.boxes.get()
        try:
            box.write(mutant.file, mutant.applied(self.texts[mutant.file]))
            same = True  # as code: what differs in the text alone can't be noticed
            for program in self.order(mutant.file):
                if box.build([program]):
                    return "not built", ""
                if self.same(box, program):
                    continue
                same = False
                failed, _ = box.test(program, int(10 + 5 * self.seconds[program]))
                if failed:
                    return "killed", f"{program.removeprefix('tests/test_')}: {failed}"
            return ("same", "") if same and self.same(box, LIBRARY) else ("survived", "")
        finally:
            box.write(mutant.file, self.texts[mutant.file])
            self.boxes.put(box)


def described(mutant, texts):
    before, after = mutant.lines(texts[mutant.file])
    return f"{mutant.file}:{mutant.line(texts[mutant.file])} ({mutant.kind})\n  - {before}\n  + {after}"


def run_all(mutants, texts, jobs, preset="release"):
    run = Run(texts, jobs, preset)
    lock, results = threading.Lock(), {}
    started = time.monotonic()

    def one(mutant):
        verdict, detail = run.judge(mutant)
        with lock:
            results[mutant] = verdict, detail
            place = f"{mutant.file}:{mutant.line(texts[mutant.file])}"
            print(f"[{len(results)}/{len(mutants)} {time.monotonic() - started:.0f} s] {verdict}: {place} "
                  f"({mutant.kind}){' by ' + detail if detail else ''}", flush=True)  # fmt: skip

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, mutants))
    return results


def main():
    options = arguments()
    texts = sources(options.files)
    every = [m for file, text in texts.items() for m in mutants_of(file, text)]
    if options.files:
        chosen = every
    else:
        seed = "1" if options.sample else options.seed
        chosen = spread(every, texts, options.count, seed, {file: MOST_OF_HEAVY for file in HEAVY})
    if options.sample:
        chosen = spread(chosen, texts, options.sample, options.seed, {})
    if options.again:
        with open(SURVIVED, encoding="utf-8") as file:
            last = {tuple(mutant) for mutant in json.load(file)}
        chosen = [m for m in every if (m.file, *m.lines(texts[m.file])) in last]
    chosen.sort(key=lambda m: (m.file in HEAVY, m.file, m.start))
    known = equivalents()
    if options.list:
        for mutant in chosen:
            print(described(mutant, texts))
        print(f"{len(chosen)} of {len(every)} mutants, in {len({m.file for m in chosen})} of {len(texts)} files")
        return 0

    def reason(mutant):
        return known.get((mutant.file, *mutant.lines(texts[mutant.file])))

    judged = [m for m in chosen if not reason(m)]
    os.nice(10)
    try:
        results = run_all(judged, texts, options.jobs)
        if survivors := [m for m in judged if results[m][0] == "survived"]:
            print(f"{len(survivors)} survived; now with AddressSanitizer, which sees a step beyond the end", flush=True)
            results |= run_all(survivors, texts, options.jobs, "sanitize")
    except Failed as failure:
        sys.exit(f"mutate: before any mutant: {failure}")

    counts = Counter(verdict for verdict, _ in results.values())
    survivors = [m for m in judged if results[m][0] == "survived"]
    with open(SURVIVED, "w", encoding="utf-8") as file:
        json.dump([(m.file, *m.lines(texts[m.file])) for m in survivors], file, indent=1)
    places = {(m.file, *m.lines(texts[m.file])) for m in every}
    stale = [key for key in known if key[0] in texts and key not in places]
    for folder in FOLDERS:
        part = Counter(results[m][0] for m in judged if m.file.startswith(folder))
        print(f"{folder}: {part['killed']} killed, {part['survived']} survived")
    print(f"{len(chosen)} mutants: {counts['killed']} killed, {counts['survived']} survived, "
          f"{len(chosen) - len(judged)} listed as equivalent; {counts['same']} compile to the same code, "
          f"{counts['not built']} do not compile (not counted)")  # fmt: skip
    for mutant in survivors:
        print(f"SURVIVED {described(mutant, texts)}")
    for file, line, mutant in stale:
        near = difflib.get_close_matches(line, [key[1] for key in places if key[0] == file], 1)
        print(f"equivalent.json lists a mutant of {file} that is none any more: {line} -> {mutant}"
              + (f" (now: {near[0]})" if near else ""))  # fmt: skip
    return 1 if survivors or stale else 0


if __name__ == "__main__":
    sys.exit(main())
