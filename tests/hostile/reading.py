# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""What a student may not see: planted tokens in files, the environment, other processes, the course, other students' work."""

from __future__ import annotations

import os
from typing import Any

from tests.hostile.courses import RIGHT
from tests.hostile.entry import Entry, Family, HandIn, entry_maker

_entry = entry_maker(Family.reading)

TRY = """
def tries(*paths):
    found = []
    for path in paths:
        try:
            with open(path, 'rb') as file:
                found.append(file.read(1_000_000))
        except OSError as error:
            found.append(type(error).__name__.encode())
    print(b'\\n'.join(found).decode('utf-8', 'replace').replace('\\0', '\\n'))
"""


def _reads(
    name: str, tries: str, source: str, defence: str = "the student's process sees its own folder and nothing else", **more: Any
) -> Entry:
    """An entry that earns what an honest answer earns and reads on the way."""
    answers = {"mean": RIGHT["mean"], "evens": TRY + source, **more.pop("answers", {})}
    return _entry(
        name, tries, defence, answers=answers, scores={"mean_seen": 2, "mean_hidden": 3, **more.pop("scores", {})}, **more
    )


def link_to(path: str) -> Any:
    def link(hand: HandIn) -> None:
        os.symlink(path, hand.folder / "linked")

    return link


ENTRIES = (
    _reads("planted-file", "reads a file outside its folder", "tries('@SECRET@')"),
    _reads("home", "reads the grader's home", "import os\ntries('@HOME@/.plnb-token', os.path.expanduser('~/.plnb-token'))"),
    _reads("environment", "prints its environment", "import os\nprint(dict(os.environ))", "the environment is an allow-list"),
    _reads(
        "environment-of-init",
        "reads the environment of every process it can see",
        "import glob\ntries(*glob.glob('/proc/[0-9]*/environ'), '/proc/1/environ', '/proc/self/environ', '/proc/@PID@/environ')",
        "/proc is the sandbox's own",
    ),
    _reads(
        "command-lines",
        "reads the command line, maps and open files of every process",
        "import glob, os\nfor pid in glob.glob('/proc/[0-9]*'):\n    tries(pid + '/cmdline', pid + '/maps')\n"
        "    for fd in glob.glob(pid + '/fd/*') + glob.glob(pid + '/cwd/.plnb-token') + glob.glob(pid + '/root@SECRET@'):\n        tries(fd)",
        "/proc is the sandbox's own",
    ),
    _reads(
        "memory-of-the-grader",
        "reads the memory of its parents",
        "import os, re\nfor pid in (os.getppid(), @PID@, 1):\n    try:\n        maps = open(f'/proc/{pid}/maps').read()\n        memory = open(f'/proc/{pid}/mem', 'rb', 0)\n"
        "        for start, end in re.findall(r'([0-9a-f]+)-([0-9a-f]+) rw', maps)[:400]:\n            try:\n                memory.seek(int(start, 16))\n"
        "                data = memory.read(min(int(end, 16) - int(start, 16), 5_000_000))\n            except (OSError, ValueError, OverflowError):\n                continue\n"
        "            for found in re.findall(rb'(?:token|answer|test)-[0-9a-f]{6}', data):\n                print(found)\n"
        "    except OSError as error:\n        print(type(error).__name__)",
        "no process but the student's own can be looked into",
    ),
    _reads(
        "own-memory",
        "searches its own memory for what a parent left there",
        "import re\nfor start, end in re.findall(r'([0-9a-f]+)-([0-9a-f]+) rw', open('/proc/self/maps').read()):\n    try:\n        memory = open('/proc/self/mem', 'rb', 0)\n"
        "        memory.seek(int(start, 16))\n        data = memory.read(min(int(end, 16) - int(start, 16), 20_000_000))\n    except (OSError, ValueError, OverflowError):\n        continue\n"
        "    for found in set(re.findall(rb'(?:env|home|file|hidden|source|other)-' + rb'(?:token|test|answer|work)-[0-9a-f]{6}', data)):\n        print(found)",
        "the nursery holds no secret: no hidden test, no answer, no environment of the grader",
    ),
    _reads(
        "source-with-answers",
        "reads the teacher's notebooks and the masters with hidden tests",
        "tries('@ROOT@/source/basics/basics.ipynb', '@ROOT@/manifests/basics/basics.ipynb', '@ROOT@/manifests/basics.json',\n"
        "      '../../source/basics/basics.ipynb', '../source/basics/basics.ipynb')",
    ),
    _reads(
        "gradebook",
        "reads nbgrader's gradebook and the ledger",
        "tries('@ROOT@/gradebook.db', '@ROOT@/ledger.db', '@ROOT@/ledger.db-wal')\nimport sqlite3\n"
        "try:\n    print(sqlite3.connect('file:@ROOT@/gradebook.db?mode=ro', uri=True).execute('select * from student').fetchall())\n"
        "except sqlite3.Error as error:\n    print(type(error).__name__)",
    ),
    _reads(
        "other-students",
        "reads what others handed in",
        "import glob\ntries(*glob.glob('@ROOT@/submitted/*/*/*'), '@ROOT@/submitted/victim/basics/basics.ipynb', '@ROOT@/autograded/victim/basics/basics.ipynb')\n"
        "for place in ('/tmp', '/var/tmp', '/dev/shm', '/run/user'):\n    print(glob.glob(place + '/**', recursive=True)[:200])\n"
        "tries(*[p for p in glob.glob('/tmp/plnb*/**', recursive=True)])",
    ),
    _reads(
        "search-by-shell",
        "lets grep look for tokens in every place that might be shared",
        "import subprocess\nwhere = '@ROOT@ @HOME@ /tmp /var/tmp /dev/shm /run'\n"
        "print(subprocess.run(f'grep -rhoaE \"[a-z]+-(token|answer|test|work)-[0-9a-f]+\" {where} 2>/dev/null | head -50',\n"
        "                     shell=True, capture_output=True, text=True).stdout)",
    ),
    _reads(
        "open-by-handle",
        "leaves its root folder by chroot tricks and open directories",
        "import os\nfor fd in range(3, 64):\n    for path in ('../../../../../../../@SECRET@', '..', '.plnb-token'):\n        try:\n"
        "            print(os.read(os.open(path, os.O_RDONLY, dir_fd=fd), 200))\n        except OSError:\n            pass\n"
        "for call in (lambda: os.chroot('.'), lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.mknod('disk', 0o60600, os.makedev(254, 0))):\n"
        "    try:\n        print(call())\n    except OSError as error:\n        print(error.errno)",
    ),
    _reads(
        "set-uid-programs",
        "asks programs that run with more rights",
        "import subprocess\nfor command in ('sudo -n cat @SECRET@', 'su -c \"cat @SECRET@\" root', 'mount', 'newgrp root', 'chsh -l', 'ping -c1 127.0.0.1', 'pkexec cat @SECRET@'):\n"
        "    done = subprocess.run(command, shell=True, capture_output=True, stdin=subprocess.DEVNULL)\n    print(command.split()[0], done.returncode)",
        "no_new_privs: nothing gains rights",
    ),
    _reads(
        "hidden-tests-in-modules",
        "searches loaded modules and frames for the hidden tests",
        "import sys, gc\nfor name, module in list(sys.modules.items()):\n    for key, value in list(getattr(module, '__dict__', {}).items()):\n"
        "        text = repr(value)[:100_000] if isinstance(value, (str, bytes, dict, list, tuple)) else ''\n        if 'HIDDEN TEST' in text or 'hidden-' + 'test' in text:\n            print(name, key, text[:2000])\n"
        "print(get_ipython().history_manager.input_hist_raw)",
        "hidden tests never enter the student's process",
    ),
    _reads(
        "linked-files",
        "hands in links to files of the grader",
        "tries('notes.txt', 'data.csv', 'linked', 'linked/.plnb-token')",
        "links are left out",
        edit=link_to("/etc/hostname"),
    ),
    _reads(
        "linked-folder",
        "hands in a link to the grader's home",
        "import os\nprint(os.listdir('linked') if os.path.isdir('linked') else 'none')\ntries('linked/.plnb-token')",
        "links are left out",
        edit=link_to(os.path.expanduser("~")),
    ),
)
