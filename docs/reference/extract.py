"""Runs Doxygen over the public headers: what <tapedeck/tapedeck.hpp> includes, less what is nobody's business."""
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import includes  # noqa: E402

# How things are done inside: the loops, the words of the errors, the memory of shapes and entries.
INTERNAL = ("core/kernels/", "core/refuse.hpp", "core/small_vector.hpp", "core/entries.hpp")


def public_headers():
    return [h for h in includes.reached_from("cmake/tapedeck.hpp") if not h.startswith(INTERNAL)]


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    headers = " ".join(f'"{f}"' for f in [HERE / "namespaces.dox", *(includes.ROOT / h for h in public_headers())])
    configuration = (HERE / "Doxyfile").read_text() + f"""
INPUT            = {headers}
OUTPUT_DIRECTORY = "{out}"
STRIP_FROM_PATH  = "{includes.ROOT}"
INPUT_FILTER     = "{sys.executable} {HERE / 'declared_once.py'}"
"""
    return subprocess.run(["doxygen", "-"], input=configuration, text=True).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
