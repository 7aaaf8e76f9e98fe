"""A student's profile: their own words about themselves, all optional, theirs to change."""

from __future__ import annotations

from plnb.core.base import Format, Model


class Profile(Model):
    """Interests, preferences and needs. Never an input to mastery; only to the order of suggestions."""

    interests: tuple[str, ...] = ()
    """Interests, from the course's list."""
    formats: tuple[Format, ...] = ()
    """Forms the student likes to meet new things in."""
    access: tuple[str, ...] = ()
    """Access needs, in the student's words."""
