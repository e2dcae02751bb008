"""What a compiler says of a cell, cut down to what its writer needs."""

import re

NOTES = 2  # after each error; the rest are the other things that the compiler tried
PLACE = re.compile(r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?P<column>\d+): +(?P<said>(?:fatal )?error|warning|note|required)\b(?P<text>.*)")
CONSTANT = re.compile(r"(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?P<column>\d+): +in [‘']constexpr[’'] expansion of (?P<what>.*)")
FORMAT = re.compile(r"\b(?:on_error|throw_format_error)\(")  # where fmt comes to when a format string is wrong
REASON = re.compile(FORMAT.pattern + r'"([^"]+)"')
AKA = re.compile(r" \{aka ['‘][^'’]*['’]\}")
TENSOR = re.compile(r"xt::xarray_container<tapedeck::SmallVector<(\w+), \d+, \d+>[^<>]*(?:<[^<>]*>)?[^<>]*>")


def shorten(text, cell, name, first_line):
    """Errors and warnings with the cell's own lines under them; of the library's files only the names."""
    lines, kept, notes, wrong_format = cell.split("\n"), [], 0, False

    def show(found, text):
        """A message, and below it the cell's line that it is about."""
        own = found["file"] == name
        where = f"{name}:{found['line']}:{found['column']}" if own else found["file"].rsplit("/", 1)[-1]
        kept.append(f"{where}: {text}")
        at = int(found["line"]) - first_line
        if own and 0 <= at < len(lines):
            kept.extend(["    " + lines[at], "    " + re.sub(r"[^\t]", " ", lines[at][: int(found["column"]) - 1]) + "^"])

    for line in TENSOR.sub(r"tapedeck::Tensor<\1>", AKA.sub("", text)).split("\n"):
        if constant := CONSTANT.match(line):
            wrong_format = "format_string" in constant["what"] or wrong_format
            if constant["file"] == name:
                show(constant, "error: the format string does not fit" if wrong_format else f"in constexpr {constant['what']}")
            continue
        if wrong_format and (reason := REASON.search(line)):
            kept.append(f"    {reason[1]}")
        found = PLACE.match(line.lstrip())
        if not found:
            # The compiler's way into its headers, and what stands there.
            if line and not line.startswith((" ", "In file included")) and ": In " not in line and ": At global" not in line:
                kept.append(line)
            continue
        own = found["file"] == name
        if wrong_format and not own and FORMAT.search(found["text"]):
            continue
        if found["said"] == "note":
            notes += 1
            if notes > NOTES or not found["text"].strip(": "):
                continue
        elif found["said"] != "required":
            notes = 0
        elif not own:
            continue
        show(found, found["said"] + found["text"])
    return "".join(line + "\n" for line in kept)
