"""A student's journal: nothing acknowledged is lost, nothing torn is in the way, and two machines' files go together."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plnb.core.base import Level, Trust
from plnb.core.records import Attempt, GoalSet, Overridden, Record, Reflected, Verdict, merge
from plnb.errors import OurFaultError, ReadOnlyError
from plnb.store.journal import append, delete, journal_file, read_journal, read_journals

TOP = Level.mastered
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def note(name: str, text: str = "I get it.", *, minutes: float = 0) -> Reflected:
    return Reflected(
        id=name,
        course="c",
        student="ada",
        at=NOON + timedelta(minutes=minutes),
        trust=Trust.self_,
        activity="walk",
        prompt="r",
        text=text,
    )


def tried(
    name: str, verdict: Verdict = Verdict.passed, *, seconds: float = 0, check: str = "c1", seed: int | None = None
) -> Attempt:
    return Attempt(
        id=name,
        course="c",
        student="ada",
        at=NOON + timedelta(seconds=seconds),
        trust=Trust.local,
        unit="u",
        activity="walk",
        check=check,
        verdict=verdict,
        seed=seed,
    )


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
NOTES = st.lists(
    st.builds(
        note,
        st.sampled_from([f"r{n}" for n in range(8)]),
        st.just("the same words"),
        minutes=st.just(0),
    )
    | st.builds(lambda n, text: note(f"t{n}", text, minutes=n), st.integers(0, 500), TEXTS),
    max_size=12,
    unique_by=lambda record: record.id,
)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = journal_file(tmp_path, "walk")
    kept = (
        note("a"),
        GoalSet(id="g", course="c", student="ada", at=NOON, trust=Trust.self_, goal="g1", text="To see it."),
        tried("t"),
    )
    assert append(path, kept) == kept
    assert read_journal(path).records == merge(kept)
    assert read_journals(tmp_path).records == merge(kept)


def test_a_line_reads_well_and_says_when_and_what_first(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [note("a", "Größe – “ja”\nzwei Zeilen")])
    (line,) = path.read_text("utf-8").splitlines()
    assert line.startswith('{"at": "2026-09-01T12:00:00Z", "kind": "reflected", ')
    assert "Größe – “ja”\\nzwei Zeilen" in line
    assert json.loads(line)["schema_version"] == 1


def test_the_same_record_is_kept_once(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    assert append(path, [note("a"), note("a")]) == (note("a"),)
    assert append(path, [note("a")]) == ()
    assert path.read_text().count("\n") == 1


@FEW
@given(batches=st.lists(NOTES, max_size=5))
def test_however_it_is_written_the_union_is_read(tmp_path: Path, batches: list[list[Record]]) -> None:
    path = _fresh(tmp_path)
    there: dict[str, Record] = {}
    for batch in batches:
        new = append(path, batch)
        assert {record.id for record in new} == {record.id for record in batch} - there.keys()
        there |= {record.id: record for record in new}
    assert read_journal(path).records == merge(there.values())
    assert read_journal(path).unread == 0


@FEW
@given(mine=NOTES, theirs=NOTES, data=st.data())
def test_two_machines_merge_in_any_order(tmp_path: Path, mine: list[Record], theirs: list[Record], data: st.DataObject) -> None:
    one, two = _fresh(tmp_path), _fresh(tmp_path)
    append(one, mine)
    append(two, theirs)
    lines = [*_lines(one), *_lines(two)]
    shuffled = data.draw(st.permutations(lines))
    both = _fresh(tmp_path)
    both.parent.mkdir(exist_ok=True)
    both.write_bytes(b"".join(shuffled))
    assert read_journal(both).records == merge(mine, theirs) == merge(theirs, mine)


def test_git_merges_two_machines_without_a_conflict(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
        return subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    (tmp_path / ".gitattributes").write_text("journal/*.jsonl merge=union\n")
    path = journal_file(tmp_path)
    append(path, [note("base")])
    git("add", "-A")
    git("commit", "-qm", "base")
    git("checkout", "-qb", "other")
    append(path, [note("other", minutes=1)])
    git("commit", "-qam", "other")
    git("checkout", "-q", "main")
    append(path, [note("mine", minutes=2)])
    git("commit", "-qam", "mine")
    git("merge", "-q", "other", "-m", "both")
    assert [record.id for record in read_journal(path).records] == ["base", "other", "mine"]
    assert read_journal(path).unread == 0


def test_copies_that_a_cloud_folder_made_are_read_too(tmp_path: Path) -> None:
    append(journal_file(tmp_path, "walk"), [note("a")])
    append(journal_file(tmp_path, "walk (1)"), [note("a"), note("b", minutes=1)])
    assert [record.id for record in read_journals(tmp_path).records] == ["a", "b"]


def test_wherever_a_crash_tears_the_last_line_the_rest_is_whole(tmp_path: Path) -> None:
    whole = _fresh(tmp_path)
    append(whole, [note("a"), note("b", "Grüße", minutes=1)])
    data = whole.read_bytes()
    start = data.index(b"\n") + 1
    for cut in range(start, len(data)):
        torn = _fresh(tmp_path)
        torn.parent.mkdir(exist_ok=True)
        torn.write_bytes(data[:cut])
        ids = {record.id for record in read_journal(torn).records}
        assert ids == ({"a", "b"} if cut == len(data) - 1 else {"a"})
        append(torn, [note("c", minutes=2)])
        assert {record.id for record in read_journal(torn).records} == ids | {"c"}
        assert read_journal(torn).unread == 0
        if start < cut < len(data) - 1:
            assert torn.with_suffix(".torn").read_bytes() == data[start:cut] + b"\n"
            torn.with_suffix(".torn").unlink()


def test_what_is_no_record_is_counted_and_left_as_it_is(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [note("a")])
    odd = b'<<<<<<< HEAD\n{"kind": "attempt"}\n[1]\n\xff\xfe\n' + b"[" * 100_000 + b"\n"
    newer = b'{"schema_version": 99, "kind": "dreamt", "id": "x"}\n'
    path.write_bytes(path.read_bytes() + odd + newer)
    append(path, [note("b", minutes=1)])
    read = read_journal(path)
    assert ([record.id for record in read.records], read.unread, read.newer) == (["a", "b"], 5, 1)
    assert delete(path, {"a"}) == 1
    assert odd + newer in path.read_bytes()


def test_a_student_cannot_write_themselves_a_grade(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    graded = tried("t").model_copy(update={"trust": Trust.graded})
    said = Overridden(
        id="o", course="c", student="ada", at=NOON, trust=Trust.teacher, standard="S", level=Level.mastered, reason="!"
    )
    append(path, [graded, said])
    assert {record.trust for record in read_journal(path).records} == {Trust.local}


def test_a_record_can_be_deleted_and_its_words_are_gone(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [note("a", "my secret"), note("b", minutes=1)])
    assert delete(path, {"a"}) == 1
    assert delete(path, {"a"}) == 0
    assert b"my secret" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert [record.id for record in read_journal(path).records] == ["b"]
    assert delete(journal_file(tmp_path, "none"), {"a"}) == 0
    assert [file.name for file in path.parent.iterdir()] == ["me.jsonl"]


def test_one_try_told_by_screen_and_kernel_is_one_try(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [tried("by-the-kernel")])
    assert append(path, [tried("by-the-screen", seconds=1)]) == ()
    assert len(append(path, [tried("later", seconds=60), tried("other-check", check="c2"), tried("failed", Verdict.failed)])) == 3


def test_the_same_question_with_other_numbers_is_another_try(tmp_path: Path) -> None:
    path = journal_file(tmp_path, "walk")
    append(path, [tried("by-the-kernel", seed=1)])
    assert append(path, [tried("by-the-screen", seconds=1, seed=1)]) == ()
    assert len(append(path, [tried("with-others", seconds=2, seed=2)])) == 1


def test_many_writers_lose_and_tear_nothing(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.store.test_journal import note\n"
        "from plnb.store.journal import append\n"
        "for n in range(40): append(Path(sys.argv[2]), [note(f'{sys.argv[3]}-{n}', 'x' * 5000)])\n"
    )
    root = str(Path(__file__).parents[2])
    writers = [subprocess.Popen([sys.executable, "-c", code, root, str(path), str(n)]) for n in range(3)]
    stop = threading.Event()
    deleted: set[str] = set()

    def forget() -> None:
        while not stop.is_set():
            there = [record.id for record in read_journal(path).records if record.id not in deleted]
            if there:
                assert delete(path, {there[0]}) == 1
                deleted.add(there[0])

    deleter = threading.Thread(target=forget)
    deleter.start()
    for writer in writers:
        assert writer.wait(120) == 0
    stop.set()
    deleter.join()
    read = read_journal(path)
    assert {record.id for record in read.records} == {f"{w}-{n}" for w in range(3) for n in range(40)} - deleted
    assert read.unread == 0
    assert deleted


def test_without_posix_locks_as_on_windows_many_writers_lose_nothing_either(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules['fcntl'] = None\n"
        "from pathlib import Path\n"
        "from tests.store.test_journal import note\n"
        "from plnb.store import journal\n"
        "assert journal.fcntl is None\n"
        "path, who = Path(sys.argv[2]), sys.argv[3]\n"
        "for n in range(30):\n"
        "    journal.append(path, [note(f'{who}-{n}', 'x' * 5000)])\n"
        "    if n % 3 == 2: assert journal.delete(path, {f'{who}-{n - 1}'}) == 1\n"
    )
    root = str(Path(__file__).parents[2])
    writers = [subprocess.Popen([sys.executable, "-c", code, root, str(path), str(n)]) for n in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    read = read_journal(path)
    assert {record.id for record in read.records} == {f"{w}-{n}" for w in range(3) for n in range(30) if n % 3 != 1}
    assert read.unread == 0


def test_kill_dash_nine_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.store.test_journal import note\n"
        "from plnb.store.journal import append, delete\n"
        "path, n = Path(sys.argv[2]), int(sys.argv[3])\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    n += 1\n"
        "    append(path, [note(f'{n}', 'x' * 300)])\n"
        "    print(f'+{n}', flush=True)\n"
        "    if n % 5 == 0 and delete(path, {f'{n - 2}'}): print(f'-{n - 2}', flush=True)\n"
    )
    path = journal_file(tmp_path)
    root = str(Path(__file__).parents[2])
    chance = random.Random(7)
    kept: set[str] = set()
    gone: set[str] = set()
    for life in range(8):
        command = [sys.executable, "-c", code, root, str(path), str(life * 1_000_000)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        threading.Timer(chance.uniform(0.01, 0.4), os.kill, (child.pid, signal.SIGKILL)).start()
        said = child.stdout.read().split()
        assert child.wait() == -signal.SIGKILL
        kept |= {line[1:] for line in said if line[0] == "+"}
        gone |= {line[1:] for line in said if line[0] == "-"}
    read = read_journal(path)
    ids = {record.id for record in read.records}
    # A deletion that was under way may have happened without a word.
    missing = kept - gone - ids
    assert all(int(name) % 5 == 3 for name in missing)
    assert len(missing) <= 8
    assert not gone & ids
    assert len(kept) > 50
    assert read.unread == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")
def test_a_folder_that_may_only_be_read_says_so_to_an_ordinary_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    unit = tmp_path / "unit"
    unit.mkdir(mode=0o555)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setuid(65534)
            append(journal_file(unit), [note("a")])
        except ReadOnlyError:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_link_or_a_file_in_the_way_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    linked, filed, aimed = tmp_path / "linked", tmp_path / "filed", tmp_path / "aimed"
    for unit in (linked, filed, aimed):
        unit.mkdir()
    (linked / "journal").symlink_to(outside)
    (filed / "journal").write_text("a file")
    (aimed / "journal").mkdir()
    (aimed / "journal" / "me.jsonl").symlink_to(outside / "victim.jsonl")
    for unit in (linked, filed, aimed):
        with pytest.raises(ReadOnlyError):
            append(journal_file(unit), [note("a")])
    assert list(outside.iterdir()) == []
    assert (filed / "journal").read_text() == "a file"


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [note("a")])
    before = path.read_bytes()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, len(before) + 100))
            append(path, [note("b", "x" * 10_000)])
        except OurFaultError:
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert path.read_bytes() == before


def test_lone_halves_of_characters_do_no_harm(tmp_path: Path) -> None:
    path = journal_file(tmp_path)
    append(path, [note("a", "half \ud83d of one")])
    assert read_journal(path).records[0].text == "half ? of one"  # type: ignore[union-attr]


_made = iter(range(1_000_000))


def _fresh(folder: Path) -> Path:
    unit = folder / f"unit{next(_made)}"
    unit.mkdir()
    return journal_file(unit, "walk")


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []
