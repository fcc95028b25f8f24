"""Mails that could not be understood, kept as evidence: a piece of each, the newest hundred, each once."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from store.files import Files, explained

MOST = 100
LONGEST = 64 * 1024  # bytes


def sealed(name: str, mail: bytes) -> bytes:
    """A mail as it is kept: a line above it says where it was found."""
    return f"X-Set-Aside: {' '.join(name.split())}\r\n".encode("utf-8", "replace") + mail[:LONGEST]


class Evidence:
    """A folder of mails, named by their digests: a name tells nothing about anybody."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files

    def keep(self, name: str, mail: bytes) -> bool:
        """Keep a mail; the oldest goes where there are too many. False where it is here already."""
        self._files.make_folder(self._folder)
        content = sealed(name, mail)
        path = self._folder / f"{blake2b(content, digest_size=8).hexdigest()}.eml"
        if path.exists():
            return False
        self._files.replace(path, content)
        for path in self._paths()[:-MOST]:
            self._files.remove(path)
        self._files.flush_folder(self._folder)
        return True

    def about(self, concerns: Callable[[bytes], bool]) -> list[str]:
        """Those that `concerns` says yes to, as text."""
        mails = (self._files.read(path) or b"" for path in self._paths())
        return [mail.decode("utf-8", "replace") for mail in mails if concerns(mail)]

    def forget(self, concerns: Callable[[bytes], bool]) -> None:
        """Remove those that `concerns` says yes to, durable on return."""
        for path in self._paths():
            if concerns(self._files.read(path) or b""):
                self._files.remove(path)
                self._files.flush_folder(self._folder)

    def _paths(self) -> list[Path]:
        """Oldest first."""
        paths = self._files.matching(self._folder, "*.eml")
        with explained(self._folder):
            return sorted(paths, key=lambda path: (path.stat().st_mtime_ns, path.name))
