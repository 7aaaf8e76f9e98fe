"""Policies: how records become an estimate. Data in `course.yaml`, for the course and for single standards.

A policy is a class with a `type`, its parameters, and (in `rules`) a rule registered for it; a new one drops in as data. Each names
its source. `docs/reference/policies.md` says when to use which, with a worked example of each.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union, get_args

from pydantic import Field, field_validator, model_validator

from plnb.core.base import Model, StandardCode, Trust
from plnb.core.policy_base import PolicyBase, Share
from plnb.core.policy_children import CompetencyAll, CompetencyPoints
from plnb.core.review import Ladder, Review


class Streak(PolicyBase):
    """Proficient after `n` right answers in a row, without help. Source: ASSISTments Skill Builders; Kolibri."""

    type: Literal["streak"] = "streak"
    """Name of the rule."""
    n: int = Field(default=3, ge=1, le=20)
    """Right answers in a row."""

    @model_validator(mode="after")
    def _possible(self) -> Streak:
        if self.distinct > self.n:
            raise ValueError(f"distinct ({self.distinct}) cannot be more than n ({self.n})")
        return self


class MOfN(PolicyBase):
    """Proficient after `m` right answers among any `n` in succession. Source: Kolibri exercises (3 of 5)."""

    type: Literal["m_of_n"] = "m_of_n"
    """Name of the rule."""
    m: int = Field(default=3, ge=1, le=50)
    """Right answers needed."""
    n: int = Field(default=5, ge=1, le=50)
    """Answers looked at together."""

    @model_validator(mode="after")
    def _possible(self) -> MOfN:
        if self.m > self.n:
            raise ValueError(f"m ({self.m}) cannot be more than n ({self.n})")
        if self.distinct > self.m:
            raise ValueError(f"distinct ({self.distinct}) cannot be more than m ({self.m})")
        return self


class ScorePolicy(PolicyBase):
    """A policy that reads a level off one number."""

    distinct: int = Field(default=1, ge=1)
    """How many different checks must have been answered."""
    familiar_at: Share = 0.5
    """Share from which a student is familiar."""
    proficient_at: Share = 0.8
    """Share from which a student is proficient."""

    @property
    def neutral_from(self) -> float:
        """Here any helped answer that could raise the level is left out of account."""
        return min(self.correct_at, self.familiar_at)

    @property
    def missed_below(self) -> float:
        """An answer good enough for proficient loses nothing."""
        return min(self.correct_at, self.proficient_at)

    @model_validator(mode="after")
    def _ordered(self) -> ScorePolicy:
        if self.familiar_at > self.proficient_at:
            raise ValueError(f"familiar_at ({self.familiar_at}) cannot be above proficient_at ({self.proficient_at})")
        return self


class Latest(ScorePolicy):
    """The latest answer decides. Source: Canvas `latest` (by when the work was done, not when it was graded)."""

    type: Literal["latest"] = "latest"
    """Name of the rule."""


class Highest(ScorePolicy):
    """The best answer decides. Source: Canvas `highest`."""

    type: Literal["highest"] = "highest"
    """Name of the rule."""


class CanvasPolicy(ScorePolicy):
    """A calculation of Canvas's Learning Mastery Gradebook, on its scale and rounded as Canvas rounds."""

    familiar_at: Share = 0.5
    """Share of the scale from which a student is familiar (Canvas: Near Mastery, 2 of 4)."""
    proficient_at: Share = 0.75
    """Share of the scale from which a student is proficient (Canvas: Mastery, 3 of 4)."""
    out_of: float = Field(default=4.0, gt=0, le=1000)
    """Points of the scale; results are rounded half up to two decimals of it."""


class Average(CanvasPolicy):
    """The mean of all answers. Source: Canvas `average`."""

    type: Literal["average"] = "average"
    """Name of the rule."""


class WeightedAverage(CanvasPolicy):
    """The latest answer with a weight of its own against the mean of those before. Source: Canvas `decaying_average`.

    Canvas shows it as Weighted Average; before 2024 it called the same Decaying Average.
    """

    type: Literal["weighted_average"] = "weighted_average"
    """Name of the rule."""
    weight: int = Field(default=65, ge=1, le=99)
    """Per cent that the latest answer weighs."""


class DecayingAverage(CanvasPolicy):
    """Each answer in turn pulls the average to itself. Source: Canvas `standard_decaying_average`."""

    type: Literal["decaying_average"] = "decaying_average"
    """Name of the rule."""
    weight: int = Field(default=65, ge=50, le=99)
    """Per cent that each new answer weighs."""


class NTimes(CanvasPolicy):
    """Proficient once `n` answers reached the mark; nothing before. Source: Canvas `n_mastery` (Number of Times)."""

    type: Literal["n_times"] = "n_times"
    """Name of the rule."""
    n: int = Field(default=3, ge=1, le=10)
    """Answers that must reach `proficient_at`."""
    distinct: int = Field(default=2, ge=1)
    """How many different checks they must come from."""

    @model_validator(mode="after")
    def _possible(self) -> NTimes:
        if self.distinct > self.n:
            raise ValueError(f"distinct ({self.distinct}) cannot be more than n ({self.n})")
        return self


class Rubric(PolicyBase):
    """Levels from the scale on which a teacher scores; the latest score decides. Source: rubric rating scales (CASE CFRubric)."""

    type: Literal["rubric"] = "rubric"
    """Name of the rule."""
    distinct: int = Field(default=1, ge=1)
    """How many different pieces of work must have been scored."""
    out_of: float = Field(default=4.0, gt=0, le=1000)
    """The top of the scale."""
    familiar: float = Field(default=2.0, ge=0)
    """Score from which a student is familiar."""
    proficient: float = Field(default=3.0, ge=0)
    """Score from which a student is proficient."""
    mastered: float | None = Field(default=None, ge=0)
    """Score that shows mastery by itself; without, a delayed check shows it."""

    @property
    def neutral_from(self) -> float:
        """As for every score."""
        return min(self.correct_at, self.familiar / self.out_of)

    @property
    def missed_below(self) -> float:
        """A score good enough for proficient loses nothing."""
        return min(self.correct_at, self.proficient / self.out_of)

    @property
    def decides_all(self) -> bool:
        """Where the scale has a score for mastery, the scale decides."""
        return self.mastered is not None

    @model_validator(mode="after")
    def _ordered(self) -> Rubric:
        scale = [self.familiar, self.proficient, *([self.mastered] if self.mastered is not None else []), self.out_of]
        if scale != sorted(scale):
            raise ValueError("familiar, proficient, mastered and out_of must not go down in this order")
        return self


class _Model(ScorePolicy):
    """A policy that keeps one probability or average of right and wrong."""

    distinct: int = Field(default=2, ge=1)
    """How many different checks must have been answered right."""

    @property
    def neutral_from(self) -> float:
        """Right and wrong are all it sees."""
        return self.correct_at

    @property
    def missed_below(self) -> float:
        """Right and wrong are all it sees."""
        return self.correct_at


class Ema(_Model):
    """A moving average of right and wrong that slowly forgets. Source: Pelánek and Řihák 2018, m ← α·m + (1−α)·c from 0."""

    type: Literal["ema"] = "ema"
    """Name of the rule."""
    alpha: float = Field(default=0.75, ge=0, lt=1)
    """How much of the average stays at each answer."""


class Bkt(_Model):
    """Bayesian knowledge tracing with given parameters. Source: Corbett and Anderson 1995; Cognitive Tutor's 0.95."""

    type: Literal["bkt"] = "bkt"
    """Name of the rule."""
    init: Share = 0.4
    """Chance that a student knows it before the first answer."""
    learn: Share = 0.1
    """Chance to learn it from one answer to the next."""
    slip: float = Field(default=0.1, ge=0)
    """Chance of a wrong answer although one knows; at most 0.4."""
    guess: float = Field(default=0.2, ge=0)
    """Chance of a right answer although one does not; at most 0.5."""
    forget: Share = 0.0
    """Chance to lose it from one answer to the next."""
    proficient_at: Share = 0.95
    """Probability from which a student is proficient."""

    @field_validator("slip", "guess")
    @classmethod
    def _identifiable(cls, value: float, info: Any) -> float:
        most = {"slip": 0.4, "guess": 0.5}[info.field_name]
        if not value <= most:
            raise ValueError(f"{info.field_name} ({value}) cannot be above {most}: a wrong answer could then count for knowing")
        return value

    def after(self, p: float, right: bool) -> float:
        """The probability after one more answer."""
        knew = p * (1 - self.slip if right else self.slip)
        did_not = (1 - p) * (self.guess if right else 1 - self.guess)
        # Where slip and guess are 0, an answer can be impossible; then it says nothing.
        posterior = knew / (knew + did_not) if knew + did_not else p
        return (posterior + (1 - posterior) * self.learn) * (1 - self.forget)

    @model_validator(mode="after")
    def _reachable(self) -> Bkt:
        if self.forget and (self.after(self.init, True) < self.init or self.after(self.proficient_at, True) <= self.proficient_at):
            raise ValueError(
                f"forget ({self.forget}) is so strong that right answers can lower the probability below "
                "proficient_at or init; make it smaller"
            )
        return self


class Points(PolicyBase):
    """Points that grow with a row of right answers and are never lost. Source: PrairieLearn's homework rule."""

    type: Literal["points"] = "points"
    """Name of the rule."""
    distinct: int = Field(default=2, ge=1)
    """How many different checks must have been answered right."""
    value: float = Field(default=2.0, gt=0)
    """What the first right answer is worth; each further one in a row is worth this much more."""
    max_points: float = Field(default=10.0, gt=0)
    """All there is to earn; proficient when it is earned."""
    familiar_from: float = Field(default=2.0, ge=0)
    """Points from which a student is familiar."""
    constant: bool = False
    """Whether every right answer is worth the same."""

    @property
    def neutral_from(self) -> float:
        """Here any helped answer that could earn something is left out of account."""
        return min(self.correct_at, 1e-9)

    @model_validator(mode="after")
    def _ordered(self) -> Points:
        if self.familiar_from > self.max_points:
            raise ValueError(f"familiar_from ({self.familiar_from}) cannot be above max_points ({self.max_points})")
        return self


class KhanLevels(PolicyBase):
    """Levels by exercise and by mixed check, up and down by one. Source: Khan Academy's mastery levels.

    An exercise is one hand-in of one notebook. The top is reached only in mixed checks.
    """

    type: Literal["khan"] = "khan"
    """Name of the rule."""
    familiar_at: Share = 0.7
    """Share of an exercise from which a student is familiar; all of it, from `distinct` checks, makes proficient."""

    @property
    def decides_all(self) -> bool:
        """The levels are the rule."""
        return True


Policy = Annotated[
    Union[
        Streak,
        MOfN,
        Latest,
        Highest,
        Average,
        WeightedAverage,
        DecayingAverage,
        NTimes,
        Rubric,
        Ema,
        Bkt,
        Points,
        KhanLevels,
        CompetencyAll,
        CompetencyPoints,
    ],
    Field(discriminator="type"),
]

POLICIES: tuple[type[PolicyBase], ...] = get_args(get_args(Policy)[0])
"""Every policy class, in the order of the documentation."""


class Mastery(Model):
    """The course's rules of mastery."""

    policy: Policy = Streak.model_construct()
    """The rule for every standard that has none of its own."""
    standards: dict[StandardCode, Policy] = {}
    """Rules for single standards."""
    credit_from: Trust = Trust.graded
    """The least trust a record needs to count for credit."""
    review: Review = Ladder.model_construct()
    """When to look again at what is proficient."""

    @field_validator("policy")
    @classmethod
    def _for_every_standard(cls, policy: Policy) -> Policy:
        if policy.over_children:
            raise ValueError(f"{policy.type} is a rule for single standards that have children: put it under `standards:`")
        return policy

    def policy_for(self, code: str) -> Policy:
        """The rule that applies to a standard."""
        return self.standards.get(code, self.policy)
