"""What every policy can say about which answers count."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from plnb.core.base import Model

Share = Annotated[float, Field(ge=0, le=1)]
"""A share of the points, 0 to 1."""


class PolicyBase(Model):
    """What all policies have in common."""

    over_children: ClassVar[bool] = False
    """Whether it reads the levels of other standards and no answers."""

    correct_at: Share = 1.0
    """Share of a check's points from which an answer counts as right."""
    count_assisted: bool = False
    """Whether a right answer after a hint counts as right. It never counts as wrong."""
    distinct: int = Field(default=2, ge=1)
    """How many different checks the right answers must come from, so that one check repeated does not show mastery."""
    confirm_after_days: float = Field(default=1.0, ge=0)
    """Days after becoming proficient from which a right answer that is news (not the same work again) shows mastery."""
    confirm_mixed: bool = False
    """Whether only a right answer in a mixed check shows mastery then."""

    @property
    def neutral_from(self) -> float:
        """Share of the points from which an answer given with help is left out of account: neither right nor wrong."""
        return self.correct_at

    @property
    def missed_below(self) -> float:
        """Share of the points below which an answer in a later check shows that something was lost."""
        return self.correct_at

    @property
    def decides_all(self) -> bool:
        """Whether the rule itself says what is mastered and what is lost again; otherwise a later check does."""
        return False
