"""How much of the suite is run: what is enough for every change, or all there is (`PLNB_WHOLE=1`)."""

from __future__ import annotations

import os

WHOLE = os.environ.get("PLNB_WHOLE") == "1"
