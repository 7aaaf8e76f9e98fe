"""Contents paths to places on the disk, and never outside the folder that the server serves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from plnb.errors import NotFoundError
from plnb.store.student_folder import StudentCourse, open_course

_LONGEST: Final = 4000
_DRIVE: Final = re.compile(r"^[A-Za-z]:[\\/]")


class Places:
    """The folder that is served."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, path: str) -> Path:
        """The place of a contents path. Raises NotFoundError, in the same words whatever is wrong with the path."""
        parts = path.split("/")
        bad = len(path) > _LONGEST or path.startswith("/") or ".." in parts or _DRIVE.match(path) or not path.isprintable()
        if not bad:
            try:
                place = self.root.joinpath(*parts) if path else self.root
                # Links are followed first: what leads outside is outside.
                if place.resolve().is_relative_to(self.root.resolve()):
                    return place
            except (OSError, ValueError, RuntimeError):
                pass
        raise NotFoundError("There is no such place here.", mend="Open a notebook of a course.")

    def course(self, path: str) -> StudentCourse:
        """The course that a contents path is part of. Raises as `open_course`."""
        return open_course(self.find(path), within=self.root)
