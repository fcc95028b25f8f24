"""What closed talk leaves behind, in numbers; relationship/correspondence/past.py writes and reads it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A month of conversations that lie in the yearly files, in numbers.

    A line is `<digest> <start> <said> <turns> <subject>`: the conversation's name, digested; when its first mail came
    (seconds since 1970); of each mail the seconds since then and who wrote it, `o` or `c`, `O` where the owner said
    thanks; of each turn the numbers of the mails that opened and answered it, none for an open one, and who owed the
    answer, in capitals where it was asked for; the subject only with an open one, or else nothing.
    """

    since: datetime  # when the month began, UTC
    lines: tuple[str, ...]

    @property
    def key(self) -> str:
        """One a month."""
        return f"{self.since:%Y-%m}"
