"""Run by `conftest.alone`, where plnb cannot be imported: `nbgrader autograde`, one submission at a time, so none stops another.

Its last line is a list of [student, unit, null or its last words], one for each submission of the students named.
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
# As long as the demo waits for a loop that never ends.
app.config.Execute.timeout = 10
api = NbGraderAPI(CourseDirectory(parent=app, root=str(Path.cwd())), config=app.config)

outcomes = []
for student in sys.argv[1:]:
    for unit in sorted(path.name for path in Path("submitted", student).iterdir()):
        done = api.autograde(unit, student, force=True, create=True)
        trouble = None if done["success"] else (done.get("error") or done.get("log") or "").strip().splitlines()[-1]
        outcomes.append([student, unit, trouble])
sys.stdout.write(json.dumps(outcomes) + "\n")
