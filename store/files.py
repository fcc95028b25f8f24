"""Files that last: replaced as a whole or not at all, and on the disk before the caller goes on.

A file is replaced by writing a temporary one beside it, flushing that to the disk (fsync), renaming it over
the old one, and flushing the folder. A crash at any point leaves the old content or the new one; a leftover
temporary file is swept away at the next start. A yearly file is only appended to: what a crash tore off at
its end was never promised to anybody, and is cut away before the next line.

Each step is a method of its own, so that a test can die, or run out of disk, at every one of them.
"""

import errno
import fnmatch
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.protocol import StoreError

_BLOCK = 4096  # bytes
TEMPORARY = ".tmp"  # what a file in the making ends with

_NOT_OURS = "{path} may not be read or written by this user: give it the folder (chown), or run as its owner."
_SENTENCES = {
    errno.ENOSPC: "The disk that holds {path} is full: free some space, and work goes on by itself.",
    errno.EDQUOT: "The disk quota for {path} is used up: free some space, and work goes on by itself.",
    errno.EROFS: "{path} cannot be written, as its disk is mounted read-only: mount it writable again.",
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EFBIG: "{path} would exceed the file size limit of this process: raise it (ulimit -f).",
    errno.EMFILE: "{path} cannot be opened: too many files are open; raise the limit (ulimit -n).",
    errno.EIO: "The disk that holds {path} reports errors: check it (dmesg), and move the data folder.",
    errno.ENOTDIR: "A file is in the way of {path}: choose another data folder (--data).",
    errno.EEXIST: "A file, or a link that leads nowhere, is in the way of {path}: choose another data folder (--data).",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        sentence = _SENTENCES.get(
            error.errno or 0, f"{{path}} cannot be read or written: {error.strerror or error}."
        )
        raise StoreError(sentence.format(path=path)) from error


class Files:
    """The file system, in the few verbs that the store needs."""

    def __init__(self) -> None:
        self._settled: set[Path] = set()  # what has a name that is known to be on the disk

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only this user can enter, and the way to it; one that exists stays as it is."""
        if folder in self._settled:
            return
        with explained(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            if not folder.is_dir():
                self._mkdir(folder)
            with suppress(PermissionError):  # of a folder that others own, others see to the names in it
                self._flush_folder(folder.parent)
        self._settled.add(folder)

    def matching(self, folder: Path, pattern: str) -> list[Path]:
        """The paths in a folder whose names match, sorted; none where there is no folder."""
        with explained(folder):
            try:
                names = [path.name for path in folder.iterdir()]
            except FileNotFoundError:
                return []
        return [folder / name for name in sorted(fnmatch.filter(names, pattern))]

    def read(self, path: Path) -> bytes | None:
        """The content; None where there is no such file."""
        with explained(path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def state(self, path: Path) -> int | None:
        """A number that is another one whenever the file was replaced or changed; None where there is none."""
        with explained(path):
            try:
                now = path.stat()
            except FileNotFoundError:
                return None
        return hash((now.st_ino, now.st_mtime_ns, now.st_size))

    def replace(self, path: Path, content: bytes) -> None:
        """Put new content in the place of the old; it is on the disk before it is in place.

        The folder is flushed by the caller (`flush_folder`), once for many files.
        """
        temporary = path.with_name(path.name + TEMPORARY)
        with explained(path):
            try:
                self._write(temporary, content)
                self._rename(temporary, path)
            except OSError:
                with suppress(OSError):  # what half a file took of a full disk is given back
                    temporary.unlink()
                raise

    def overwrite(self, path: Path, content: bytes) -> None:
        """Write a small file in place, in one call, without waiting for the disk.

        Spaces fill its disk block, so that it needs no more room once it is there, even on a full disk.
        """
        with explained(path):
            self._overwrite(path, content.ljust(_BLOCK))

    def append(self, path: Path, content: bytes, at: int) -> None:
        """Add whole lines at the offset where the last whole line ended, durable on return."""
        with explained(path):
            self._extend(path, content, at)
            if path not in self._settled:  # a process before us may have died before it flushed the folder
                self._flush_folder(path.parent)
                self._settled.add(path)

    def flush_folder(self, folder: Path) -> None:
        """Make what was renamed or removed in this folder durable."""
        with explained(folder):
            self._flush_folder(folder)

    def remove(self, path: Path) -> None:
        """Remove a file, or nothing."""
        with explained(path):
            self._unlink(path)

    def sweep(self, folder: Path) -> None:
        """Remove what torn writes left behind; only for the one who holds the lock."""
        for leftover in self.matching(folder, "*" + TEMPORARY):
            self.remove(leftover)

    # -- the steps -----------------------------------------------------------------------------------------

    def _write(self, path: Path, content: bytes) -> None:
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            give_to_owner_of(path.parent, descriptor)
            _write_all(descriptor, content)
            self._flush(descriptor, path)
        finally:
            os.close(descriptor)

    def _overwrite(self, path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            give_to_owner_of(path.parent, descriptor)
            os.pwrite(descriptor, content, 0)
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)

    def _extend(self, path: Path, content: bytes, at: int) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            give_to_owner_of(path.parent, descriptor)
            os.ftruncate(descriptor, at)
            os.lseek(descriptor, at, os.SEEK_SET)
            try:
                _write_all(descriptor, content)
                self._flush(descriptor, path)
            except OSError:
                os.ftruncate(descriptor, at)
                raise
        finally:
            os.close(descriptor)

    def _flush(self, descriptor: int, _path: Path) -> None:
        os.fsync(descriptor)

    def _mkdir(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        give_to_owner_of(folder.parent, folder)

    def _rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def _unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _flush_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def give_to_owner_of(folder: Path, made: Path | int) -> None:
    """What root makes in somebody's folder is theirs: a command under sudo must not lock the daemon out."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(made, owner.st_uid, owner.st_gid)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
