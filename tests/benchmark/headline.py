"""The headline: ours against the best of the others, and against the floor."""

from measure import middle
from peers import NEWER
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
    """For each row of ours: the ratio to the best of all others, and what the targets are about: the ratio to the
    best of PyTorch 2.6's forms, and the multiple of the floor."""
    others = {name: middle(value) for name, value in times.items()
              if not name.startswith(("Tapedeck", "floor")) and name not in excluded and middle(value)}  # fmt: skip
    newer = {name: value for name, value in others.items() if any(name.startswith(n) for n in NEWER)}
    floor = middle(times.get("floor", ""))
    lines = []
    for label in work.ours:
        ours = middle(times.get("Tapedeck" + label, ""))
        at_least, at_most = target(work.title, label, norm)
        line = {"work": work.title, "row": "Tapedeck" + label, "norm": norm, "seconds": ours,
                "at_least": at_least, "at_most": at_most}  # fmt: skip
        for key, rivals in (("best", others), ("newer", newer)):
            line[key] = min(rivals, key=rivals.get) if rivals else None
            line[key + "_seconds"] = rivals.get(line[key])
            line[key + "_ratio"] = rivals[line[key]] / ours if rivals and ours else None
        line["of_floor"] = floor and ours and ours / floor
        line["ratio_reached"] = verdict(line["newer_ratio"], at_least, lambda found, wanted: found >= wanted)
        line["floor_reached"] = verdict(line["of_floor"], at_most, lambda found, wanted: found <= wanted)
        lines.append(line)
    return lines


def verdict(found, wanted, good):
    """True or False; None where there is nothing to compare."""
    return None if found is None or wanted is None else good(found, wanted)
