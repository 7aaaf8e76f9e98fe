"""What was not as released in a submission and was put right: typed, each with a sentence for the teacher. No accusations."""

from __future__ import annotations

from enum import StrEnum

from plnb.core.base import Model


class RepairCode(StrEnum):
    """Kinds of repair."""

    duplicated_cell = "duplicated-cell"
    deleted_cell = "deleted-cell"
    moved_cell = "moved-cell"
    retyped_cell = "retyped-cell"
    edited_test = "edited-test"
    edited_text = "edited-text"
    edited_number = "edited-number"
    edited_points = "edited-points"
    edited_tags = "edited-tags"
    edited_kernel = "edited-kernel"
    lost_metadata = "lost-metadata"
    found_by_place = "found-by-place"
    renamed_notebook = "renamed-notebook"
    extra_notebook = "extra-notebook"
    byte_order_mark = "byte-order-mark"
    broken_text = "broken-text"
    skipped_file = "skipped-file"
    large_file = "large-file"


NEEDS_A_LOOK = frozenset({RepairCode.found_by_place})
"""Repairs that rest on a guess: a person should look at the result."""


class Repair(Model):
    """One difference between what was released and what was handed in, and what was done about it."""

    code: RepairCode
    """Which kind."""
    notebook: str = ""
    """The notebook; empty for what concerns the whole submission."""
    cell: str = ""
    """grade_id or cell id; empty for what concerns the whole notebook."""
    message: str
    """What was found and done, in one sentence."""
