"""The finished notebook as one HTML file: still, self-contained, and safe to open whatever a student wrote.

The page is drawn by nbconvert with our own template (`templates/plnb-page`). It has no script and may not load anything: its
content security policy says so to the browser, and the places to write are shown as plain text.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Container
from functools import cache
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode

from plnb.core.progress import ProgressReport
from plnb.reports import words
from plnb.reports.markup import plain

NOTEBOOK_ONLY: Final = "notebook-only"
"""Tag of cells that make sense only where one can write."""
TEMPLATES: Final = Path(__file__).parent / "templates"
_RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
_HEADING: Final = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_TAGS: Final = re.compile(r"<[^>]+>")


def page(nb: NotebookNode, report: ProgressReport, ours: Container[str]) -> str:
    """The notebook as a page. Text cells whose id is not in `ours` are somebody's own words and stay text."""
    body, _ = _exporter().from_notebook_node(
        nb,
        resources={
            "page": {
                "left_out": NOTEBOOK_ONLY,
                "language": report.language,
                "direction": direction(report.language),
                "title": words.PAGE_TITLE.format(course=plain(report.course_title), student=report.student),
                "footer": words.FOOTER.format(date=words.day(report.made_at), student=report.student),
                "skip": words.SKIP,
                "picture": words.PICTURE,
                "contents": words.ON_THIS_PAGE,
                "nothing": words.NOTHING_WRITTEN,
                "ours": ours,
                "style": _style(),
            }
        },
    )
    return _with_contents(str(body))


def direction(language: str) -> str:
    """Which way a language is written, as HTML says it."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


@cache
def _exporter() -> Any:
    from nbconvert.exporters.templateexporter import TemplateExporter  # slow to load; who only shows reports does without
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    def as_html(source: str) -> str:
        markup: str = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source)
        return markup

    return TemplateExporter(  # type: ignore[no-untyped-call]
        template_name="plnb-page",
        extra_template_basedirs=[str(TEMPLATES)],
        template_extension=".html.j2",
        file_extension=".html",
        filters={"as_text": _as_text, "as_html": as_html},
        default_preprocessors=[],
    )


@cache
def _style() -> str:
    return (TEMPLATES / "plnb-page" / "style.css").read_text(encoding="utf-8")


def _as_text(source: str) -> str:
    return html.escape(plain(source))


def _with_contents(body: str) -> str:
    """Make each second-level heading a section of its own, and list them at the top."""
    names = [_TAGS.sub("", name) for name in _HEADING.findall(body)]
    numbers = itertools.count(1)

    def section(heading: re.Match[str]) -> str:
        at = next(numbers)
        closing = "</section>" if at > 1 else ""
        return f'{closing}<section aria-labelledby="part-{at}"><h2 id="part-{at}">{heading[1]}</h2>'

    items = "".join(f'<li><a href="#part-{at}">{name}</a></li>' for at, name in enumerate(names, start=1))
    main = _HEADING.sub(section, body)
    if names:
        main = main.replace("</main>", "</section></main>", 1)
    return main.replace("<!--contents-->", f"<ul>{items}</ul>", 1)
