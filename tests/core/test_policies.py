"""What a policy may say, and what is refused with clear words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from plnb.core.policy import POLICIES, Mastery, Policy
from plnb.core.review import Fsrs, Ladder, NoReview
from plnb.core.rules.answers import _RULES

PARSE: TypeAdapter[Policy] = TypeAdapter(Policy)


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"type": "bkt", "slip": 0.5}, "slip (0.5) cannot be above 0.4"),
        ({"type": "bkt", "guess": 0.6}, "guess (0.6) cannot be above 0.5"),
        ({"type": "bkt", "slip": float("nan")}, "greater than or equal to 0"),
        ({"type": "bkt", "forget": 0.2}, "forget (0.2) is so strong"),
        ({"type": "bkt", "learn": 1.5}, "less than or equal to 1"),
        ({"type": "ema", "alpha": 1}, "less than 1"),
        ({"type": "decaying_average", "weight": 49}, "greater than or equal to 50"),
        ({"type": "weighted_average", "weight": 100}, "less than or equal to 99"),
        ({"type": "n_times", "n": 11}, "less than or equal to 10"),
        ({"type": "n_times", "n": 1}, "distinct (2) cannot be more than n (1)"),
        ({"type": "average", "familiar_at": 0.9}, "familiar_at (0.9) cannot be above proficient_at (0.75)"),
        ({"type": "points", "familiar_from": 11}, "familiar_from (11.0) cannot be above max_points (10.0)"),
        ({"type": "rubric", "proficient": 1}, "must not go down in this order"),
        ({"type": "rubric", "mastered": 5}, "must not go down in this order"),
        ({"type": "competency_points", "points": 0, "standards": [{"standard": "A"}]}, "greater than or equal to 1"),
        (
            {"type": "competency_points", "points": 2, "standards": [{"standard": "A"}]},
            "cannot be more than its standards give together (1)",
        ),
        (
            {"type": "competency_points", "points": 2, "standards": [{"standard": "A"}, {"standard": "A"}]},
            "A stands twice among its standards",
        ),
        ({"type": "guesswork"}, "does not match any of the expected tags"),
        ({"type": "streak", "n": 3, "m": 2}, "Extra inputs are not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused_in_clear_words(said: dict[str, Any], because: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PARSE.validate_python(said)
    assert because in str(refused.value)


def test_a_rule_over_children_cannot_be_the_rule_for_every_standard() -> None:
    with pytest.raises(ValidationError, match="put it under `standards:`"):
        Mastery.model_validate({"policy": {"type": "competency_all"}})
    assert Mastery.model_validate({"standards": {"P": {"type": "competency_all"}}}).policy_for("P").over_children


@pytest.mark.parametrize(
    "review", [{"type": "ladder", "days": []}, {"type": "ladder", "days": [0]}, {"type": "fsrs", "retention": 1}]
)
def test_a_review_that_makes_no_sense_is_refused(review: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mastery.model_validate({"review": review})


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
def test_every_policy_has_a_source_and_a_rule_with_a_worked_example(kind: type) -> None:
    assert "Source: " in (kind.__doc__ or "")
    if not kind.over_children:  # type: ignore[attr-defined]
        assert any(sign.isdigit() for sign in _RULES[kind].__doc__ or "") or "right" in (_RULES[kind].__doc__ or "")


REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "policies.md"


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
def test_every_policy_is_in_the_reference_with_an_example(kind: type[BaseModel]) -> None:
    name = kind.model_fields["type"].default
    said = REFERENCE.read_text("utf-8")
    assert f"| `{name}` |" in said
    assert f"\n- **`{name}`**" in said


@pytest.mark.parametrize("kind", [NoReview, Ladder, Fsrs], ids=lambda kind: kind.__name__)
def test_every_review_is_in_the_reference(kind: type[BaseModel]) -> None:
    assert f"| `{kind.model_fields['type'].default}` |" in REFERENCE.read_text("utf-8")


def test_the_course_file_in_the_reference_is_valid() -> None:
    block = REFERENCE.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert Mastery.model_validate(yaml.safe_load(block)["mastery"]).policy_for("SL.DATA.3").type == "rubric"
