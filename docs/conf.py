"""How Sphinx builds the guide and the reference; ./run docs says with what."""
import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

project = "Tapedeck"
author = "the authors of Tapedeck"
copyright = author + ", MIT licence"
version = release = re.search(r"project\(tapedeck VERSION ([\d.]+)", (DOCS / "CMakeLists.txt").read_text()).group(1)

extensions = ["myst_parser", "breathe", "sphinx.ext.graphviz"]
exclude_patterns = ["README.md", "demos/**"]
# Notebooks are pages as they are; ./run docs puts those of the tree into the source folder.
if any(DOCS.glob("notebooks/*.ipynb")):
    extensions += ["nbsphinx"]
    nbsphinx_execute = "never"
    nbsphinx_requirejs_path = nbsphinx_widgets_path = ""
    mathjax_path = "mathjax/MathJax.js?config=TeX-AMS_SVG-full"
    mathjax_options = {"defer": "defer"}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
breathe_projects = {"tapedeck": str(DOCS / "doxygen/xml")}
breathe_default_project = "tapedeck"
breathe_show_include = False
cpp_index_common_prefix = ["tapedeck::"]
primary_domain = "cpp"
highlight_language = "cpp"
graphviz_output_format = "svg"

html_theme = "furo"
html_title = f"Tapedeck {version}"
html_static_path = ["site.css"] + (["mathjax"] if "nbsphinx" in extensions else [])
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = html_show_sphinx = False


def list_notebooks(app, docname, source):
    """Where the tree has notebooks, the front page lists them."""
    listed = ""
    if "nbsphinx" in app.config.extensions:
        listed = "```{toctree}\n:maxdepth: 1\n:caption: Notebooks\n:glob:\n\nnotebooks/*\n```"
    source[0] = source[0].replace("<!-- notebooks -->", listed)


def setup(app):
    app.connect("source-read", list_notebooks)
