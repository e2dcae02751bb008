"""Runs Doxygen over the public headers: what <tapedeck/tapedeck.hpp> includes, less what is nobody's business."""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import includes  # noqa: E402

# How things are done inside: the loops, the words of the errors, the memory of shapes and entries.
INTERNAL = ("core/kernels/", "core/refuse.hpp", "core/small_vector.hpp", "core/entries.hpp")
# To be included by itself, by those who read checkpoints with other names in them.
BY_ITSELF = ["core/archive.hpp"]
VERSION = "version.hpp"


def public_headers():
    included = [h for h in includes.reached_from("cmake/tapedeck.hpp") if not h.startswith(INTERNAL)]
    return [*included, *BY_ITSELF, VERSION]


def write_version(to):
    """The header that CMake writes, as CMake writes it."""
    version = re.search(r"project\(tapedeck VERSION ([\d.]+)", (includes.ROOT / "CMakeLists.txt").read_text()).group(1)
    to.write_text((includes.ROOT / "cmake/version.hpp.in").read_text().replace("@tapedeck_VERSION@", version))


def prune(xml):
    """Takes out what is private, what the pages must not show twice (a header's namespace, with all of its names), and
    what they can't parse."""
    for file in xml.glob("*.xml"):
        text = kept = file.read_text()
        if file.name.endswith("_8hpp.xml"):
            kept = re.sub(r"<innernamespace.*</innernamespace>", "", kept)
            kept = re.sub(r"<name>[^<]*</name>(\s*<qualifiedname>)([^<]*)</", r"<name>\2</name>\1\2</", kept)
        kept = re.sub(r'<sectiondef kind="private-.*?</sectiondef>', "", kept, flags=re.DOTALL)
        kept = re.sub(r"<initializer>(= )?\{\s*\..*?</initializer>", "", kept, flags=re.DOTALL)
        if kept != text:
            file.write_text(kept)


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    write_version(out / VERSION)
    files = [HERE / "namespaces.dox", *(out / h if h == VERSION else includes.ROOT / h for h in public_headers())]
    headers = " ".join(f'"{file}"' for file in files)
    configuration = (HERE / "Doxyfile").read_text() + f"""
INPUT            = {headers}
OUTPUT_DIRECTORY = "{out}"
STRIP_FROM_PATH  = "{includes.ROOT}" "{out}"
INPUT_FILTER     = "{sys.executable} {HERE / 'declared_once.py'}"
"""
    status = subprocess.run(["doxygen", "-"], input=configuration, text=True).returncode
    prune(out / "xml")
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
