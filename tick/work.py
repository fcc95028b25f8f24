"""What one tick did, as counts: the steps' answer to "was there work?"."""

from dataclasses import asdict, dataclass, fields


@dataclass(slots=True)
class Work:
    """Counts, in the words of `run --once --json`. A draft (`mode: drafts`) is composed, and not sent."""

    read: int = 0
    recorded: int = 0
    decided: int = 0
    composed: int = 0
    sent: int = 0
    held: int = 0
    suppressed: int = 0
    cancelled: int = 0
    refused: int = 0
    errors: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in asdict(self).items() if count)

    def __iadd__(self, other: "Work") -> "Work":
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self
