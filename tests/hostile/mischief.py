# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""What a student may not change: other files, other processes, what later kernels start with, other students' results."""

from __future__ import annotations

from typing import Any

from tests.hostile.courses import RIGHT
from tests.hostile.entry import Entry, Family, entry_maker

_writing = entry_maker(Family.writing)
_persisting = entry_maker(Family.persisting)

_PUT = """
def put(*paths, text='spoiled by a student\\n', mode='a'):
    for path in paths:
        try:
            with open(path, mode) as file:
                file.write(text)
        except OSError as error:
            print(path, type(error).__name__)
"""
_STAYS = "all that a student's process can write goes away with it"


def _write(
    name: str, tries: str, source: str, defence: str = "nothing outside the student's own folder can be written", **more: Any
) -> Entry:
    return _writing(
        name,
        tries,
        defence,
        answers={"mean": RIGHT["mean"], "evens": _PUT + source},
        scores={"mean_seen": 2, "mean_hidden": 3},
        **more,
    )


def _persist(name: str, tries: str, source: str, defence: str = _STAYS, **more: Any) -> Entry:
    """Leaves something behind. Whether anybody after it finds it is told by the students who look (`stage.after`)."""
    return _persisting(
        name,
        tries,
        defence,
        answers={"mean": RIGHT["mean"], "evens": _PUT + source},
        scores={"mean_seen": 2, "mean_hidden": 3},
        **more,
    )


WRITING = (
    _write(
        "course",
        "writes into the course",
        "put('@ROOT@/course.yaml', '@ROOT@/source/basics/basics.ipynb', '@ROOT@/manifests/basics.json', '@ROOT@/nbgrader_config.py', '@ROOT@/new.txt')",
    ),
    _write(
        "gradebook",
        "gives itself points in nbgrader's gradebook and the ledger",
        "import sqlite3\nfor name in ('gradebook', 'ledger'):\n    try:\n        db = sqlite3.connect(f'@ROOT@/{name}.db', timeout=1)\n"
        "        for (table,) in db.execute(\"select name from sqlite_master where type='table'\").fetchall():\n            db.execute(f'delete from {table}')\n        db.commit()\n"
        "    except sqlite3.Error as error:\n        print(type(error).__name__)\nput('@ROOT@/gradebook.db', '@ROOT@/ledger.db')",
    ),
    _write(
        "other-student",
        "spoils another student's submission",
        "put('@ROOT@/submitted/victim/basics/basics.ipynb', mode='w')\nimport os, shutil\nshutil.rmtree('@ROOT@/submitted/victim', ignore_errors=True)\n"
        "shutil.rmtree('@ROOT@/autograded', ignore_errors=True)",
    ),
    _write(
        "home", "writes into the grader's home", "put('@HOME@/.profile', '@HOME@/.plnb-token', '@HOME@/.bashrc', '@HOME@/new-file')"
    ),
    _write(
        "planted",
        "overwrites, renames, removes and links over a planted file",
        "import os\nput('@SECRET@')\nfor act in (os.remove, os.rmdir):\n    try:\n        act('@SECRET@')\n    except OSError:\n        pass\n"
        "for act in (lambda: os.rename('@SECRET@', '@SECRET@.x'), lambda: os.link('@SECRET@', 'mine'), lambda: os.symlink('x', '@SECRET@.link'), lambda: os.chmod('@SECRET@', 0o777), lambda: os.truncate('@SECRET@', 0)):\n    try:\n        act()\n    except OSError:\n        pass",
    ),
    _write(
        "way-out-of-the-folder",
        "climbs out of its folder by .. and by links",
        "import os\nput('../../spoiled', '../spoiled', '/spoiled', '/etc/spoiled', '/usr/spoiled')\nos.symlink('@ROOT@', 'out')\nput('out/course.yaml', 'out/new.txt')",
    ),
    _write(
        "signals",
        "stops and kills the processes above it",
        "import os, signal\nfor pid in {os.getppid(), @PID@} - {0, os.getpid()}:\n    for number in (signal.SIGSTOP, signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):\n        try:\n"
        "            os.kill(pid, number)\n        except OSError as error:\n            print(error.errno)",
        "signals do not leave the sandbox; a desk that kills its keeper ends itself",
    ),
    _write(
        "tracing",
        "attaches to the processes above it and writes their memory",
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nfor pid in (os.getppid(), @PID@):\n    print(libc.ptrace(16, pid, 0, 0), ctypes.get_errno())\n"
        "    try:\n        with open(f'/proc/{pid}/mem', 'r+b', 0) as memory:\n            memory.seek(4096); memory.write(b'x')\n    except OSError as error:\n        print(error.errno)\n"
        "    for name in ('oom_score_adj', 'autogroup', 'clear_refs'):\n        put(f'/proc/{pid}/{name}', text='1')",
        "no process but the student's own can be traced",
    ),
    _write(
        "namespaces-and-mounts",
        "makes namespaces and mounts of its own",
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nprint([libc.unshare(flag) for flag in (0x10000000, 0x00020000, 0x40000000)])\n"
        "print(libc.mount(b'@ROOT@', b'.', None, 4096, None), libc.mount(b'proc', b'.', b'proc', 0, None), libc.umount2(b'/tmp', 2), libc.umount2(b'/proc', 2))\n"
        "put('course.yaml', 'spoiled')",
        "no way to more rights from inside",
    ),
    _write(
        "shared-memory",
        "leaves messages in shared memory, queues and keyrings",
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint(libc.shmget(0x504c4e42, 4096, 0o1666), libc.msgget(0x504c4e42, 0o1666), libc.semget(0x504c4e42, 1, 0o1666))\n"
        "put('/dev/shm/plnb-spoiled', '/dev/mqueue/plnb-spoiled', '/dev/hugepages/plnb-spoiled')",
        "nothing shared between students",
    ),
)

PERSISTING = (
    _persist(
        "temporary-files",
        "leaves files for the next in temporary folders",
        "put('/tmp/plnb-left', '/var/tmp/plnb-left', '/dev/shm/plnb-left', '/run/lock/plnb-left')",
    ),
    _persist(
        "site-packages",
        "writes into site-packages and the standard library",
        "import site, sys, sysconfig, os\nfor folder in {*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_path('stdlib'), os.path.dirname(os.__file__)}:\n"
        "    put(folder + '/plnb_left.pth', folder + '/sitecustomize.py', text='import builtins; builtins.LEFT = 1\\n')",
    ),
    _persist(
        "user-site",
        "makes a user's site-packages with start-up code",
        "import site, os\nfolder = site.getusersitepackages()\ntry:\n    os.makedirs(folder, exist_ok=True)\nexcept OSError as error:\n    print(error)\n"
        "put(folder + '/usercustomize.py', folder + '/left.pth', text='import builtins; builtins.LEFT = 1\\n')\n"
        "home = '@HOME@/.local/lib/python%d.%d/site-packages' % __import__('sys').version_info[:2]\n"
        "try:\n    os.makedirs(home, exist_ok=True)\nexcept OSError as error:\n    print(error)\nput(home + '/left.pth', text='import builtins; builtins.LEFT = 1\\n')",
    ),
    _persist(
        "ipython-startup",
        "leaves start-up files and settings for IPython and Jupyter",
        "import os\nfor home in ('@HOME@', os.path.expanduser('~')):\n    for name in ('.ipython/profile_default/startup/00.py', '.ipython/profile_default/ipython_config.py', '.jupyter/jupyter_config.py', '.config/matplotlib/matplotlibrc', '.pythonrc'):\n"
        "        try:\n            os.makedirs(os.path.dirname(f'{home}/{name}'), exist_ok=True)\n        except OSError as error:\n            print(error)\n        put(f'{home}/{name}', text='import builtins; builtins.LEFT = 1\\n')",
    ),
    _persist(
        "byte-code",
        "replaces compiled modules",
        "import glob, os, json\nfor path in glob.glob(os.path.dirname(os.__file__) + '/__pycache__/random*.pyc') + glob.glob(os.path.dirname(json.__file__) + '/__pycache__/*.pyc'):\n    put(path, mode='w')",
    ),
    _persist(
        "matplotlib-cache",
        "leaves a poisoned cache where libraries look for theirs",
        "import os\nfor name in ('MPLCONFIGDIR', 'XDG_CACHE_HOME', 'NUMBA_CACHE_DIR'):\n    folder = os.environ.get(name)\n    if folder:\n        put(folder + '/matplotlibrc', text='backend: left_behind\\n')",
    ),
    _persist(
        "patches-the-nursery",
        "changes modules in memory, for whoever is forked next",
        "import builtins, sys, random, math, os\nbuiltins.LEFT = 1\nsys.modules['math'].LEFT = 1\nrandom.seed(0)\nos.environ['LEFT'] = '1'\nsys.path.insert(0, '/tmp')\n"
        "import numpy\nnumpy.allclose = lambda *a, **k: True",
        "every student gets a process of their own, forked from one that no student reaches",
    ),
    _persist(
        "watches-on",
        "leaves a process that goes on when the notebook has ended",
        "import os, ctypes, time, signal\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        ctypes.CDLL(None).prctl(15, b'hostilemark')\n        for number in (1, 2, 13, 15):\n            signal.signal(number, signal.SIG_IGN)\n"
        "        for fd in range(0, 256):\n            try:\n                os.close(fd)\n            except OSError:\n                pass\n        time.sleep(120)\n    os._exit(0)",
        "0 processes are alive when a submission is done with",
    ),
    _persist(
        "sleeping-child",
        "starts a program in the background",
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)  # @MARK@'], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)",
        "0 processes are alive when a submission is done with",
    ),
    _persist(
        "cron",
        "asks the system to run something later",
        "import subprocess\nfor command in ('echo \"* * * * * touch /tmp/plnb-left\" | crontab -', 'echo touch /tmp/plnb-left | at now', 'systemd-run --user touch /tmp/plnb-left'):\n"
        "    print(subprocess.run(command, shell=True, capture_output=True).returncode)",
    ),
)

ENTRIES = (*WRITING, *PERSISTING)
