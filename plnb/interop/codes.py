"""Codes of published standards, in the many spellings people use: Common Core mathematics (CCSS-M) and NGSS.

`CCSS.Math.Content.8.F.B.4`, `8.F.B.4`, `8.f.b.4` and `8.F.4` are one standard; so are `HSF-LE.A.2`, `F-LE.A.2` and `HSF.LE.A.2`.
Holds the grammar of the codes and no statements: those are their publishers'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class PublishedCode:
    """A code that we know the grammar of."""

    system: Literal["ccss", "ngss"]
    """Whose code it is."""
    text: str
    """The code in its short published spelling: `8.F.B.4`, `HSF-LE.A.2`, `MP1`, `MS-PS2-2`."""
    key: str
    """Equal for two spellings of one standard. CCSS-M counts through a domain, so the cluster's letter may be missing."""


_HIGH_SCHOOL: Final = (
    r"N[-.](?:RN|Q|CN|VM)|A[-.](?:SSE|APR|CED|REI)|F[-.](?:IF|BF|LE|TF)|G[-.](?:CO|SRT|C|GPE|GMD|MG)|S[-.](?:ID|IC|CP|MD)"
)
_DOMAIN: Final = rf"(?:(?P<grade>[K1-8])\.(?P<domain>CC|OA|NBT|NF|MD|RP|NS|EE|SP|F|G)|(?:HS)?(?P<high>{_HIGH_SCHOOL}))"
_CONTENT: Final = re.compile(rf"{_DOMAIN}(?:\.(?P<cluster>[A-Z]))?(?:\.(?P<number>\d{{1,2}})\.?(?P<part>[A-F])?)?")
_PRACTICE: Final = re.compile(r"S?MP\.?(?P<number>[1-8])")
_CCSS_PREFIX: Final = re.compile(
    r"^(?:HTTPS?://)?(?:WWW\.)?(?:(?:THE)?CORESTANDARDS\.ORG\.)?(?:CCSS\.)?(?:MATH\.)?(?:CONTENT\.|PRACTICE\.)?"
)
_NGSS: Final = re.compile(r"(?:NGSS\.)?(?P<code>(?:K-2|3-5|MS|HS|[K1-5])-(?:PS|LS|ESS|ETS)\d-\d{1,2}|(?:PS|LS|ESS|ETS)\d\.[A-E])")


def parse_code(code: str) -> PublishedCode | None:
    """The published standard that `code` names, or None where the code is of another kind."""
    written = re.sub(r"\s+|\(\+\)|[*★]", "", code).upper()
    if found := _NGSS.fullmatch(written):
        return PublishedCode("ngss", found["code"], found["code"])
    short = _CCSS_PREFIX.sub("", written.replace("://", ":").replace("/", ".").replace(":", "://"), count=1).strip(".")
    if found := _PRACTICE.fullmatch(short):
        return PublishedCode("ccss", f"MP{found['number']}", f"MP{found['number']}")
    if found := _CONTENT.fullmatch(short):
        return _content(found)
    return None


def normalise(code: str) -> str:
    """The short published spelling of a code we know; any other code without the space around it."""
    known = parse_code(code)
    return known.text if known else code.strip()


def same_standard(one: str, other: str) -> bool:
    """Whether two spellings name one standard."""
    first, second = parse_code(one), parse_code(other)
    if first and second:
        return (first.system, first.key) == (second.system, second.key)
    return first is second and one.strip().casefold() == other.strip().casefold()


def _content(found: re.Match[str]) -> PublishedCode | None:
    high, cluster, number = found["high"], found["cluster"], found["number"]
    domain = f"HS{high.replace('.', '-')}" if high else f"{found['grade']}.{found['domain']}"
    if number is None:
        text = f"{domain}.{cluster}" if cluster else domain
        return PublishedCode("ccss", text, text)
    last = f"{int(number)}{(found['part'] or '').lower()}"
    return PublishedCode("ccss", ".".join(filter(None, (domain, cluster, last))), f"{domain}.{last}")
