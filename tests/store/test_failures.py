"""A disk that is full, read-only or not ours: one clear error, nothing half done, and work goes on after."""

import errno
import os
import resource
import shutil
import subprocess
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from store.aggregate import every_fact
from store.files import Files
from store.protocol import OWNER, Cursor, FolderCursor, Heartbeat, StoreError
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-1f3a9c", "ben-77aa01"
STEPS = ("_write", "_extend", "_flush", "_rename", "_unlink", "_flush_folder", "_mkdir")


class FailingFiles(Files):
    """The n-th step fails as on a full disk; before it, or with half of what it writes written."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1  # steps until the failure; below zero it never comes

    def __getattribute__(self, name: str) -> Any:
        step = super().__getattribute__(name)
        if name not in STEPS:
            return step

        def failing(*args: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                if name in ("_write", "_extend"):
                    path, content, *rest = args
                    step(path, content[: len(content) // 2], *rest)
                raise OSError(errno.ENOSPC, "No space left on device")
            return step(*args)

        return failing


def _state(store: TinyStore) -> dict[str, tuple[frozenset[object], frozenset[object]]]:
    return {
        name: (
            frozenset(every_fact(store.load(name))),
            frozenset((*store.history(name), *every_fact(store.load(name)))),
        )
        for name in (MARIA, BEN, OWNER)
    }


def _actions(make: SimpleNamespace) -> dict[str, Callable[[TinyStore], None]]:
    late = make.message(4, at=make.start.replace(year=2027))
    return {
        "commit": lambda s: s.commit(MARIA, [make.message(3, asks=True), make.letter()]),
        "commit many": lambda s: s.commit_many({MARIA: [make.message(6)], BEN: [make.message(6)]}),
        "archive": lambda s: s.archive(MARIA, [make.message(2), late], left=[make.summary()]),
        "cursor": lambda s: s.move_cursor(Cursor({"INBOX": FolderCursor(1, 99)})),
        "request": lambda s: s.request("pause", MARIA),
        "set aside": lambda s: s.set_aside("INBOX 1", b"broken"),
        "forget": lambda s: s.forget(BEN),
    }


@pytest.mark.parametrize(
    "what", ["commit", "commit many", "archive", "cursor", "request", "set aside", "forget"]
)
def test_a_full_disk_at_every_step(what: str, tmp_path: Path, make: SimpleNamespace) -> None:
    action = _actions(make)[what]
    steps, failed = 0, True
    while failed:
        data = tmp_path / f"{steps}"
        files = FailingFiles()
        store = TinyStore(data, files=files)
        store.commit_many({MARIA: [make.profile(), make.message(2), make.message(3)], BEN: [make.message(5)]})
        store.archive(MARIA, [make.message(1)])
        before = _state(store)
        files.left = steps
        try:
            action(store)
            failed = False
        except StoreError as error:
            assert "full" in str(error)
        cut_short = _state(store)
        files.left = -1
        action(store)  # the disk has room again: the same goes through, and lasts
        after = _state(store)
        for name in (MARIA, OWNER) if what == "forget" else after:
            _check(before[name], cut_short[name], after[name])
        store.close()
        store = TinyStore(data)
        assert _state(store) == after
        assert store.damaged() == {}
        store.close()
        assert not list(data.rglob("*.tmp"))
        steps += 1
    assert steps > 1


def _check(before: Any, found: Any, after: Any) -> None:
    """What is live is that of before or of after; and nothing that was there is gone."""
    assert found[0] in (before[0], after[0])
    assert found[1] in (before[1], after[1]) or before[1] <= found[1] <= after[1]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if not mount or subprocess.run(command, capture_output=True, check=False).returncode:
        warnings.warn("NOT TESTED: a full disk, as no tmpfs can be mounted here", stacklevel=1)
        pytest.skip("cannot mount a tmpfs")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path, make: SimpleNamespace) -> None:
    store = TinyStore(tiny_disk / "data")
    store.beat(Heartbeat(last_poll=make.start))
    done = 0
    with pytest.raises(StoreError, match="is full: free some space"):
        for done in range(1000):
            store.commit(MARIA, [make.message(done, subject="x" * 1000)])
    assert len(store.load(MARIA).messages) == done > 10
    for failing in (make.start, None):
        store.beat(Heartbeat(failing_since=failing, reason="The disk is full." if failing else ""))
        assert store.heartbeat().failing_since == failing, "health can tell, full or not"
    with pytest.raises(StoreError, match="is full"):
        store.archive(BEN, [make.message(n, subject="x" * 10_000) for n in range(30)])
    assert len(list(store.history(BEN))) == 0
    assert not list(tiny_disk.rglob("*.tmp")), "what half a file took is given back"
    store.close()
    store = TinyStore(tiny_disk / "data")  # a restart on the full disk
    assert len(store.load(MARIA).messages) == done
    subprocess.run(["mount", "-o", "remount,size=2m", str(tiny_disk)], check=True)
    store.commit(MARIA, [make.message(done, subject="x" * 1000)])
    store.archive(BEN, [make.message(n) for n in range(30)])
    assert len(store.load(MARIA).messages) == done + 1
    assert len(list(store.history(BEN))) == 30
    store.close()


def test_a_disk_that_is_mounted_read_only(tiny_disk: Path, make: SimpleNamespace) -> None:
    store = TinyStore(tiny_disk / "data")
    store.commit(MARIA, [make.message(1)])
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(StoreError, match="mounted read-only: mount it writable"):
        TinyStore(tiny_disk / "data")
    reader = TinyStore(tiny_disk / "data", read_only=True)
    assert len(reader.load(MARIA).messages) == 1
    with pytest.raises(StoreError, match="mounted read-only"):
        reader.request("pause", MARIA)


def _in_a_child(work: Callable[[], None]) -> None:
    """Run in a process of its own, which may limit itself; its failure is ours."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_file_size_limit(data: Path, make: SimpleNamespace) -> None:
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        store = TinyStore(data)
        store.commit(MARIA, [make.message(1)])
        with pytest.raises(StoreError, match=r"file size limit .*ulimit -f"):
            store.commit(MARIA, [make.message(2, subject="x" * 30_000)])
        with pytest.raises(StoreError, match="file size limit"):
            store.archive(MARIA, [make.message(2, subject="x" * 30_000)])
        assert list(store.load(MARIA).messages) == ["m1@mail.example"]
        assert list(store.history(MARIA)) == []
        store.commit(MARIA, [make.message(3)])

    _in_a_child(work)
    store = TinyStore(data)
    assert list(store.load(MARIA).messages) == ["m1@mail.example", "m3@mail.example"]
    assert list(store.history(MARIA)) == []
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_somebody_else(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.message(1)])
    store.close()
    for parent in (data.parent, data.parent.parent, data.parent.parent.parent):
        parent.chmod(0o755)

    def work() -> None:
        os.setuid(65534)
        for read_only in (True, False):
            with pytest.raises(StoreError, match="may not be read or written by this user"):
                TinyStore(data, read_only=read_only).load(MARIA)

    _in_a_child(work)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_in_the_folder_of_a_daemon_is_the_daemons(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.message(1)])
    store.close()
    (data / "lock").unlink()  # as where root's command is the first
    for path in (data, *data.rglob("*")):
        os.chown(path, 65534, 65534)
    store = TinyStore(data)
    store.commit_many({MARIA: [make.message(2)], BEN: [make.message(2)]})
    store.archive(MARIA, [make.message(1)])
    store.move_cursor(Cursor({"INBOX": FolderCursor(1, 1)}))
    store.request("pause", MARIA)
    store.close()
    assert {path.stat().st_uid for path in data.rglob("*")} == {65534}


def test_only_this_user_can_read(data: Path, make: SimpleNamespace) -> None:
    before = os.umask(0)
    try:
        store = TinyStore(data)
        store.commit_many({MARIA: [make.message(1)], OWNER: [make.decision()]})
        store.archive(MARIA, [make.message(2)])
        store.move_cursor(Cursor({"INBOX": FolderCursor(1, 1)}))
        store.beat(store.heartbeat())
        store.request("pause", MARIA)
        store.set_aside("INBOX 1", b"broken")
        store.close()
    finally:
        os.umask(before)
    paths = [data, *data.rglob("*")]
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_dir()} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in paths if path.is_file()} == {"0o600"}
    assert len([path for path in paths if path.is_file()]) == 9


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StoreError, match="in the way"):
        TinyStore(tmp_path / "data")
    with pytest.raises(StoreError, match="in the way"):
        TinyStore(tmp_path / "data" / "deeper")
