"""Which global names a piece of Python defines and which it needs from before, read from its text. Runs nothing."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_BUILTIN: Final = frozenset(dir(builtins)) | {"get_ipython", "display"}


class Names(NamedTuple):
    """Global names of a cell, or of several in a row."""

    defines: frozenset[str]
    """Given a meaning here."""
    needs: frozenset[str]
    """Used here and given a meaning before, if anywhere."""

    imports: frozenset[tuple[str, str]] = frozenset()
    """Names that an import gives a meaning, with what is imported."""

    def changes(self, before: Names) -> bool:
        """Whether this gives a name of `before` another meaning; the same import again does not."""
        same = {name for name, _ in self.imports & before.imports}
        return bool((self.defines & before.defines) - same)

    @classmethod
    def together(cls, parts: Iterable[Names]) -> Names:
        """Of cells that run one after the other."""
        defines, needs, imports = frozenset[str](), frozenset[str](), frozenset[tuple[str, str]]()
        for part in parts:
            needs |= part.needs - defines
            defines |= part.defines
            imports |= part.imports
        return cls(defines, needs, imports)


def names_in(source: str) -> Names | None:
    """The names of a cell; None where it is no Python (a cell of another language, or with a slip). Magics are not looked at."""
    plain = "\n".join("pass" if line.startswith(("%", "!")) else line for line in source.splitlines())
    try:
        tree = ast.parse(plain)
        return Names.together(_of(statement) for statement in tree.body)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _of(statement: ast.stmt) -> Names:
    table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    defines = frozenset(
        s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()
    ) | frozenset(name for child in _inner(table) for name in _declared(child))
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    # `x = x + 1` needs the x of before; a loop or `with` binds its name first.
    own = frozenset[str]() if isinstance(statement, ast.Assign | ast.AugAssign) else defines
    inside = {s.get_name() for child in _inner(table) for s in child.get_symbols() if s.is_global() and s.is_referenced()}
    return Names(defines, frozenset((used | inside) - own) - _BUILTIN, frozenset(_imports(statement)))


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        origin = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
        for alias in statement.names:
            yield alias.asname or alias.name.split(".")[0], f"{origin}:{alias.name}"


def _declared(table: symtable.SymbolTable) -> Iterator[str]:
    return (s.get_name() for s in table.get_symbols() if s.is_declared_global() and s.is_assigned())


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)
