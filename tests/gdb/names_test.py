"""The printers name an operation by its class, since they call no function of the program. This holds their list of
those that bear another name against the library's sources."""

import glob
import re
import sys

root = sys.argv[1]
sys.path.insert(0, f"{root}/demos/gdb")
from tapedeck_debug.tape import NAMES  # noqa: E402

wrong, seen = [], 0
for path in glob.glob(f"{root}/core/ops/*.?pp"):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for operation in re.finditer(r"struct (\w+) final : (?:Op|Leaf)<T>", text):
        name = re.compile(r"name\(\) const override \{ return (.*?); \}").search(text, operation.end())
        if not name:
            wrong.append(f"{path}: {operation[1]} has no name() in one line")
            continue
        seen += 1
        same, listed = name[1] == f'"{operation[1]}"', operation[1] in NAMES
        if same == listed:
            wrong.append(f"{path}: {operation[1]} calls itself {name[1]}; tapedeck_debug/tape.py "
                         + ("lists it all the same" if listed else "does not list it"))
if seen < 30:
    wrong.append(f"only {seen} operations were found")
print("\n".join(wrong) or f"{seen} operations")
sys.exit(bool(wrong))
