"""What a markdown cell says: its headings, and its text without code. Enough for titles and lint; it renders nothing."""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*\s*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING: Final = re.compile(
    r"^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$|^ {0,3}(\S[^\n]*)\n {0,3}(=+|-{2,})[ \t]*$", re.MULTILINE
)
_HTML_HEADING: Final = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.IGNORECASE | re.DOTALL)
_MARKS: Final = re.compile(r"[*`]|(?<!\w)_+|_+(?!\w)|!?\[([^\]]*)\]\([^)]*\)|<[^>]+>")


def without_code(text: str) -> str:
    """The text without code blocks, code spans and HTML comments."""
    if "`" in text or "~~~" in text:
        text = _CODE.sub("", _FENCE.sub("", text))
    return _COMMENT.sub("", text) if "<!--" in text else text


def headings(text: str) -> list[tuple[int, str]]:
    """Level and words of every heading, in order; what looks like one inside a code block is none."""
    # Code spans stay: they are part of a heading's words.
    text = _FENCE.sub("", text) if "```" in text or "~~~" in text else text
    found: list[tuple[int, int, str]] = []
    if "#" in text or "==" in text or "--" in text:
        for at in _HEADING.finditer(text):
            marks, title, under, line = at.groups()
            found.append((at.start(), len(marks) if marks else 1 if line.startswith("=") else 2, title or under))
    if "<h" in text.lower():
        found += [(at.start(), int(at[1]), at[2]) for at in _HTML_HEADING.finditer(text)]
    return [(level, _plain(title)) for _, level, title in sorted(found)]


def _plain(heading: str) -> str:
    """A heading without its marks."""
    return _MARKS.sub(lambda at: at[1] or "", heading).strip()
