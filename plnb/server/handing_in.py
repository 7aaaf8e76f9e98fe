"""Handing in a unit by nbgrader's exchange, as the student would by hand, and what was handed in so far.

    python -m plnb.server.handing_in <course> <unit>       (in the folder that holds the unit's)

nbgrader looks at the working directory and at configuration beside it, so it runs in a process of its own; its last line is JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from plnb.core.student import Submission
from plnb.errors import NotReadyError, OurFaultError

_SECONDS: Final = 120
_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")

_REASONS: Final = (
    (
        r"Inbound directory doesn't exist|Unwritable directory",
        "There is no place here to hand in to.",
        "If your class hands in by another way, use that; otherwise tell your teacher.",
    ),
    (r"write permissions", "You may not hand in to this course.", "Tell your teacher; your work is still here."),
    (r"do not have access", "You are not in this course.", "Tell your teacher; your work is still here."),
    (
        r"Assignment not found",
        "Your teacher has not opened this unit for handing in.",
        "Tell your teacher; your work is still here.",
    ),
    (
        r"missing notebooks",
        "A notebook of this unit is missing, so it was not handed in.",
        "Give the notebooks their old names again, or fetch the unit again into another folder.",
    ),
    (r"[Dd]irectory size is too big", "This folder is too big to be handed in.", "Take large files out of it and try again."),
    (r"nbgrader is not", "nbgrader is not installed here.", "Install it: pip install nbgrader"),
)


def hand_in(course: str, unit: str, folder: Path) -> Submission:
    """Hand in. Raises NotReadyError with the reason where it does not work, OurFaultError where nbgrader fails otherwise."""
    if folder.name != unit:
        raise NotReadyError(
            f"This unit's folder must be called “{unit}” to be handed in.",
            mend=f"Change its name from “{folder.name}” and try again.",
        )
    command = [sys.executable, "-m", "plnb.server.handing_in", course, unit]
    try:
        ran = subprocess.run(  # noqa: S603 - our own module, and no shell
            command, cwd=folder.parent, capture_output=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise OurFaultError("Handing in took too long.", mend="Try again in a while; your work is still here.") from None
    said = _last_line(ran.stdout.decode("utf-8", "replace"))
    if "at" in said:
        return Submission(unit=unit, at=_moment(said["at"]))
    told = said.get("problem", "") or ran.stderr.decode("utf-8", "replace")[-4000:]
    for pattern, reason, mend in _REASONS:
        if re.search(pattern, told):
            raise NotReadyError(reason, mend=mend)
    raise OurFaultError("nbgrader could not hand this in.", place=told[-1000:], mend="Try again; if it stays, tell your teacher.")


def handed_in(course: str) -> tuple[Submission, ...]:
    """What was handed in from this machine, as nbgrader's own cache has it; newest first."""
    from jupyter_core.paths import jupyter_data_dir

    cache = Path(jupyter_data_dir()) / "nbgrader_cache" / course
    found = []
    try:
        names = [path.name for path in cache.iterdir()]
    except OSError:
        return ()
    for name in names:
        _, _, rest = name.partition("+")
        unit, _, stamp = rest.partition("+")
        if unit and _STAMP.match(stamp):
            found.append(Submission(unit=unit, at=_moment(stamp)))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _moment(stamp: str) -> datetime:
    """A timestamp of nbgrader's, in any of the forms a site may have chosen."""
    from dateutil.parser import parse  # type: ignore[import-untyped]

    when: datetime = parse(stamp)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _last_line(text: str) -> dict[str, str]:
    try:
        said = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {}
    return said if isinstance(said, dict) else {}


def main(arguments: list[str]) -> dict[str, str]:
    """What nbgrader says."""
    course, unit = arguments
    try:
        from nbgrader.apps import NbGrader
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory
    except ImportError as error:
        return {"problem": f"nbgrader is not here: {error}"}
    app = NbGrader()
    app.config_file_paths.append(str(Path.cwd()))
    app.load_config_file()
    config: Any = app.config
    config.CourseDirectory.course_id = course
    config.CourseDirectory.assignment_id = unit
    parts: Any = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config), "config": config}
    exchange = ExchangeFactory(config=config).Submit(**parts)
    try:
        exchange.start()
    except Exception as error:  # whatever it is, it is the answer
        return {"problem": f"{type(error).__name__}: {error}"}
    return {"at": exchange.timestamp}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(sys.argv[1:])) + "\n")
