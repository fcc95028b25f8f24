"""Watching the rules file while the daemon runs: a change counts once the file has rested for five seconds."""

import threading
from collections.abc import Callable
from pathlib import Path

RESTED = 5  # seconds without a change: an editor may write a file in several steps
GLANCE = 1.0  # seconds between two looks

Print = tuple[tuple[str, int, int, int], ...]


class Watch(threading.Thread):
    """Looks at the rules file and the letters beside it, and says when a change has come to rest."""

    def __init__(self, rules: Path, tell: Callable[[], None]) -> None:
        super().__init__(name="rules watch", daemon=True)
        self._rules, self._tell = rules, tell
        self._stopping = threading.Event()
        self._changed = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        known = last = self._look()
        rested = 0
        while not self._stopping.wait(GLANCE):
            seen = self._look()
            rested = rested + 1 if seen == last else 0
            last = seen
            if seen != known and rested >= RESTED:
                known = seen
                self._changed.set()
                self._tell()

    def changed(self) -> bool:
        """Whether a change has come to rest since this was asked last."""
        changed = self._changed.is_set()
        self._changed.clear()
        return changed

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()

    def _look(self) -> Print:
        letters = sorted((self._rules.parent / "templates").rglob("*.md"))
        return tuple(found for path in (self._rules, *letters) if (found := _print_of(path)))


def _print_of(path: Path) -> tuple[str, int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return str(path), seen.st_ino, seen.st_mtime_ns, seen.st_size
