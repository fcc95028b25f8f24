"""What the demo shows while it runs: each mail, each letter with its reason, and what was held back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from commands.demo.post import Mail
from mail.reading.words.wordlists import is_greeting
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter
from relationship.parties import Contractor, Party

WIDTH = 79
INDENT = 29  # of what happens: two blanks, the time, who to whom


@dataclass(frozen=True)
class Sent:
    """A letter that went out."""

    at: datetime
    letter: Letter
    reader: Party
    parts: tuple[Letter, ...]  # what the rules sent: the notes of a bundle, or the letter itself
    whys: tuple[str, ...]  # of each part
    content: bytes


class View:
    """A calm log, day by day on the owner's clock; below it, on a terminal, how far the play has come."""

    def __init__(
        self, console: Console, timezone: str, begin: datetime, end: datetime, quiet: bool = False
    ) -> None:
        self.console, self._zone, self._quiet = console, ZoneInfo(timezone), quiet
        self._begin, self._end = begin, end
        self.sent: list[Sent] = []
        self.withheld: list[Decision] = []
        self.mails = self.past = 0
        self._raised = False  # the curtain: before, nothing is shown
        self._day: date | None = None
        self._bar: Progress | None = None

    @contextmanager
    def curtain(self) -> Iterator[None]:
        """From the first tick to the last."""
        self.past, self.mails = self.mails, 0
        self._raised = True
        if not self.console.is_terminal:
            yield
            return
        columns = (TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.fields[told]}"))
        with Progress(*columns, console=self.console, transient=True) as self._bar:
            self._bar.add_task("", total=1.0, told="")
            yield
        self._bar = None

    def at(self, now: datetime) -> None:
        """The clock moved on."""
        if self._bar:
            self._bar.update(
                self._bar.task_ids[0],
                completed=(now - self._begin) / (self._end - self._begin),
                description=f"{now.astimezone(self._zone):%a %-d %b %Y}",
                told=f"{self.mails} mails, {len(self.sent)} letters",
            )

    # -- what happens --------------------------------------------------------------------------------------

    def mail(self, at: datetime, mail: Mail, to: str, how: str, is_first: bool) -> None:
        """Somebody wrote: a first mail is shown by its subject, an answer by how it begins."""
        self.mails += 1
        what = mail.subject if is_first else f"“{_beginning(mail.text)}”"
        who = mail.writer.party.first_name
        self._line(at, f"{who} is away" if how == "away" else f"{who} to {to}", what)

    def star(self, at: datetime, mail: Mail) -> None:
        """The owner starred a mail."""
        self._line(at, f"star for {mail.writer.party.first_name}", mail.subject, "yellow")

    def rsvp(self, at: datetime, contractor: Contractor, answer: str) -> None:
        """An invitation was answered."""
        self._line(at, f"{contractor.first_name}’s calendar", f"invitation {answer}")

    def click(self, at: datetime, party: Party, tag: str) -> None:
        """Somebody followed a letter's link."""
        self._line(at, f"{party.first_name} clicks", f"the link in the letter: {tag}")

    def letter(self, sent: Sent) -> None:
        """Keepwarm sent a letter."""
        self.sent.append(sent)
        self._line(sent.at, f"KEEPWARM to {sent.reader.first_name}", sent.letter.subject, "bold green")
        for part, why in zip(sent.parts, sent.whys, strict=True):
            self._print(f"{part.template}: {why}" if why else part.template, "green")

    def held_back(self, at: datetime, decision: Decision) -> None:
        """A letter was held, dropped or cancelled; a rule that does not fit at all is no news."""
        if decision.gate == "condition" or self._said_before(decision):
            return
        self.withheld.append(decision)
        cancelled = decision.why.startswith("cancelled: ")
        verb = "cancelled" if cancelled else "held" if decision.verdict is Verdict.HOLD else "not sent"
        self._line(at, verb, f"{decision.rule}: {decision.why.removeprefix('cancelled: ')}", "dim")

    def _said_before(self, decision: Decision) -> bool:
        """One answer cancels all steps to come; once is enough to say so."""
        return any(
            (one.rule, one.occasion, one.why) == (decision.rule, decision.occasion, decision.why)
            for one in self.withheld
        )

    # -- lines ---------------------------------------------------------------------------------------------

    def _line(self, at: datetime, who: str, what: str, style: str = "") -> None:
        local = at.astimezone(self._zone)
        if self._raised and local.date() != self._day:
            self._day = local.date()
            self._print("", "")
            self._print(f"{local:%A %-d %B %Y}", "bold", indent=0)
        head = f"  {local:%H:%M}  {who}"
        self._print(what, style, head=f"{head:<{INDENT - 1}} ")

    def _print(self, what: str, style: str, head: str = "", indent: int = INDENT) -> None:
        if not self._raised or self._quiet:
            return
        lines = wrap(what, WIDTH - indent, max_lines=3, placeholder=" …") or [""]
        for n, line in enumerate(lines):
            start = head if head and n == 0 else " " * indent if line else ""
            self.console.print(
                Text(start + line, style), soft_wrap=True
            )  # not `style=`: the bar would wear it


def _beginning(text: str) -> str:
    """How a mail begins, below its greeting: the first sentences, as far as they are short."""
    lines = text.splitlines()
    body = "\n".join(lines[1:] if is_greeting(lines[0]) or lines[0].startswith("#") else lines).strip()
    first = " ".join(body.partition("\n\n")[0].split())
    short = wrap(first, 2 * (WIDTH - INDENT) - 8)
    return short[0] + (" …" if len(short) > 1 else "")
