"""What commands ask of the running daemon: one small numbered file each, dropped without the lock."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from store.codec import CodecError
from store.files import TEMPORARY, Files, explained
from store.json_data import dump, parse


class Requests:
    """A folder of requests. A file appears under its number complete, or not at all (link)."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files

    def all(self) -> tuple[tuple[str, str], ...]:
        """Verb and argument of each, oldest first."""
        return tuple(request for _, request in self._found())

    def drop(self, verb: str, argument: str) -> None:
        """Add one, durable on return."""
        self._files.make_folder(self._folder)
        temporary = self._folder / f"{os.getpid()}.new{TEMPORARY}"
        self._files.replace(temporary, dump({"verb": verb, "argument": argument}))
        try:
            self._number(temporary)
        finally:
            self._files.remove(temporary)
        self._files.flush_folder(self._folder)

    def take(self, verb: str, argument: str) -> None:
        """Remove the oldest that reads so, if there is one."""
        for path, request in self._found():
            if request == (verb, argument):
                self._files.remove(path)
                self._files.flush_folder(self._folder)
                return

    def forget(self, argument: str) -> None:
        """Remove all that name this argument."""
        for path, request in list(self._found()):
            if request[1] == argument:
                self._files.remove(path)

    def _number(self, temporary: Path) -> None:
        """Give it the next free number; another command may be doing the same."""
        numbers = [int(path.stem) for path in self._folder.glob("[0-9]*.json")]
        for number in count(max(numbers, default=0) + 1):
            target = self._folder / f"{number:06}.json"
            with explained(target):
                try:
                    target.hardlink_to(temporary)
                except FileExistsError:
                    continue
            return

    def _found(self) -> Iterator[tuple[Path, tuple[str, str]]]:
        with explained(self._folder):
            paths = sorted(self._folder.glob("[0-9]*.json"))
        for path in paths:
            content = self._files.read(path)
            try:
                data = parse(content or b"")
                yield path, (str(data["verb"]), str(data["argument"]))
            except (CodecError, KeyError):
                continue  # not one of ours
