"""nbgrader's exchange, asked as the student would ask it by hand.

    python -m plnb.server.exchange submit <course> <unit>          (in the folder that holds the unit's)
    python -m plnb.server.exchange fetch <course> <unit> [<unit>…]

nbgrader looks at the working directory and at configuration beside it, so it runs in a process of its own; its last line is JSON.
Knows no screen: `handing_in` and `fetching` say in words what came of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from plnb.errors import NotReadyError, OurFaultError

SECONDS: Final = 120
"""How long the exchange may take."""

Verb = Literal["submit", "fetch"]
Reason = tuple[str, str, str]
"""What nbgrader says (a pattern), what a student reads, and the mend."""


def ask(verb: Verb, course: str, units: Sequence[str], within: Path, *, reasons: Sequence[Reason]) -> dict[str, str]:
    """What came of it. Raises NotReadyError with the reason where it does not work, OurFaultError where nbgrader fails."""
    command = [sys.executable, "-m", "plnb.server.exchange", verb, course, *units]
    try:
        ran = subprocess.run(  # noqa: S603 - our own module, and no shell
            command, cwd=within, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise OurFaultError("The exchange took too long.", mend="Try again in a while; your work is still here.") from None
    said = _last_line(ran.stdout.decode("utf-8", "replace"))
    if said is not None and "problem" not in said:
        return said
    told = said["problem"] if said else ran.stderr.decode("utf-8", "replace")[-4000:]
    for pattern, reason, mend in reasons:
        if re.search(pattern, told):
            raise NotReadyError(reason, mend=mend)
    raise OurFaultError("nbgrader could not do this.", place=told[-1000:], mend="Try again; if it stays, tell your teacher.")


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Where nbgrader keeps a copy of what is handed in: as its configuration says, else in Jupyter's data folder.

    Read once for a server, and without nbgrader, which takes seconds to load.
    """
    from jupyter_core.application import JupyterApp
    from jupyter_core.paths import jupyter_config_path, jupyter_data_dir

    reader = JupyterApp(config_file_name="nbgrader_config", config_file_paths=jupyter_config_path())
    reader.load_config_file()
    set_for = [reader.config[name].get("cache") for name in ("ExchangeSubmit", "Exchange") if name in reader.config]
    chosen = next((place for place in set_for if place), None)
    return Path(chosen) if chosen else Path(jupyter_data_dir()) / "nbgrader_cache"


def _last_line(text: str) -> dict[str, str] | None:
    try:
        said = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return said if isinstance(said, dict) else None


# --- the process of its own ------------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> dict[str, str]:
    """What nbgrader says."""
    verb, course, *units = arguments
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
    for name in ("Exchange", "ExchangeSubmit", "ExchangeFetchFeedback"):
        # The folder that holds the unit's is known: however a site lays its folders out, it is this one.
        config[name].assignment_dir = str(Path.cwd())
        config[name].path_includes_course = False
    factory = ExchangeFactory(config=config)
    kind = factory.Submit if verb == "submit" else factory.FetchFeedback
    at = ""
    for unit in units:
        config.CourseDirectory.assignment_id = unit
        parts: Any = {"coursedir": CourseDirectory(config=config), "authenticator": Authenticator(config=config), "config": config}
        exchange = kind(**parts)
        try:
            exchange.start()
        except Exception as error:  # whatever it is, it is the answer
            if verb == "fetch" and "Assignment not found" in str(error):
                continue  # the place for feedback is made when the first feedback of a course is handed back
            return {"problem": f"{type(error).__name__}: {error}"}
        at = str(exchange.timestamp)
    return {"at": at}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(sys.argv[1:])) + "\n")
