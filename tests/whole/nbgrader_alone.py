"""Run by `conftest.alone`, where plnb cannot be imported: `nbgrader autograde`, one submission at a time, so none stops another.

Its argument is a list of [student, unit]; its last line the same, with null or nbgrader's last words added. What fails is tried
once more: two run at once, on machines that do other things too, and nbgrader gives up where its database or kernel is busy.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

logging.disable(logging.ERROR)
app = NbGrader()
app.load_config_file()
app.config.Execute.startup_timeout = 300

outcomes = []
for student, unit in json.loads(sys.argv[1]):
    # A loop that never ends is waited for as long as the demo waits; a slow machine is no fault of a student's.
    app.config.Execute.timeout = 10 if "never-ends" in student else 120
    api = NbGraderAPI(CourseDirectory(parent=app, root=str(Path.cwd())), config=app.config)
    for _ in range(2):
        done = api.autograde(unit, student, force=True, create=True)
        if done["success"]:
            break
    trouble = None if done["success"] else (done.get("error") or done.get("log") or "").strip().splitlines()[-1]
    outcomes.append([student, unit, trouble])
sys.stdout.write(json.dumps(outcomes) + "\n")
