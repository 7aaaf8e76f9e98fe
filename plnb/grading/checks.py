"""Checking a student's notebook from outside, while it runs: the grading floor's part in a run.

A check whose plan says `outside` runs in a checker, a process of the teacher's that is forked when the first such check comes and
sees none of the student's files. In a student's run it never falls back to the student's process. The other checks run there, under
canaries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final, Self

from nbformat import NotebookNode

from plnb.core.outside import with_fresh_number
from plnb.engine.aside import CellTaken
from plnb.engine.checker import Checker, CheckerLostError, Setting, Task
from plnb.engine.desk import AskTimedOutError, Desk, DeskLostError
from plnb.engine.nodes import as_node
from plnb.engine.nursery import Child
from plnb.engine.runs import CellStatus
from plnb.engine.warm import STOPPED, TIMED_OUT
from plnb.errors import OurFaultError
from plnb.grading.canaries import holds, negative_twin, nonce_canary
from plnb.grading.plans import CheckPlan, NotebookPlan
from plnb.grading.reports import Report
from plnb.grading.results import IntegrityFlag

_FRESH: Final = 1_000_000
_QUESTION_SECONDS: Final = 5.0
_SAME_SECONDS: Final = 20.0


def fresh_seed(*parts: str) -> int:
    """A number that is the same whenever the same work is graded, and that nobody knows who does not know all of the parts."""
    return 1 + int.from_bytes(sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[:8]) % _FRESH


@dataclass(frozen=True)
class Apart:
    """A process for checks."""

    process: Child
    begun: bool = False
    """Whether it has the setting already, and has played what comes before the first check that runs outside."""


def setting_of(plan: NotebookPlan) -> Setting:
    """What a checker must know of a notebook."""
    imports = (text for check in plan.checks for text in check.before if text.startswith(("import ", "from ")))
    return Setting(plan.theirs, plan.shared, tuple(imports))


def beginning_of(plan: NotebookPlan) -> tuple[str, ...]:
    """The statements that are played before the first check that runs outside."""
    return next((check.before for check in plan.checks if check.where == "outside"), ())


class Checks:
    """The checks of one run of a notebook (`plnb.engine.aside.Aside`). Use it with `with`."""

    def __init__(
        self,
        plan: NotebookPlan,
        open_checker: Callable[[], Apart],
        *,
        seed: Callable[[str], int],
        questions: Mapping[str, str] = {},
        compare: Collection[str] = (),
        rehearsing: bool = False,
    ) -> None:
        self.reports: dict[str, Report] = {}
        """By check, for those that had their turn."""
        self.flags: list[IntegrityFlag] = []
        self.same: list[str] = []
        """Names among `compare` that are worth the same on both sides."""
        self._plan = plan
        self._open = open_checker
        self._seed = seed
        self._questions = questions
        self._compare = compare
        self._rehearsing = rehearsing
        self._checker: Checker | None = None
        self._process: Child | None = None
        self._child = ExitStack()
        self._statements: list[str] = []
        self._played = 0  # of the statements, how many the checker has played
        self._in_kernel: list[tuple[str, str]] = []
        self._restore: tuple[NotebookNode, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._put_back()
        self._child.close()

    # --- the aside's face --------------------------------------------------------------------------------------------------------

    def cell(self, index: int, cell: NotebookNode, desk: Desk, seconds: float) -> CellTaken | None:
        """Take over a check that runs outside."""
        self._put_back()
        if self._plan.outside and self._checker is None:
            self._ready()  # it gets ready while the student's first cells run
        grader = cell.metadata.get("nbgrader", {})
        if not grader.get("grade") or grader.get("solution"):
            return None
        plan = self._plan.of(grader["grade_id"])
        seed = self._seed(plan.check) if plan.fresh else None
        source = with_fresh_number(cell.source, plan.fresh, seed) if seed is not None else cell.source
        if plan.where == "outside":
            return self._outside(plan, source, seed, index, desk, seconds)
        self.reports[plan.check] = Report("kernel", seed)
        if seed is not None:
            self._restore = cell, cell.source
            cell.source = source
        if not self._rehearsing:
            if not self._in_kernel:
                self._watch(plan.check, nonce_canary(), desk)
            self._in_kernel.append((plan.check, source))
        return None

    def end(self, desk: Desk) -> dict[str, bool]:
        """Known misconceptions, asked outside; and the canaries' last song."""
        self._put_back()
        answers: dict[str, bool] = {}
        try:
            for place, (check, source) in enumerate(self._in_kernel):
                if not place:
                    self._watch(check, nonce_canary(), desk)
                twin = negative_twin(source)
                if twin:
                    self._watch(check, twin, desk)
            if self._compare:
                self.same = self._ready().same(sorted(self._compare), desk, _SAME_SECONDS)
            asked = {key: question for key, question in self._questions.items() if self._may_be_wrong(key.rpartition("/")[0])}
            if asked:
                answers = self._ready().questions(asked, desk, _QUESTION_SECONDS)
        except (AskTimedOutError, CheckerLostError, DeskLostError):
            pass  # nothing of this earns or costs points
        if self._process is not None:
            self._process.stop()  # it comes to its end while the desk does
        return answers

    # --- outside -----------------------------------------------------------------------------------------------------------------

    def _outside(self, plan: CheckPlan, source: str, seed: int | None, index: int, desk: Desk, seconds: float) -> CellTaken:
        self._statements += plan.before
        try:
            checker = self._ready()
            before, self._played = self._statements[self._played :], len(self._statements)
            task = Task(source, index + 1, tuple(before), None if self._rehearsing else plan.known)
            checked = checker.check(task, desk, seconds)
        except AskTimedOutError:
            self.reports[plan.check] = Report("outside", seed)
            return _ended(CellStatus.timed_out, *TIMED_OUT)
        except CheckerLostError as error:
            ours = not error.late and self._process is not None and self._process.lost_by_us
            self._let_go()
            if ours:  # that must not cost a student points
                raise OurFaultError("The process of the checks ended, and not because of the notebook.") from None
            self.reports[plan.check] = Report("outside", seed)
            return _ended(CellStatus.timed_out, *TIMED_OUT) if error.late else _ended(CellStatus.error, *STOPPED)
        self.reports[plan.check] = Report("outside", seed, checked)
        outputs = [as_node(output) for output in checked.outputs]
        return CellTaken(
            status=CellStatus.error if checked.failed else CellStatus.ok,
            ename=checked.ename,
            evalue=checked.evalue,
            outputs=outputs,
        )

    def _ready(self) -> Checker:
        if self._checker is None:
            apart = self._open()
            self._process = self._child.enter_context(apart.process)
            self._checker = Checker(apart.process.channel, None if apart.begun else setting_of(self._plan))
            self._played = len(beginning_of(self._plan)) if apart.begun else 0
        return self._checker

    def _let_go(self) -> None:
        self._child.close()
        self._checker = self._process = None

    def _may_be_wrong(self, check: str) -> bool:
        report = self.reports.get(check)
        return report is None or report.checked is None or report.checked.failed

    # --- in the kernel -----------------------------------------------------------------------------------------------------------

    def _watch(self, check: str, canary: tuple[str, str], desk: Desk) -> None:
        if any(flag.check == check for flag in self.flags) or holds(desk, canary):
            return
        self.flags.append(
            IntegrityFlag(
                code="canary-passed",
                check=check,
                message=f"An assertion that must fail passed where the check {check} runs; look at how the answer does that.",
            )
        )

    def _put_back(self) -> None:
        """The released text of a check that ran with a fresh number."""
        if self._restore is not None:
            cell, source = self._restore
            cell.source, self._restore = source, None


def _ended(status: CellStatus, ename: str, evalue: str, traceback: list[str] | None = None) -> CellTaken:
    error = as_node({"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback or [f"{ename}: {evalue}"]})
    return CellTaken(status=status, ename=ename, evalue=evalue, outputs=(error,))
