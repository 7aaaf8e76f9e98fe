"""Another question about the same: offered where it is open and news, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from plnb.core.news import NewAttempt, NewChoice, NewRecord
from plnb.core.student import StudentView
from plnb.store.student_folder import open_course
from tests.server.desk import put

NOW = datetime(2026, 9, 3, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return put(tmp_path / "lines").parent


def view(root: Path, path: str = "lines/one/walk.ipynb") -> StudentView:
    return open_course(root / path, within=root).view(now=NOW)


def tell(root: Path, *news: NewRecord) -> StudentView:
    open_course(root / "lines/one/walk.ipynb", within=root).tell(news, now=NOW)
    return view(root)


def test_another_question_about_the_same_is_offered_as_far_as_it_is_open_and_news(root: Path) -> None:
    def offered(seen: StudentView) -> dict[str, tuple[str, str]]:
        return {one.check: (one.to, one.path) for one in seen.another}

    walk, run = "lines/one/walk.ipynb", "lines/two/run.ipynb"
    assert offered(view(root)) == {"start": ("slope", walk)}, "the other one is on a way that was not chosen"
    assert offered(tell(root, NewChoice(fork="rep", options=("table",)))) == {"slope": ("start", walk), "start": ("slope", walk)}
    seen = tell(root, NewAttempt(activity="walk", check="slope"))
    assert offered(seen) == {"slope": ("start", walk), "start": ("pace", run)}, "passed is no news, and opens the next notebook"
    assert offered(tell(root, NewAttempt(activity="walk", check="start"))) == {"start": ("pace", run)}
    assert view(root, "lines").another == ()
