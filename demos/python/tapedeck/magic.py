"""%%cpp: a cell of C++, compiled against the library and run.

The cell is a whole program, or the body of main. A page that the program writes where it runs, as
`td::write_deck(tape, loss, "deck.html")` does, is shown below the cell. `%%cpp 20` stops it after 20 seconds.
"""

import sys

from . import cell as cells
from .notebook import show_page


def register(shell):
    def cpp(line, cell):
        # Jupyter counts the line with %%cpp as the cell's first.
        name = f"In[{shell.execution_count}]"
        text, warnings, pages = cells.run(cell, name, first_line=2, timeout=float(line) if line.strip() else 120)
        sys.stderr.write(warnings)
        sys.stdout.write(text)
        for page in pages.values():
            show_page(page)

    cpp.__doc__ = __doc__
    shell.register_magic_function(cpp, "cell", "cpp")
