"""How long does a person wait for an answer on the screen?

    python benchmarks/screen_speed.py

What students and teachers wait for while they work, each done several times in one process; the median, in ms, against its bar.
A whole JupyterLab, in a browser, is measured by `lab_speed`. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from plnb.authoring.samples import sample_course  # noqa: E402
from plnb.core.author import LintAsked  # noqa: E402
from plnb.core.likeness import Likeness  # noqa: E402
from plnb.core.lint import lint  # noqa: E402
from plnb.core.news import NewHint  # noqa: E402
from plnb.core.standards import Framework, Standard  # noqa: E402
from plnb.interop.case import read_package, write_package  # noqa: E402
from plnb.server.authoring import AuthoredCourses  # noqa: E402
from plnb.server.places import Places  # noqa: E402
from plnb.store.sources import load_course  # noqa: E402
from tests.e2e.big_course import write_big_course  # noqa: E402
from tests.server.desk import put  # noqa: E402
from tests.server.running import Client, server  # noqa: E402
from tests.store.courses import NOW  # noqa: E402

SLOPE = "source/slope-and-lines/meet-slope.ipynb"
IMPORT = """
import time, json, pathlib, datetime, pydantic, pydantic.main, pydantic.type_adapter
begin = time.perf_counter()
import plnb.notebook
print(time.perf_counter() - begin)
"""


def median_of(do: Callable[[], object], times: int = 9) -> float:
    """Milliseconds; the first time, which pays for imports, does not count."""
    do()
    took = []
    for _ in range(times):
        begin = perf_counter()
        do()
        took.append(perf_counter() - begin)
    return 1000 * statistics.median(took)


@contextmanager
def a_student(place: Path) -> Iterator[tuple[Client, str]]:
    """A server, and a student's folder on it with two hundred hints in the journal."""
    folder = put(place / "served" / "lines")
    with server(place / "served", place / "home") as (address, _):
        client = Client(address)
        for number in range(200):
            hint = NewHint(activity="walk", check="slope", rung=1 + number % 3, key=str(number)).model_dump(mode="json")
            said = client.api("POST", "records", {"path": f"{folder.name}/one/walk.ipynb", "records": [hint]})
            assert said.status == 200, said.body
        yield client, f"{folder.name}/one/walk.ipynb"


def a_hundred_cells(course: Path) -> str:
    """A notebook of the sample course, its cells again and again."""
    book = json.loads((course / SLOPE).read_text("utf-8"))
    cells = book["cells"]
    book["cells"] = [
        {**cell, "id": f"c{number}"} | {"metadata": cell["metadata"] if number < len(cells) else {}}
        for number, cell in enumerate((cells * 5)[:100])
    ]
    return json.dumps(book)


def a_big_framework() -> Framework:
    """20,000 standards, each but the first few inside another and behind another."""
    words = [f"thing{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(600)]
    standards = tuple(
        Standard(
            code=f"B.{n}",
            statement=f"Can do {words[n % 600]} with {words[n * 7 % 600]} and {words[n * 13 % 600]}.",
            parent=f"B.{n // 10}" if n > 10 else None,
            requires=(f"B.{n - 1}",) if n else (),
        )
        for n in range(20_000)
    )
    return Framework(id="big", title="Big", standards=standards)


def main() -> int:
    """Measure; the exit code says whether every bar holds."""
    good = True

    def tell(what: str, took: float, bar: float | None = None) -> None:
        nonlocal good
        good &= bar is None or took <= bar
        said = "" if bar is None else f"   bar {bar:.0f} ms: {'ok' if took <= bar else 'MISSED'}"
        print(f"{what:<58}{took:8.0f} ms{said}", flush=True)

    with tempfile.TemporaryDirectory(prefix="plnb-bench-") as made:
        place = Path(made)
        with a_student(place / "student") as (client, path):
            tell("a student's view, from the server", median_of(lambda: client.api("GET", "progress", path=path)), 50)
        imports = [float(subprocess.check_output([sys.executable, "-c", IMPORT])) for _ in range(5)]
        tell("`import plnb.notebook` in a kernel", 1000 * statistics.median(imports), 150)

        course = Path(shutil.copytree(sample_course(), place / "course", ignore=shutil.ignore_patterns("release", "*.db")))
        courses = AuthoredCourses(Places(place))
        asked = LintAsked(path=f"course/{SLOPE}", notebook=a_hundred_cells(course))
        tell("lint while typing, 100 cells", median_of(lambda: courses.lint(asked)), 200)
        write_big_course(place / "year")
        tell("a course of 60 activities is read", median_of(lambda: load_course(place / "year")))
        year = load_course(place / "year")
        tell("a course of 60 activities is linted", median_of(lambda: lint(year)))

        big = a_big_framework()
        package = write_package(big, NOW)
        like = Likeness([big.standards])
        tell("a framework of 20,000 standards is read (CASE)", median_of(lambda: read_package(package), 3))
        tell("the three nearest of 20,000 standards", median_of(lambda: like.nearest(big.standards[17])))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
