"""Which modules a nursery imports for a notebook that nobody has prepared one for: those it imports, if they are well known.

A nursery is not confined, so it imports nothing merely because a student's notebook says so: only what is on the list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nbformat import NotebookNode

WELL_KNOWN: Final = (
    "altair", "ipywidgets", "matplotlib.pyplot", "networkx", "numpy", "pandas", "plotly.express", "scipy.optimize", "scipy.stats",
    "seaborn", "sklearn", "statsmodels.api", "sympy",
)  # fmt: skip
"""Libraries of teaching that take long to import, by the module that loads most of what is used of each."""

_MENTIONS: Final = re.compile(r"^\s*(?:import|from)\s+(.+)$", re.MULTILINE)

_MENTIONS_IN_FILES: Final = re.compile(rb'(?:"|\\n)\s*(?:import|from)\s+(\w+)')


def wanted_modules(nb: NotebookNode) -> tuple[str, ...]:
    """The well-known modules that cells of a notebook import."""
    return modules_of(cell.source for cell in nb.cells if cell.cell_type == "code")


def modules_of(sources: Iterable[str]) -> tuple[str, ...]:
    """The well-known modules that these cells import."""
    imported = {name for source in sources for name in _imports(source)}
    return _well_known({name.partition(".")[0] for name in imported})


def mentioned_modules(notebooks: Iterable[bytes]) -> tuple[str, ...]:
    """The well-known modules that files of notebooks seem to import, by a look at their text: quick, and now and then wrong."""
    return _well_known({name.decode() for text in notebooks for name in _MENTIONS_IN_FILES.findall(text)})


def _well_known(packages: set[str]) -> tuple[str, ...]:
    return tuple(name for name in WELL_KNOWN if name.partition(".")[0] in packages)


def _imports(source: str) -> set[str]:
    """What a cell imports; lines that are no Python (`%matplotlib inline`) are passed over."""
    if "import" not in source:
        return set()
    lines = (line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?")))
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {re.split(r"[\s,]", found)[0] for found in _MENTIONS.findall(source)}
    found: set[str] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            found |= {alias.name for alias in one.names}
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            found.add(one.module)
    return found
