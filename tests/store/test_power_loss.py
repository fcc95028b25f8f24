"""Power loss: whatever was not flushed may be gone, and whatever was promised must be there.

Everything that the store does to files is recorded. For every moment in that record the disk is built again
as it might be after a power cut: contents that were not flushed lost or kept, names that were not flushed
lost or kept. This is stricter than any real file system, and needs no broken machine.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from store.aggregate import every_fact
from store.files import Files
from store.protocol import OWNER, Cursor, FolderCursor
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-1f3a9c", "ben-77aa01"


@dataclass
class Inode:
    """A file's content, as the programs see it and as the disk has it."""

    seen: bytes = b""
    flushed: bytes = b""


@dataclass
class Disk:
    """Names and contents, volatile and durable."""

    seen: dict[Path, Inode] = field(default_factory=dict)
    flushed: dict[Path, Inode] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)
    flushed_folders: set[Path] = field(default_factory=set)

    def flush_folder(self, folder: Path) -> None:
        self.flushed = {p: i for p, i in self.flushed.items() if p.parent != folder}
        self.flushed |= {p: i for p, i in self.seen.items() if p.parent == folder}
        self.flushed_folders |= {p for p in self.folders if p.parent == folder}

    def build(self, target: Path, names_kept: bool, contents_kept: bool) -> None:
        """What a power cut may leave."""
        names = self.seen if names_kept else self.flushed
        folders = self.folders if names_kept else self.flushed_folders
        for folder in sorted(folders):
            if folder.parent in folders or folder.parent == Path():
                (target / folder).mkdir(parents=True, exist_ok=True)
        for path, inode in names.items():
            if (target / path).parent.is_dir():
                (target / path).write_bytes(inode.seen if contents_kept else inode.flushed)


class RecordingFiles(Files):
    """Does what Files does, on the real disk and on a model of one; `at_step` is called before each step."""

    def __init__(self, root: Path, at_step: Callable[[Disk], None]) -> None:
        super().__init__()
        self._root = root
        self._at_step = at_step
        self.disk = Disk()

    def _mkdir(self, folder: Path) -> None:
        super()._mkdir(folder)
        self.disk.folders.add(folder.relative_to(self._root))

    def _write(self, path: Path, content: bytes) -> None:
        inode = self.disk.seen[path.relative_to(self._root)] = Inode()
        for part in (content[: len(content) // 2], content):
            inode.seen = part
            self._at_step(self.disk)
        super()._write(path, content)

    def _extend(self, path: Path, content: bytes, at: int) -> None:
        inode = self.disk.seen.setdefault(path.relative_to(self._root), Inode())
        whole = inode.seen[:at] + content
        for part in (inode.seen[:at], inode.seen[:at] + content[: len(content) // 2], whole):
            inode.seen = part
            self._at_step(self.disk)
        super()._extend(path, content, at)

    def _flush(self, descriptor: int, path: Path) -> None:
        self._at_step(self.disk)
        super()._flush(descriptor, path)
        inode = self.disk.seen[path.relative_to(self._root)]
        inode.flushed = inode.seen

    def _rename(self, source: Path, target: Path) -> None:
        self._at_step(self.disk)
        super()._rename(source, target)
        names = self.disk.seen
        names[target.relative_to(self._root)] = names.pop(source.relative_to(self._root))

    def _unlink(self, path: Path) -> None:
        self._at_step(self.disk)
        super()._unlink(path)
        self.disk.seen.pop(path.relative_to(self._root), None)

    def _flush_folder(self, folder: Path) -> None:
        self._at_step(self.disk)
        super()._flush_folder(folder)
        if folder.is_relative_to(self._root):
            self.disk.flush_folder(folder.relative_to(self._root))


def _state(store: TinyStore) -> dict[str, frozenset[object]]:
    return {
        name: frozenset((*store.history(name), *every_fact(store.load(name)))) for name in (MARIA, BEN, OWNER)
    }


def _life(make: SimpleNamespace) -> list[Callable[[TinyStore], None]]:
    told = {"m1@mail.example": "c"}
    late = make.message(8, at=make.start.replace(year=2027))
    return [
        lambda s: s.commit(MARIA, [make.profile(), make.message(1)]),
        lambda s: s.commit_many(
            {MARIA: [make.message(2)], BEN: [make.message(3)], OWNER: [make.decision(9)]}
        ),
        lambda s: s.archive(MARIA, [make.message(1)], told, [make.summary()]),
        lambda s: s.commit(MARIA, [make.message(2, asks=True), make.decision(), make.letter()]),
        lambda s: s.archive(MARIA, [make.message(2, asks=True), late]),
        lambda s: s.archive(BEN, [make.message(3)]),
        lambda s: s.commit(BEN, [make.message(3, asks=True)]),
        lambda s: s.archive(BEN, [make.message(3, asks=True)]),
    ]


@pytest.mark.parametrize("names_kept", [False, True], ids=["names lost", "names kept"])
@pytest.mark.parametrize("contents_kept", [False, True], ids=["contents lost", "contents kept"])
def test_what_was_promised_survives(
    tmp_path: Path, make: SimpleNamespace, names_kept: bool, contents_kept: bool
) -> None:
    root, cuts = tmp_path / "real", []
    root.mkdir()
    promised: list[dict[str, frozenset[object]]] = [dict.fromkeys((MARIA, BEN, OWNER), frozenset())]

    def cut(disk: Disk) -> None:
        target = tmp_path / f"cut-{len(cuts)}"
        target.mkdir()
        disk.build(target, names_kept, contents_kept)
        cuts.append((target, len(promised) - 1))

    files = RecordingFiles(root, cut)
    store = TinyStore(root / "data", files=files)
    for action in _life(make):
        action(store)
        promised.append(_state(store))
    cut(files.disk)
    store.close()
    assert len(cuts) > 60
    for target, n in cuts:
        _check(target / "data", promised[n], promised[min(n + 1, len(promised) - 1)])


def _check(
    data: Path, promised: dict[str, frozenset[object]], next_one: dict[str, frozenset[object]]
) -> None:
    store = TinyStore(data)
    found: Any = _state(store)
    for name in (MARIA, BEN, OWNER):
        assert found[name] in (promised[name], next_one[name]) or (
            promised[name] <= found[name] <= promised[name] | next_one[name]
        )
    assert store.damaged() == {}
    assert store.conversation_of(MARIA, "m1@mail.example") in (None, "c")
    store.close()


def test_the_disk_itself_is_asked_to_keep_each_file_and_each_name(
    tmp_path: Path, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model above believes `Files`; here the system is listened to."""
    kept: list[str] = []
    flush = os.fsync

    def listened(descriptor: int) -> None:
        flush(descriptor)
        kept.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    store = TinyStore(tmp_path / "data")
    monkeypatch.setattr(os, "fsync", listened)
    store.commit(MARIA, [make.message(1), make.message(2)])
    assert kept == [f"{MARIA}.json.tmp", "contractors"]
    kept.clear()
    store.archive(MARIA, [make.message(1)])
    assert kept.index(f"{MARIA}.jsonl") < kept.index(f"{MARIA}.json.tmp")
    assert {"2025", "archive", "contractors"} <= {*kept}
    store.close()


def _after_a_power_cut(files: RecordingFiles, target: Path) -> Path:
    """The data folder as it is at the worst: what was not flushed is lost, contents and names."""
    files.disk.build(target, names_kept=False, contents_kept=False)
    return target / "data"


def test_a_cursor_that_was_moved_and_what_commands_asked_stay(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path, lambda _: None)
    store = TinyStore(tmp_path / "data", files=files)
    for place in (2, 9):
        store.move_cursor(Cursor({"INBOX": FolderCursor(7, place)}))
        store.request("pause", MARIA)
        left = TinyStore(_after_a_power_cut(files, tmp_path / f"cut-{place}"))
        assert (left.cursor(), left.requests()) == (store.cursor(), store.requests())
        left.close()
    store.close()


def test_who_was_forgotten_stays_so(tmp_path: Path, make: SimpleNamespace) -> None:
    files = RecordingFiles(tmp_path, lambda _: None)
    store = TinyStore(tmp_path / "data", files=files)
    store.commit(MARIA, [make.profile("Maria Santos", "maria@mail.example"), make.message(1)])
    store.archive(MARIA, [make.message(1)])
    for name in (BEN, OWNER):
        store.commit(name, [make.message(2, subject="Ask Maria Santos")])
        store.archive(name, [make.message(3, subject="And Maria Santos?"), make.message(2)])
        store.commit(name, [make.message(4, subject="Maria Santos again")])
    store.set_aside("INBOX 12", b"From: maria@mail.example\r\n\r\nbroken")
    for path in ("owner.json", f"contractors/{MARIA}.json", f"contractors/{BEN}.json"):
        files.replace(tmp_path / "data" / f"{path}.before-schema-1", (tmp_path / "data" / path).read_bytes())
        files.flush_folder((tmp_path / "data" / path).parent)
    assert len(_naming_maria(_after_a_power_cut(files, tmp_path / "before"))) > 10
    store.forget(MARIA)
    assert _naming_maria(_after_a_power_cut(files, tmp_path / "after")) == []
    store.close()


def _naming_maria(data: Path) -> list[str]:
    files = [path for path in data.rglob("*") if path.is_file()]
    return [str(x.relative_to(data)) for x in files if b"maria" in (x.name.encode() + x.read_bytes()).lower()]
