"""CASE, the format that standards are published in: read leniently, written strictly, checked either way.

The doors; behind them `case_read`, `case_write`, `case_keep`, `case_check`, and `case_model`: the official schema as types.
"""

from __future__ import annotations

from plnb.interop.case_check import validate_package
from plnb.interop.case_keep import keep_rest
from plnb.interop.case_read import read_package
from plnb.interop.case_write import published, write_package

__all__ = ["keep_rest", "published", "read_package", "validate_package", "write_package"]
