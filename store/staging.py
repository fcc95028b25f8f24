"""A TinyDB storage that holds its data in memory; one `commit` puts all of it in the file's place.

TinyDB's own JSONStorage rewrites the file in place at every call, so a crash tears it. Here TinyDB's API
works on staged data, and nothing is on the disk, or believed to be, before `commit`.
"""

from collections.abc import Callable
from typing import Any

from tinydb.storages import Storage

Tables = dict[str, dict[str, Any]]


class StagingStorage(Storage):
    """Staged data over kept data. TinyDB puts new documents in place of old ones, and changes none."""

    def __init__(self, kept: Tables, save: Callable[[Tables], None]) -> None:
        self._kept = kept
        self._save = save
        self._staged: Tables | None = None

    @property
    def staged(self) -> bool:
        """Whether there is something to commit."""
        return self._staged is not None

    def read(self) -> Tables:
        """The tables as staged; TinyDB changes the outer dict that it gets."""
        return dict(self._kept if self._staged is None else self._staged)

    def write(self, data: Tables) -> None:
        """Stage."""
        self._staged = data

    def commit(self) -> None:
        """Save what is staged; where that fails, it stays as it was."""
        if self._staged is not None:
            self._save(self._staged)
            self._kept, self._staged = self._staged, None

    def rollback(self) -> None:
        """Forget what is staged."""
        self._staged = None
