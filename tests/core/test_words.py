"""The catalogue: every sentence in one place, complete, and replaceable."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import plnb.core
from plnb.core import words as catalogue
from plnb.core.base import Basis, Format, Level
from plnb.core.mastery import estimate
from plnb.core.words import CATALOGUES, ENGLISH, Words, words_for
from tests.core.builders import NOW, activity, answers, checks, course

CORE = Path(plnb.core.__file__).parent
SPEAKERS = [p for folder in (CORE, CORE / "rules") for p in folder.glob("*.py") if p.name != "words.py"]


def test_every_code_the_core_speaks_is_in_the_catalogue() -> None:
    said = {
        code for p in SPEAKERS for code in re.findall(r'"([a-z_]+\.[a-z_.]+)"', p.read_text()) if code.split(".")[0] in FAMILIES
    }
    assert said
    assert said <= set(ENGLISH.templates)


def test_every_sentence_of_the_catalogue_is_spoken_somewhere() -> None:
    text = "\n".join(p.read_text() for p in [*SPEAKERS, CORE / "words.py"])
    unspoken = [code for code in ENGLISH.templates if f'"{code}"' not in text.replace(f'"{code}":', "") and code not in COMPOSED]
    assert unspoken == []


FAMILIES = {code.split(".")[0] for code in ENGLISH.templates}
COMPOSED = {
    *(f"level.{level}" for level in Level),
    *(f"format.{form}" for form in Format),
    *(f"if.{kind}.{level}" for kind in ("at_least", "below") for level in Level),
    *(f"{policy}.{end}" for policy in ("latest", "highest", "ema", "bkt") for end in ("below", "reached", "elsewhere")),
    *(f"{policy}.{end}" for policy in ("average", "weighted_average", "decaying_average") for end in ("below", "reached")),
    "list.and",
    "list.or",
}
"""Codes that are put together from a value."""


def test_what_is_composed_is_in_the_catalogue() -> None:
    assert set(ENGLISH.templates) >= COMPOSED


@pytest.mark.parametrize(("count", "text"), [(0, "0 checks"), (1, "1 check"), (2, "2 checks")])
def test_a_count_picks_its_form(count: int, text: str) -> None:
    assert Words("en", {"x": "{n:# check|# checks}"}).phrase("x", n=count) == text


def test_a_language_may_have_more_forms() -> None:
    polish = Words(
        "pl",
        {"x": "{n:# zadanie|# zadania|# zadań}"},
        form=lambda n: 0 if n == 1 else 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2,
    )
    assert [polish.phrase("x", n=n) for n in (1, 3, 5, 22)] == ["1 zadanie", "3 zadania", "5 zadań", "22 zadania"]


def test_braces_in_a_value_are_only_text() -> None:
    reason = ENGLISH.say("if.done", activity="Sets {a, b} and {n:x|y}")
    assert reason.text == "“Sets {a, b} and {n:x|y}” is done"
    assert reason.values == {"activity": "Sets {a, b} and {n:x|y}"}


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "“a”"), (["a", "b"], "“a” and “b”"), (["a", "b", "c"], "“a”, “b” and “c”")]
)
def test_names_are_listed(names: list[str], text: str) -> None:
    assert ENGLISH.quote(names) == text


def test_a_region_speaks_its_language_and_an_unknown_one_english() -> None:
    assert words_for("en-GB") is ENGLISH
    assert words_for("tlh") is ENGLISH


def test_replacing_the_catalogue_translates_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {**ENGLISH.templates, "streak.building": "{run} richtig; noch {more:eine|#}."}
    monkeypatch.setitem(CATALOGUES, "de", replace(ENGLISH, language="de", templates=german))
    here = course(activity("walk", *checks(3))).model_copy(update={"language": "de-AT"})
    found = estimate(here, answers([1, 1]), basis=Basis.credit, now=NOW)[0]
    assert found.reason.text == "2 richtig; noch eine."
    assert catalogue.words_for("de").language == "de"
