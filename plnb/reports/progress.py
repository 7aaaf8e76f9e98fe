"""Progress notebooks: one for each student, run by papermill from a template that a teacher may edit, with an HTML page beside it.

    progress/<student>/progress.ipynb   the page as a notebook, with the report in `metadata.plnb.report` and in one output
                       progress.html    the same, finished
                       report.json      the report alone

A page that cannot be made leaves the earlier one as it was. What was written in the earlier one is carried over (`keeping`).
Knows no grades and no policy: it is handed reports.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from operator import length_hint
from pathlib import Path
from typing import Final

from nbformat import NotebookNode

from plnb.core.base import Model
from plnb.core.course import Course
from plnb.core.progress import ProgressReport, report
from plnb.core.records import Record
from plnb.errors import InputError, NotebookError, OurFaultError
from plnb.reports.keeping import keep_words, made_of, read_earlier
from plnb.reports.notebooks import notebook_text, parse_notebook
from plnb.reports.page import TEMPLATES, page
from plnb.reports.running import Failed, load_template, run_template

TEMPLATE: Final = TEMPLATES / "progress.ipynb"
"""plnb's own template."""

_NAMED: Final = 5  # students named in a message
_BATCH: Final = 12
# Students who share a kernel. A kernel with Altair loaded costs two seconds, a student's page in it a fifth of one.


class _Page(Model):
    """What became of one student's page."""

    student: str
    """The student."""
    failed: Failed | None = None
    """Why there is no new page."""


class _Task(Model):
    """What a batch of pages is made with."""

    out: Path
    """Folder of all students' pages."""
    template: str
    """The template, ready to be run, as JSON."""
    work: str
    """The course's folder, as seen from a student's page."""
    html: bool
    """Whether to make the HTML page too."""


def make_reports(course: Course, records: Mapping[str, Iterable[Record]], now: datetime) -> Iterator[ProgressReport]:
    """The report of each student in `records` (student id to records), by student id."""
    for student in sorted(records):
        yield report(course, records[student], student=student, now=now)


def write_progress(
    reports: Iterable[ProgressReport],
    out: Path,
    *,
    template: Path | None = None,
    jobs: int = 1,
    on_done: Callable[[Path], None] | None = None,
    html: bool = True,
    work: Path | None = None,
) -> tuple[Path, ...]:
    """Make each student's page in `out/<student>/`, in `jobs` processes; the notebooks' paths, in the order of `reports`.

    `work` is the folder in which `feedback/` and `autograded/` lie, to link to (the folder around `out` by default). `on_done`
    hears of each notebook. Raises `NotebookError` naming the cell where the template fails: at once where it fails for everybody,
    else when all other pages are made. An earlier page stays where no new one is made.
    """
    source = template or TEMPLATE
    task = _Task(
        out=out,
        template=notebook_text(load_template(source)),
        work=Path(os.path.relpath(work or out.parent, out / "student")).as_posix(),
        html=html,
    )
    done: list[Path] = []
    failed: dict[str, Failed] = {}
    try:
        for pages in _in_batches(reports, task, jobs):
            for page_made in pages:
                if page_made.failed:
                    failed[page_made.student] = page_made.failed
                    continue
                done.append(out / page_made.student / "progress.ipynb")
                if on_done:
                    on_done(done[-1])
            if failed and not done:
                break  # nobody's page could be made: the template itself is at fault
    except BrokenProcessPool as error:
        raise OurFaultError("A process that was making pages went away.", mend="Try again, or with --jobs 1.") from error
    except OSError as error:
        raise InputError(
            "The pages cannot be written there.", place=str(error.filename or out), mend="Choose another folder."
        ) from error
    if failed:
        raise _template_error(source, failed, everybody=not done)
    return tuple(done)


def _template_error(source: Path, failed: Mapping[str, Failed], *, everybody: bool) -> NotebookError:
    first = next(iter(failed.values()))
    names = ", ".join(list(failed)[:_NAMED]) + (f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else "")
    whom = "" if everybody else f" for {names}; everybody else's page is made"
    return NotebookError(
        f"The template stops{whom}: {first.why}.",
        place=f"{source}, {first.cell}",
        mend="Mend that cell, or leave out --template to use plnb's own.",
    )


def _in_batches(reports: Iterable[ProgressReport], task: _Task, jobs: int) -> Iterator[list[_Page]]:
    """Pages, a batch at a time, in order. Holds no more reports in memory than are being worked on."""
    waiting = _batches(reports, max(1, min(_BATCH, -(-length_hint(reports, _BATCH * jobs) // max(1, jobs)))))
    first, second = next(waiting, None), next(waiting, None)
    if first is None:
        return
    task.out.mkdir(parents=True, exist_ok=True)
    if second is None or jobs <= 1:
        yield _make_pages(task, first)
        if second is not None:
            yield _make_pages(task, second)
        yield from (_make_pages(task, batch) for batch in waiting)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running: deque[Future[list[_Page]]] = deque(pool.submit(_make_pages, task, batch) for batch in (first, second))
        try:
            while running:
                if len(running) <= jobs and (batch := next(waiting, None)) is not None:
                    running.append(pool.submit(_make_pages, task, batch))
                    continue
                yield running.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _batches(reports: Iterable[ProgressReport], size: int) -> Iterator[list[ProgressReport]]:
    rest, seen = iter(reports), set[str]()
    while batch := list(islice(rest, size)):
        for one in batch:
            if one.student in (".", "..") or one.student in seen:
                raise InputError(
                    f"Student id “{one.student}” cannot have a page of its own.", mend="Give each student one report and an id."
                )
            seen.add(one.student)
        yield batch


def _make_pages(task: _Task, reports: list[ProgressReport]) -> list[_Page]:
    """Make one batch in folders that nobody sees, then put each page in its place."""
    making = [Path(tempfile.mkdtemp(prefix=".making-", dir=task.out)).resolve() for _ in reports]
    try:
        for folder, one in zip(making, reports, strict=True):
            (folder / "report.json").write_text(one.model_dump_json(indent=1), encoding="utf-8")
        template = parse_notebook(task.template)
        results = run_template(template, making, {"report_file": "report.json", "work_folder": task.work})
        pages = []
        for folder, one, result in zip(making, reports, results, strict=True):
            if isinstance(result, Failed):
                pages.append(_Page(student=one.student, failed=result))
                continue
            _put(folder, _finish(result, one, folder, task), task.out / one.student)
            pages.append(_Page(student=one.student))
        return pages
    finally:
        for folder in making:
            shutil.rmtree(folder, ignore_errors=True)


def _finish(nb: NotebookNode, one: ProgressReport, folder: Path, task: _Task) -> list[str]:
    """Write the page's files into `folder`; their names."""
    made = made_of(nb)
    names = ["report.json", "progress.ipynb"]
    before = task.out / one.student / "progress.ipynb"
    if before.exists():
        earlier = read_earlier(before)
        if earlier is not None:
            keep_words(nb, earlier)
        else:
            # Whatever it is, somebody may have written in it.
            shutil.copyfile(before, folder / "progress-unreadable.ipynb")
            names.append("progress-unreadable.ipynb")
    if task.html:
        (folder / "progress.html").write_text(page(nb, one, set(made.cells) - set(made.blank)), encoding="utf-8")
        names.append("progress.html")
    nb.metadata["plnb"] = {"schema_version": 1, "report": one.model_dump(mode="json"), "made": made.model_dump(mode="json")}
    (folder / "progress.ipynb").write_text(notebook_text(nb), encoding="utf-8")
    return names


def _put(folder: Path, names: list[str], home: Path) -> None:
    home.mkdir(exist_ok=True)
    for name in names:
        os.replace(folder / name, home / name)
    if "progress.html" not in names:
        (home / "progress.html").unlink(missing_ok=True)  # it would show an older state than the notebook
