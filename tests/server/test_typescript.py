"""The browser's types are made from ours, and the committed file is the one they make."""

from __future__ import annotations

import re

import pytest

from plnb.core.base import Level
from plnb.core.news import NewAttempt
from plnb.core.student import VIEW_SCHEMA_VERSION, StudentView
from plnb.server.typescript import FILE, main, typescript
from plnb.store.describing import descriptions


def test_the_committed_file_is_fresh() -> None:
    assert FILE.read_text("utf-8") == typescript(), "Write it with: make schemas"


def test_a_stale_file_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    assert main(["--check"]) == 0
    monkeypatch.setattr("plnb.server.typescript.FILE", FILE.with_name("no-such.ts"))
    assert main(["--check"]) == 1


def test_every_key_of_a_view_is_there_and_described() -> None:
    body = _interface("StudentView")
    told = descriptions(StudentView)
    for name in StudentView.model_fields:
        assert re.search(rf"^  {name}: ", body, re.M), name
        assert told[name].split()[0] in body
    assert f"export const VIEW_SCHEMA_VERSION = {VIEW_SCHEMA_VERSION};" in typescript()


def test_what_the_browser_sends_may_leave_out_defaults_but_never_its_kind() -> None:
    body = _interface("NewAttempt")
    assert "  kind: 'attempt';" in body
    for name, field in NewAttempt.model_fields.items():
        if name != "kind":
            assert (f"  {name}: " in body) is field.is_required()
            assert (f"  {name}?: " in body) is not field.is_required()


def test_scales_are_unions_of_their_words() -> None:
    assert "export type Level = " + " | ".join(f"'{level}'" for level in Level) + ";" in typescript()


def test_every_type_that_is_named_is_declared() -> None:
    text = re.sub(r"/\*\*.*?\*/|'[^']*'|^//.*?$", "", typescript(), flags=re.S | re.M)
    declared = set(re.findall(r"export (?:interface|type) (\w+)", text))
    assert set(re.findall(r"\b[A-Z]\w*[a-z]\w*\b", text)) <= declared


def test_no_number_of_a_policy_has_a_type() -> None:
    assert "correct_at" not in typescript()
    assert "proficient_at" not in typescript()


def _interface(name: str) -> str:
    found = re.search(rf"export interface {name} \{{.*?^\}}", typescript(), re.S | re.M)
    assert found
    return found.group()
