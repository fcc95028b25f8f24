"""What the measurements say: one line a number, and all of them as a table or as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """One number, what it is compared with, and whether it reaches its goal."""

    what: str
    value: float | None  # None: it could not be measured, `peer` says why
    unit: str
    peer: str = ""
    peer_value: float | None = None
    goal: str = ""
    met: bool | None = None  # None: there is no goal

    @property
    def ratio(self) -> float | None:
        """The number, in multiples of the peer's."""
        return self.value / self.peer_value if self.value is not None and self.peer_value else None

    @property
    def cells(self) -> tuple[str, ...]:
        """As the table has it."""
        return (
            self.what,
            _number(self.value, self.unit),
            f"{self.peer} {_number(self.peer_value, self.unit)}".strip(),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self.goal,
            {True: "yes", False: "no", None: ""}[self.met],
        )


def show(lines: Iterable[Line], console: Console) -> None:
    """The table; what is measured stands once, however many it is compared with."""
    table = Table(pad_edge=False, show_edge=False)
    for name in ("what", "Keepwarm", "beside it", "ratio", "goal", "met"):
        table.add_column(name, justify="right" if name in ("Keepwarm", "ratio") else "left")
    above = ""
    for line in lines:
        what, *rest = line.cells
        table.add_row("" if what == above else what, *rest, style="bold" if line.met is False else None)
        above = what
    console.print(table)


def write(lines: Iterable[tuple[str, Line]], about: dict[str, object], path: Path) -> None:
    """The same as JSON: {"about": {machine, date, ...}, "lines": [{row, what, value, unit, ...}]}."""
    found = [{"row": row, **asdict(line), "ratio": line.ratio} for row, line in lines]
    path.write_text(json.dumps({"about": about, "lines": found}, indent=1, ensure_ascii=False) + "\n")


def _number(value: float | None, unit: str) -> str:
    """Three significant digits, or all digits before the point."""
    if value is None:
        return ""
    whole = isinstance(value, int) or abs(value) >= 100
    return f"{value:,.0f} {unit}".strip() if whole else f"{value:.3g} {unit}"
