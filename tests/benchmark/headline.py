"""The headline: ours against the best of the others, and against the floor."""

from measure import middle
from works import target


def not_comparable(about, pinned):
    """Why a peer's numbers don't count in the headline; None when they do. `pinned` is the core type asked for."""
    if not pinned:
        return "OPENBLAS_CORETYPE is not set, so that two runs need not use the same kernels"
    found = about.get("core_type")
    # Without OpenBLAS there is nothing to pin.
    if found is None or found.lower() == pinned.lower():
        return None
    return f"its OpenBLAS uses {found}, not {pinned}"


def headline(work, norm, times, excluded=()):
    """For each row of ours: what the best of the others is, the two ratios, and whether they reach the target."""
    lines = []
    others = {name: middle(value) for name, value in times.items()
              if not name.startswith(("Tapedeck", "floor")) and name not in excluded}  # fmt: skip
    others = {name: value for name, value in others.items() if value is not None}
    best = min(others, key=others.get) if others else None
    floor = middle(times["floor"]) if "floor" in times else None
    for label in work.ours:
        ours = middle(times.get("Tapedeck" + label, "not asked"))
        at_least, at_most = target(work.title, label, norm)
        line = {"work": work.title, "row": "Tapedeck" + label, "norm": norm, "best": best, "seconds": ours,
                "best_seconds": others.get(best), "at_least": at_least, "at_most": at_most}  # fmt: skip
        line["ratio"] = line["best_seconds"] / ours if ours and best else None
        line["of_floor"] = ours / floor if ours and floor else None
        line["ratio_reached"] = verdict(line["ratio"], at_least, lambda found, wanted: found >= wanted)
        line["floor_reached"] = verdict(line["of_floor"], at_most, lambda found, wanted: found <= wanted)
        lines.append(line)
    return lines


def verdict(found, wanted, good):
    """True or False; None where there is nothing to compare."""
    return None if found is None or wanted is None else good(found, wanted)
