"""Points, or somebody else's fate, by what a notebook's file says: metadata, ids, types, tags, other files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from tests.hostile.courses import FULL, RIGHT
from tests.hostile.entry import Entry, Family, Flag, HandIn, entry_maker

_entry = entry_maker(Family.structure)
_TRANSPLANT = "only the text of answer cells is used; all else comes from the teacher's copy"
_CHECKS = ("mean_seen", "mean_hidden", "evens_check", "best_check")


def _edit(name: str, tries: str, edit: Callable[[HandIn], object], **more: Any) -> Entry:
    return _entry(name, tries, more.pop("defence", _TRANSPLANT), edit=edit, **more)


def _checks(hand: HandIn) -> list[dict[str, Any]]:
    return [hand.cell(name) for name in _CHECKS]


def asks_nothing(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["source"] = "assert True"


def empty_checks(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["source"] = ""


def more_points(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["nbgrader"]["points"] = 1000


def negative_points(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["nbgrader"]["points"] = -5


def not_graded(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["nbgrader"].update(grade=False, locked=False, solution=True)


def raw_checks(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["cell_type"] = "raw"
        cell.pop("outputs")
        cell.pop("execution_count")


def skip_tags(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["tags"] = ["raises-exception", "skip-execution", "remove_cell"]


def passed_outputs(hand: HandIn) -> None:
    for cell in _checks(hand):
        data = {"text/plain": ["3"]}
        cell["outputs"] = [{"output_type": "execute_result", "execution_count": 9, "metadata": {}, "data": data}]
        cell["execution_count"] = 9


def scores_in_metadata(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["nbgrader"].update(score=3, manual_score=3, auto_score=3)
    hand.book["metadata"]["plnb"] = {"schema_version": 1, "report": {"level": "mastered"}, "scores": {"mean_seen": 2}}


def easier_twin(hand: HandIn) -> None:
    """The check once more, easier and first."""
    twin = copy.deepcopy(hand.cell("mean_seen"))
    twin["source"] = "assert True"
    twin["id"] = "twin"
    hand.cells.insert(0, twin)


def answer_as_check(hand: HandIn) -> None:
    """An answer cell that says it is the check."""
    hand.cell("mean")["metadata"]["nbgrader"].update(grade_id="mean_seen", grade=True, points=2)


def swapped_ids(hand: HandIn) -> None:
    one, two = hand.cell("mean"), hand.cell("evens")
    one["metadata"]["nbgrader"]["grade_id"], two["metadata"]["nbgrader"]["grade_id"] = "evens", "mean"
    one["id"], two["id"] = two["id"], one["id"]


def all_one_id(hand: HandIn) -> None:
    for cell in hand.cells:
        cell["metadata"]["nbgrader"] = dict(hand.cell("mean")["metadata"]["nbgrader"])
        cell["id"] = "same"


def deleted_checks(hand: HandIn) -> None:
    for cell in _checks(hand):
        hand.cells.remove(cell)


def newer_schema(hand: HandIn) -> None:
    for cell in hand.cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


def other_standards(hand: HandIn) -> None:
    for cell in _checks(hand):
        cell["metadata"]["plnb"] = {"schema_version": 1, "role": "check", "standards": ["MINE.1"], "branch": "rep/graph"}


def friendly_misconceptions(hand: HandIn) -> None:
    for cell in _checks(hand):
        say = {"when": "__import__('os').system('id') or True", "say": "You are right."}
        cell["metadata"]["plnb"] = {"schema_version": 1, "role": "check", "standards": ["S.1"], "misconceptions": [say]}


def other_kernel(hand: HandIn) -> None:
    hand.book["metadata"]["kernelspec"] = {"name": "bash; touch /tmp/x", "display_name": "x", "language": "sh"}


def odd_metadata(hand: HandIn) -> None:
    hand.book["metadata"] = ["not", "an", "object"]
    for cell in hand.cells[3:]:
        cell["metadata"] = {**cell["metadata"], "tags": {"a": 1}, "plnb": "x", "collapsed": [[]], "attachments": 5}


def huge_metadata(hand: HandIn) -> None:
    hand.book["metadata"]["notes"] = "x" * 6_000_000


def shadow_modules(hand: HandIn) -> None:
    """Modules named like those of the grader, in the work folder."""
    for name in ("json", "nbgrader", "plnb", "IPython", "random", "struct", "ast", "inspect"):
        hand.file(f"{name}.py", "import os\nos._exit(0)\n")


def start_up_files(hand: HandIn) -> None:
    text = "import builtins\nbuiltins.abs = lambda x: 0\nprint('SHADOW')\n"
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "ipython_config.py",
        ".ipython/profile_default/startup/a.py",
    ):
        hand.file(name, text)
    hand.file("x.pth", "import os; os.environ['X'] = 'y'\n")


def other_data(hand: HandIn) -> None:
    hand.file("data.csv", "name,metres,seconds\nBo,1,1\n")


def other_course(hand: HandIn) -> None:
    hand.file("course.json", json.dumps({"schema_version": 1, "id": "mine", "title": "<b>", "units": []}))
    hand.file("nbgrader_config.py", "raise SystemExit('configured')\n")


def two_copies(hand: HandIn) -> None:
    """The same notebook under a second name, with tests that ask nothing."""
    book = copy.deepcopy(hand.book)
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "assert True"
    hand.file("basics (1).ipynb", json.dumps(book))


def strange_timestamp(hand: HandIn) -> None:
    hand.file("timestamp.txt", "9999-99-99 99:99 NOPE\n" * 1000)


def strange_choices(hand: HandIn) -> None:
    hand.book["metadata"]["plnb"] = {"schema_version": 1, "choices": {"rep": ["nowhere"], "other": [1, {}], 5: None}}


def two_choices(hand: HandIn) -> None:
    hand.book["metadata"]["plnb"] = {"schema_version": 1, "choices": {"rep": ["table", "graph"]}}


def many_cells(hand: HandIn) -> None:
    hand.cells.extend({"cell_type": "code", "id": f"n{n}", "metadata": {}, "source": "1", "outputs": []} for n in range(1900))


ENTRIES = (
    _edit("checks-ask-nothing", "rewrites every check to `assert True`", asks_nothing, flag=Flag.yes),
    _edit("checks-empty", "empties every check", empty_checks, flag=Flag.yes),
    _edit("points-raised", "makes every check worth 1000 points", more_points, flag=Flag.yes),
    _edit("points-negative", "makes every check worth -5 points", negative_points, flag=Flag.yes),
    _edit("checks-ungraded", "says that checks are answers", not_graded),
    _edit("checks-raw", "turns every check into raw text", raw_checks),
    _edit("tags-that-skip", "tags checks so that errors are allowed or they do not run", skip_tags),
    _edit("outputs-of-a-pass", "hands in outputs of passed checks", passed_outputs),
    _edit("scores-in-metadata", "writes scores and a report of mastery into metadata", scores_in_metadata),
    _edit("easier-twin", "puts an easier check with the same id first", easier_twin),
    _edit("answer-says-check", "gives an answer cell the id of the check", answer_as_check, answers={"mean": "assert True"}),
    _edit(
        "ids-swapped",
        "swaps the ids of two answers",
        swapped_ids,
        answers={"mean": RIGHT["mean"], "evens": RIGHT["evens"]},
        # Both functions exist all the same, each before the check that comes after both cells.
        scores={"evens_check": 2},
        defence="an answer is known by its id and runs in that id's place",
    ),
    _edit("ids-all-the-same", "gives every cell one id", all_one_id),
    _edit("checks-deleted", "deletes every check", deleted_checks, answers={"mean": "def mean(xs):\n    return 0"}),
    _edit("schema-99", "claims a newer nbgrader", newer_schema, answers=RIGHT, scores=FULL["basics"]),
    _edit("standards-of-ones-own", "aligns checks to other standards and branches", other_standards),
    _edit("misconceptions-of-ones-own", "brings expressions to be evaluated by the grader", friendly_misconceptions),
    _edit("kernel-of-ones-own", "names another kernel", other_kernel, answers=RIGHT, scores=FULL["basics"]),
    _edit("odd-metadata", "metadata of the wrong types everywhere", odd_metadata, answers=RIGHT, scores=FULL["basics"]),
    _edit("huge-metadata", "6 MB of metadata", huge_metadata, answers=RIGHT, scores=FULL["basics"]),
    _edit(
        "shadow-modules",
        "brings modules named like those the grader uses",
        shadow_modules,
        answers={"mean": "def mean(xs):\n    return 0"},
        defence="the grader's own imports never look into the work folder",
    ),
    _edit(
        "start-up-files",
        "brings files that Python and IPython run when they start",
        start_up_files,
        answers={"mean": "def mean(xs):\n    return 0"},
        defence="nothing that was handed in runs by itself",
    ),
    _edit(
        "data-of-ones-own",
        "brings another data.csv",
        other_data,
        unit="tables",
        answers={"speeds": RIGHT["speeds"], "top": "top = 'Bo'", "matrix": RIGHT["matrix"]},
        scores={"speeds_check": 2, "speeds_hidden": 2, "matrix_check": 1},
        defence="the teacher's files lie over the student's",
    ),
    _edit(
        "course-of-ones-own", "brings a course and a configuration of nbgrader", other_course, answers=RIGHT, scores=FULL["basics"]
    ),
    _edit("two-copies", "hands in the notebook twice, once with other tests", two_copies),
    _edit("strange-timestamp", "a time of handing in that is none", strange_timestamp, answers=RIGHT, scores=FULL["basics"]),
    _edit("many-cells", "1900 cells of its own", many_cells, answers=RIGHT, scores=FULL["basics"]),
    _edit(
        "choice-of-nothing",
        "chooses an option that does not exist",
        strange_choices,
        unit="ways",
        defence="a choice is a claim and earns nothing",
    ),
    _edit(
        "choice-of-everything",
        "chooses both options of a fork of one, and does one",
        two_choices,
        unit="ways",
        answers={"graph": RIGHT["graph"]},
        scores={"graph_check": 2},
        mirrored={"table_check": 2},
        defence="only an option with work in it counts as taken",
    ),
    _edit(
        "choice-of-the-other",
        "does one way wrongly and claims the other",
        lambda hand: hand.book["metadata"].update(plnb={"schema_version": 1, "choices": {"rep": ["table"]}}),
        unit="ways",
        answers={"graph": "graph = 7"},
        defence="only an option with work in it counts as taken",
    ),
)
