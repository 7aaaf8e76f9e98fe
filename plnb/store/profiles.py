"""A student's profile on their own machine: one small file a course, beside Jupyter's own data and never handed in."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from plnb.core.profile import Profile
from plnb.errors import ReadOnlyError
from plnb.store.files import write_whole


def profile_file(course: str) -> Path:
    """Where the profile for a course lies."""
    from jupyter_core.paths import jupyter_data_dir  # here, because it takes longer to load than all the rest

    return Path(jupyter_data_dir()) / "plnb" / course / "profile.json"


def read_profile(course: str) -> Profile:
    """What the student said about themselves; nothing where they have not, or where the file is damaged."""
    try:
        return Profile.model_validate_json(profile_file(course).read_bytes())
    except (OSError, ValidationError):
        return Profile()


def write_profile(course: str, profile: Profile) -> None:
    """Keep it. Raises ReadOnlyError where nothing can be kept."""
    path = profile_file(course)
    try:
        write_whole(path, profile.model_dump_json(indent=2) + "\n")
    except OSError:
        raise ReadOnlyError(
            "Your profile cannot be kept on this machine.", place=str(path), mend="Ask whoever looks after it for a place to write."
        ) from None
