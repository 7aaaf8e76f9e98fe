"""One student's records of one course up to a moment, indexed once: what the estimates, the path and the report all read.

Order and repetition of the records change nothing here, so they change nothing further up. What lies in the future of the moment is
left out of account, as are records of other courses; nothing is lost, because records are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from plnb.core.base import Trust
from plnb.core.course import Course
from plnb.core.records import (
    Attempt,
    ChoiceMade,
    Directed,
    Directive,
    GoalSet,
    HintShown,
    Intervened,
    Overridden,
    Record,
    Reflected,
    merge,
    order,
)


@dataclass(frozen=True, slots=True)
class History:
    """What happened, by kind, oldest first."""

    attempts: tuple[Attempt, ...]
    """Every check tried."""
    choices: Mapping[str, ChoiceMade]
    """The latest choice for each fork."""
    goals: Mapping[str, GoalSet]
    """The latest words for each goal."""
    reflections: Mapping[str, Reflected]
    """The latest words for each reflection point."""
    overrides: tuple[Overridden, ...]
    """Every override a teacher made, also those that ended or were taken back."""
    interventions: tuple[Intervened, ...]
    """What teachers did to help."""
    directed: tuple[Directed, ...]
    """Every word of a teacher on an activity, also those that ended or were taken back."""
    hinted: frozenset[str]
    """Activities in which a hint was shown."""
    now: datetime
    """The moment."""

    @classmethod
    def of(cls, course: Course, records: Iterable[Record], now: datetime, student: str = "") -> History:
        """Index the records of one student; where others' may be among them, say whose."""
        attempts: list[Attempt] = []
        choices: dict[str, ChoiceMade] = {}
        goals: dict[str, GoalSet] = {}
        reflections: dict[str, Reflected] = {}
        overrides: list[Overridden] = []
        interventions: list[Intervened] = []
        directed: list[Directed] = []
        hinted: set[str] = set()
        for record in merge(_wanted(records, course.id, now, student)):
            match record:
                case Attempt():
                    attempts.append(record)
                case ChoiceMade():
                    choices[record.fork] = record
                case GoalSet():
                    goals[record.goal] = record
                case Reflected():
                    reflections[record.prompt] = record
                # Only a teacher's own record is a teacher's word: a student's file cannot raise a level.
                case Overridden() if record.trust is Trust.teacher:
                    overrides.append(record)
                case Intervened() if record.trust is Trust.teacher:
                    interventions.append(record)
                case Directed() if record.trust is Trust.teacher:
                    directed.append(record)
                case HintShown():
                    hinted.add(record.activity)
                case _:  # SelfAssessed: what a student feels is never an answer.
                    pass
        return cls(
            attempts=tuple(attempts),
            choices=choices,
            goals=goals,
            reflections=reflections,
            overrides=tuple(overrides),
            interventions=tuple(interventions),
            directed=tuple(directed),
            hinted=frozenset(hinted),
            now=now,
        )

    def in_force(self) -> dict[str, Overridden]:
        """The override that holds now, by standard: the latest that has not ended, unless it takes an earlier one back."""
        active = {o.standard: o for o in self.overrides if o.until is None or self.now < o.until}
        return {code: override for code, override in active.items() if override.level is not None}

    def pins(self) -> dict[str, Directed]:
        """What a teacher put first and has not taken back, by activity, the latest first."""
        return dict(sorted(self._said({Directive.pin}).items(), key=lambda said: order(said[1]), reverse=True))

    def duties(self) -> dict[str, Directed]:
        """What a teacher requires or excuses now, by activity: the latest word that has not ended."""
        return self._said({Directive.require, Directive.excuse})

    def _said(self, about: Set[Directive]) -> dict[str, Directed]:
        standing: dict[str, Directed] = {}
        for word in self.directed:
            if word.until is None or self.now < word.until:
                if word.what is Directive.clear:
                    standing.pop(word.activity, None)
                elif word.what in about:
                    standing[word.activity] = word
        return standing


def _wanted(records: Iterable[Record], course: str, now: datetime, student: str) -> Iterator[Record]:
    for record in records:
        said = vars(record)
        if said["course"] == course and said["at"] <= now and (not student or said["student"] == student):
            yield record
