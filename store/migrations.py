"""Schema versions: every file says which one wrote it; older ones are brought up to date, newer ones refused.

A fact is migrated by itself, so that one list of steps serves live files and the lines of yearly files alike.
A new field with a default needs no step. A live file is migrated when it is first loaded for writing, with a
copy of the old one beside it; the lines of a yearly file stay as they are, and are migrated whenever they are
read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store.codec import CodecError, Doc, NewerError

Step = Callable[[str, Doc], Doc]  # (table, one fact as of version n) -> the same as of version n + 1

STEPS: tuple[Step, ...] = ()  # the first one leads from version 1 to 2


def newer(path: Path, error: NewerError) -> str:
    """What to do about data that a newer version wrote."""
    return f"{path} was written by a newer Keepwarm ({error}): update this one. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Schema:
    """The version that this program writes, and how it reads older ones."""

    steps: tuple[Step, ...] = field(default=STEPS)

    @property
    def version(self) -> int:
        """What is written into new files."""
        return len(self.steps) + 1

    def check(self, version: object) -> int:
        """The version, if it can be read here; else CodecError, or NewerError."""
        if type(version) is not int or version < 1:
            raise CodecError(f"{version!r} is no schema version")
        if version > self.version:
            raise NewerError(f"it has schema {version}, and this version reads up to {self.version}")
        return version

    def migrate(self, docs: Mapping[str, Doc], table: str, version: int) -> dict[str, Doc]:
        """Facts of an older version, by key, as of this one; CodecError for what is no table of facts."""
        try:
            current = dict(docs.items())
            for step in self.steps[version - 1 :]:
                current = {key: step(table, doc) for key, doc in current.items()}
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise CodecError(f"its table {table!r} cannot be read: {error}") from error
        return current
