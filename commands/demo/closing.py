"""The end of the demo: ledger and temperatures in short, letters by rule, and where everything lies."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.text import Text

from commands.demo.folder import Folder
from commands.demo.view import WIDTH, View
from commands.status import rows
from relationship.facts.messages import Side
from relationship.warmth.latency import short
from tick.bookkeeping.books import Books

MEDIANS = ("contractor_median_s", "owner_median_s")
_COLOURS = {"warm": "green", "cooling": "yellow", "cold": "red"}


def tell(view: View, books: Books, folder: Folder, program: str, now: datetime) -> None:
    """Print what came of the quarter."""
    found, page = list(rows(books, now)), Page(view.console)
    page.title("The quarter")
    page.say(_summary(view))
    page.title("The ledger in short: medians of working time, and what is open now")
    _ledger(page, found)
    page.title("How warm it is")
    for row in found:
        _temperature(page, row)
    page.title("Letters and notes by rule")
    _count(page, (part.rule or part.template for sent in view.sent for part in sent.parts))
    page.title("Held back, and by what")
    _count(page, (decision.gate or "no longer needed" for decision in view.withheld))
    page.title("Read on")
    _paths(page, folder, program)


class Page:
    """Plain lines of at most 79 characters."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def title(self, text: str) -> None:
        """A heading, with a blank line above it."""
        self._console.print(f"\n{text}", style="bold", markup=False, highlight=False)

    def say(self, text: str, first: str = "  ", rest: str = "  ") -> None:
        """A paragraph."""
        lines = wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)
        self.line(Text("\n".join(lines)))

    def line(self, text: Text) -> None:
        """A line as it is, however long."""
        self._console.print(text, soft_wrap=True, highlight=False)


def _summary(view: View) -> str:
    to_owner = sum(sent.letter.reader is Side.OWNER for sent in view.sent)
    to_contractors = len(view.sent) - to_owner
    return (
        f"{view.past} mails lay in the mailbox before Keepwarm began: it read them, and wrote to nobody "
        f"about them. Then {view.mails} mails came and went. Keepwarm wrote {to_contractors} letters in "
        f"Nora’s name, and {to_owner} mails to Nora alone."
    )


def _ledger(page: Page, found: Iterable[dict[str, Any]]) -> None:
    page.line(Text(f"  {'':<18}{'they answer in':<17}{'you answer in':<16}{'they owe':<11}you owe", "dim"))
    for row in found:
        asking = [wait["on"] for wait in row["waits"] if wait["asks"]]
        they, you = (short(row[name]) if row[name] is not None else "-" for name in MEDIANS)
        they_owe, you_owe = asking.count(Side.CONTRACTOR) or "-", asking.count(Side.OWNER) or "-"
        page.line(Text(f"  {row['contractor']:<18}{they:<17}{you:<16}{they_owe:<11}{you_owe}"))


def _temperature(page: Page, row: dict[str, Any]) -> None:
    page.line(
        Text(f"  {row['contractor']}: ").append(row["temperature"], _COLOURS.get(row["temperature"], ""))
    )
    for reason in row["reasons"]:
        page.say(reason, first="    - ", rest="      ")


def _count(page: Page, names: Iterable[str]) -> None:
    for name, number in Counter(names).most_common():
        page.say(name, first=f"  {number:3}  ", rest="       ")


def _paths(page: Page, folder: Folder, program: str) -> None:
    page.say(f"The letters, as pages, as text and as mail: {folder.letters / 'index.html'}")
    page.say("The same books, by the commands that you would use:")
    for command in ("status", "ledger", "why Ben"):
        page.line(Text(f"    {program} {command}"))
