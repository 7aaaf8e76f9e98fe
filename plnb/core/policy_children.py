"""Policies over the levels of other standards, Moodle's competency rules."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from plnb.core.base import Model, StandardCode
from plnb.core.policy_base import PolicyBase


class CompetencyAll(PolicyBase):
    """Proficient when every child standard is. Source: Moodle `competency_rule_all`."""

    over_children: ClassVar[bool] = True
    type: Literal["competency_all"] = "competency_all"
    """Name of the rule."""
    standards: tuple[StandardCode, ...] = ()
    """Which children; every child in the framework where this is empty."""


class ChildPoints(Model):
    """What one child standard gives to its parent."""

    standard: StandardCode
    """The child."""
    points: int = Field(default=1, ge=0)
    """Points it gives when it is proficient."""
    required: bool = False
    """Whether the parent cannot do without it."""


class CompetencyPoints(PolicyBase):
    """Proficient when the children that are give enough points, every required one among them.

    Source: Moodle `competency_rule_points`.
    """

    over_children: ClassVar[bool] = True
    type: Literal["competency_points"] = "competency_points"
    """Name of the rule."""
    points: int = Field(ge=1)
    """Points needed."""
    standards: tuple[ChildPoints, ...] = Field(min_length=1)
    """The children that give points."""

    @model_validator(mode="after")
    def _possible(self) -> CompetencyPoints:
        codes = [child.standard for child in self.standards]
        if twice := next((code for code in codes if codes.count(code) > 1), None):
            raise ValueError(f"{twice} stands twice among its standards")
        if (most := sum(child.points for child in self.standards)) < self.points:
            raise ValueError(f"points ({self.points}) cannot be more than its standards give together ({most})")
        return self
