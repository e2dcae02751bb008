"""./run notebooks --check [name...]: executes the notebooks headless, with the solutions filled in.

A lesson is a file 03_batch_norm_by_hand.ipynb. What fails: an error in a cell, a task whose wrong answers don't get
their hints, a figure that is not there, outputs in the committed file. The executed notebook is written as
out/notebooks/03_batch_norm_by_hand.html. --strip takes the outputs out of the files.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import tasks

HERE = Path(__file__).resolve().parent
CHECK = re.compile(r'^check\("([^"]+)",', re.MULTILINE)


def lesson_of(path):
    return int(path.name.split("_")[0])


def strip(notebook):
    """Takes out what a run left. Returns whether there was anything."""
    dirty = False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            dirty |= bool(cell.outputs) or cell.execution_count is not None
            cell.outputs, cell.execution_count = [], None
    return dirty


def fill_in(notebook, lesson):
    """Each cell with a check() gets its task's solution, down to the check. Returns the faults."""
    known, seen = tasks.tasks_of(lesson), []
    for cell in notebook.cells:
        found = CHECK.findall(cell.source) if cell.cell_type == "code" else []
        if len(found) > 1:
            return [f"a cell checks {found}: give each task a cell of its own"]
        if found and found[0] not in known:
            return [f"no task {found[0]} in lessons/lesson_{lesson:02}.py"]
        if found:
            seen.append(found[0])
            at = CHECK.search(cell.source).start()
            cell.source = known[found[0]].solution.strip("\n") + "\n" + cell.source[at:]
    return [f"task {name} stands in {seen.count(name)} cells" for name in known if seen.count(name) != 1]


def missing_outputs(notebook):
    """Cells that draw and show nothing."""
    faults, figures = [], 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        data = [output.get("data", {}) for output in cell.outputs]
        if "plt.show()" in cell.source:
            figures += 1
            if not any("image/png" in d or "image/svg+xml" in d for d in data):
                faults.append("a cell with plt.show() shows no figure:\n" + cell.source)
        if re.search(r"^td\.show_deck\(|^\s*td::write_deck\(", cell.source, re.MULTILINE):
            figures += 1
            if not any("srcdoc" in "".join(d.get("text/html", "")) for d in data):
                faults.append("a cell that shows a deck shows none:\n" + cell.source)
    return faults if figures else faults + ["it shows neither a figure nor a deck"]


def execute(path, out):
    """The faults of one notebook; its rendering is written."""
    from nbconvert import HTMLExporter

    lesson = lesson_of(path)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    faults = [f"{path.name} has outputs; ./run notebooks --strip takes them out"] if strip(notebook) else []
    faults += tasks.faults_of(lesson) + fill_in(notebook, lesson)
    if faults:
        return faults
    try:
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
    except CellExecutionError as error:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
        faults.append(f"{plain.strip()}\n{error.ename}: {error.evalue}")
    page, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": path.stem}})
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{path.stem}.html").write_text(page)
    return faults or missing_outputs(notebook)


def main():
    parser = argparse.ArgumentParser(prog="./run notebooks", description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--strip", action="store_true")
    parser.add_argument("--one", action="store_true", help="in this process")
    parser.add_argument("--out", type=Path, default=HERE.parent.parent / "out" / "notebooks")
    parser.add_argument("names", nargs="*", help="parts of file names; all without any")
    flags = parser.parse_args()
    wanted = [p for p in sorted(HERE.glob("[0-9]*_*.ipynb")) if not flags.names or any(n in p.name for n in flags.names)]
    if not wanted:
        sys.exit(f"run notebooks: none is called {' or '.join(flags.names) or 'anything'}")
    if flags.strip:
        for path in wanted:
            notebook = nbformat.read(path, as_version=4)
            strip(notebook)
            nbformat.write(notebook, path)
        return
    if flags.one:
        faults = execute(wanted[0], flags.out)
        print("\n".join(faults))
        sys.exit(bool(faults))

    # The second silences what the kernel says of a debugger that no one starts.
    environment = {**os.environ, "TAPEDECK_NOTEBOOKS": "check", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}

    def run(path):
        start = time.monotonic()
        command = [sys.executable, "-B", __file__, "--one", "--out", str(flags.out), path.name]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment)
        print(f"{'ok    ' if ran.returncode == 0 else 'FAILED'} {path.name} ({time.monotonic() - start:.0f} s)", flush=True)
        return f"{path.name}:\n{ran.stdout}{ran.stderr}" if ran.returncode else ""

    with ThreadPoolExecutor(max_workers=2) as pool:
        failed = [text for text in pool.map(run, wanted) if text]
    print(f"{len(wanted) - len(failed)} of {len(wanted)} notebooks ran; they are in {flags.out}")
    if failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
