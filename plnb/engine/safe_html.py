"""Markup and Markdown that somebody else wrote, made harmless to show: on our pages, in nbgrader's formgrader, in JupyterLab.

Pure: text in, text out. Whatever comes out holds no script, no handler, no frame, no form, nothing that is fetched, and nothing
that can pass for a part of the page around it. Tables, emphasis and links to the web stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from typing import Final

import nh3

PICTURES: Final = ("image/png", "image/jpeg", "image/gif")
"""What may be shown as a picture: raster only. A drawing (SVG) is a document, with scripts and addresses in it."""

_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
_ATTRIBUTES: Final = {
    "*": {"title", "lang", "dir", "style", "align", "valign"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "table": {"border"},
    "ol": {"start", "type", "reversed"},
    "details": {"open"},
}
# No `id`, `class`, `name` or `data-…`: formgrader's own script finds its buttons and fields by those.

_STYLES: Final = frozenset(
    [
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-right",
        "border-style",
        "border-top",
        "border-width",
        "color",
        "font-family",
        "font-style",
        "font-weight",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "text-indent",
        "vertical-align",
        "white-space",
    ]
)
# Nothing that takes a thing out of its place or fetches anything.

_GONE: Final = frozenset({"script", "style", "title", "textarea", "noscript", "template", "xmp", "noembed", "noframes", "iframe"})
_RASTER: Final = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/\s]+={0,2}\s*")
_WEB: Final = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_PLAIN_STYLE: Final = re.compile(r"(?:[^()\\@]|(?:rgb|hsl)a?\([\d\s,.%/]*\))*")
_NUMBER: Final = re.compile(r"\d{1,4}")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean_html(markup: str) -> str:
    """Markup with what can do something taken out."""
    return nh3.clean(
        _CONTROLS.sub("", markup),
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_attribute,
        allowed_classes={"table": {"dataframe"}},
        filter_style_properties=set(_STYLES),
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    match name:
        case "href":
            return value if _WEB.match(value.strip()) else None
        case "src":
            return value if _RASTER.fullmatch(value.strip()) else None
        case "style":
            return "; ".join(part for part in value.split(";") if _PLAIN_STYLE.fullmatch(part)) or None
        case "width" | "height" | "colspan" | "rowspan" | "span" | "border" | "start":
            return value if _NUMBER.fullmatch(value.strip()) else None
        case _:
            return value


# --- Markdown --------------------------------------------------------------------------------------------------------------------

_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_IMAGE: Final = re.compile(r"!+\[(?P<rest>(?P<alt>[^\[\]\n]*)\]\(attachment:(?P<name>[\w.\-]+)\))?")
_LINK: Final = re.compile(r"\]\((?!https?://|mailto:|attachment:[\w.\-]+\))", re.IGNORECASE)
_REFERENCE: Final = re.compile(
    r"\]:(?![ \t]*https?://)(?![ \t]+[\w'\"\[\](){}.,+*=-][\w'\"\[\](){}.,+*=` \t-]*(?:\n|$))", re.IGNORECASE
)
_FENCE: Final = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)")
_SCHEME: Final = re.compile(r"(?P<name>(?:java|vb)script)(?=\s*:)", re.IGNORECASE)


def calm_markdown(text: str, pictures: Collection[str] = ()) -> str:
    """Markdown that reads the same and holds no HTML, no picture but its own (`pictures`, by name), no link but to the web.

    Works on the text, not on what one renderer makes of it: a `<` that could open a tag gets a blank behind it, and so does every
    bracket that would make a link of something else. Code and formulas stay readable; the words of the student stay theirs.
    """

    def picture(found: re.Match[str]) -> str:
        if found["name"] in pictures:
            return f"![{found['rest']}"
        return f"[{found['rest'] or ''}"

    def fence(found: re.Match[str]) -> str:
        info = re.sub(r"\\(.)", r"\1", html.unescape(found["info"])).strip().lower()
        return f"{found['fence']}text" if info.startswith("mermaid") else found[0]

    text = _CONTROLS.sub("", text)
    text = _TAG.sub("< ", text)
    text = _IMAGE.sub(picture, text)
    text = _LINK.sub("] (", text)
    text = _REFERENCE.sub("] :", text)
    text = _FENCE.sub(fence, text)
    return calm_latex(text)


def calm_latex(text: str) -> str:
    """A formula that cannot become a link to a script."""
    return _SCHEME.sub(lambda found: f"{found['name']} ", _CONTROLS.sub("", text))


# --- text ------------------------------------------------------------------------------------------------------------------------

_SEQUENCES: Final = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links
    r"|[\x1b][PX^_][^\x1b]*(?:\x1b\\)?"  # strings for devices
    r"|(?:\x1b\[|\x9b)(?![0-9;]*m)[0-?]*[ -/]*[@-~]?"  # whatever moves or clears
    r"|\x9b[0-9;]*m"
    r"|\x1b(?![\[])[@-~]?"
)
_UNSEEN: Final = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_text(text: str) -> str:
    """Text as a terminal shows it: colours stay, whatever steers a terminal goes."""
    return _UNSEEN.sub("", _SEQUENCES.sub("", text))
