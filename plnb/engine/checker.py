"""The checker, from the driver's side: what it is told, what it tells, and who passes frames between it and the student's process.

The driver reads none of those frames. What runs in the checker's process is `plnb.engine.checkerside`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from plnb.engine import crossing
from plnb.engine.channel import Channel, ChannelError, DeadlineMissedError

if TYPE_CHECKING:
    from plnb.engine.desk import Desk

ASK, DONE, REPLY, GONE = b"a", b"d", b"r", b"g"
"""The first byte of a frame: a question for the student's process, an outcome, an answer, nobody answers."""


@dataclass(frozen=True)
class Setting:
    """What a notebook's checks need to know about names."""

    theirs: tuple[str, ...] = ()
    """Names that are the student's, whatever else is known under them."""
    shared: tuple[str, ...] = ()
    """Names that the student's code may look at: what a check sets under them is set over there too."""
    imports: tuple[str, ...] = ()
    """Import statements of the teacher's, to be run while the student's process is still busy."""


@dataclass(frozen=True)
class Task:
    """A check to run."""

    source: str
    """The cell."""
    count: int = 1
    """What `In [ ]` shows."""
    before: tuple[str, ...] = ()
    """Statements of the teacher's to play first: those of the cells since the last check."""
    known: tuple[str, ...] | None = None
    """Paths at which the rehearsal met things that stay over there; None while rehearsing."""


@dataclass(frozen=True)
class Checked:
    """What came of a check."""

    failed: bool = False
    """Whether it ended in an error."""
    ename: str = ""
    evalue: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    """As nbformat has them."""
    met: list[str] = field(default_factory=list)
    """Paths of the things that were met as proxies."""
    leaned: list[str] = field(default_factory=list)
    """What only the student's process could have decided: each a piece of a sentence, `asks whether …`."""
    refused: str = ""
    """What of the student's process the check could not go on with."""
    overruled: bool = False
    """Whether objects that would have compared themselves were compared by what they are worth."""


class CheckerLostError(Exception):
    """The checker is gone, or did not end in time; `late` says which."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("late" if late else "gone")
        self.late = late


class Checker:
    """The driver's side of a checker."""

    def __init__(self, channel: Channel, setting: Setting | None) -> None:
        """`setting` is None where the process had it before it was forked."""
        self._channel = channel
        if setting is not None:
            self._send({"do": "setting", **asdict(setting)})

    def begin(self, before: Sequence[str], seconds: float) -> None:
        """Play statements of the teacher's, in a process that others are forked from. Raises CheckerLostError where it can't be."""
        try:
            self._send({"do": "begin", "before": list(before)})
            self._channel.receive(time.monotonic() + seconds)
        except DeadlineMissedError:
            raise CheckerLostError(late=True) from None
        except ChannelError:
            raise CheckerLostError(late=False) from None

    def check(self, task: Task, desk: Desk, seconds: float) -> Checked:
        """Run a check against a desk. Raises AskTimedOutError and DeskLostError as the desk does, and CheckerLostError."""
        return Checked(**self._talk({"do": "check", **asdict(task)}, desk, seconds))

    def questions(self, questions: Mapping[str, str], desk: Desk, seconds: float) -> dict[str, bool]:
        """Whether expressions are true; those that raise, or lean on the student's word, are left out."""
        return dict(self._talk({"do": "questions", "questions": dict(questions)}, desk, seconds))

    def same(self, names: Sequence[str], desk: Desk, seconds: float) -> list[str]:
        """Those of the names that are worth the same in both processes."""
        return list(self._talk({"do": "same", "names": list(names)}, desk, seconds))

    def _talk(self, request: dict[str, Any], desk: Desk, seconds: float) -> Any:
        from plnb.engine.desk import AskTimedOutError, DeskLostError

        deadline = time.monotonic() + seconds
        try:
            self._send(request)
            while (frame := self._channel.receive(deadline, 2 * crossing.LARGEST_MESSAGE))[:1] == ASK:
                try:
                    answer = desk.ask(
                        frame[1:], seconds=max(0.01, deadline - time.monotonic()), limit=crossing.LARGEST_MESSAGE + 4096
                    )
                except (AskTimedOutError, DeskLostError):
                    self._channel.send(GONE)
                    self._channel.receive(time.monotonic() + 1)  # what it could still say
                    raise
                self._channel.send(REPLY + answer, deadline)
        except DeadlineMissedError:
            raise CheckerLostError(late=True) from None
        except ChannelError:
            raise CheckerLostError(late=False) from None
        desk.abandon()  # a call back of which nobody wants the outcome any more
        return crossing.unpack(frame[1:])

    def _send(self, request: dict[str, Any]) -> None:
        self._channel.send(DONE + crossing.pack(request))
