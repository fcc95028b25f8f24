"""Beside the running daemon: one writer, any number of readers, and requests."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from relationship.facts import Facts
from store.files import Files
from store.protocol import Cursor, Heartbeat, InUseError, StoreError
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-1f3a9c", "ben-77aa01"


def test_a_second_daemon_is_refused_by_name(data: Path) -> None:
    store = TinyStore(data)
    with pytest.raises(InUseError, match=rf"in use by process {os.getpid()}: stop it first, or .*--data"):
        TinyStore(data)
    store.close()
    TinyStore(data).close()


def test_a_folder_that_was_removed_or_replaced_is_no_longer_written_to(
    data: Path, make: SimpleNamespace
) -> None:
    """Nor is it taken for one in which all is well: an idle tick asks for requests, and the alarm for the heartbeat."""
    store = TinyStore(data)
    store.commit(MARIA, [make.profile()])
    away = data.rename(data.with_name("away"))
    for replaced in (False, True):
        if replaced:
            other = TinyStore(data)
        for act in (lambda: store.commit(MARIA, [make.message()]), store.requests, store.heartbeat):
            with pytest.raises(StoreError, match="was removed or replaced while Keepwarm was running"):
                act()
    assert other.names() == ()
    other.close()
    shutil.rmtree(data)
    away.rename(data)
    store.commit(MARIA, [make.message()])
    assert store.requests() == ()
    store.close()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_what_is_read_while_the_folder_is_away_is_no_history_and_overwrites_none(
    data: Path, make: SimpleNamespace, is_replaced: bool
) -> None:
    """A disk that was unmounted for some seconds, or a folder moved away and put back."""
    store, profile, old, later = TinyStore(data), make.profile(), make.message(), make.message(2)
    store.commit(MARIA, [profile, old])
    store.archive(MARIA, [old])
    store.let_go(MARIA)
    away = data.rename(data.with_name("away"))
    if is_replaced:
        TinyStore(data).close()
    for read in (store.load, store.history, lambda name: store.archived_message(name, old.key)):
        with pytest.raises(StoreError, match="was removed or replaced while Keepwarm was running"):
            read(MARIA)
    shutil.rmtree(data, ignore_errors=True)
    away.rename(data)
    store.commit(MARIA, [later])
    assert store.load(MARIA) == Facts(profile={profile.key: profile}, messages={later.key: later})
    assert [*store.history(MARIA)] == [old]
    store.close()


def test_the_lock_goes_with_its_process(data: Path) -> None:
    code = "import sys; from pathlib import Path; from store.tinydb_store import TinyStore\n"
    code += "store = TinyStore(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.read()"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"ready\n"
        with pytest.raises(StoreError, match=f"in use by process {other.pid}"):
            TinyStore(data)
        TinyStore(data, read_only=True).names()
        other.send_signal(signal.SIGKILL)
        other.wait()
    TinyStore(data).close()


def test_a_reader_of_nothing_finds_nothing_and_makes_nothing(data: Path) -> None:
    reader = TinyStore(data, read_only=True)
    assert reader.names() == ()
    assert reader.load(MARIA) == Facts()
    assert list(reader.history(MARIA)) == []
    assert reader.conversation_of(MARIA, "x") is None
    assert reader.cursor() == Cursor()
    assert reader.heartbeat() == Heartbeat()
    assert reader.requests() == ()
    assert not data.exists()


def test_a_reader_changes_nothing(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.message(1)])
    store.archive(MARIA, [make.message(2)])
    (data / "contractors" / "half.json.tmp").write_bytes(b"{")
    (data / "archive" / f"{MARIA}.index").unlink()
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    reader = TinyStore(data, read_only=True)
    assert reader.names() == (MARIA,)
    assert len(list(reader.history(MARIA))) == 1
    assert reader.conversation_of(MARIA, "m2@mail.example") == ""
    assert reader.export(MARIA)["facts"]
    for attempt in (
        lambda: reader.commit(MARIA, [make.message(3)]),
        lambda: reader.archive(MARIA, [make.message(1)]),
        lambda: reader.forget(MARIA),
        lambda: reader.move_cursor(Cursor({"x": None})),  # type: ignore[dict-item]
        lambda: reader.beat(Heartbeat()),
        lambda: reader.set_aside("x", b"y"),
    ):
        with pytest.raises(StoreError, match="for reading only"):
            attempt()
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
    store.close()


def test_readers_beside_a_busy_daemon_see_whole_facts(data: Path, make: SimpleNamespace) -> None:
    """Messages come in pairs with their letters; a reader never sees one without the other, or loses any."""
    TinyStore(data).close()
    child = os.fork()
    if child == 0:
        try:
            store = TinyStore(data)
            for n in range(1, 200):
                store.commit(MARIA, [make.message(n), make.letter(n)])
                if n % 7 == 0:
                    store.archive(MARIA, list(store.load(MARIA).messages.values())[:-2])
            os._exit(0)
        finally:
            os._exit(1)
    seen, looks = 0, 0
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        reader = TinyStore(data, read_only=True)
        letters = len(reader.load(MARIA).letters)
        messages = {m.key for m in (*reader.history(MARIA), *reader.load(MARIA).messages.values())}
        assert letters >= seen
        assert len(messages) >= letters, "archived after we looked is fine, lost is not"
        assert reader.damaged() == {}
        seen, looks = letters, looks + 1
    assert looks > 5


def test_requests_need_no_hard_links(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory sticks and many network disks know none."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store = TinyStore(data)
    for verb in ("pause", "resume"):
        TinyStore(data, read_only=True).request(verb, MARIA)
    assert store.requests() == (("pause", MARIA), ("resume", MARIA))
    store.close()


def test_requests_may_be_dropped_by_many_at_once(data: Path) -> None:
    store = TinyStore(data)
    children = []
    for who in range(8):
        child = os.fork()
        if child == 0:
            try:
                for n in range(10):
                    TinyStore(data, read_only=True).request("pause", f"c{who}-{n}")
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    requests = store.requests()
    assert len(requests) == len(set(requests)) == 80
    for who in range(8):
        own = [argument for _, argument in requests if argument.startswith(f"c{who}-")]
        assert own == [f"c{who}-{n}" for n in range(10)], "each one's requests are in order"
    store.close()


def test_a_request_to_a_daemon_that_never_ran_waits_for_it_in_private(data: Path) -> None:
    TinyStore(data, read_only=True).request("pause", MARIA)
    assert {oct(path.stat().st_mode & 0o777) for path in (data, data / "requests")} == {"0o700"}
    store = TinyStore(data)
    assert store.requests() == (("pause", MARIA),)
    store.close()


def test_what_a_killed_command_left_is_swept_away(data: Path) -> None:
    TinyStore(data).close()
    for name in (
        "requests/77.new.tmp",
        "requests/77.new.tmp.tmp",
        "contractors/x.json.tmp",
        "archive/x.index.tmp",
    ):
        (data / name).write_bytes(b'{"verb":"pause","argument":"maria"}')
    (data / "archive" / "2025").mkdir()
    (data / "archive" / "2025" / "x.jsonl.tmp").write_bytes(b"maria")
    store = TinyStore(data)
    assert store.requests() == ()
    store.close()
    assert {path.name for path in data.rglob("*") if path.is_file()} == {"lock"}


class CountingFiles(Files):
    """Counts what reaches the disk."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []
        self.fail = ""

    def _count(self, step: str) -> None:
        self.steps.append(step)
        if self.fail == step:
            raise OSError(5, "Input/output error")

    def _write(self, path: Path, content: bytes) -> None:
        self._count("write")
        super()._write(path, content)

    def _flush(self, descriptor: int, path: Path) -> None:
        self._count("flush")
        super()._flush(descriptor, path)

    def _flush_folder(self, folder: Path) -> None:
        self._count("flush folder")
        super()._flush_folder(folder)

    def read(self, path: Path) -> bytes | None:
        self._count("read")
        return super().read(path)


def test_what_is_there_already_costs_nothing(data: Path, make: SimpleNamespace) -> None:
    files = CountingFiles()
    store = TinyStore(data, files=files)
    store.commit_many({MARIA: make.every_kind(), BEN: [make.message(1)]})
    files.steps.clear()
    store.commit_many({MARIA: make.every_kind(), BEN: [make.message(1)]})
    store.commit(MARIA, [])
    for name in store.names():
        store.load(name)
    assert files.steps == []
    store.close()


def test_what_is_added_to_an_aggregate_that_is_let_go_of_is_added_without_reading_its_facts(
    data: Path, make: SimpleNamespace
) -> None:
    files = CountingFiles()
    store = TinyStore(data, files=files)
    store.commit_many({MARIA: [make.message(n) for n in range(50)]})
    store.let_go(MARIA)
    files.steps.clear()
    assert store.alike(MARIA, [make.message(7)]) == [make.message(7)]
    store.commit(MARIA, [make.message(60), make.message(7)])
    assert files.steps == ["read", "read", "write", "flush", "flush folder"]
    assert store._shelf._open.get(MARIA) is None
    assert list(store.load(MARIA).messages) == [f"m{n}@mail.example" for n in (*range(50), 60)]
    store.close()


def test_a_batch_flushes_its_folder_once(data: Path, make: SimpleNamespace) -> None:
    files = CountingFiles()
    store = TinyStore(data, files=files)
    store.load(MARIA)
    files.steps.clear()
    store.commit_many({f"c-{n:06}": [make.message(1)] for n in range(20)})
    assert files.steps.count("flush") == 20
    assert files.steps.count("flush folder") == 1
    store.close()


def test_a_commit_that_is_repeated_after_a_failed_flush_waits_for_the_disk(
    data: Path, make: SimpleNamespace
) -> None:
    files = CountingFiles()
    store = TinyStore(data, files=files)
    files.fail = "flush folder"
    for _ in range(2):
        with pytest.raises(StoreError, match="reports errors"):
            store.commit(MARIA, [make.message(1)])
    files.fail = ""
    files.steps.clear()
    store.commit(MARIA, [make.message(1)])
    assert files.steps == ["flush folder"]
    store.close()


def test_a_heartbeat_does_not_wait_for_the_disk(data: Path) -> None:
    files = CountingFiles()
    store = TinyStore(data, files=files)
    files.steps.clear()
    store.beat(Heartbeat(set_aside=1))
    assert files.steps == []
    assert store.heartbeat().set_aside == 1
    store.close()
