"""Standards brought into a course and published: what is written, what is said, and that misuse leaves all as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plnb.cli.main import app
from plnb.core.standards import Framework, Standard
from plnb.interop.case import read_package, validate_package, write_package
from tests.cli.lists import COURSE, OURS, make_course, plnb, refused, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


# --- import -----------------------------------------------------------------------------------------------------------------------


def test_a_list_in_yaml_is_brought_in_as_it_is_written_and_the_course_reads_it(root: Path, tmp_path: Path):
    text = OURS.replace("R", "Q").replace("Qates", "Quotas")
    (tmp_path / "quotas.yaml").write_text(text, encoding="utf-8")
    done = plnb(root, "import", str(tmp_path / "quotas.yaml"))
    assert done.exit_code == 0, done.output
    assert "- frameworks/quotas.yaml" in done.output
    assert (root / "frameworks" / "quotas.yaml").read_text("utf-8") == text
    (root / "course.yaml").write_text(COURSE.replace("[", "[frameworks/quotas.yaml, "), encoding="utf-8")
    assert "Quotas." in plnb(root, "search", "Q").output


def test_a_list_that_is_written_in_its_place_is_only_checked(root: Path):
    before = tree(root)
    done = plnb(root, "import", str(root / "frameworks" / "ours.yaml"))
    assert (done.exit_code, tree(root)) == (0, before)
    assert "Ours: 3 standards" in done.output


def test_a_list_takes_another_name_also_where_it_says_its_own(root: Path, tmp_path: Path):
    (tmp_path / "l.yaml").write_text(OURS.replace("title", "id: ours\ntitle"), encoding="utf-8")
    assert refused(root, "import", str(tmp_path / "l.yaml")).code == "output-exists"
    assert plnb(root, "import", str(tmp_path / "l.yaml"), "--name", "mine").exit_code == 0
    assert "id: mine\n" in (root / "frameworks" / "mine.yaml").read_text("utf-8")


def test_a_name_is_taken_whatever_the_file_that_has_it(root: Path, tmp_path: Path):
    (tmp_path / "state.yaml").write_text(OURS, encoding="utf-8")
    assert refused(root, "import", str(tmp_path / "state.yaml")).code == "output-exists"


def test_of_a_folder_with_one_wrong_list_nothing_is_brought_in(root: Path, tmp_path: Path):
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "a.yaml").write_text(OURS, encoding="utf-8")
    (lists / "b.yml").write_text(OURS.replace("[R.1]", "[R.7]"), encoding="utf-8")
    error = refused(root, "import", str(lists))
    assert error.place.endswith("b.yml:11")
    assert "R.2 names R.7" in error.message


def test_a_list_can_be_checked_before_it_is_brought_in(root: Path, tmp_path: Path):
    (tmp_path / "l.yaml").write_text(OURS, encoding="utf-8")
    done = CliRunner().invoke(app, ["standards", "validate", str(tmp_path / "l.yaml")])
    assert (done.exit_code, "nothing to mend" in done.output) == (0, True)


# --- export -----------------------------------------------------------------------------------------------------------------------


def test_every_list_is_published_as_case_that_a_strict_check_finds_nothing_in(root: Path, tmp_path: Path):
    done = plnb(root, "export", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    texts = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert texts.keys() == {"ours.case.json", "state.case.json"}
    assert not [finding for text in texts.values() for finding in validate_package(text, strict=True)]
    ours = read_package(texts["ours.case.json"])
    assert [(each.code, each.parent, each.requires) for each in ours.standards] == [
        ("R", None, ()),
        ("R.1", "R", ()),
        ("R.2", "R", ("R.1",)),
    ]
    assert "Ours: 3 standards in" in done.output


def test_what_is_published_twice_has_the_same_identifiers(root: Path, tmp_path: Path):
    for name in ("one.json", "two.json"):
        assert plnb(root, "export", str(tmp_path / name), "-f", "ours").exit_code == 0
    one, two = (read_package((tmp_path / name).read_text("utf-8")) for name in ("one.json", "two.json"))
    assert one.standards == two.standards


def test_what_is_there_is_written_over_only_when_asked(root: Path, tmp_path: Path):
    target = tmp_path / "ours.json"
    target.write_text("mine", encoding="utf-8")
    assert refused(root, "export", str(target), "-f", "ours").code == "output-exists"
    assert target.read_text("utf-8") == "mine"
    done = plnb(root, "export", str(target), "-f", "ours", "--force", "--json")
    assert json.loads(done.output) == {"file": str(target), "framework": "ours", "standards": 3}


def test_where_one_of_two_files_is_there_neither_is_written(root: Path, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "state.case.json").write_text("mine", encoding="utf-8")
    refused(root, "export", str(out))
    assert [path.name for path in out.iterdir()] == ["state.case.json"]


def test_one_file_cannot_hold_two_lists_and_an_unknown_list_is_none(root: Path, tmp_path: Path):
    assert "--framework (ours, state)" in refused(root, "export", str(tmp_path / "x.json")).mend
    assert "ours, state" in refused(root, "export", str(tmp_path / "x"), "-f", "our").mend
    assert not (tmp_path / "x").exists()


def test_a_circle_is_not_published(root: Path, tmp_path: Path):
    circle = Framework(
        id="c", title="C", standards=tuple(Standard(code=a, statement=a, requires=(b,)) for a, b in (("A", "B"), ("B", "A")))
    )
    package = write_package(circle, datetime(2026, 9, 1, tzinfo=UTC))
    (root / "frameworks" / "state.case.json").write_text(package, encoding="utf-8")
    assert "circle" in refused(root, "export", str(tmp_path / "out")).message
    assert not (tmp_path / "out").exists()


# --- show -------------------------------------------------------------------------------------------------------------------------


def test_one_leafs_from_frameworks_to_groups_to_a_standard(root: Path):
    top = plnb(root, "show").output
    assert "Ours (ours): 3 standards" in top
    assert "The State's Standards (state): 5 standards" in top
    assert "R.1" not in top
    group = plnb(root, "show", "R").output
    assert "R.1" in group
    assert "R.2" in group
    plnb(root, "align", "R.1", "M.RP.2")
    one = plnb(root, "show", "r.1").output
    assert all(said in one for said in ("unit rate", "part of: R\n", "required by: R.2", "also: M.RP.2 of state"))
    known = json.loads(plnb(root, "show", "R", "--json").output)
    assert (known["framework"], known["members"], known["required_by"]) == ("ours", ["R.1", "R.2"], [])


def test_a_code_that_two_frameworks_have_means_the_first_and_one_that_none_has_gets_the_nearest(root: Path):
    (root / "frameworks" / "ours.yaml").write_text(OURS + "  - {code: M.G.1, statement: Our own way.}\n", encoding="utf-8")
    assert "Our own way." in plnb(root, "show", "M.G.1").output
    assert "Did you mean R.2" in refused(root, "show", "R.22").mend


def test_what_a_published_package_says_besides_goes_through_a_course_and_what_cannot_is_named(root: Path, tmp_path: Path):
    raw = json.loads((root / "frameworks" / "state.case.json").read_text("utf-8"))
    raw["CFItems"][0] |= {"notes": "Mind the units.", "statusStartDate": "soon"}
    (tmp_path / "new.json").write_text(json.dumps(raw), encoding="utf-8")
    done = plnb(root, "import", str(tmp_path / "new.json"), "--name", "new")
    assert "CFItems.statusStartDate" in done.output
    (root / "course.yaml").write_text(COURSE.replace("ours.yaml", "new.case.json"), encoding="utf-8")
    done = plnb(root, "export", str(tmp_path / "out.json"), "-f", "new", "--json")
    assert done.exit_code == 0, done.output
    assert "left_out" not in json.loads(done.output)
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["CFItems"][0]["notes"] == "Mind the units."
