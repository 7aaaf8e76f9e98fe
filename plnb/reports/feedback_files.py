"""Feedback pages on disk, where nbgrader keeps its own: `feedback/<student>/<unit>/<notebook>.html`.

`nbgrader release_feedback` and formgrader take them from there. Each page is written whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from plnb.core.course import Course
from plnb.errors import InputError
from plnb.reports.feedback import feedback_page
from plnb.reports.handed_back import HandedBack
from plnb.store.files import write_whole

TRAVELLING: Final = ("timestamp.txt", "submission_secret.txt")
"""Files of a submission by which nbgrader's exchange knows whom feedback belongs to."""


def write_feedback(course: Course, back: HandedBack, into: Path, *, graded: Path) -> Path:
    """Write one page into the folder `into`; `graded` is where the graded notebook lies."""
    page = into / f"{back.activity}.html"
    try:
        into.mkdir(parents=True, exist_ok=True)
        write_whole(page, feedback_page(course, back))
        for name in TRAVELLING:
            if (graded / name).is_file():
                shutil.copyfile(graded / name, into / name)
    except OSError as error:
        place = os.fspath(error.filename or into)
        raise InputError("Feedback cannot be written there.", place=place, mend="Check who may write there.") from error
    return page
