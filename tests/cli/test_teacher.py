"""A teacher's word from the command line: written down with its reason, shown, ended, and taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from plnb.cli.explain import explain
from plnb.cli.mixed import mixed
from plnb.cli.teacher import app
from plnb.cli.whatif import whatif
from plnb.core.base import Level, Trust
from plnb.core.explanation import Explanation
from plnb.core.records import Attempt, Directed, Directive, Intervened, Overridden, Record, Verdict, record_id
from plnb.core.whatif import WhatIf
from plnb.errors import InputError, NotFoundError, NotReadyError
from plnb.store.layout import CourseFolder
from plnb.store.ledger import Ledger
from tests.authoring.tiny import make_tiny_course

WHEN = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> CourseFolder:
    """The tiny course with one answer of Ada's in its ledger."""
    made = make_tiny_course(tmp_path / "course", release=False)
    answer = Attempt(
        id=record_id("ada", "add_check"),
        course="tiny",
        student="ada",
        at=WHEN,
        trust=Trust.graded,
        unit="first",
        activity="sums",
        check="add_check",
        standards=("T.1",),
        verdict=Verdict.failed,
    )
    with Ledger.open(made.ledger) as ledger:
        ledger.add([answer])
    return made


def teacher(folder: CourseFolder, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "-C", str(folder.root)])


def command(function: object, folder: CourseFolder, *words: str) -> Result:
    one = typer.Typer()
    one.command()(function)  # type: ignore[type-var]
    return CliRunner().invoke(one, [*words, "-C", str(folder.root)])


def records(folder: CourseFolder) -> list[Record]:
    with Ledger.open(folder.ledger) as ledger:
        return [r for r in ledger.records("ada") if not isinstance(r, Attempt)]


def told(folder: CourseFolder, *words: str) -> Explanation:
    done = command(explain, folder, "ada", *words, "--json")
    assert done.exit_code == 0, done.output
    return Explanation.model_validate_json(done.stdout)


def test_an_override_holds_and_taken_back_it_is_as_before(folder: CourseFolder) -> None:
    before = told(folder, "T.1").standards[0].estimate
    assert teacher(folder, "override", "ada", "T.1", "mastered", "-r", "She  taught\nit.").exit_code == 0
    (word,) = records(folder)
    assert isinstance(word, Overridden)
    assert (word.trust, word.level, word.reason, word.until) == (Trust.teacher, Level.mastered, "She taught it.", None)
    assert told(folder, "T.1").standards[0].estimate.level is Level.mastered
    assert teacher(folder, "take-back", "ada", "T.1").exit_code == 0
    assert told(folder, "T.1").standards[0].estimate == before
    assert len(records(folder)) == 2, "what was said stays on record"


@pytest.mark.parametrize("what", ["pin", "require", "excuse"])
def test_a_word_on_an_activity_shows_on_the_path_and_can_be_taken_back(folder: CourseFolder, what: str) -> None:
    before = told(folder)
    assert teacher(folder, what, "ada", "more-sums", "-r", "Because.").exit_code == 0
    (word,) = records(folder)
    assert isinstance(word, Directed)
    assert word.what is Directive(what)
    after = told(folder, "T.1")
    said = [step.reason.text for step in after.standards[0].steps] + [s.reason.text for s in after.next]
    assert any("Because." in text for text in said)
    assert teacher(folder, "take-back", "ada", "more-sums").exit_code == 0
    assert told(folder).next == before.next


def test_until_is_the_last_day_on_which_it_holds(folder: CourseFolder) -> None:
    today = datetime.now().astimezone()
    assert teacher(folder, "pin", "ada", "sums", "-r", "x", "--until", f"{today:%Y-%m-%d}").exit_code == 0
    (word,) = records(folder)
    assert isinstance(word, Directed)
    assert word.until is not None
    assert today < word.until <= today + timedelta(days=1, hours=1)


def test_a_note_is_kept_with_what_it_is_about(folder: CourseFolder) -> None:
    assert teacher(folder, "note", "ada", "We drew it.", "--standard", "T.2").exit_code == 0
    (word,) = records(folder)
    assert isinstance(word, Intervened)
    assert (word.note, word.standards) == ("We drew it.", ("T.2",))


BAD = {
    "an unknown student": (["pin", "bob", "sums", "-r", "x"], NotFoundError),
    "an unknown activity": (["pin", "ada", "sumz", "-r", "x"], NotFoundError),
    "an unknown standard": (["override", "ada", "T.9", "familiar", "-r", "x"], NotFoundError),
    "an empty reason": (["excuse", "ada", "sums", "-r", "  "], InputError),
    "an end that is over": (["excuse", "ada", "sums", "-r", "x", "--until", "2020-01-01"], InputError),
    "nothing to take back": (["take-back", "ada", "sums"], NotFoundError),
    "neither standard nor activity": (["take-back", "ada", "nope"], NotFoundError),
    "a note on nothing known": (["note", "ada", "x", "--standard", "T.9"], NotFoundError),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_said_is_one_sentence_and_nothing_is_written(folder: CourseFolder, kind: str) -> None:
    words, error = BAD[kind]
    done = teacher(folder, *words)
    assert isinstance(done.exception, error)
    assert done.exception.mend
    assert records(folder) == []


def test_a_mend_is_a_command_that_there_is(folder: CourseFolder) -> None:
    empty = teacher(folder, "note", "ada", " ").exception
    assert isinstance(empty, InputError)
    assert empty.mend == "Say it in a sentence: plnb teacher note ada '…'"
    unknown = teacher(folder, "override", "ada", "T.9", "familiar", "-r", "x").exception
    assert isinstance(unknown, NotFoundError)
    assert unknown.message == "The course checks no standard 'T.9'."


def test_before_anything_is_graded_it_says_what_comes_first(tmp_path: Path) -> None:
    folder = make_tiny_course(tmp_path / "course", release=False)
    for done in (teacher(folder, "pin", "ada", "sums", "-r", "x"), command(explain, folder, "ada")):
        assert isinstance(done.exception, NotReadyError)
    assert isinstance(command(whatif, folder, "-p", "streak:n=5").exception, NotReadyError)
    assert not folder.ledger.exists(), "asking makes no ledger"


def test_explain_is_said_to_the_student(folder: CourseFolder) -> None:
    done = command(explain, folder, "ada", "T.1")
    assert done.exit_code == 0
    for words in ("Where you are: started", "The rule.", "wrong", "What would change it.", "Where it is on your path"):
        assert words in done.stdout
    assert "T.2" in command(explain, folder, "ada").stdout


def test_explain_tells_half_right_and_waiting_from_wrong_and_left_out(folder: CourseFolder) -> None:
    def answer(name: str, verdict: Verdict, **more: float) -> Attempt:
        return wrong.model_copy(update={"id": record_id("ada", name), "verdict": verdict, **more})

    with Ledger.open(folder.ledger) as ledger:
        (wrong,) = ledger.records("ada")
        ledger.add([answer("half", Verdict.partial, score=0.5), answer("essay", Verdict.waiting)])
    said = command(explain, folder, "ada", "T.1").stdout
    assert "✗ wrong" in said
    assert "◐ partly right" in said
    assert "… waiting" in said
    assert "left out" not in said


def test_whatif_changes_nothing_but_draws_what_is_asked_for(folder: CourseFolder, tmp_path: Path) -> None:
    def files() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in folder.root.rglob("*") if p.is_file() and "ledger.db" not in p.name}

    before, said = files(), records(folder)
    done = command(whatif, folder, "-p", "streak:n=2", "--svg", str(tmp_path / "w.svg"), "--json")
    assert done.exit_code == 0, done.output
    assert WhatIf.model_validate_json(done.stdout).students == 1
    assert "<svg" in (tmp_path / "w.svg").read_text(encoding="utf-8")
    assert (files(), records(folder)) == (before, said)


def test_two_rules_at_once_are_refused(folder: CourseFolder) -> None:
    done = command(whatif, folder, "-p", "streak:n=2", "-p", "latest")
    assert isinstance(done.exception, InputError)


def test_mixed_prints_what_to_add_to_the_course(folder: CourseFolder) -> None:
    done = command(mixed, folder, "ada", "T.1", "T.2", "--each", "1")
    assert done.exit_code == 0, done.output
    assert "- id: mixed-1" in done.stdout
    assert folder.notebook("mixed-1", "mixed-1").is_file()
    again = json.loads(command(mixed, folder, "ada", "T.1", "T.2", "--each", "1", "--json").stdout)
    assert again["unit"] == "mixed-2"
