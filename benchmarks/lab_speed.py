"""What does the extension cost a student's JupyterLab?

    python benchmarks/lab_speed.py               opening, choosing, memory
    python benchmarks/lab_speed.py --rounds 5    fewer rounds
    python benchmarks/lab_speed.py --openings 0  without the 50 times open and close, which take most of the time

A course of one notebook with 300 cells, 40 forks and 40 checks, in a real JupyterLab and a real Chromium, with the extension and
without.

Opening: everything the page's main thread works (its CPU time, so that busy neighbours do not count) in the six seconds after the
notebook is asked for: scripts, styles, layout, cells drawn in idle time; median; bar: 150 ms more than without us.
Choosing: from the click until the way is painted; bar: 100 ms.
Overview: from the command until a course of 60 activities is drawn, for its teacher; median of five; bar: 1,000 ms.
Memory: what the heap has grown by after 50 times open and close, garbage collected; bar: no more than without us, but for 5 % of
noise between two runs.
Exit code 1 where a bar is missed. Needs chromium and the built extension (make lab).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from plnb.grading.release import release  # noqa: E402
from plnb.store.layout import find_course  # noqa: E402
from tests.conftest import FLAGS  # noqa: E402
from tests.e2e.big_course import UNITS, write_big_course  # noqa: E402
from tests.e2e.lab import Lab, Setup, ready, start  # noqa: E402
from tests.e2e.workbook import NOTEBOOK, Cell, answer, check, code, fork, prose, write  # noqa: E402

FORKS, CHECKS, CELLS = 40, 40, 300
OPEN_BAR, CHOICE_BAR, OVERVIEW_BAR, MEMORY_BAR = 150.0, 100.0, 1000.0, 1.05
PATH = "big/pages.ipynb"
SETTLED_MS = 6_000
OPENINGS = 50

OWN = """() => performance.getEntriesByType('measure')
  .filter(each => each.name.startsWith('plnb:')).reduce((sum, each) => sum + each.duration, 0)"""

COURSE = """\
schema_version: 1
id: big
title: A big notebook
units:
  - id: big
    title: Everything
    steps:
      - notebook: pages
"""


def pages() -> list[Cell]:
    """Forks with two ways each, answers with checks, and text in between."""
    cells: list[Cell] = [prose("# Many pages")]
    for number in range(FORKS):
        name = f"f{number}"
        cells += [
            fork(name, "Left", "Right"),
            prose(f"## Left {number}\n\nSome *text* with $x^{number}$.", branch=f"{name}/left"),
            prose(f"## Right {number}\n\nSome other text.", branch=f"{name}/right"),
            code(f"print({number})", branch=f"{name}/right"),
        ]
    for number in range(CHECKS):
        cells += [
            answer(f"a{number}", f"### BEGIN SOLUTION\nx{number} = {number}\n### END SOLUTION"),
            check(f"c{number}", f"assert x{number} == {number}, 'Count again.'", hints=["Look.", "Look twice."], minutes=2),
        ]
    cells += [prose(f"Page {number}.\n\n" + "Words and words. " * 30) for number in range(CELLS - len(cells))]
    return cells


@dataclass(frozen=True)
class Figures:
    opening: list[float]
    """Main thread, ms."""
    own: list[float]
    """Of that, inside our own functions, ms."""
    choosing: list[float]
    """From click to paint, ms."""


@contextmanager
def served(ours: bool, course: Path) -> Iterator[Lab]:
    with tempfile.TemporaryDirectory() as place:
        root, home = Path(place) / "served", Path(place) / "home"
        shutil.copytree(course / "release", root)
        if not ours:
            config = home / "config" / "labconfig" / "page_config.json"
            config.parent.mkdir(parents=True)
            config.write_text(json.dumps({"disabledExtensions": {"plnb": True}}))
        lab = start(root, home, Setup(extension=ours))
        try:
            yield lab
        finally:
            lab.stop()


@contextmanager
def opened(ours: bool, course: Path) -> Iterator[tuple[Page, CDPSession]]:
    """A page of JupyterLab, with the extension or without, warmed up: scripts compiled, the kernel started."""
    with served(ours, course) as lab, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        lab.open(page, "big")
        assert page.evaluate("() => window.jupyterapp.hasPlugin('plnb:cells')") == ours, (
            "the extension is on exactly where it should be"
        )
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        show(page)
        close(page)
        yield page, devtools
        chromium.close()


def measure(ours: bool, course: Path, rounds: int) -> Figures:
    """Opening and choosing."""
    with opened(ours, course) as (page, devtools):
        page.evaluate("() => performance.mark('plnb:measure')")
        opening, own, choosing = [], [], []
        for _ in range(rounds):
            page.evaluate("() => performance.clearMeasures()")
            before = busy(devtools)
            show(page)
            page.wait_for_timeout(SETTLED_MS)
            opening.append(busy(devtools) - before)
            own.append(page.evaluate(OWN))
            if ours:
                choosing += choose(page)
            close(page)
        return Figures(opening, own, choosing)


def memory(ours: bool, course: Path, openings: int) -> tuple[float, float]:
    """MB that the page holds before and after so many times open and close, told every ten times."""
    with opened(ours, course) as (page, devtools):
        first = heap = collected(devtools)
        for number in range(1, openings + 1):
            show(page)
            # Nothing was changed, so nothing is read again: that takes longer than opening.
            page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
            if number % 10 == 0 or number == openings:
                heap = collected(devtools)
                print(f"  {'with' if ours else 'without'} us, {number} times open and close: {heap - first:+.1f} MB", flush=True)
    return first, heap


def show(page: Page) -> None:
    page.evaluate(
        """async path => {
          const { commands, shell } = window.jupyterapp;
          const panel = await commands.execute('docmanager:open', { path, factory: 'Notebook' });
          shell.activateById(panel.id);
        }""",
        PATH,
    )
    ready(page)


def close(page: Page) -> None:
    # Nothing is saved: every round begins with the same file.
    page.evaluate(
        """async () => {
          const panel = window.jupyterapp.shell.currentWidget;
          await panel.context.revert();
          panel.dispose();
        }"""
    )


def busy(devtools: CDPSession) -> float:
    """What the page's main thread has done so far, in ms."""
    metrics = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1000


def collected(devtools: CDPSession) -> float:
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 2**20


def choose(page: Page) -> list[float]:
    """Choose at the first three forks, one way and then the other."""
    return list(
        page.evaluate(
            f"""async () => {{
              const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
              const took = [];
              for (const option of [0, 1]) {{
                for (const card of [...document.querySelectorAll('.plnb-fork')].slice(0, 3)) {{
                  await painted();
                  const name = card.closest('.jp-Cell');
                  const cells = {NOTEBOOK}.widgets;
                  const place = cells.findIndex(cell => cell.node === name);
                  const begin = performance.now();
                  card.querySelectorAll('input')[option].click();
                  await painted();
                  took.push(performance.now() - begin);
                  if (cells[place + 1 + option].isHidden || !cells[place + 2 - option].isHidden) {{
                    throw new Error('The wrong way is shown.');
                  }}
                }}
              }}
              return took;
            }}"""
        )
    )


def overview() -> float:
    """Median of what opening the overview of a course of sixty activities takes, in ms."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        write_big_course(Path(place) / "teaching" / "year")
        lab = start(Path(place) / "teaching", Path(place) / "home")
        try:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
            lab.open(page, "year")
            times: list[float] = page.evaluate(
                """async units => {
                  const { shell, commands } = window.jupyterapp;
                  const times = [];
                  for (let turn = 0; turn < 6; turn++) {
                    const begin = performance.now();
                    commands.execute('plnb:open-overview', { path: 'year' });
                    while (document.querySelectorAll('.plnb-Overview .plnb-Unit').length < units) {
                      await new Promise(done => requestAnimationFrame(done));
                    }
                    times.push(performance.now() - begin);
                    shell.currentWidget.close();
                    await new Promise(done => setTimeout(done, 300));
                  }
                  return times;
                }""",
                UNITS,
            )
            chromium.close()
        finally:
            lab.stop()
        return statistics.median(times[1:])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--openings", type=int, default=OPENINGS, help="for memory; 0: not measured")
    options = parser.parse_args()
    heaps: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as place:
        course = Path(place)
        (course / "course.yaml").write_text(COURSE)
        write(course / "source" / PATH, pages())
        release(find_course(course))
        without = measure(False, course, options.rounds)
        with_us = measure(True, course, options.rounds)
        if options.openings:
            # Side by side: what is compared is no time.
            with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
                heaps = list(pool.map(memory, (False, True), (course, course), (options.openings, options.openings)))
    drawn = overview()
    before, after = statistics.median(without.opening), statistics.median(with_us.opening)
    more = after - before
    chosen = statistics.median(with_us.choosing)
    print(f"opening  {before:6.0f} ms without, {after:6.0f} ms with: {more:+.0f} ms (bar {OPEN_BAR:.0f})")
    print(f"         of that {statistics.median(with_us.own):.0f} ms in our own functions")
    print(f"choosing {chosen:6.0f} ms, worst {max(with_us.choosing):.0f} ms (bar {CHOICE_BAR:.0f})")
    print(f"overview {drawn:6.0f} ms for a course of 60 activities (bar {OVERVIEW_BAR:.0f})")
    good = more <= OPEN_BAR and chosen <= CHOICE_BAR and drawn <= OVERVIEW_BAR
    if heaps:
        (first, last), (ours_first, ours_last) = heaps
        grown, ours = last - first, ours_last - ours_first
        print(f"memory   {grown:+6.1f} MB without, {ours:+6.1f} MB with, after {options.openings} times open and close")
        print(f"         from {first:.1f} MB without and {ours_first:.1f} MB with: the extension itself")
        good = good and ours <= grown * MEMORY_BAR
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
