# ruff: noqa: E501  (sentences are looked for whole)
import json
import re
import shutil
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from plnb.core.base import Trust
from plnb.core.course import Course
from plnb.core.progress import ProgressReport
from plnb.core.records import Reflected
from plnb.errors import FormatTooNewError, InputError, NotebookError, NotFoundError
from plnb.reports import show
from plnb.reports.progress import TEMPLATE, make_reports, write_progress
from tests.reports import builders


@pytest.fixture(scope="module")
def reports() -> dict[str, ProgressReport]:
    made = (builders.strong(), builders.empty(), builders.bare(), builders.unicode(), builders.hostile())
    return {report.student: report for report in made}


@pytest.fixture(scope="module")
def pages(reports: dict[str, ProgressReport], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One course folder, with a page for each kind of student."""
    course = tmp_path_factory.mktemp("course")
    for place, name in (("feedback/ada/steady", "unit-rates.html"), ("autograded/ada/steady", "rates-in-sport.ipynb")):
        (course / place).mkdir(parents=True)
        (course / place / name).write_text("work")
    write_progress(list(reports.values()), course / "progress")
    return course / "progress"


@pytest.fixture(params=["ada", "new", "bare", "unicode", "mallory"])
def student(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def notebook(pages: Path, student: str = "ada") -> nbformat.NotebookNode:
    return nbformat.read(pages / student / "progress.ipynb", as_version=4)


def cell(nb: nbformat.NotebookNode, key: str) -> nbformat.NotebookNode:
    return next(one for one in nb.cells if one.id == key)


def write(path: Path, key: str, text: str) -> None:
    """What a student does: write in a cell and save."""
    nb = nbformat.read(path, as_version=4)
    cell(nb, key).source = text
    nbformat.write(nb, path)


def own_template(folder: Path, *cells: nbformat.NotebookNode, at: int | None = None) -> Path:
    """plnb's template as a teacher may have changed it."""
    nb = nbformat.read(TEMPLATE, as_version=4)
    nb.cells[at if at is not None else len(nb.cells) : at] = cells
    path = folder / "mine.ipynb"
    nbformat.write(nb, path)
    return path


def code(source: str, key: str = "mine") -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, id=key)


def page_text(pages: Path, student: str = "ada") -> str:
    return (pages / student / "progress.html").read_text(encoding="utf-8")


# ---------------------------------------------------------------------------------------------------------- what is made


def test_every_page_is_a_valid_notebook_that_carries_its_report(
    pages: Path, student: str, reports: dict[str, ProgressReport]
) -> None:
    nb = notebook(pages, student)
    nbformat.validate(nb)
    assert show.parse(nb.metadata.plnb.report) == reports[student]
    assert show.read(pages / student / "report.json") == reports[student]


def test_one_output_carries_the_report_with_html_and_text_to_fall_back_on(
    pages: Path, student: str, reports: dict[str, ProgressReport]
) -> None:
    bundles = [output.data for one in notebook(pages, student).cells for output in one.get("outputs", [])]
    (carrier,) = [bundle for bundle in bundles if show.MIME in bundle]
    assert show.parse(carrier[show.MIME]) == reports[student]
    assert all(bundle["text/html"].strip() and bundle["text/plain"].strip() for bundle in bundles)


def test_a_report_survives_the_json_of_a_notebook_whatever_is_in_it(reports: dict[str, ProgressReport], student: str) -> None:
    assert show.parse(json.loads(json.dumps(show.standing(reports[student])._repr_mimebundle_()[show.MIME]))) == reports[student]


def test_code_is_hidden_and_only_places_to_write_can_be_edited(pages: Path) -> None:
    for one in notebook(pages).cells:
        assert one.metadata.editable == ("write-here" in one.metadata.tags)
        if one.cell_type == "code":
            assert one.metadata.jupyter.source_hidden
            assert {"hide-input", "remove_input"} <= set(one.metadata.tags)
    assert "show.standing" not in page_text(pages)


def test_notes_to_teachers_do_not_reach_students(pages: Path) -> None:
    assert not any("for-teachers" in one.metadata.tags for one in notebook(pages).cells)
    assert "For teachers" not in page_text(pages)
    assert "For teachers" in TEMPLATE.read_text(encoding="utf-8")


def test_nothing_tells_where_on_the_teachers_machine_the_page_was_made(pages: Path, student: str) -> None:
    for path in (pages / student).iterdir():
        assert str(pages) not in path.read_text(encoding="utf-8")
    assert not list(pages.glob(".making*"))


def test_making_the_pages_again_gives_the_same_pages(pages: Path, reports: dict[str, ProgressReport], tmp_path: Path) -> None:
    write_progress([reports["bare"], reports["unicode"]], tmp_path / "progress")
    for student in ("bare", "unicode"):
        for path in (pages / student).iterdir():
            assert (tmp_path / "progress" / student / path.name).read_text() == path.read_text()


def test_pages_come_in_the_order_of_the_reports_and_each_is_told_of(tmp_path: Path) -> None:
    told: list[Path] = []
    made = write_progress(
        (builders.bare(name) for name in ("b", "a", "c")), tmp_path / "out", jobs=1, on_done=told.append, html=False
    )
    assert made == tuple(told) == tuple(tmp_path / "out" / name / "progress.ipynb" for name in ("b", "a", "c"))
    assert not (tmp_path / "out" / "a" / "progress.html").exists()


def test_processes_share_the_work_and_lose_nobody(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(5)]
    made = write_progress([builders.bare(name) for name in names], tmp_path / "progress", jobs=2)
    assert [path.parent.name for path in made] == names
    assert [notebook(tmp_path / "progress", name).metadata.plnb.report.student for name in names] == names


def test_students_who_share_a_kernel_share_nothing_else(tmp_path: Path) -> None:
    template = own_template(
        tmp_path, code("print(sorted(k for k in globals() if k.startswith('secret')), report.student)\nsecret_note = 1")
    )
    write_progress([builders.bare("a"), builders.bare("b")], tmp_path / "progress", template=template)
    for name in ("a", "b"):
        (output,) = cell(notebook(tmp_path / "progress", name), "mine").outputs
        assert output.text == f"[] {name}\n"


def test_an_empty_class_writes_nothing(tmp_path: Path) -> None:
    assert write_progress([], tmp_path / "progress") == ()
    assert not (tmp_path / "progress").exists()


@pytest.mark.parametrize("students", [[".."], ["."], ["same", "same"]])
def test_an_id_that_would_leave_the_folder_or_come_twice_is_refused(tmp_path: Path, students: Sequence[str]) -> None:
    with pytest.raises(InputError, match="page of its own"):
        write_progress([builders.bare(name) for name in students], tmp_path / "progress")
    assert not list(tmp_path.rglob("*.ipynb"))


# ------------------------------------------------------------------------------------------------------ what it says


def test_the_page_says_level_reason_path_and_next_step_in_words(pages: Path) -> None:
    text = page_text(pages)
    for words in (
        "You have reached proficient or more in 3 of 7 things to learn here.",
        "Familiar",
        "Your last 2 answers were right; 1 more and you are proficient.",
        "Your teacher set this level.",
        "Time to look at it again.",
        "In practice: Proficient.",
        "It opens when you are familiar with “Slope from two points”.",
        "You did not say so; your work shows it.",
        "Your teacher: The table is right.",
        "Could not be checked, which is not your fault",
        "hand-in 2",
        "We went through unit rates together on Tuesday.",
    ):
        assert words in text.replace("&quot;", '"'), words


def test_a_level_is_never_told_by_colour_alone(reports: dict[str, ProgressReport]) -> None:
    plain = show.standing(reports["ada"]).text
    for standard in reports["ada"].standards:
        assert standard.title in plain
    assert [word for word in ("Mastered", "Proficient", "Familiar", "Started", "Not started") if word not in plain] == []


def test_standards_are_grouped_as_in_their_framework_and_what_has_no_group_comes_last(reports: dict[str, ProgressReport]) -> None:
    lines = show.standing(reports["ada"]).text.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == ["Numbers and graphs", "Steady rates", "More to learn"]
    assert lines.index("Steady rates") < next(at for at, line in enumerate(lines) if "Unit rate" in line)


def test_no_id_is_shown_where_there_is_a_title(pages: Path) -> None:
    body = re.sub(r"<[^>]*>", " ", page_text(pages).split("<main", 1)[1])
    for key in ("rate-world", "rates-in-sport", "welcome-check", "SL.RATE.1", "steady", "line-gate"):
        assert not re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", body), key


def test_latest_answers_link_to_feedback_or_notebook_where_there_is_one(pages: Path) -> None:
    links = re.findall(r'href="(\.\./[^"]*)"', page_text(pages))
    # The unit was handed in a second time, which replaced the files of the first: older answers have nothing to link to.
    assert set(links) == {"../../feedback/ada/steady/unit-rates.html"}
    assert all((pages / "ada" / link).resolve().is_file() for link in links)


def test_units_with_unusual_names_can_be_linked_and_none_leads_out_of_the_course(tmp_path: Path) -> None:
    report = builders.unicode()
    place = tmp_path / "feedback" / report.student / "Einheit-één"
    place.mkdir(parents=True)
    (place / "Übung-数学.html").write_text("feedback")
    assert "%C3%9Cbung-%E6%95%B0%E5%AD%A6.html" in show.evidence(report, tmp_path).markup
    escaping = report.standards[0].evidence[0].model_copy(update={"unit": "..", "activity": "../../etc"})
    standard = report.standards[0].model_copy(update={"evidence": (escaping,)})
    assert "href" not in show.evidence(report.model_copy(update={"standards": (standard,)}), tmp_path).markup


# -------------------------------------------------------------------------------------------------- a still, safe page


class _Page(HTMLParser):
    """What a browser would see of a page: elements, attributes, headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_the_page_loads_nothing_and_runs_nothing(pages: Path, student: str) -> None:
    elements = _Page(page_text(pages, student)).elements
    assert {tag for tag, _ in elements}.isdisjoint(
        {"script", "iframe", "object", "embed", "link", "base", "form", "svg", "video", "audio"}
    )
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert (attributes.get("src") or "data:image/svg+xml;base64,").startswith("data:image/svg+xml;base64,")
        assert (attributes.get("href") or "#").startswith(("#", "../../")), attributes
    policy = next(a["content"] for t, a in elements if t == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_the_notebook_shows_nothing_that_loads_or_runs(pages: Path, student: str) -> None:
    for one in notebook(pages, student).cells:
        for output in one.get("outputs", []):
            assert set(output.data) <= {show.MIME, "text/html", "text/plain"}
            for tag, attributes in _Page(output.data["text/html"]).elements:
                assert tag not in ("script", "iframe", "style", "svg", "link", "base")
                assert not [name for name in attributes if name.startswith("on")]
                assert (attributes.get("src") or "data:").startswith("data:")
                assert (attributes.get("href") or "#").startswith(("#", "../../"))


def test_the_page_can_be_found_ones_way_in_without_seeing_it(pages: Path, student: str, reports: dict[str, ProgressReport]) -> None:
    elements = _Page(page_text(pages, student)).elements
    tags = [tag for tag, _ in elements]
    assert dict(elements)["html"]["lang"] == reports[student].language
    assert [tags.count(tag) for tag in ("title", "main", "nav", "h1", "footer")] == [1, 1, 1, 1, 1]
    headings = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(lower - upper <= 1 for upper, lower in pairwise(headings))
    assert all(attributes.get("scope") for tag, attributes in elements if tag == "th")
    assert all(attributes.get("alt") for tag, attributes in elements if tag == "img")
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert {a["href"] for t, a in elements if t == "a" and str(a.get("href")).startswith("#")} <= {f"#{key}" for key in ids}


def test_a_language_written_from_right_to_left_is_shown_so(tmp_path: Path) -> None:
    write_progress([builders.bare().model_copy(update={"language": "ar-EG"})], tmp_path / "progress")
    html = dict(_Page(page_text(tmp_path / "progress", "bare")).elements)["html"]
    assert html == {"lang": "ar-EG", "dir": "rtl"}


# ------------------------------------------------------------------------------------------- what people wrote is theirs


@pytest.fixture
def ada(pages: Path, tmp_path: Path) -> Path:
    """A copy of Ada's page, as she has it."""
    shutil.copytree(pages / "ada", tmp_path / "progress" / "ada")
    return tmp_path / "progress" / "ada" / "progress.ipynb"


def again(path: Path, report: ProgressReport | None = None, template: Path | None = None) -> nbformat.NotebookNode:
    write_progress([report or builders.bare("ada")], path.parent.parent, template=template)
    return nbformat.read(path, as_version=4)


def test_what_was_written_is_there_when_the_page_is_made_again_and_again(ada: Path) -> None:
    write(ada, "my-goal", "Draw a line from a table by *Friday*.")
    write(ada, "teacher-words", "See me on Tuesday.")
    for _ in range(2):
        nb = again(ada)
        assert cell(nb, "my-goal").source == "Draw a line from a table by *Friday*."
        assert cell(nb, "teacher-words").source == "See me on Tuesday."
        assert cell(nb, "my-reflection").source == ""
    assert "Draw a line from a table by *Friday*." in (ada.parent / "progress.html").read_text()


def test_hostile_words_stay_words_on_the_page(ada: Path) -> None:
    write(ada, "my-goal", "\n".join(builders.HOSTILE))
    again(ada)
    elements = _Page((ada.parent / "progress.html").read_text()).elements
    assert {"script", "iframe", "svg", "base"}.isdisjoint(tag for tag, _ in elements)
    assert all(str(a.get("src", "data:")).startswith("data:") for _, a in elements)


def test_cells_that_a_student_added_stay_where_they_were_and_are_never_run(ada: Path, tmp_path: Path) -> None:
    nb = nbformat.read(ada, as_version=4)
    at = [one.id for one in nb.cells].index("my-reflection")
    trap = f"open({str(tmp_path / 'trap')!r}, 'w')"
    nb.cells[at + 1 : at + 1] = [
        nbformat.v4.new_markdown_cell("My own note", id="own"),
        nbformat.v4.new_code_cell(trap, id="own-code"),
    ]
    nbformat.write(nb, ada)
    ids = [one.id for one in again(ada).cells]
    assert ids[ids.index("my-reflection") + 1 : ids.index("my-reflection") + 3] == ["own", "own-code"]
    assert not (tmp_path / "trap").exists()
    assert [one.id for one in again(ada).cells] == ids
    assert "My own note" in (ada.parent / "progress.html").read_text()


def test_words_keep_a_place_when_the_teacher_takes_their_place_out_of_the_template(ada: Path, tmp_path: Path) -> None:
    write(ada, "my-goal", "Keep me.")
    template = nbformat.read(TEMPLATE, as_version=4)
    template.cells = [one for one in template.cells if one.id != "my-goal"]
    nbformat.write(template, tmp_path / "mine.ipynb")
    for _ in range(2):
        nb = again(ada, template=tmp_path / "mine.ipynb")
        assert [one.source for one in nb.cells].count("Keep me.") == 1


def test_a_new_question_of_the_teachers_replaces_the_old_one_where_nobody_wrote(ada: Path, tmp_path: Path) -> None:
    def ask(question: str) -> Path:
        template = nbformat.read(TEMPLATE, as_version=4)
        cell(template, "my-goal").source = question
        nbformat.write(template, tmp_path / "mine.ipynb")
        return tmp_path / "mine.ipynb"

    assert cell(again(ada, template=ask("Old question?")), "my-goal").source == "Old question?"
    assert cell(again(ada, template=ask("New question?")), "my-goal").source == "New question?"
    write(ada, "my-goal", "New question? My answer.")
    assert cell(again(ada, template=ask("Newest question?")), "my-goal").source == "New question? My answer."


def test_an_editor_that_drops_cell_ids_does_not_lose_what_was_written(ada: Path) -> None:
    write(ada, "my-reflection", "I drew it first.")
    nb = json.loads(ada.read_text())
    for one in nb["cells"]:
        del one["id"]
    nb["nbformat_minor"] = 4
    ada.write_text(json.dumps(nb))
    assert cell(again(ada), "my-reflection").source == "I drew it first."


@pytest.mark.parametrize(
    "torn", [b"", b"{", b"[1, 2]", b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', b"\xff\xfe\x00"]
)
def test_a_page_that_is_no_notebook_any_more_is_put_aside_not_overwritten(ada: Path, torn: bytes) -> None:
    ada.write_bytes(torn)
    nbformat.validate(again(ada))
    assert (ada.parent / "progress-unreadable.ipynb").read_bytes() == torn


# ------------------------------------------------------------------------------------------------- a teacher's template


def test_a_teachers_own_template_is_used(tmp_path: Path) -> None:
    drawing = "import altair as alt\ndrawn = alt.Chart(alt.InlineData([{'x': 1}])).mark_point().encode(x='x:Q')\nshow.chart(drawn, alt='One point at 1.')"
    template = own_template(
        tmp_path,
        nbformat.v4.new_markdown_cell("## From *Ms Rivera*", id="hello"),
        code("print(report.student.upper())"),
        code(drawing, "drawn"),
    )
    write_progress([builders.bare("ada")], tmp_path / "progress", template=template)
    text = page_text(tmp_path / "progress")
    assert "From <em>Ms Rivera</em>" in text
    assert "ADA" in text
    assert 'alt="One point at 1."' in text


def test_a_template_without_ids_parameters_or_kernel_works_too(tmp_path: Path) -> None:
    cells = ["from plnb.reports import show\nreport = show.read('report.json')", "show.greeting(report)"]
    old = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {},
        "cells": [{"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": text} for text in cells],
    }
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    write_progress([builders.bare("ada")], tmp_path / "progress", template=tmp_path / "old.ipynb")
    nb = notebook(tmp_path / "progress")
    assert nb.metadata.plnb.report.student == "ada"
    assert [one.id for one in nb.cells] == ["injected-parameters", "cell-1", "cell-2"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("report.levls", "AttributeError: 'ProgressReport' object has no attribute 'levls'"),
        ("import os\nos._exit(3)", "it ended the kernel"),
    ],
)
def test_a_broken_template_is_refused_with_its_cell_and_leaves_the_pages_as_they_were(
    ada: Path, tmp_path: Path, source: str, why: str
) -> None:
    before = {path.name: path.read_bytes() for path in ada.parent.iterdir()}
    template = own_template(tmp_path, code(source), at=6)
    with pytest.raises(NotebookError) as caught:
        write_progress([builders.bare("ada"), builders.bare("bob")], ada.parent.parent, template=template)
    assert why in caught.value.message
    assert caught.value.place == f"{template}, cell 7 (under “What is next, and why”)"
    assert caught.value.mend
    assert {path.name: path.read_bytes() for path in ada.parent.iterdir()} == before
    assert [path.name for path in ada.parent.parent.iterdir()] == ["ada"]


def test_a_template_that_fails_for_everybody_stops_early(tmp_path: Path) -> None:
    template = own_template(tmp_path, code("1/0"), at=3)
    asked: list[str] = []

    def students() -> object:
        for number in range(1000):
            asked.append(str(number))
            yield builders.bare(f"s{number}")

    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        write_progress(students(), tmp_path / "progress", template=template, jobs=1)  # type: ignore[arg-type]
    assert len(asked) < 50


@pytest.mark.parametrize(
    "source", ["assert report.student != 'bob', 'not for Bob'", "import os\nif report.student == 'bob': os._exit(1)"]
)
def test_a_template_that_fails_for_one_student_makes_everybody_elses_page(tmp_path: Path, source: str) -> None:
    told: list[str] = []
    with pytest.raises(NotebookError, match="stops for bob; everybody else's page is made"):
        write_progress(
            [builders.bare(name) for name in ("ada", "bob", "cy")],
            tmp_path / "progress",
            template=own_template(tmp_path, code(source)),
            on_done=lambda path: told.append(path.parent.name),
        )
    assert told == ["ada", "cy"]
    assert sorted(path.name for path in (tmp_path / "progress").iterdir()) == ["ada", "cy"]


@pytest.mark.parametrize(
    "text", ["", "{", '{"nbformat": 4}', "[]", '{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}']
)
def test_a_template_that_is_no_notebook_is_refused_before_anything_is_made(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.ipynb").write_text(text)
    with pytest.raises(NotebookError) as caught:
        write_progress([builders.bare()], tmp_path / "progress", template=tmp_path / "mine.ipynb")
    assert caught.value.place == str(tmp_path / "mine.ipynb")
    assert not (tmp_path / "progress").exists()


def test_a_missing_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no template"):
        write_progress([builders.bare()], tmp_path / "progress", template=tmp_path / "none.ipynb")


# ---------------------------------------------------------------------------------------------------- reading a report


def test_a_copy_without_its_report_file_reads_the_report_in_the_notebook(ada: Path, reports: dict[str, ProgressReport]) -> None:
    (ada.parent / "report.json").unlink()
    assert show.read(ada.parent / "report.json") == reports["ada"]


def test_reading_a_report_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with pytest.raises(NotFoundError):
        show.read(path)
    for text in ("", "[]", "{}", '{"schema_version": 1, "course": 3}'):
        path.write_text(text)
        with pytest.raises(InputError, match="not a progress report"):
            show.read(path)
    path.write_text('{"schema_version": 2}')
    with pytest.raises(FormatTooNewError):
        show.read(path)


def test_each_student_gets_a_report_of_their_own_records(tmp_path: Path) -> None:
    course = Course(id="c", title="A course")
    words = {"text": "Mine.", "activity": "a", "prompt": "p", "course": "c", "at": builders.NOW, "trust": Trust.self_}
    records = {name: (Reflected(id=name, student=name, **words),) for name in ("zoe", "ada")}
    made = list(make_reports(course, records, builders.NOW))
    assert [report.student for report in made] == ["ada", "zoe"]
    assert [len(report.voices) for report in made] == [1, 1]
    assert len(write_progress(made, tmp_path / "progress", html=False)) == 2
