"""What notebooks use beside the library: decks shown inline, the demos run with flags."""

import html
import json
import subprocess
from pathlib import Path

from . import _core, cell


def compile_and_run(source, **options):
    """A cell of C++ outside of a notebook: returns what it wrote."""
    return cell.run(source, **options)[0]


def show_page(page, height=620):
    """An HTML page in a frame of its own, which needs no file and no server."""
    from IPython.display import HTML, display

    frame = '<iframe srcdoc="{}" style="width: 100%; height: {}px; border: 1px solid #ccc"></iframe>'
    text = frame.format(html.escape(page), int(height))
    display(HTML("<!-- a page of its own -->" + text))  # what begins with an iframe IPython warns of


def show_deck(tape, loss, title="tape", height=620, effort=1.0):
    """The tape as a page to step through, below the cell. Before the optimizer's step."""
    if loss.tape is not tape:
        raise _core.StaleVariableError("show_deck: loss is not on this tape.")
    show_page(_core.deck_html(loss, title, effort), height)


class DemoError(Exception):
    """A demo that did not run; the text is what it said."""

    def _render_traceback_(self):
        return [str(self)]


def run_demo(name, out=None, **flags):
    """Runs one of ./run's demos and returns its results.json: run_demo("batch_size", seeds=2, full=True).

    A flag's underscores become dashes; True is a flag alone, False and None leave it out, a list is joined by
    commas. `out` is the folder for its report, by default out/notebooks/<name>."""
    root = Path(cell.build()["root"])
    if not (root / "demos" / f"{name}.cpp").exists():
        raise DemoError(f'run_demo: no demo is called "{name}"; ./run alone lists them.')
    out = Path(out) if out else root / "out" / "notebooks" / name
    command = [str(root / "run"), name, "--out", str(out)]
    for flag, value in flags.items():
        if value is None or value is False:
            continue
        command.append("--" + flag.replace("_", "-"))
        if value is not True:
            command.append(",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    results = out / "results.json"
    results.unlink(missing_ok=True)
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        said = (ran.stderr + ran.stdout).strip().splitlines()
        raise DemoError("\n".join([f"run_demo: ./run {name} ended with {ran.returncode}:", *said[-12:]]))
    if not results.exists():
        raise DemoError(f"run_demo: ./run {name} left no {results}; it may be a demo without results.")
    return json.loads(results.read_text())
