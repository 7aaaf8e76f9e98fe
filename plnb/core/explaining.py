"""Why: the whole derivation of a student's levels, from records through the rule to level, path and what would change it.

Nothing is decided here a second time. When a level was reached is found by asking `mastery` again at each moment of the story, and
what would change it by asking what it would say after one more answer; so an explanation cannot drift from what it explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime, timedelta
from typing import Final

from plnb.core.base import Basis, Level, Reason, Trust
from plnb.core.conditions import All, AnyOf, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, Check, Course
from plnb.core.explanation import Considered, Counted, Explanation, Reached, StandardExplanation, Word
from plnb.core.history import History
from plnb.core.mastery import Estimate, estimate, estimate_from, trusted_for
from plnb.core.paths import Step, plan_from
from plnb.core.policy import Policy, ScorePolicy
from plnb.core.policy_children import CompetencyAll, CompetencyPoints
from plnb.core.profile import Profile
from plnb.core.records import COUNTED, Attempt, Overridden, Record, SelfAssessed, Verdict, merge, record_id
from plnb.core.replaying import only
from plnb.core.rule_words import rule_in_words
from plnb.core.sayings import sentence, words_of_teachers
from plnb.core.situation import Situation
from plnb.errors import NotFoundError

_AHEAD: Final = 12  # right answers looked ahead; a rule that needs more is not told as a count
_LATER: Final = (1, 7, 30, 60)  # days after which one more answer is tried


def explain(
    course: Course,
    records: Iterable[Record],
    *,
    student: str,
    now: datetime,
    standard: str | None = None,
    basis: Basis = Basis.credit,
) -> Explanation:
    """Why `student` stands where they stand: with one standard, or with all the course assesses.

    Raises NotFoundError for a standard that neither the course nor any record knows.
    """
    given = tuple(records)
    mine = merge(r for r in given if r.student == student and r.course == course.id)
    assessed = course.assessed()
    if standard is not None and standard not in {*assessed, *course.standards.by_code, *_named(mine)}:
        raise NotFoundError(f"The course has no standard '{standard}'.", mend=f"Its standards: {', '.join(assessed) or 'none'}.")
    explaining = _Explaining(course, mine, basis, now)
    path = plan_from(explaining.situation, Profile())
    return Explanation(
        course=course.id,
        course_title=course.title,
        student=student,
        made_at=now,
        basis=basis,
        standards=tuple(
            explaining.standard(code, path.steps) for code in ((standard,) if standard is not None else explaining.estimates)
        ),
        next=path.next,
        complete=path.complete,
        notes=tuple(explaining.notes(len({r.id for r in given}) - len({r.id for r in mine}))),
    )


class _Explaining:
    """One student's records, and what they are asked."""

    def __init__(self, course: Course, records: Sequence[Record], basis: Basis, now: datetime) -> None:
        self.course, self.records, self.basis, self.now = course, records, basis, now
        self.small = course
        self.words = words_of_teachers(course.language)
        self.trusted = trusted_for(course, basis)
        self.history = History.of(course, records, now)
        self.estimates = {e.standard: e for e in estimate_from(course, self.history, basis)}
        self.situation = Situation(course, tuple(self.estimates.values()), self.history)
        self.names = self.situation.names
        self.checks: dict[str, list[tuple[Activity, Check]]] = {}
        for activity in course.activities():
            for check in activity.checks:
                for code in check.standards:
                    self.checks.setdefault(code, []).append((activity, check))

    def standard(self, code: str, steps: Sequence[Step]) -> StandardExplanation:
        found = self.estimates.get(code)
        policy = self.course.mastery.policy_for(code)
        known = self.course.standards.get(code)
        answer = found or Estimate(
            standard=code, basis=self.basis, level=Level.not_started, toward=0.0, reason=self.words.say("mastery.not_started")
        )
        family = self._family(code)
        self.small = only(self.course, family)
        related = self._related(family)
        return StandardExplanation(
            code=code,
            title=known.label if known else code,
            statement=known.statement if known else "",
            estimate=answer,
            policy=policy,
            rule=rule_in_words(policy, min(self.trusted), self.words),
            considered=tuple(self._considered(code, policy, answer)),
            words=tuple(self._words(code)),
            reached=tuple(self._reached(code, related)),
            ahead=tuple(self._ahead(code, related, answer)) if found else (),
            steps=tuple(step for step in steps if self._bears(step, code)),
            notes=tuple(self._notes(code, found)),
        )

    def _notes(self, code: str, found: Estimate | None) -> Iterator[Reason]:
        say = self.words.say
        if found is None:
            yield say("explain.note.unassessed")
            return
        for part in self._parts(code):
            if (child := self.estimates.get(part)) is not None:
                level = self.words.phrase(f"level.{child.level}")
                yield say("explain.note.part", title=self.names.standard(part), level=level, why=child.reason)
        if found.review_on is not None:
            yield say("explain.note.review_due" if found.review_due else "explain.note.review", day=_day(found.review_on))

    def _parts(self, code: str) -> tuple[str, ...]:
        """The standards that a rule over children reads."""
        match self.course.mastery.policy_for(code):
            case CompetencyPoints(standards=parts):
                return tuple(part.standard for part in parts)
            case CompetencyAll(standards=named):
                return named or tuple(s.code for s in self.course.standards.by_code.values() if s.parent == code)
            case _:
                return ()

    # --- records --------------------------------------------------------------------------------------------

    def _considered(self, code: str, policy: Policy, answer: Estimate) -> Iterator[Considered]:
        now_about = {(activity.id, check.id) for activity, check in self.checks.get(code, ())}
        for record in self.records:
            match record:
                case Attempt() if code in record.standards or (record.activity, record.check) in now_about:
                    counted, why = self._attempt(code, policy, answer, record)
                    yield Considered(
                        record=record.id,
                        kind="attempt",
                        at=record.at,
                        what=self.names.check(f"{record.activity}/{record.check}", self.words),
                        activity=record.activity,
                        check=record.check,
                        verdict=record.verdict,
                        score=record.score if record.verdict in COUNTED else None,
                        hints=record.hints,
                        trust=record.trust,
                        counted=counted,
                        why=why,
                    )
                case SelfAssessed(standard=about) | Overridden(standard=about) if about == code:
                    if isinstance(record, Overridden) and record.trust is Trust.teacher:
                        continue
                    yield Considered(
                        record=record.id,
                        kind=record.kind,
                        at=record.at,
                        what=self.words.phrase(f"level.{record.level or Level.not_started}"),
                        trust=record.trust,
                        counted=Counted.left_out,
                        why=self.words.say("explain.felt" if record.kind == "self_assessed" else "explain.not_teacher"),
                    )
                case _:
                    pass

    def _attempt(self, code: str, policy: Policy, answer: Estimate, attempt: Attempt) -> tuple[Counted, Reason]:
        say = self.words.say
        out = ""
        if attempt.at > self.now:
            out = "explain.future"
        elif code not in attempt.standards:
            out = "explain.other_standard"
        elif attempt.verdict not in COUNTED:
            out = f"explain.verdict.{attempt.verdict}"
        elif attempt.trust not in self.trusted:
            out = f"explain.not_trusted.{attempt.trust}"
        elif attempt.id not in answer.records:
            out = "explain.unused"
        if out:
            return Counted.left_out, say(out)
        percent = int(attempt.score * 100 + 1e-9)
        if attempt.hints and not policy.count_assisted and attempt.score >= policy.neutral_from:
            return Counted.neutral, say("explain.neutral", hints=attempt.hints)
        if attempt.score >= policy.correct_at:
            if attempt.hints:
                return Counted.right, say("explain.right_assisted", hints=attempt.hints)
            return Counted.right, say("explain.right")
        if isinstance(policy, ScorePolicy):
            return Counted.wrong, say("explain.score", percent=percent)
        return Counted.wrong, say("explain.wrong_part", percent=percent) if percent else say("explain.wrong")

    def _words(self, code: str) -> Iterator[Word]:
        holding = self.history.in_force().get(code)
        said = [o for o in self.history.overrides if o.standard == code]
        for word in said:
            until = _day(word.until - timedelta.resolution) if word.until else ""
            if word.level is None:
                end = "back"
            elif holding is word:
                end = "until" if until else "holds"
            else:
                end = "ended" if word.until and word.until <= self.now else "replaced"
            level = self.words.phrase(f"level.{word.level}") if word.level else ""
            why = self.words.say(f"explain.word.{end}", level=level, until=until, said=sentence(word.reason))
            yield Word(record=word.id, at=word.at, level=word.level, until=word.until, holds=holding is word, why=why)

    # --- the story ------------------------------------------------------------------------------------------

    def _family(self, code: str) -> set[str]:
        """The standard and those that its rule reads, down to the last."""
        below, found = [code], {code}
        while below:
            parts = [part for part in self._parts(below.pop()) if part not in found]
            found.update(parts)
            below += parts
        return found

    def _related(self, family: Set[str]) -> tuple[Record, ...]:
        """Records that an estimate of the standard may rest on."""

        def bears(record: Record) -> bool:
            if isinstance(record, Attempt):
                return not family.isdisjoint(record.standards)
            return isinstance(record, Overridden) and record.standard in family

        return tuple(record for record in self.records if bears(record))

    def _ask(self, code: str, records: Sequence[Record], when: datetime) -> Estimate | None:
        return next((e for e in estimate(self.small, records, basis=self.basis, now=when) if e.standard == code), None)

    def _reached(self, code: str, related: Sequence[Record]) -> Iterator[Reached]:
        before = Level.not_started
        ends = {r.until for r in related if isinstance(r, Overridden) and r.until is not None}
        for when in sorted({*(r.at for r in related), *ends, self.now}):
            if when > self.now:
                break
            found = self._ask(code, related, when)
            if found is not None and found.level is not before:
                by = self._by(code, [r for r in related if r.at == when], ended=when in ends)
                yield Reached(at=when, before=before, level=found.level, by=by, why=found.reason)
                before = found.level

    def _by(self, code: str, happened: Sequence[Record], *, ended: bool) -> Reason:
        say = self.words.say
        if any(isinstance(r, Overridden) and r.standard == code for r in happened):
            return say("explain.reached.word")
        work = [r.activity for r in happened if isinstance(r, Attempt) and r.verdict in COUNTED and r.trust in self.trusted]
        if work:
            titles = [self.names.activities.get(activity, activity) for activity in dict.fromkeys(work)]
            return say("explain.reached.work", what=self.words.quote(titles))
        return say("explain.reached.ended" if ended else "explain.reached.time")

    # --- what would change it -------------------------------------------------------------------------------

    def _ahead(self, code: str, related: Sequence[Record], answer: Estimate) -> Iterator[Reason]:
        say, level = self.words.say, answer.level
        if answer.overridden:
            yield say("explain.ahead.word")
            return
        if self.course.mastery.policy_for(code).over_children:
            yield say("explain.ahead.parts")
            return
        past = [r for r in related if r.at <= self.now]
        yield self._up(code, past, level)
        if level is Level.not_started:
            return
        wrong = self._ask(code, [*past, *self._answers(code, 1, self.now, right=False)], self._then(1, self.now))
        if wrong is not None and wrong.level < level:
            yield say("explain.ahead.down", level=self.words.phrase(f"level.{wrong.level}"))
        elif wrong is not None:
            named = self.words.phrase(f"level.{level}")
            told = wrong.reason != answer.reason
            yield say("explain.ahead.row", level=named, then=wrong.reason) if told else say("explain.ahead.stays", level=named)

    def _up(self, code: str, past: Sequence[Record], level: Level) -> Reason:
        if level is max(Level):
            return self.words.say("explain.ahead.top")
        for number in range(1, _AHEAD + 1):
            if better := self._better(code, past, number, self.now, level):
                return self.words.say("explain.ahead.right", answers=number, level=better)
        for days in _LATER:
            day = self.now + timedelta(days=days)
            if better := self._better(code, past, 1, day, level):
                return self.words.say("explain.ahead.later", answers=1, day=_day(day), level=better)
        for days in (0, *_LATER):
            day = self.now + timedelta(days=days)
            if better := self._better(code, past, 1, day, level, mixed=True):
                return self.words.say("explain.ahead.mixed", day=_day(day), level=better)
        return self.words.say("explain.ahead.nothing")

    def _better(self, code: str, past: Sequence[Record], number: int, start: datetime, level: Level, *, mixed: bool = False) -> str:
        """The level, in words, that so many right answers from `start` on would bring; empty where they bring none."""
        found = self._ask(code, [*past, *self._answers(code, number, start, right=True, mixed=mixed)], self._then(number, start))
        return self.words.phrase(f"level.{found.level}") if found is not None and found.level > level else ""

    def _answers(self, code: str, number: int, start: datetime, *, right: bool, mixed: bool = False) -> Iterator[Attempt]:
        """Answers that this course could still ask for: first those that would be news, right on what is not passed yet,
        or wrong on what is.
        """
        passed = self.situation.passed
        ways = sorted(self.checks.get(code, ()), key=lambda way: (f"{way[0].id}/{way[1].id}" in passed) is right)
        for place in range(number if ways else 0):
            activity, check = ways[place % len(ways)]
            yield Attempt(
                id=record_id("ahead", activity.id, check.id, str(place), start.isoformat()),
                course=self.course.id,
                student="ahead",
                at=self._then(place + 1, start),
                trust=max(Trust.graded, min(self.trusted)),
                unit=activity.unit,
                activity=activity.id,
                check=check.id,
                standards=check.standards,
                verdict=Verdict.passed if right else Verdict.failed,
                score=float(right),
                mixed=mixed,
                submission="ahead",
            )

    def _then(self, place: int, start: datetime) -> datetime:
        return start + timedelta(seconds=place)

    # --- the path and the rest ------------------------------------------------------------------------------

    def _bears(self, step: Step, code: str) -> bool:
        activity = self.course.activity(step.activity) if step.activity else None
        if activity is None:
            return False
        if step.kind == "gate":
            gate = next(gate for gate in activity.gates if gate.id == step.id)
            return gate.opens_when is not None and code in _standards_in(gate.opens_when)
        if step.kind != "activity":
            return False
        waits = {c for wish in (activity.opens_when, activity.suggest_when) if wish for c in _standards_in(wish)}
        return code in waits or code in activity.standards or any(code in check.standards for check in activity.checks)

    def notes(self, elsewhere: int) -> Iterator[Reason]:
        """Records that bear on nothing, and why."""
        if elsewhere:
            yield self.words.say("explain.note.elsewhere", records=elsewhere)
        if future := sum(r.at > self.now for r in self.records):
            yield self.words.say("explain.note.future", records=future)
        gone = [
            r for r in self.records if isinstance(r, Attempt) and r.verdict in COUNTED and set(r.standards) - self.estimates.keys()
        ]
        codes = sorted({code for r in gone for code in r.standards} - self.estimates.keys())
        if codes:
            yield self.words.say("explain.note.removed", records=len(gone), standards=self.words.quote(codes))


def _named(records: Iterable[Record]) -> set[str]:
    return {code for r in records if isinstance(r, Attempt) for code in r.standards}


def _standards_in(condition: Condition) -> set[str]:
    match condition:
        case All(all=parts) | AnyOf(any=parts):
            return {code for part in parts for code in _standards_in(part)}
        case Not():
            return _standards_in(condition.not_)
        case StandardAtLeast(standard=code) | StandardBelow(standard=code):
            return {code}
    return set()


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
