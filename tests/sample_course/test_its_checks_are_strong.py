"""The checks of the sample course notice what goes wrong; what makes no difference says so, with the reason.

One activity here; `plnb strength -C sample_course` looks at all of them and takes some minutes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plnb.authoring.samples import sample_course
from plnb.authoring.strength import strength
from plnb.store.layout import CourseFolder
from plnb.store.sources import load_course


@pytest.mark.slow
def test_every_fault_is_noticed_or_makes_no_difference_for_a_reason(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "course")
    shutil.copytree(sample_course(), folder.root, ignore=shutil.ignore_patterns("release", "manifests", "*.db"))
    (found,) = strength(folder, load_course(folder.root), ["steady-change/rates-in-music"]).activities
    assert found.noticed == found.tried > 50
    assert [fault.mutant.answer for fault in found.same] == ["in_step_answer", "in_step_answer"]
    assert all(len(fault.same.split()) >= 5 for fault in found.same)
    assert found.troubles == ()
