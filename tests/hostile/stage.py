"""The stage: a course under siege, what is planted around it, who listens, and what has changed when all is over."""

from __future__ import annotations

import os
import selectors
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from plnb.grading.release import release
from plnb.store.layout import CourseFolder
from tests.grading.builders import read
from tests.hostile.courses import HIDDEN_TOKEN, RIGHT, SOURCE_TOKEN, besieged_course
from tests.hostile.entry import Entry, HandIn
from tests.hostile.malformed import BAD_FOLDERS

TOKENS = {
    "file": "file-token-3ac01e",
    "home": "home-token-55d2b9",
    "environment": "env-token-c04f71",
    "other": "other-work-8e6a02",
    "hidden": HIDDEN_TOKEN,
    "source": SOURCE_TOKEN,
}
"""What nobody may read, by where it is planted."""

MARK = "hostilemark"
"""In the name or command line of every process that an entry leaves behind."""

VICTIM = "victim"


class Listeners:
    """Everything that could be talked to, and what came."""

    def __init__(self, folder: Path) -> None:
        self.contacts: list[str] = []
        self._selector = selectors.DefaultSelector()
        self.abstract = f"plnb-hostile-{os.getpid()}"
        self.unix = folder / "listener"
        tcp = self._listen(socket.AF_INET6, socket.SOCK_STREAM, ("::", 0), dual=True)
        udp = self._listen(socket.AF_INET6, socket.SOCK_DGRAM, ("::", 0), dual=True)
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(self.unix))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.abstract}")
        self.unix.chmod(0o777)
        self.tcp, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _listen(self, family: int, kind: int, address: object, *, dual: bool = False) -> socket.socket:
        made = socket.socket(family, kind)
        if dual:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen()
        made.setblocking(False)
        self._selector.register(made, selectors.EVENT_READ, (family, kind))
        return made

    def _serve(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.1):
                listening = key.fileobj
                assert isinstance(listening, socket.socket)
                with_whom = listening.accept() if key.data[1] == socket.SOCK_STREAM else listening.recvfrom(4096)
                self.contacts.append(f"{key.data}: {with_whom[1]!r}")

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]


@dataclass
class Stage:
    """A stage that is set."""

    course: CourseFolder
    secret: Path
    listeners: Listeners
    before: dict[str, str] = field(default_factory=dict)

    def filled(self, source: str) -> str:
        """An answer with what the stage has planted in its place."""
        facts = {
            "TCP": self.listeners.tcp,
            "UDP": self.listeners.udp,
            "UNIX": self.listeners.unix,
            "ABSTRACT": self.listeners.abstract,
            "ADDRESS": _own_address(),
            "ROOT": self.course.root,
            "HOME": Path.home(),
            "SECRET": self.secret,
            "PID": os.getpid(),
            "MARK": MARK,
        }
        for name, value in facts.items():
            source = source.replace(f"@{name}@", str(value))
        return source

    def hand_in(self, entry: Entry) -> None:
        """Lay an entry into its folder."""
        target = self.course.submission(entry.name, entry.unit)
        shutil.copytree(self.course.unit_release(entry.unit), target)
        path = target / f"{entry.unit}.ipynb"
        hand = HandIn(target, path, read(path))
        (target / "timestamp.txt").write_text("2025-09-01 10:00:00 UTC")
        for cell in hand.cells:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if grade_id in entry.answers:
                cell["source"] = self.filled(entry.answers[grade_id])
        path.unlink()
        if entry.edit:
            entry.edit(hand)
        if hand.written:
            path.write_bytes(hand.raw if hand.raw is not None else hand.text())

    def snapshot(self) -> dict[str, str]:
        """What nobody but the grader may change: files by path and hash, links by what they lead to."""
        home = Path.home()
        places: list[Path] = [self.secret.parent, self.course.source, self.course.submitted / VICTIM, self.course.manifests]
        places += [self.course.course_file, self.course.nbgrader_config]
        places += [home / name for name in (".profile", ".bashrc", ".plnb-token", "new-file", ".ipython", ".jupyter", ".pythonrc")]
        places += [home / ".local/lib", home / ".config/matplotlib"]
        places += [Path(folder) / "plnb-left" for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")]
        places += [
            Path("/tmp/spoiled"),
            Path("/dev/shm/plnb-spoiled"),
            Path("/dev/mqueue/plnb-spoiled"),
            self.course.root / "new.txt",
        ]
        # Kernels of tests that run beside this one write their history there.
        kept = (path for place in places for path in _below(place) if not path.name.startswith("history.sqlite"))
        return {str(path): _content(path) for path in kept}

    def left_alive(self) -> list[str]:
        """Processes that an entry has left behind."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                said = (folder / "comm").read_text() + (folder / "cmdline").read_text()
            except OSError:
                continue
            if MARK in said and int(folder.name) != os.getpid():
                found.append(f"{folder.name}: {said[:100]!r}")
        return found


@contextmanager
def set_stage(root: Path, entries: Iterable[Entry]) -> Iterator[Stage]:
    """A released course with every entry handed in, a victim with perfect work in every unit, and tokens all around."""
    root.mkdir(parents=True, exist_ok=True)
    planted = root / "planted"
    planted.mkdir()
    (planted / "secret").write_text(TOKENS["file"])
    home_token = Path.home() / ".plnb-token"
    home_token.write_text(TOKENS["home"])
    os.environ["PLNB_HOSTILE_TOKEN"] = TOKENS["environment"]
    # matplotlib makes this where it is imported for the first time, in the grader's own process.
    (Path.home() / ".config" / "matplotlib").mkdir(parents=True, exist_ok=True)
    listeners = Listeners(root)
    try:
        folder = besieged_course(root / "course")
        release(folder)
        stage = Stage(folder, planted / "secret", listeners)
        for unit in ("basics", "tables", "things", "ways"):
            victim = Entry(VICTIM, "honest", "", "", unit=unit, answers={**RIGHT, "why": TOKENS["other"]})  # type: ignore[arg-type]
            stage.hand_in(victim)
        for entry in entries:
            stage.hand_in(entry)
        for name in BAD_FOLDERS:
            shutil.copytree(folder.submission(VICTIM, "basics"), folder.submitted / name / "basics")
        stage.before = stage.snapshot()
        yield stage
    finally:
        listeners.close()
        home_token.unlink(missing_ok=True)
        os.environ.pop("PLNB_HOSTILE_TOKEN", None)


def wait_for_quiet(stage: Stage, seconds: float = 2.0) -> list[str]:
    """What is still alive after that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and stage.left_alive():
        time.sleep(0.1)
    return stage.left_alive()


def _own_address() -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"


def _below(place: Path) -> Iterator[Path]:
    yield place
    if place.is_dir() and not place.is_symlink():
        yield from sorted(path for path in place.rglob("*"))


def _content(path: Path) -> str:
    try:
        if path.is_symlink():
            return f"-> {os.readlink(path)}"
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder" if path.is_dir() else "none"
    except OSError as error:
        return type(error).__name__
