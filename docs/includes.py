"""The include graph of the library, as it stands in the tree: what the reference and the drawing are made from."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("core", "layers", "optim")
INCLUDE = re.compile(r'^#include [<"]tapedeck/([^>"]+)[>"]', re.MULTILINE)


def included_by(file):
    """The library's headers that a file names, as paths from the root; less those that CMake writes."""
    return [name for name in INCLUDE.findall((ROOT / file).read_text()) if name not in ("tapedeck.hpp", "version.hpp")]


def reached_from(file):
    """All that a file includes, directly or not, in the order of first sight."""
    found = []

    def visit(name):
        for header in included_by(name):
            if header not in found:
                found.append(header)
                visit(header)

    visit(file)
    return found


def sources():
    """Every source file of the library."""
    files = (f for folder in FOLDERS for f in sorted((ROOT / folder).rglob("*.?pp")))
    return [str(f.relative_to(ROOT)) for f in files]
