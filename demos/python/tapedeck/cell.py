"""Compiles and runs C++ against the library: what stands behind %%cpp."""

import json
import re
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

from .compiler import shorten

HERE = Path(__file__).parent  # in the build tree
FLAGS = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-fdiagnostics-color=never", "-fmax-errors=5"]
MOST = 20_000_000  # bytes in a file that the program writes, and on its standard output
MAIN = re.compile(r"^\s*(int|auto)\s+main\s*\(", re.M)
OUTSIDE = re.compile(r"^\s*(namespace\b[^=;]*$|template\b)", re.M)  # what no body of a function can have
REFUSED = re.compile(r"function.definition is not allowed here|template declaration cannot")


class CellError(Exception):
    """A cell that does not compile, or whose program fails; in a notebook its text is all that is shown."""

    def _render_traceback_(self):
        return [str(self)]


def build():
    """The compiler and its flags, as CMake wrote them."""
    return json.loads((HERE / "build.json").read_text())


def _compile(arguments, *, timeout):
    settings = build()
    command = [settings["compiler"], *FLAGS]
    command += [f"-D{name}" for name in settings["define"].split(";") if name]
    for folder in dict.fromkeys(settings["include"].split(";")):
        if folder and not folder.startswith("$"):
            # The library's own warnings are none of the cell's.
            command += ["-isystem", folder] if folder != "/usr/include" else []
    try:
        return subprocess.run(command + arguments, capture_output=True, encoding="utf-8", errors="replace", timeout=timeout)
    except subprocess.TimeoutExpired:
        raise CellError(f"The compiler was stopped after {timeout:g} seconds; %%cpp 300 gives the cell 300.") from None


def _precompile(folder):
    """The header that every cell begins with, compiled, unless that has been done since it changed."""
    header, compiled, parts = HERE / "cell.hpp", folder / "cell.hpp.gch", folder / "cell.d"
    if compiled.exists() and parts.exists():
        files = parts.read_text().replace("\\\n", " ").split()[1:] + [HERE / "build.json", __file__]
        made = compiled.stat().st_mtime
        if all(Path(file).exists() and Path(file).stat().st_mtime <= made for file in files):
            return
    (folder / "cell.hpp").write_text(header.read_text())
    # Into a file of its own, then renamed: two notebooks may be at it at once.
    with tempfile.TemporaryDirectory(dir=folder) as own:
        new = Path(own) / "new.gch"
        made = _compile(["-x", "c++-header", str(header), "-o", str(new), "-MD", "-MF", str(parts)], timeout=600)
        if made.returncode:
            raise CellError(f"tapedeck/cell.hpp does not compile:\n{made.stderr}")
        new.rename(compiled)


def program(cell, name="cell", first_line=1):
    """The cell as a program: as it is when it has a main function, otherwise the body of one."""
    if MAIN.search(cell):
        return f'#line {first_line} "{name}"\n{cell}\n'
    # Includes stay above main, each where it was as far as line numbers go.
    lines = cell.split("\n")
    above = [line if line.lstrip().startswith("#include") else "" for line in lines]
    body = ["" if line.lstrip().startswith("#include") else line for line in lines]
    return (
        f'#line {first_line} "{name}"\n' + "\n".join(above) + "\n"
        "int main() try {\n"
        f'#line {first_line} "{name}"\n' + "\n".join(body) + "\n"
        "} catch (const std::exception& error) {\n"
        '    fmt::print(stderr, "{}\\n", error.what());\n    return 1;\n}\n'
    )


def run(cell, name="cell", first_line=1, timeout=120):
    """Compiles and runs a cell. Returns what it wrote, the compiler's warnings, and {name: HTML} of the pages
    (decks) that it left in the folder that it ran in."""
    folder = HERE.parent / "cells"
    folder.mkdir(exist_ok=True)
    _precompile(folder)
    with tempfile.TemporaryDirectory() as place:
        source, binary = Path(place) / "cell.cpp", Path(place) / "cell"
        source.write_text(program(cell, name, first_line), encoding="utf-8")
        libraries = build()["link"].split(";")
        made = _compile(["-include", str(folder / "cell.hpp"), str(source), "-o", str(binary), *libraries], timeout=timeout)
        said = shorten(made.stderr, cell, name, first_line)
        if made.returncode:
            if not MAIN.search(cell) and (OUTSIDE.search(cell) or REFUSED.search(made.stderr)):
                said += "Functions, templates and namespaces stand outside of main: give the cell an int main().\n"
            raise CellError(said)
        work = Path(place) / "run"
        work.mkdir()
        code, text = _run(binary, work, timeout)
        if code == -signal.SIGXFSZ:
            raise CellError(f"{_head(text)}The program wrote more than {MOST // 10**6} MB and was stopped.")
        if code is None:
            raise CellError(f"{_head(text)}The program was stopped after {timeout:g} seconds.")
        if code:
            how = f"with {code}" if code > 0 else f"by signal {-code}"
            raise CellError(f"{said}{_head(text)}The program ended {how}.")
        pages = {page.name: page.read_text("utf-8", "replace") for page in sorted(work.glob("*.html"))}
        return text, said, pages


def _run(binary, folder, timeout):
    """Its exit code, None when it took too long, and all that it wrote. A file holds that: a pipe would have to
    be read without end."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))  # noqa: E731
    with tempfile.TemporaryFile() as out:
        options = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        try:
            code = subprocess.run([str(binary)], **options, preexec_fn=limit, timeout=timeout).returncode
        except subprocess.TimeoutExpired:
            code = None
        out.seek(0)
        return code, out.read().decode(errors="replace")


def _head(text, most=4000):
    """The beginning of what a program wrote that failed."""
    text = text if len(text) <= most else f"{text[:most]}\n[{len(text) - most} more characters]"
    return text if not text or text.endswith("\n") else text + "\n"
