"""What commands ask of the running daemon: one small numbered file each, dropped without the lock."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

from store.codec import CodecError
from store.files import Files, explained
from store.json_data import dump, parse

_NAMES = "[0-9]*.json"


class Requests:
    """A folder of requests. A file appears complete, or not at all; two with one number were made in one moment."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files

    def all(self) -> tuple[tuple[str, str], ...]:
        """Verb and argument of each, oldest first."""
        return tuple(request for _, request in self._found())

    def drop(self, verb: str, argument: str) -> None:
        """Add one, durable on return."""
        self._files.make_folder(self._folder)
        numbers = (path.stem.partition("-")[0] for path in self._folder.glob(_NAMES))
        last = max((int(number) for number in numbers if number.isdecimal()), default=0)
        path = self._folder / f"{last + 1:06}-{token_hex(4)}.json"
        self._files.replace(path, dump({"verb": verb, "argument": argument}))
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

    def _found(self) -> Iterator[tuple[Path, tuple[str, str]]]:
        with explained(self._folder):
            paths = sorted(self._folder.glob(_NAMES))
        for path in paths:
            content = self._files.read(path)
            try:
                data = parse(content or b"")
                yield path, (str(data["verb"]), str(data["argument"]))
            except (CodecError, KeyError):
                continue  # not one of ours
