"""Policies: how records become an estimate. Data in `course.yaml`, for the course and for single standards.

A policy is a class with a `type`, its parameters, and (in `rules`) a rule registered for it; a new one drops in as data.
"""

from __future__ import annotations

from typing import Annotated, Literal, Union

from pydantic import Field, model_validator

from plnb.core.base import Model, StandardCode, Trust

Share = Annotated[float, Field(ge=0, le=1)]
"""A share of the points, 0 to 1."""


class _Policy(Model):
    """What every policy can say about which answers count."""

    correct_at: Share = 1.0
    """Share of a check's points from which an answer counts as right."""
    count_assisted: bool = False
    """Whether a right answer after a hint counts as right. It never counts as wrong."""
    distinct: int = Field(default=2, ge=1)
    """How many different checks the right answers must come from, so that one check repeated does not show mastery."""
    confirm_after_days: float = Field(default=1.0, ge=0)
    """Days after becoming proficient from which one more right answer shows mastery (a delayed check)."""

    @property
    def neutral_from(self) -> float:
        """Share of the points from which an answer given with help is left out of account: neither right nor wrong."""
        return self.correct_at


class Streak(_Policy):
    """Proficient after `n` right answers in a row, without help."""

    type: Literal["streak"] = "streak"
    """Name of the rule."""
    n: int = Field(default=3, ge=1, le=20)
    """Right answers in a row."""

    @model_validator(mode="after")
    def _possible(self) -> Streak:
        if self.distinct > self.n:
            raise ValueError(f"distinct ({self.distinct}) cannot be more than n ({self.n})")
        return self


class MOfN(_Policy):
    """Proficient after `m` right answers among any `n` in succession."""

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


class _ScorePolicy(_Policy):
    """A policy that reads a level off one score."""

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

    @model_validator(mode="after")
    def _ordered(self) -> _ScorePolicy:
        if self.familiar_at > self.proficient_at:
            raise ValueError(f"familiar_at ({self.familiar_at}) cannot be above proficient_at ({self.proficient_at})")
        return self


class Latest(_ScorePolicy):
    """The latest answer decides."""

    type: Literal["latest"] = "latest"
    """Name of the rule."""


class Highest(_ScorePolicy):
    """The best answer decides."""

    type: Literal["highest"] = "highest"
    """Name of the rule."""


Policy = Annotated[Union[Streak, MOfN, Latest, Highest], Field(discriminator="type")]


class Mastery(Model):
    """The course's rules of mastery."""

    policy: Policy = Streak()
    """The rule for every standard that has none of its own."""
    standards: dict[StandardCode, Policy] = {}
    """Rules for single standards."""
    credit_from: Trust = Trust.graded
    """The least trust a record needs to count for credit."""

    def policy_for(self, code: str) -> Policy:
        """The rule that applies to a standard."""
        return self.standards.get(code, self.policy)
