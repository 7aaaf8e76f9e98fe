"""Personalised, mastery-based courses that live in Jupyter notebooks."""

__version__ = "0.1.0"
