"""Rules on what students read: titles, headings, pictures for those who do not see them, and tags that still tell the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from plnb.core.cells import Cell
from plnb.core.findings import Severity
from plnb.core.lint.registry import Found, rule
from plnb.core.lint.view import CourseView
from plnb.core.lint.words import listed, quoted
from plnb.core.markdown import headings, without_code

_IMAGE: Final = re.compile(r"!\[\s*\]\s*(?:\(\s*(?P<to>[^)\s]*)|\[(?P<ref>[^\]]*)\])")
_IMG: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT: Final = re.compile(r"\balt\s*=", re.IGNORECASE)
_SRC: Final = re.compile(r"\bsrc\s*=\s*[\"']?([^\"'\s>]*)", re.IGNORECASE)


@rule("missing-alt-text", Severity.error)
def missing_alt_text(view: CourseView) -> Iterator[Found]:
    """A picture has no words for those who do not see it."""
    for _, cell, spot in view.cells:
        if cell.kind != "markdown" or ("![" not in cell.source and "<img" not in cell.source.lower()):
            continue
        text = without_code(cell.source)
        pictures = [at["to"] or at["ref"] or "" for at in _IMAGE.finditer(text)]
        pictures += [src[1] if (src := _SRC.search(tag)) else "" for tag in _IMG.findall(text) if not _ALT.search(tag)]
        for picture in pictures:
            yield Found(
                spot,
                f"The picture {picture.split(';')[0] if picture else 'here'} has no alt text, so a student who "
                f"does not see it learns nothing from it.",
                "Say in a sentence what it shows: `![A line that rises by 3 for every step to the right](…)`.",
            )


@rule("missing-title", Severity.warning)
def missing_title(view: CourseView) -> Iterator[Found]:
    """A notebook does not begin with a title."""
    for notebook in view.notebooks:
        first = next((found for cell in notebook.cells if cell.kind == "markdown" for found in headings(cell.source)), None)
        if first is None or first[0] != 1:
            found = f"its first heading is {quoted(first[1])}, of level {first[0]}" if first else "it has no heading at all"
            yield Found(
                view.file(notebook),
                f"The notebook does not begin with a title: {found}.",
                "Begin its first cell with a line `# ` and what the notebook is about.",
            )


@rule("heading-order", Severity.warning)
def heading_order(view: CourseView) -> Iterator[Found]:
    """A heading skips a level."""
    for notebook in view.notebooks:
        above = 0
        for cell in notebook.cells:
            if cell.kind != "markdown":
                continue
            for level, title in headings(cell.source):
                if title.endswith(" MARK SCHEME"):
                    continue  # nbgrader's marks around what only graders read
                if above and level > above + 1:
                    yield Found(
                        view.cell(notebook, cell),
                        f"The heading {quoted(title)} goes from level {above} to level {level}, and those who "
                        f"find their way by headings get lost.",
                        f"Write it with {'#' * (above + 1)}.",
                    )
                above = level


@rule("drifted-mirror-tag", Severity.warning)
def drifted_mirror_tag(view: CourseView) -> Iterator[Found]:
    """A cell's visible tags say something else than its metadata."""
    for _, cell, spot in view.cells:
        shown = {tag for tag in cell.tags if tag.startswith(("std:", "plnb-branch:"))}
        if not shown:
            continue  # tags are a courtesy; where there are none, none can be wrong
        meant = mirror_tags(cell)
        wrong, lacking = sorted(shown - set(meant)), [tag for tag in meant if tag not in shown]
        if wrong or lacking:
            said = " and ".join(
                (
                    *((f"shows {listed(wrong)}, which its metadata does not say",) if wrong else ()),
                    *((f"does not show {listed(lacking)}",) if lacking else ()),
                )
            )
            mend = (*((f"take away {listed(wrong)}",) if wrong else ()), *((f"add {listed(lacking)}",) if lacking else ()))
            yield Found(
                spot,
                f"The cell {said}, so a person and plnb read two different things.",
                f"In the cell's tags {', and '.join(mend)}; or change its `plnb` metadata, which is what counts.",
            )


def mirror_tags(cell: Cell) -> tuple[str, ...]:
    """The tags that show a cell's metadata to people: `std:<CODE>` for each standard, `plnb-branch:<fork>-<option>`."""
    if cell.meta is None:
        return ()
    branch = (f"plnb-branch:{cell.meta.branch.replace('/', '-')}",) if cell.meta.branch else ()
    return (*(f"std:{code}" for code in dict.fromkeys(cell.meta.standards)), *branch)
