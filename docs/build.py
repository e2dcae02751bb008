"""Builds the site: ./run docs. Takes the folder to build in, and the one to write to."""
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS / "reference"))
import extract  # noqa: E402


def gather(source):
    """All that pages are made of in one folder: the pages, what they quote, and the notebooks where there are any."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(DOCS, source, ignore=shutil.ignore_patterns("__pycache__"))
    for quoted in ("core", "layers", "optim", "demos", "cmake", "CMakeLists.txt", "README.md"):
        (source / quoted).symlink_to(ROOT / quoted)
    notebooks = sorted((ROOT / "demos/notebooks").glob("*.ipynb"))
    if notebooks:
        (source / "notebooks").mkdir()
        for notebook in notebooks:
            shutil.copy(notebook, source / "notebooks")


def main(build, out):
    source = build / "source"
    gather(source)
    if extract.main(source / "doxygen"):
        return 1
    return subprocess.run(["/usr/bin/python3", "-m", "sphinx", "-b", "html", "-q", "-E", "-W", "--keep-going", "-j", "2",
                           "-d", str(build / "doctrees"), str(source), str(out)]).returncode


if __name__ == "__main__":
    sys.exit(main(*(Path(p).resolve() for p in sys.argv[1:3])))
