"""The questions of a course, cut out of its notebooks with what each cannot do without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from plnb.authoring.names import Names, names_in
from plnb.core.authored import CourseSource, NotebookSource
from plnb.core.cells import Cell, CheckCell, ProseCell, ResponseCell
from plnb.core.course import Course
from plnb.core.markdown import headings

_SHOWS: Final = re.compile(r"!\[[^\]]*\]\(|<img\b|^\s*\|.*\|\s*$|attachment:", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question where it stands in the course."""

    book: Book
    cells: tuple[int, ...]
    """Its own cells: prose, answers, tests."""
    context: tuple[int, ...]
    """What its section shows."""
    checks: tuple[Cell, ...]
    """Its tests."""
    branch: str | None
    names: Names
    """What its own cells define and need."""

    @property
    def ref(self) -> str:
        """What it is called: activity and first check."""
        return f"{self.book.source.name}/{self.checks[0].name}"

    @property
    def standards(self) -> tuple[str, ...]:
        """Codes its tests are about."""
        return tuple(dict.fromkeys(code for cell in self.checks if cell.meta for code in cell.meta.standards))


@dataclass
class Book:
    """A notebook of the course, cut into questions."""

    source: NotebookSource
    names: dict[int, Names]
    """What each code cell defines and needs."""
    questions: list[Question] = field(default_factory=list)

    def branch(self, index: int) -> str | None:
        """The way a cell lies on, if any."""
        meta = self.source.cells[index].meta
        return meta.branch if meta else None


def books(source: CourseSource, course: Course) -> Iterator[Book]:
    """The course's notebooks in its order. Mixed checks are made of others and are not cut up again."""
    for activity in course.activities():
        notebook = source.notebook(activity.unit, activity.id)
        if notebook is None or notebook.language != "python" or any(check.mixed for check in activity.checks):
            continue
        found = {cell.index: names_in(cell.source) for cell in notebook.cells if cell.kind == "code"}
        book = Book(notebook, {index: names for index, names in found.items() if names is not None})
        book.questions = list(_questions(book))
        yield book


def _questions(book: Book) -> Iterator[Question]:
    cells = book.source.cells
    start, answers = 0, list[int]()
    prompts: list[range] = []
    index = 0
    while index < len(cells):
        if not _is_test(cells[index]):
            answers += [index] if _is_answer(cells[index]) else []
            index += 1
            continue
        end = index + 1
        while end < len(cells) and _is_test(cells[end]):
            end += 1
        branch = book.branch(index)
        own_answers = [at for at in answers if book.branch(at) in (None, branch)]
        if own_answers:
            first = _prompt(cells, start, own_answers[0])
            prompts.append(range(first, end))
            own = tuple(at for at in range(first, end) if book.branch(at) in (None, branch) and _is_question_part(cells[at]))
            if all(at in book.names for at in own if cells[at].kind == "code"):
                code = [book.names[at] for at in own if cells[at].kind == "code"]
                checks = tuple(cells[at] for at in range(index, end))
                yield Question(book, own, _context(book, first, branch, prompts), checks, branch, Names.together(code))
        start, answers, index = end, [], end


def _is_test(cell: Cell) -> bool:
    """Tests that run by themselves; what a person judges is nobody's to ask again in a mixed check."""
    return cell.kind == "code" and cell.grader is not None and cell.grader.grade and not cell.grader.solution


def _is_answer(cell: Cell) -> bool:
    return cell.kind == "code" and cell.grader is not None and cell.grader.solution and not cell.grader.grade


def _is_question_part(cell: Cell) -> bool:
    """Forks, gates and places to reflect stay where they are, and so does what a person judges."""
    manual = cell.grader is not None and cell.grader.is_manual
    return not manual and (cell.meta is None or isinstance(cell.meta, CheckCell | ProseCell | ResponseCell))


def _prompt(cells: Sequence[Cell], start: int, answer: int) -> int:
    """Where the prose of a question begins: at the last heading before its answer, else at the last prose."""
    prose = [at for at in range(start, answer) if cells[at].kind == "markdown"]
    with_heading = [at for at in prose if headings(cells[at].source)]
    return with_heading[-1] if with_heading else prose[-1] if prose else answer


def _context(book: Book, first: int, branch: str | None, prompts: Sequence[range]) -> tuple[int, ...]:
    """What the section shows before the question; nothing where it only tells."""
    cells = book.source.cells
    found: list[int] = []
    at = first
    while at >= 0:
        here = cells[at]
        other = any(at in prompt for prompt in prompts if prompt.start != first)
        mine = at != first and book.branch(at) in (None, branch) and _is_question_part(here) and not _graded(here)
        # What stands above the heading of another question is not that question's: often what a picture shows, in words.
        if mine and here.kind != "raw" and (not other or (here.kind == "markdown" and above_heading(here.source))):
            found.insert(0, at)
        if here.kind == "markdown" and any(level <= 2 for level, _ in headings(here.source)) and book.branch(at) in (None, branch):
            break
        at -= 1
    shows = any(_is_figure(cells[at]) if cells[at].kind == "code" else _SHOWS.search(cells[at].source) for at in found)
    return tuple(at for at in found if cells[at].kind == "markdown" or at in book.names) if shows else ()


def above_heading(text: str) -> str:
    """What stands above the last heading of a question's prose."""
    lines = text.splitlines()
    at = max((place for place, line in enumerate(lines) if line.startswith("#")), default=0)
    return "\n".join(lines[:at]).strip()


def _is_figure(cell: Cell) -> bool:
    """A locked cell with a role draws or prints something to look at. Without a role it only brings tools; without a lock it is
    there to play with, and teaches.
    """
    return cell.meta is not None and cell.grader is not None and cell.grader.locked


def with_all(q: Question) -> list[Question]:
    """A question after those whose answers it needs, in the order of its notebook."""
    found: dict[str, Question] = {}
    todo = [q]
    while todo:
        one = todo.pop()
        if one.ref not in found:
            found[one.ref] = one
            todo += needed(one)[1]
    return sorted(found.values(), key=lambda one: one.cells)


def needed(q: Question) -> tuple[list[int], list[Question]]:
    """Cells that define what a question and its context use, in order; and questions whose answers it uses."""
    setup: set[int] = set()
    others: dict[str, Question] = {}
    todo = [(name, q.cells[0]) for name in q.names.needs]
    todo += [(name, at) for at in q.context if at in q.book.names for name in q.book.names[at].needs]
    while todo:
        name, before = todo.pop()
        at = _definer(q, name, before)
        if at is None or at in q.cells or at in q.context or at in setup:
            continue
        owner = next((other for other in q.book.questions if at in other.cells and _graded(q.book.source.cells[at])), None)
        if owner is None:
            setup.add(at)
            todo += [(more, at) for more in q.book.names[at].needs]
        elif owner is not q:
            others[owner.ref] = owner
    return sorted(setup), list(others.values())


def _definer(q: Question, name: str, before: int) -> int | None:
    ways = (at for at in range(before - 1, -1, -1) if at in q.book.names and q.book.branch(at) in (None, q.branch))
    return next((at for at in ways if name in q.book.names[at].defines), None)


def _graded(cell: Cell) -> bool:
    return _is_answer(cell) or _is_test(cell)
