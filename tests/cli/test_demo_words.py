"""What `plnb demo` says at its end."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from plnb.authoring.demo import DemoResult
from plnb.authoring.synthetic import SyntheticClass
from plnb.cli.demo import print_outcome
from plnb.grading.outcomes import GradeSummary


def test_a_command_for_a_path_with_spaces_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path("/home/ana/my courses/demo/progress/demo-01/progress.html")
    nothing = GradeSummary()
    print_outcome(
        DemoResult(
            folder=Path("/home/ana/my courses/demo"),
            title="Lines",
            units=("one",),
            findings=(),
            students=SyntheticClass.model_construct(students=()),
            first=nothing,
            again=0,
            second=nothing,
            notebooks=(page,),
            seconds=1.0,
        )
    )
    command = next(line for line in capsys.readouterr().out.splitlines() if "jupyter lab" in line)
    assert shlex.split(command) == ["jupyter", "lab", str(page.with_name("progress.ipynb"))]
