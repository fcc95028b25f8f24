"""Mails that could not be understood, kept as evidence: a piece of each, the newest hundred, each once."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from store.files import Files, explained
from store.keys import checked

MOST = 100
LONGEST = 64 * 1024  # bytes


class Evidence:
    """A folder of `<key>.<digest>.eml`."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files

    def keep(self, name: str, mail: bytes) -> None:
        """Keep a mail; the oldest goes where there are too many."""
        self._files.make_folder(self._folder)
        digest = blake2b(mail, digest_size=8).hexdigest()
        self._files.replace(self._folder / f"{checked(name)}.{digest}.eml", mail[:LONGEST])
        for path in self._paths()[:-MOST]:
            self._files.remove(path)
        self._files.flush_folder(self._folder)

    def of(self, name: str) -> list[str]:
        """What is kept about one aggregate, as text."""
        mails = (self._files.read(path) or b"" for path in self._paths() if _whose(path) == name)
        return [mail.decode("utf-8", "replace") for mail in mails]

    def forget(self, concerns: Callable[[str, bytes], bool]) -> None:
        """Remove all that `concerns(key, mail)` says yes to, durable on return."""
        for path in self._paths():
            if concerns(_whose(path), self._files.read(path) or b""):
                self._files.remove(path)
        self._files.flush_folder(self._folder)

    def _paths(self) -> list[Path]:
        """Oldest first."""
        with explained(self._folder):
            return sorted(self._folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def _whose(path: Path) -> str:
    return path.name.partition(".")[0]
