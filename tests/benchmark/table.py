"""The benchmark's numbers as text."""

from measure import middle, spread
from works import NORMS

NORM_NAMES = {"layer": "LayerNorm", "batch": "BatchNorm", "none": "none"}


def shown(seconds):
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def cell(times):
    """The median of the rounds, and how far they spread."""
    return "-" if middle(times) is None else f"{shown(middle(times))} ±{100 * spread(times):.0f}%"


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
    """Ours against the best of the others and against the floor, beside what was to be reached."""
    widths = (31, 19, 10, 10, 25, 8, 9, 8, 8, 8, 8)
    heads = ("", "", "norm", "ours", "best of the others", "ratio", "at least", "", "/ floor", "at most", "")

    def row(cells):
        left = (0, 1, 2, 4, 7, 10)
        return " ".join(f"{c:{'<' if k in left else '>'}{w}}" for k, (c, w) in enumerate(zip(cells, widths))).rstrip()

    yield row(heads)
    for line in lines:
        def number(key, form):
            return "" if line[key] is None else form.format(line[key])

        best = f"{line['best']} {shown(line['best_seconds'])}" if line["best"] else "-"
        yield row((line["work"], line["row"], NORM_NAMES[line["norm"]],
                   shown(line["seconds"]) if line["seconds"] else "-", best, number("ratio", "{:.2f}"),
                   number("at_least", "{:g}"), verdict(line["ratio_reached"]), number("of_floor", "{:.2f}"),
                   number("at_most", "{:g}"), verdict(line["floor_reached"])))  # fmt: skip
    misses = sum((line["ratio_reached"] is False) + (line["floor_reached"] is False) for line in lines)
    total = sum((line["ratio_reached"] is not None) + (line["floor_reached"] is not None) for line in lines)
    yield f"{total - misses} of {total} targets reached" if total else "no target to compare with"
