"""One notebook's session: which course and notebook this is, what ran, and the calls a student makes.

Everything that is decided is decided by `core`; everything that is kept is kept by `store`. Nothing here may stop a student's code:
what fails is said in a sentence.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from plnb.core.course import Activity, Check, Fork
from plnb.core.news import NewAttempt, NewChoice, NewGoal, NewHint, NewRecord, NewReflection
from plnb.core.profile import Profile
from plnb.core.student import CheckStanding, StudentView
from plnb.core.telling import verdict_of
from plnb.errors import NotFoundError, PlnbError
from plnb.notebook import cards, words
from plnb.notebook.buttons import option_buttons
from plnb.notebook.display import ipython, say, show
from plnb.notebook.watching import Ran, Watcher, ran
from plnb.store.bundle import text_digest
from plnb.store.profiles import read_profile
from plnb.store.student_folder import StudentCourse, open_course, utc_now

Known = tuple[Activity, Check]


class Session:
    """The calls of one kernel."""

    def __init__(self, folder: Path, activity: str, *, named: bool = False) -> None:
        self.folder = folder
        self.activity = activity
        self._named = named
        """Whether the student said which notebook this is, who may have misspelt it; else nobody did, or Jupyter."""
        self.lost = False
        """Whether no notebook has the name that the student said."""
        self._watcher: Watcher | None = None
        self._last: dict[str, Ran] = {}
        """What ran last, by check, oldest first."""
        self._texts: dict[str, str] = {}
        """Digest of what each cell held when it ran last, where the notebook says which cell ran."""

    # --- the calls ----------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Say what is here, and tell of checks from now on."""
        with _said():
            here = self._open()
            problems = [f"{problem.text} {problem.mend}".strip() for problem in self._view(here).problems]
            if which := self._which(here):
                say(which, *problems)
            else:
                say(self._ready(here), *problems, *([words.GRADING] if _being_graded() else []), icon="▷")
            # Where nobody says which notebook this is, a check may.
            shell = ipython()
            if shell is not None and self._watcher is None:
                self._watcher = Watcher(shell, self._saw)

    def check(self, name: str, test: Callable[[], Any] | None) -> None:
        """How a check went."""
        if test is not None:
            self._try(name, test)
            return
        with _said():
            here = self._open()
            if not name and not self._last:
                say(self._which(here) or words.NOTHING_RAN)
                return
            activity, check = self._check(here, name or next(reversed(self._last)))
            if check.id in self._last:
                self._show_result(here, activity, check, self._last[check.id])
            elif standing := _standing(self._view(here), activity, check):
                show(cards.standing_card(check, standing))
            else:
                say(words.NEVER_RAN.format(check=check.title))

    def hint(self, name: str) -> None:
        """The next hint."""
        with _said():
            here = self._open()
            if not name and not self._last:
                say(self._which(here) or words.NOTHING_RAN)
                return
            activity, check = self._check(here, name or next(reversed(self._last)))
            if not check.hints:
                say(words.NO_HINTS.format(check=check.title))
                return
            standing = _standing(self._view(here), activity, check)
            rung = min((standing.hints if standing else 0) + 1, len(check.hints))
            show(cards.hint_card(check, rung))
            self._tell(here, NewHint(activity=activity.id, check=check.id, rung=rung))

    def choose(self, name: str, options: Sequence[str]) -> None:
        """Choose, or show what there is to choose."""
        with _said(keeps=bool(options)):
            here = self._open()
            forks = {fork.id: fork for fork in self._forks(here)}
            if not forks:
                say(words.CHOICES)
                return
            if name and name not in forks:
                raise NotFoundError(words.NO_SUCH_FORK.format(name=name, names=", ".join(forks)))
            if options:
                self._choose(forks[name], *options)
                return
            view = self._view(here)
            for fork in [forks[name]] if name else list(forks.values()):
                show(cards.fork_card(fork, view))
                option_buttons(fork, partial(self._choose, fork))

    def goal(self, text: str, *, name: str, standard: str, by: date | str | None, done: bool) -> None:
        """Make a goal, or show those there are."""
        with _said(keeps=bool(text.strip() or name)):
            here = self._open()
            if not text.strip() and not name:
                show(cards.goals_card(self._view(here).goals))
                return
            old = next((goal for goal in self._view(here).goals if goal.goal == name), None)
            words_of_it = text or (old.text if old else "")
            points = [p.id for a in self._activities(here) for p in a.reflections if p.role == "goal"]
            place = name or (points[0] if len(points) == 1 else f"goal-{_short_digest(text)}")
            self._tell(
                here,
                NewGoal(
                    goal=place,
                    text=words_of_it,
                    standard=_standard(here, standard) or (old.standard if old else None) or None,
                    by=_moment(by) or (old.by if old else None),
                    done=done,
                ),
            )
            say((words.GOAL_DONE if done else words.GOAL_KEPT).format(text=words_of_it), icon="✓", mood="good")

    def reflect(self, prompt: str, text: str) -> None:
        """Write down a thought."""
        with _said(keeps=True):
            here = self._open()
            points = {p.id: a for a in self._activities(here) for p in a.reflections if p.role == "reflect"}
            if not points:
                say(words.NO_PLACE)
                return
            if not text and len(points) == 1 and prompt not in points:
                prompt, text = next(iter(points)), prompt
            if prompt not in points or not text:
                say(words.WHICH_PLACE.format(names=", ".join(points)))
                return
            self._tell(here, NewReflection(activity=points[prompt].id, prompt=prompt, text=text))
            say(words.THOUGHT_KEPT, icon="✓", mood="good")

    def progress(self) -> None:
        """Where the student stands."""
        with _said():
            show(cards.progress_card(self._view(self._open())))

    # --- what ran -----------------------------------------------------------------------------------------------------------------

    def _saw(self, what: Ran) -> None:
        """A cell ran. If it is a check, keep that and say how it went."""
        with _said(quiet=True):
            if what.cell:
                self._texts[what.cell] = text_digest(what.source)
            here = self._open()
            known = self._known(here, what)
            if len(known) > 1 and (which := self._which(here)):
                say(which)
            elif len(known) == 1:
                activity, check = known[0]
                # A check that only one notebook has tells which notebook this is.
                self.activity = self.activity if here.activity else activity.id
                blank = bool(check.blanks) and set(check.blanks) <= set(self._texts.values())
                self._note(here, activity, check, replace(what, blank=blank))

    def _try(self, name: str, test: Callable[[], Any]) -> None:
        value, failure = None, None
        try:
            value = test()
        except BaseException as error:
            failure = error
        with _said(keeps=True):
            here = self._open()
            self._note(here, *self._check(here, name), ran("", failure, value))
        if failure is not None:
            raise failure  # a grader that runs this must see it

    def _note(self, here: StudentCourse, activity: Activity, check: Check, what: Ran) -> None:
        self._last.pop(check.id, None)
        self._last[check.id] = what
        if what.error != "KeyboardInterrupt":
            self._tell(
                here,
                NewAttempt(
                    activity=activity.id,
                    check=check.id,
                    error=what.error[:200],
                    message=what.message,
                    score=_share(check, what),
                    blank=what.blank,
                    seed=_variant(check),
                ),
            )
        self._show_result(here, activity, check, what)

    def _show_result(self, here: StudentCourse, activity: Activity, check: Check, what: Ran) -> None:
        verdict, score = verdict_of(what.error, _share(check, what), blank=what.blank)
        standing = _standing(self._view(here), activity, check)
        show(cards.result_card(activity, check, verdict, score, what, standing))

    def _known(self, here: StudentCourse, what: Ran) -> list[Known]:
        """The checks with this text: in this notebook where that is known, else in those of the unit."""
        digest = text_digest(what.source)
        return [(a, check) for a in self._activities(here) for check in a.checks if check.digest == digest]

    # --- what is here -------------------------------------------------------------------------------------------------------------

    def _open(self) -> StudentCourse:
        """The course as of now. Raises NotFoundError where there is none, or no notebook of the name that the student said."""
        place = self.folder / f"{self.activity}.ipynb" if self.activity else self.folder
        if not (self.folder / "course.json").is_file():
            raise NotFoundError(words.NO_COURSE)
        here = open_course(place)
        self.lost = self._named and not here.activity
        if self.lost:
            raise NotFoundError(words.NO_SUCH_NOTEBOOK.format(name=self.activity, names=_names(self._activities(here))))
        return here

    def _which(self, here: StudentCourse) -> str:
        """The question which notebook this is; empty where that is known. A grader, who could not answer, is not asked."""
        notebooks = self._activities(here)
        return words.WHICH_NOTEBOOK.format(names=_names(notebooks)) if len(notebooks) > 1 and not _being_graded() else ""

    def _ready(self, here: StudentCourse) -> str:
        notebooks = self._activities(here)
        if len(notebooks) == 1:
            return words.STARTED.format(title=notebooks[0].title)
        return words.STARTED_COURSE.format(course=here.course.title)

    def _view(self, here: StudentCourse) -> StudentView:
        """What a screen would show, without what is nobody's business in a notebook that is handed in."""
        profile = read_profile(here.course.id)
        view = here.view(now=utc_now(), profile=profile)
        return view.model_copy(update={"profile": Profile(), "records": ()})

    def _activities(self, here: StudentCourse) -> list[Activity]:
        """The notebook; where nobody said which it is, those of the unit."""
        return [a for a in here.course.activities() if a.unit == here.unit and here.activity in ("", a.id)]

    def _forks(self, here: StudentCourse) -> Iterator[Fork]:
        return (fork for activity in self._activities(here) for fork in activity.forks)

    def _check(self, here: StudentCourse, name: str) -> Known:
        known = [(activity, check) for activity in self._activities(here) for check in activity.checks]
        found = [pair for pair in known if pair[1].id == name]
        if not found:
            names = ", ".join(dict.fromkeys(check.id for _, check in known))
            raise NotFoundError(words.NO_SUCH_CHECK.format(name=name, names=names) if known else words.NO_CHECKS)
        return found[0]

    def _choose(self, fork: Fork, *options: str) -> None:
        with _said(keeps=True):
            here = self._open()
            by_name = {option.title: option.id for option in fork.options}
            chosen = tuple(by_name.get(option, option) for option in options)
            if unknown := [option for option in chosen if option not in by_name.values()]:
                raise NotFoundError(words.NO_SUCH_WAY.format(name=unknown[0], names=", ".join(by_name.values())))
            self._tell(here, NewChoice(fork=fork.id, options=chosen))
            titles = [option.title for option in fork.options if option.id in chosen]
            say(words.CHOSEN.format(options=", ".join(f"“{title}”" for title in titles)), icon="✓", mood="good")

    def _tell(self, here: StudentCourse, news: NewRecord) -> None:
        if not _being_graded():
            try:
                here.tell([news], now=utc_now())
            except PlnbError as error:
                raise _NotKeptError from error


class _NotKeptError(Exception):
    """What the student did or wrote was to be kept, and was not; its cause says why."""


_current: Session | None = None


def current(path: str | None = None, activity: str = "") -> Session:
    """The session of this kernel; another one where `path` or `activity` say so, or who begins again after a misspelt name."""
    global _current
    if _current is None or path or activity or (_current.lost and path is not None):
        folder, name = _notebook()
        said = activity.removesuffix(".ipynb")
        fresh = Session(Path(path).absolute() if path else folder, said or ("" if path else name), named=bool(said))
        if _current is not None and _current._watcher is not None:
            _current._watcher.stop()
        _current = fresh
    return _current


def _notebook() -> tuple[Path, str]:
    """Where the notebook is, and its name where somebody tells: VS Code in a variable, Jupyter's server in the environment."""
    shell = ipython()
    told = shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None
    told = told or os.environ.get("JPY_SESSION_NAME", "")
    if isinstance(told, str) and told.endswith(".ipynb"):
        path = Path(told)
        # What is told is relative to the server's folder at times; the folder we are in is the notebook's then.
        return (path.parent if path.is_absolute() and path.parent.is_dir() else Path.cwd()), path.stem
    return Path.cwd(), ""


def _being_graded() -> bool:
    """nbgrader, and our own grader, say so to the kernels they start."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


@contextmanager
def _said(*, quiet: bool = False, keeps: bool = False) -> Iterator[None]:
    """Say what fails, in a sentence, and go on: a helper must never stop the work it helps with.

    Where something was to be kept, which is so for all that is in here or for one call of it, that is said too.
    """
    try:
        yield
    except NotFoundError as error:
        if not quiet:
            say(" ".join(filter(None, (error.message, error.mend))))
    except (PlnbError, ValidationError) as error:
        problem = _problem(error)
        say(words.NOT_KEPT.format(problem=problem) if keeps else problem, icon="!", mood="wait")
    except _NotKeptError as error:
        say(words.NOT_KEPT.format(problem=_problem(error.__cause__)), icon="!", mood="wait")
    except Exception as error:
        say(words.OURS.format(problem=type(error).__name__), icon="!", mood="wait")


def _problem(error: BaseException | None) -> str:
    """What went wrong, in a sentence."""
    match error:
        case PlnbError():
            return " ".join(filter(None, (error.message, error.mend)))
        case ValidationError():
            first = error.errors(include_url=False, include_input=False)[0]
            return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    return ""


def _names(activities: Sequence[Activity]) -> str:
    return ", ".join(activity.id for activity in activities)


def _share(check: Check, what: Ran) -> float | None:
    """Points that the last line stands for, as nbgrader reads them, as a share of the check's."""
    if what.value is None or what.error or not check.points > 0 or what.value != what.value:
        return None
    return min(1.0, max(0.0, what.value / check.points))


def _variant(check: Check) -> int | None:
    """The number the question was asked with, where its numbers vary."""
    shell = ipython()
    number = shell.user_ns.get(check.varies) if shell is not None and check.varies else None
    return number if type(number) is int and 1 <= number <= 1000 else None


def _standing(view: StudentView, activity: Activity, check: Check) -> CheckStanding | None:
    return next((s for s in view.checks if (s.activity, s.check) == (activity.id, check.id)), None)


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _standard(here: StudentCourse, name: str) -> str:
    """A standard by its code, or by its title."""
    titles = {standard.label: code for code, standard in here.course.standards.by_code.items()}
    return titles.get(name, name)


def _moment(by: date | str | None) -> datetime | None:
    if by is None:
        return None
    if isinstance(by, str):
        try:
            by = datetime.fromisoformat(by)
        except ValueError:
            raise NotFoundError(words.NOT_A_DAY.format(by=by)) from None
    when = by if isinstance(by, datetime) else datetime.combine(by, time(23, 59))
    return when if when.tzinfo else when.replace(tzinfo=UTC)
