"""Runs any notebook and says what happened. Knows nothing of courses, students or points."""
