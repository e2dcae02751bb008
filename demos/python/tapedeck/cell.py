"""Compiles and runs C++ against the library: what stands behind %%cpp."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from .compiler import shorten

HERE = Path(__file__).parent  # in the build tree
FLAGS = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-fdiagnostics-color=never", "-fmax-errors=5"]


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
    return subprocess.run(command + arguments, capture_output=True, text=True, timeout=timeout)


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
    if re.search(r"\bint\s+main\s*\(", cell):
        return f'#line {first_line} "{name}"\n{cell}\n'
    # Includes stay above main, each where it was as far as line numbers go.
    lines = cell.split("\n")
    above = [line if line.startswith(("#include", "using ", "namespace ")) else "" for line in lines]
    body = ["" if line.startswith(("#include", "using ", "namespace ")) else line for line in lines]
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
        source.write_text(program(cell, name, first_line))
        libraries = build()["link"].split(";")
        made = _compile(["-include", str(folder / "cell.hpp"), str(source), "-o", str(binary), *libraries], timeout=timeout)
        said = shorten(made.stderr, cell, name, first_line)
        if made.returncode:
            raise CellError(said)
        work = Path(place) / "run"
        work.mkdir()
        try:
            ran = subprocess.run([str(binary)], cwd=work, capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired as late:
            out = (late.stdout or b"").decode(errors="replace")
            raise CellError(f"{out}The program was stopped after {timeout} seconds.") from None
        if ran.returncode:
            how = f"with {ran.returncode}" if ran.returncode > 0 else f"by signal {-ran.returncode}"
            raise CellError(f"{said}{ran.stdout}{ran.stderr}The program ended {how}.")
        pages = {page.name: page.read_text() for page in sorted(work.glob("*.html"))}
        return ran.stdout + ran.stderr, said, pages
