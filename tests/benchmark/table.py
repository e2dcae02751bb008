"""The benchmark's numbers as text."""

from measure import middle, spread
from works import NORMS

NORM_NAMES = {"layer": "LayerNorm", "batch": "BatchNorm", "none": "none"}


def shown(seconds):
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def cell(times):
    """The median of the rounds, and how far they spread."""
    if middle(times) is None:
        return "-"
    return shown(middle(times)) + (f" ±{100 * spread(times):.0f}%" if len(times["median"]) > 1 else "")


def block(title, by_norm):
    """One work: a line for each row, a column for each norm, and the reasons for those without a number."""
    norms = [norm for norm in NORMS if norm in by_norm]
    rows = list(dict.fromkeys(name for norm in norms for name in by_norm[norm]))
    width = max([len(title), *map(len, rows)]) + 2
    lines = [f"{title:<{width}}" + "".join(f"{NORM_NAMES[norm]:>17}" for norm in norms)]
    reasons = {}
    for name in rows:
        lines.append(f"  {name:<{width - 2}}" + "".join(f"{cell(by_norm[n].get(name, '')):>17}" for n in norms))
        for norm in norms:
            why = by_norm[norm].get(name, "")
            if isinstance(why, str) and why:
                reasons.setdefault((name, why), []).append(NORM_NAMES[norm])
    return lines + [f"  - {name}, {', '.join(n)}: {why}" for (name, why), n in reasons.items()]


def peers(about):
    """What each peer is, and which kernels its BLAS uses."""
    for name, it in about.items():
        blas = "no OpenBLAS" if it["core_type"] is None else f"{' '.join(it['blas'].split()[:2])}, {it['core_type']}"
        yield f"  {name:<18} {it['version']:<14} {blas}"


def verdict(reached):
    return {True: "reached", False: "MISSED", None: ""}[reached]


def headline(lines):
    """Ours against the best of the others, and what was to be reached: the ratio to the best of PyTorch 2.6's forms,
    and the multiple of the floor."""
    heads = ("", "", "ours", "best of the others", "ratio", "of PyTorch 2.6", "ratio", "at least", "",
             "/ floor", "at most", "")  # fmt: skip
    left = (0, 1, 3, 5, 8, 11)

    def number(found, form):
        return "" if found is None else form.format(found)

    def rival(line, key):
        return f"{line[key]} {shown(line[key + '_seconds'])}" if line[key] else "-"

    rows = [heads]
    for line in lines:
        name = line["work"] + line["row"].removeprefix("Tapedeck")
        rows.append((name, NORM_NAMES[line["norm"]], number(line["seconds"] and shown(line["seconds"]), "{}"),
                     rival(line, "best"), number(line["best_ratio"], "{:.2f}"), rival(line, "newer"),
                     number(line["newer_ratio"], "{:.2f}"), number(line["at_least"], "{:g}"),
                     verdict(line["ratio_reached"]), number(line["of_floor"], "{:.2f}"),
                     number(line["at_most"], "{:g}"), verdict(line["floor_reached"])))  # fmt: skip
    widths = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    for row in rows:
        cells = [f"{cell:{'<' if k in left else '>'}{widths[k]}}" for k, cell in enumerate(row)]
        yield "  ".join(cells).rstrip()
    lowest = min((line for line in lines if line["best_ratio"]), key=lambda line: line["best_ratio"], default=None)
    if lowest:
        yield (f"lowest ratio: {lowest['best_ratio']:.2f}, {lowest['best']} over {lowest['row']}, {lowest['work']}, "
               f"{NORM_NAMES[lowest['norm']]}")  # fmt: skip
    found = [line[key] for line in lines for key in ("ratio_reached", "floor_reached") if line[key] is not None]
    yield f"{sum(found)} of {len(found)} targets reached" if found else "no target to compare with"
    if any(line["at_least"] and line["newer"] is None for line in lines):
        yield "PyTorch 2.6, which the ratios' targets are about, was not measured: ./run bench --peers"
