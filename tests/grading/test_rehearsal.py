"""The rehearsal settles where checks run: on the teacher's own solution, with a reason for each that has to stay in the kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbgrader
import pytest
from nbformat import NotebookNode

from plnb.engine.nodes import as_node
from plnb.grading.manifest import read_manifest
from plnb.grading.plans import CheckPlan, NotebookPlan
from plnb.grading.rehearsal import rehearse
from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.grading.builders import answer, autotest, check_meta, code, nbgrader_key, notebook

GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"


def locked(source: str, name: str) -> NotebookNode:
    return code(source, f"id-{name}", nbgrader=nbgrader_key(name, locked=True))


def planned(*cells: NotebookNode, before: NotebookPlan = NotebookPlan()) -> NotebookPlan:
    """The plan of a notebook whose answers have their solutions."""
    solved = notebook(*cells)
    for cell in solved.cells:
        cell.source = cell.source.replace("### BEGIN SOLUTION\n", "").replace("\n### END SOLUTION", "")
    released = as_node(solved)
    for cell in released.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "raise NotImplementedError()"
    return rehearse(solved, released, {"data.csv": b"a,b\n1,2\n"}, before=before)


def where(plan: NotebookPlan) -> dict[str, str]:
    return {check.check: check.reason or check.where for check in plan.checks}


STACK = "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)"


def test_ordinary_tests_run_outside() -> None:
    plan = planned(
        locked(
            "import math\nimport pandas as pd\ntable = pd.read_csv('data.csv')\ndef near(a, b):\n    return math.isclose(a, b)",
            "setup",
        ),
        answer("f", "def f(x):\n    return x / 2"),
        autotest("uses_helper", 1, "assert near(f(3), 1.5)"),
        autotest("uses_data", 1, "assert f(table['b'].sum()) == 1"),
        answer("stack", STACK),
        autotest("uses_class", 1, "s = Stack()\ns.push(2)\nassert s.items == [2]"),
        autotest("partial", 2, "(f(2) == 1) + (f(4) == 2)"),
    )
    assert where(plan) == dict.fromkeys(("uses_helper", "uses_data", "uses_class", "partial"), "outside")
    assert plan.of("uses_helper").before == (
        "import math", "import pandas as pd", "table = pd.read_csv('data.csv')", "def near(a, b):\n    return math.isclose(a, b)"
    )  # fmt: skip
    assert plan.of("uses_data").before == ()
    assert plan.of("uses_class").known == ("Stack", "Stack()", "Stack().push")
    assert plan.of("partial").known == ("f",)


@pytest.mark.parametrize(
    ("solution", "check", "reason"),
    [
        ("x = 1", "%time pass\nassert x == 1", "it uses commands of IPython's (lines with % or !)"),
        ("x = 1", "!true\nassert x == 1", "it uses commands of IPython's (lines with % or !)"),
        ("x = 1", "get_ipython()\nassert x == 1", "it uses `get_ipython`, which only a notebook's kernel has"),
        ("a = [1]\nb = a", "assert a is b", "it asks with `is` whether two things are one and the same"),
        ("async def f():\n    return 1", "assert await f() == 1", "it waits with `await`"),
        (
            STACK,
            "assert isinstance(Stack(), Stack)",
            "it asks whether something is a Stack, which only the student's own process can say",
        ),
        ("x = 1", "assert x == 2", "it does not pass with the solution in, so nobody can tell whether it would outside"),
    ],
)
def test_what_cannot_run_outside_says_why(solution: str, check: str, reason: str) -> None:
    assert where(planned(answer("a", solution), autotest("t", 1, check))) == {"t": reason}


def test_a_check_that_looks_at_the_students_files_stays_in_the_kernel_and_a_plot_can_be_looked_at_from_outside() -> None:
    plan = planned(
        answer(
            "a",
            "import matplotlib.pyplot as plt\nopen('out.txt', 'w').write('hi')\nfigure, axes = plt.subplots()\naxes.plot([1, 4])",
        ),
        autotest("file", 1, "assert open('out.txt').read() == 'hi'"),
        autotest("plot", 1, "assert [list(line.get_ydata()) for line in axes.lines] == [[1, 4]]\nassert axes.get_title() == ''"),
    )
    assert where(plan)["file"].startswith("it comes out otherwise there (FileNotFoundError")
    assert where(plan)["plot"] == "outside"


def test_data_that_the_solution_changes_is_the_students() -> None:
    plan = planned(
        locked("values = [1, 2]\nlimit = 10", "setup"),
        answer("a", "values.append(3)"),
        autotest("t", 1, "assert values == [1, 2, 3]\nassert len(values) < limit"),
    )
    assert where(plan) == {"t": "outside"}
    assert plan.of("t").before == ("limit = 10",)


def test_tools_of_a_check_in_the_kernel_are_the_teachers_for_the_checks_after_it() -> None:
    plan = planned(
        answer("f", "def f(x):\n    return x"),
        autotest("first", 1, "%time pass\ndef equal(a, b):\n    return a == b\nassert equal(f(1), 1)"),
        autotest("second", 1, "assert equal(f(2), 2)"),
    )
    assert where(plan)["second"] == "outside"
    assert "def equal(a, b):\n    return a == b" in plan.of("second").before


def test_an_import_in_the_answer_is_the_teachers_too_and_a_builtin_that_is_asked_for_is_the_students() -> None:
    plan = planned(
        answer("a", "import statistics\ndef max(xs):\n    return sorted(xs)[-1]\nm = statistics.mean([1, 3])"),
        autotest("t", 1, "assert m == statistics.mean([1, 3])\nassert max([1, 3]) == 3"),
    )
    assert where(plan) == {"t": "outside"}
    assert plan.theirs == ("m", "max")
    assert plan.of("t").before == ("import statistics",)


def test_a_fresh_number_is_rehearsed_with_more_than_one() -> None:
    tests = "import random\nseed = 1\nx = random.Random(seed).random()\nassert f(x) == x + 1"
    plan = planned(answer("f", "def f(x):\n    return x + 1"), autotest("t", 1, tests, plnb=check_meta("S.1", fresh="seed")))
    assert (plan.of("t").where, plan.of("t").fresh) == ("outside", "seed")
    once = planned(
        answer("f", "def f(x):\n    return x + 1"),
        autotest("t", 1, "seed = 1\nassert f(seed) == 2", plnb=check_meta("S.1", fresh="seed")),
    )
    assert once.of("t").reason.startswith("it does not pass with the solution in")


def test_what_has_not_changed_is_not_rehearsed_again() -> None:
    cells = answer("a", "x = 1"), autotest("t", 1, "assert x == 1")
    plan = planned(*cells)
    marked = plan.model_copy(update={"checks": (CheckPlan(check="t", reason="it was not looked at again"),)})
    assert planned(*cells, before=marked) == marked
    assert planned(answer("a", "x = 1"), autotest("t", 1, "assert x == 1.0"), before=marked).of("t").where == "outside"


def _count(folder: CourseFolder) -> tuple[int, dict[str, str]]:
    results = release(folder)
    in_kernel = {check: why for result in results for check, why in result.in_kernel.items()}
    return sum(result.outside for result in results), in_kernel


def test_nbgraders_own_documentation_examples_run_outside(tmp_path: Path) -> None:
    folder = CourseFolder(tmp_path / "guide")
    for name in ("ps1", "ps1_autotest"):
        shutil.copytree(GUIDE / "source" / name, folder.root / "source" / name)
    for path in (folder.root / "source" / "ps1_autotest").glob("*.ipynb"):
        path.rename(path.with_name(f"auto-{path.name}"))
    shutil.copy(GUIDE / "autotests.yml", folder.root / "autotests.yml")
    (folder.root / "nbgrader_config.py").write_text("c = get_config()\nc.InstantiateTests.autotest_filename = 'autotests.yml'\n")
    outside, in_kernel = _count(folder)
    print(f"nbgrader's documentation: {outside} of {outside + len(in_kernel)} outside; in the kernel: {in_kernel}")  # noqa: T201
    assert outside >= 8
    assert outside >= 0.95 * (outside + len(in_kernel))


@pytest.mark.slow
def test_the_sample_course_runs_outside(tmp_path: Path) -> None:
    shutil.copytree(Path("sample_course"), tmp_path / "sample")
    outside, in_kernel = _count(CourseFolder(tmp_path / "sample"))
    print(f"sample course: {outside} of {outside + len(in_kernel)} outside; in the kernel: {in_kernel}")  # noqa: T201
    assert outside >= 100
    assert outside >= 0.95 * (outside + len(in_kernel))


def test_a_manifest_says_how_each_check_is_run(course: CourseFolder) -> None:
    manifest = read_manifest(course.manifest("u1"))
    checks = {check.check: check.where for notebook_ in manifest.notebooks for check in notebook_.plan.checks}
    assert checks == dict.fromkeys(("graph_one", "graph_two", "table_one", "table_two", "speed_check", "speed_hidden"), "outside")
    assert not manifest.strict
