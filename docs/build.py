"""Builds the site: ./run docs. Takes the folder to build in, and the one to write to."""
import csv
import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS / "reference"))
sys.path.insert(0, str(DOCS))
import architecture  # noqa: E402
import extract  # noqa: E402


def gather(source):
    """All that pages are made of in one folder: the pages, what they quote, and the notebooks where there are any."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("__pycache__"))
    for quoted in ("core", "layers", "optim", "demos", "cmake", "CMakeLists.txt", "README.md", "tests/install"):
        (source / quoted).parent.mkdir(exist_ok=True)
        (source / quoted).symlink_to(ROOT / quoted)
    notebooks = sorted((ROOT / "demos/notebooks").glob("*.ipynb"))
    if notebooks:
        (source / "notebooks").mkdir()
        for notebook in notebooks:
            shown = json.loads(notebook.read_text())
            shown["cells"] = [in_cpp(cell) for cell in shown["cells"]]
            (source / "notebooks" / notebook.name).write_text(json.dumps(shown))
        copy_mathjax(source / "mathjax/mathjax")


def in_cpp(cell):
    """A %%cpp cell as a listing in C++, which the pages would colour as Python."""
    text = "".join(cell["source"])
    if cell["cell_type"] != "code" or not text.startswith("%%cpp"):
        return cell
    listing = {"cell_type": "markdown", "metadata": {}, "source": f"```cpp\n{text}\n```"}
    return listing | ({"id": cell["id"]} if "id" in cell else {})


def copy_mathjax(to):
    """What formulas need of Debian's MathJax, with one of its fonts, drawn as SVG: the site loads nothing from elsewhere."""
    shutil.copytree("/usr/share/javascript/mathjax/extensions", to / "extensions")
    for part in ("MathJax.js", "config/TeX-AMS_SVG-full.js", "jax/element", "jax/input/TeX", "jax/output/SVG/autoload",
                 "jax/output/SVG/config.js", "jax/output/SVG/jax.js", "jax/output/SVG/fonts/TeX"):
        mathjax = Path("/usr/share/javascript/mathjax") / part
        (to / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if mathjax.is_dir() else shutil.copy)(mathjax, to / part)


def microseconds(rounds):
    """The median of a peer's rounds; nothing for a peer that was not measured."""
    if not rounds or not rounds.get("median"):
        return ""
    time = 1e6 * statistics.median(rounds["median"])
    return f"{time:,.1f}" if time < 100 else f"{time:,.0f}"


def write_benchmark(source):
    """The table of docs/benchmark.json: a training step on one thread, in microseconds."""
    measured = json.loads((DOCS / "benchmark.json").read_text())
    results = [r for r in measured["results"] if r["norm"] == "layer" and r["threads"] == 1 and r["pinned"]]
    peers = ["Tapedeck", "floor", "libtorch", "libtorch 2.6", "PyTorch 2.6", "torch.compile 2.6"]
    with open(source / "guide/benchmark.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["work", *peers])
        for result in results:
            table.writerow([result["work"], *(microseconds(result["seconds"].get(peer)) for peer in peers)])
    machine = measured["machine"]
    (source / "guide/benchmark_machine.txt").write_text(
        f"{machine['processor']}, {machine['cores']} cores, {machine['instruction_set']}, OpenBLAS pinned to "
        f"{measured['pinned']}, {machine['date']}; medians of the medians of each round.\n")


def write_demos(source):
    """The table of the laboratory's demos, in the order of its index: name, question."""
    order = re.findall(r'"(\w+)"', re.search(r"kOrder\{(.*?)\}", (ROOT / "demos/lab_index.cpp").read_text(), re.DOTALL).group(1))
    questions = {}
    for demo in sorted((ROOT / "demos").glob("*.cpp")):
        text = demo.read_text()
        if '"demos/lab/experiment.hpp"' in text:
            words = re.search(r'\.question = ((?:"[^"]*"\s*)+)', text).group(1)
            questions[demo.stem] = "".join(re.findall(r'"([^"]*)"', words))
    with open(source / "guide/demos.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["./run …", "question"])
        for name in sorted(questions, key=lambda name: order.index(name) if name in order else len(order)):
            table.writerow([f"``{name}``", questions[name]])


def unlisted(source):
    """Public headers that no page of the reference shows."""
    pages = "".join(page.read_text() for page in (source / "reference").glob("*.md"))
    # A header that only includes others has nothing to show; neither do the calls of an operation's templates.
    return [h for h in extract.public_headers() if f"{{doxygenfile}} {h}\n" not in pages and h != "core/ops/ops.hpp"]


def loaded_from_elsewhere(out):
    """Scripts, styles, fonts and pictures that a built page would fetch from the network."""
    loads = re.compile(r"""<(?:script|img|iframe|link(?![^>]*rel="(?:canonical|license)"))[^>]*(?:src|href)="(?:https?:)?//[^"]*"|"""
                       r"""url\(["']?(?:https?:)?//[^)]*\)|@import[^;]*//[^;]*;""")
    files = [f for kind in ("*.html", "*.css") for f in out.rglob(kind)]
    return [f"{f.relative_to(out)}: {found.group()}" for f in files for found in loads.finditer(f.read_text())]


def complain(what, which):
    for one in which:
        print(f"docs: {what}: {one}", file=sys.stderr)
    return bool(which)


def main(build, out):
    source = build / "source"
    gather(source)
    write_benchmark(source)
    write_demos(source)
    (source / "guide/architecture.dot").write_text(architecture.drawing())
    if complain("a public header is on no page of docs/reference", unlisted(source)):
        return 1
    if extract.main(source / "doxygen"):
        return 1
    shutil.rmtree(out, ignore_errors=True)
    built = subprocess.run(["/usr/bin/python3", "-m", "sphinx", "-b", "html", "-q", "-E", "-W", "--keep-going", "-j", "2",
                            "-d", str(build / "doctrees"), str(source), str(out)])
    return built.returncode or complain("a page loads from the network", loaded_from_elsewhere(out))


if __name__ == "__main__":
    sys.exit(main(*(Path(p).resolve() for p in sys.argv[1:3])))
