"""The drawing of the architecture, in Graphviz's language, from what the sources include."""
from collections import Counter
from pathlib import PurePath

import includes

# A part's name, and what it is for. A file belongs to the first part whose beginning of a path fits.
PARTS = (
    ("core/kernels/", "kernels", "loops over numbers:\\nSIMD and BLAS"),
    ("core/ops/", "ops", "each operation: its forward\\nand its adjoint"),
    ("core/inspect/", "inspect", "print, draw, check,\\ndiagnose"),
    ("core/gradcheck", "gradcheck", "gradients beside\\ndifferences"),
    ("core/deck/", "deck", "the page for\\nthe browser"),
    ("core/playback", "playback", "a pass, stepped\\nto and fro"),
    ("core/forward_playback", "playback", ""),
    ("core/stepping", "playback", ""),
    ("core/tensor", "tensor", "numbers and shapes:\\nthe door to xtensor"),
    ("core/small_vector", "tensor", ""),
    ("core/archive", "state", "names and numbers,\\nto and from a file"),
    ("core/state_dict", "state", ""),
    ("core/write_file", "state", ""),
    ("core/", "tape", "records, and runs\\nthe reverse pass"),
    ("layers/", "layers", "modules: what models\\nare made of"),
    ("optim/", "optim", "what changes\\nparameters"),
)
FOLDER = {"layers": "layers", "optim": "optim"}


def part_of(file):
    return next(part for start, part, _ in PARTS if file.startswith(start))


def edges():
    """How many #includes lead from one part to another."""
    count = Counter()
    for file in includes.sources():
        # A .cpp may call back: only a header says what its part is built on.
        if PurePath(file).suffix == ".hpp":
            count.update((part_of(file), part_of(header)) for header in includes.included_by(file))
    return {pair: n for pair, n in count.items() if pair[0] != pair[1]}


def reduced(pairs):
    """Without the arrows that others imply. What is built on itself, by whatever way round, has no drawing."""
    used_by = {}
    for user, used in pairs:
        used_by.setdefault(user, set()).add(used)

    def reaches(start, end, seen=()):
        if start in seen:
            raise ValueError(f"{start} includes itself, by way of {', '.join(seen)}: a part must not.")
        return any(n == end or reaches(n, end, (*seen, start)) for n in used_by.get(start, ()))

    return sorted(pair for pair in pairs
                  if not any(reaches(n, pair[1]) for n in used_by[pair[0]] if n != pair[1]))


def drawing():
    lines = ["digraph {", "  rankdir=BT; nodesep=0.35; ranksep=0.6; bgcolor=white;",
             '  node [shape=box style="rounded,filled" fillcolor=white fontname="sans-serif" fontsize=13];',
             '  edge [color="#666666" arrowsize=0.7 dir=back];']
    seen = set()
    for folder in ("core", "layers", "optim"):
        lines += [f"  subgraph cluster_{folder} {{ label=\"{folder}/\"; labeljust=l; labelloc=b; fontname=\"sans-serif\";",
                  '    style="rounded,filled"; color="#cccccc"; fillcolor="#f3f6fa";']
        for _, part, what in PARTS:
            if FOLDER.get(part, "core") == folder and part not in seen:
                seen.add(part)
                lines.append(f'    {part} [label=<<b>{part}</b><br/>{what.replace(chr(92) + "n", "<br/>")}>];')
        lines.append("  }")
    lines += [f"  {used} -> {user};" for user, used in reduced(edges())]
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    print(drawing())
