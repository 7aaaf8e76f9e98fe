"""Tier namespaces: a root of its own, made of read-only windows on the system and one small memory disk. No help from root needed.

`enter` runs as the first process of the new namespaces; what it holds there (every capability, but over nothing outside) it
gives up before the student's process is forked from it. A process that runs the teacher's opening cells has the same world around
it (`build`) and gives nothing up: it forks first processes of namespaces inside its own, and those `enter_again`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

from plnb.engine.sandbox import linux
from plnb.engine.sandbox.places import DEVICES, ETC, HOME, SHARED_MEMORY, SYSTEM, TEMPORARY, python_folders
from plnb.engine.sandbox.tiers import Box

SPACES = linux.CLONE_NEWUSER | linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_USER = 1000
_OLD = "/.old"
_DISK = os.path.dirname(HOME)


def enter(box: Box, user: int, group: int) -> int:
    """Build the world of `box` around this process and step into it. Gives a handle on its /proc, for the keeper."""
    build(box, user, group, proc=linux.MS_RDONLY)
    return _give_up()


def enter_again(box: Box, user: int, group: int) -> int:
    """The same from inside such a world: what is read-only stays as it is, what can be written is copied to a disk of its own."""
    _become_student(user, group)
    linux.set_host_name("sandbox")
    # (Of its own, as all mounts of `build` are: what is mounted from here on is seen in here only.)
    _disk_again(box)
    _mount_terminals()
    _mount_proc(linux.MS_RDONLY)
    return _give_up()


def build(box: Box, user: int, group: int, *, proc: int = 0) -> None:
    """Build the world of `box` around this process; its /proc has the flags `proc`."""
    _become_student(user, group)
    linux.set_host_name("sandbox")
    folder = str(box.folder)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    # The new root is put on the box's folder, for that one is there for certain; the real one stays within reach until the end.
    linux.mount("tmpfs", folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=2m,nr_inodes=4000,mode=755")
    os.mkdir(folder + _OLD)
    linux.pivot_root(folder, folder + _OLD)
    os.chdir("/")
    _disk(box)
    _system(box)
    _devices()
    os.mkdir("/proc")
    _mount_proc(proc)
    linux.unmount(_OLD)
    os.rmdir(_OLD)
    linux.lock_mount("/", recursive=False)


def _mount_proc(flags: int) -> None:
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC | flags)


def _give_up() -> int:
    os.chdir(HOME)
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    linux.drop_capabilities()
    linux.gain_no_privileges()
    # The student's process has the same user: it must not read this one's memory, nor trace it.
    linux.set_inspectable(False)
    return processes


def _become_student(user: int, group: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_USER} {user} 1"), ("gid_map", f"{_USER} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _disk(box: Box) -> None:
    """One memory disk for all that the student may write: home, temporary files and shared memory together have its size."""
    for folder in (_DISK, TEMPORARY, SHARED_MEMORY):
        os.makedirs(folder)
    _mount_disk(_DISK, box)
    copy_files(Path(_OLD + str(box.folder)), Path(HOME))
    if box.matplotlib is not None:
        copy_files(Path(_OLD + str(box.matplotlib)), Path(TEMPORARY, ".matplotlib"))


def _disk_again(box: Box) -> None:
    """Another disk, in a folder of that one, with what is on it. That one is only looked at from here on, and so stays as it is."""
    folders = [f"{_DISK}/{name}" for name in _FOLDERS]
    before = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders]
    # (Not in its place: where Python itself is below /home, windows on it hang there.)
    _mount_disk(folders[1], box)
    for handle, target in zip(before, _FOLDERS.values(), strict=True):
        copy_files(Path(f"/proc/self/fd/{handle}"), Path(target))
        os.close(handle)
    linux.lock_mount(_DISK, recursive=False)


_FOLDERS = {os.path.basename(HOME): HOME} | {f".{os.path.basename(target)}": target for target in (TEMPORARY, SHARED_MEMORY)}
"""The folders of a disk, and where each is seen."""


def _mount_disk(disk: str, box: Box) -> None:
    # Each name that leads to it is a window on a folder of it. (It stays mounted itself: to let go of a mount takes milliseconds.)
    options = f"size={box.limits.folder_bytes},nr_inodes={box.limits.files},mode=755"
    linux.mount("tmpfs", disk, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for name, target in _FOLDERS.items():
        folder = f"{disk}/{name}"
        os.mkdir(folder)
        os.chmod(folder, 0o700 if target == HOME else 0o1777)  # as every system has it
        if folder != target:
            linux.mount(folder, target, None, linux.MS_BIND)


def copy_files(source: Path, target: Path) -> None:
    """Copy folders and regular files; what else there may be is left out."""
    target.mkdir(exist_ok=True)
    for entry in reversed([*os.scandir(source)]):  # a memory disk lists what came last first: so the order stays
        if entry.is_dir(follow_symlinks=False):
            copy_files(source / entry.name, target / entry.name)
        elif entry.is_file(follow_symlinks=False):
            shutil.copyfile(entry.path, target / entry.name)
            shutil.copystat(entry.path, target / entry.name)
            (target / entry.name).chmod(0o600 | (stat.S_IMODE(entry.stat().st_mode) & 0o100))


def _system(box: Box) -> None:
    done: list[str] = []
    # The shortest first: what is inside another needs no window of its own.
    for path in sorted(dict.fromkeys((*SYSTEM, *python_folders(), *(str(p.absolute()) for p in box.readable))), key=len):
        if any(path == other or path.startswith(other + "/") for other in done):
            continue
        if _show(path):
            done.append(path)
    for path in ETC:
        _show(path)
    os.makedirs("/etc", exist_ok=True)
    for name, text in (
        ("passwd", f"student:x:{_USER}:{_USER}:student:{HOME}:/bin/sh\n"),
        ("group", f"student:x:{_USER}:\n"),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ):
        with open(f"/etc/{name}", "w") as file:
            file.write(text)
    os.makedirs("/var", exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.symlink(TEMPORARY, f"/var{TEMPORARY}")


def _show(path: str) -> bool:
    """Open a read-only window on a path of the real root, under the same name. False for what is not there, and for a link."""
    real = _OLD + path
    try:
        mode = os.lstat(real).st_mode
    except OSError:
        return False
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if stat.S_ISLNK(mode):
        target = os.readlink(real)
        if not os.path.lexists(path):
            os.symlink(target, path)
        # A folder that was reached by a link needs what the link points to.
        whole = os.path.normpath(os.path.join(os.path.dirname(path), target))
        if not os.path.lexists(whole):
            _show(whole)
        return False
    if stat.S_ISDIR(mode):
        os.makedirs(path, exist_ok=True)
    elif not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(real, path, None, linux.MS_BIND | linux.MS_REC)
    linux.lock_mount(path)
    return True


def _devices() -> None:
    for name in DEVICES:
        os.close(os.open(f"/dev/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
        linux.mount(f"{_OLD}/dev/{name}", f"/dev/{name}", None, linux.MS_BIND)
    # Terminals of its own: `!ls` in IPython runs in one.
    os.mkdir("/dev/pts")
    _mount_terminals()
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"/dev/{name}")


def _mount_terminals() -> None:
    linux.mount("devpts", "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
