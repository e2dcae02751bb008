"""What a compiler says of a cell, cut down to what its writer needs."""

import re

NOTES = 2  # after each error; the rest are the other things that the compiler tried
PLACE = re.compile(r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?P<column>\d+): +(?P<said>(?:fatal )?error|warning|note|required)\b(?P<text>.*)")
AKA = re.compile(r" \{aka ['‘][^'’]*['’]\}")
TENSOR = re.compile(r"xt::xarray_container<tapedeck::SmallVector<(\w+), \d+, \d+>[^<>]*(?:<[^<>]*>)?[^<>]*>")


def shorten(text, cell, name, first_line):
    """Errors and warnings with the cell's own lines under them; of the library's files only the names."""
    lines, kept, notes = cell.split("\n"), [], 0
    for line in TENSOR.sub(r"tapedeck::Tensor<\1>", AKA.sub("", text)).split("\n"):
        found = PLACE.match(line.lstrip())
        if not found:
            # The compiler's way into its headers, and what stands there.
            if line and not line.startswith((" ", "In file included")) and ": In " not in line and ": At global" not in line:
                kept.append(line)
            continue
        own = found["file"] == name
        if found["said"] == "note":
            notes += 1
            if notes > NOTES or not found["text"].strip(": "):
                continue
        elif found["said"] != "required":
            notes = 0
        elif not own:
            continue
        where = f"{name}:{found['line']}:{found['column']}" if own else found["file"].rsplit("/", 1)[-1]
        kept.append(f"{where}: {found['said']}{found['text']}")
        at = int(found["line"]) - first_line
        if own and 0 <= at < len(lines):
            kept += ["    " + lines[at], "    " + re.sub(r"[^\t]", " ", lines[at][: int(found["column"]) - 1]) + "^"]
    return "".join(line + "\n" for line in kept)
