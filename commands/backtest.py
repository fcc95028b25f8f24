"""`backtest`: what today's rules would have done with the mail that was recorded."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from commands.backtesting import Line, Past, backtest, differences, past_of
from commands.house import House
from commands.output import (
    AsJson,
    complain,
    counted,
    errors,
    local,
    plainly,
    print_json,
    print_table,
    tell_of_damage,
)
from relationship.facts.decisions import Verdict

Since = Annotated[
    str, typer.Option("--since", help="How far back: 90d, 12w, 2y, or a day such as 2026-01-15.")
]
Diff = Annotated[
    Path | None, typer.Option("--diff", help="Another rules file: which letters would be other ones?")
]
Letters = Annotated[bool, typer.Option("--letters", help="List every letter, not only how many.")]

SEEN = 0.005  # no eye sees a smaller step of the bar
_SPAN = re.compile(r"(\d{1,5})\s*(d|day|w|week|m|month|y|year)s?")
_PARTICULAR = re.compile(r"\d+ \w{3} \d{4} \d\d:\d\d|\d+ h \d\d min|\d+ min|“[^”]*”")
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}  # in days
_VERDICTS = (Verdict.SEND, Verdict.HOLD, Verdict.SUPPRESS)


@plainly
def command(
    context: typer.Context,
    since: Since = "90d",
    diff: Diff = None,
    letters: Letters = False,
    as_json: AsJson = False,
) -> None:
    """Replay the recorded mail through the rules: which letters would have gone out, which not, and why."""
    house: House = context.obj
    policy, other = house.policy(house.templates()), None
    if diff:
        elsewhere = house.elsewhere(diff, house.data)
        other = elsewhere.policy(elsewhere.templates())
    now = house.now()
    begin = beginning(since, now, policy.owner.timezone)
    past = _past(house)
    begin = _not_before_the_first(past, begin, now, policy.owner.timezone)
    with _bar("Today's rules") as progress:
        found = backtest(house, policy, past, begin, now, progress=progress)
    if other is None or diff is None:
        _tell(found, policy.owner.timezone, letters, as_json)
        return
    with _bar(str(diff)) as progress:
        found_there = backtest(house.elsewhere(diff, house.data), other, past, begin, now, progress=progress)
    _tell_difference(found, found_there, (str(house.rules), str(diff)), policy.owner.timezone, as_json)


def beginning(text: str, now: datetime, timezone: str) -> datetime:
    """The moment that `--since` means; a day begins in the owner's zone. Exits 1 where it is none."""
    span = _SPAN.fullmatch(text.strip().lower())
    try:
        if span:
            return now - timedelta(days=int(span[1]) * _UNITS[span[2][0]])
        begin = datetime.combine(date.fromisoformat(text.strip()), time(), ZoneInfo(timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        complain(f"--since {text}: write how far back, such as 90d, 12w or 2y, or a day such as 2026-01-15.")
        raise typer.Exit(1) from None
    if begin >= now:
        complain(f"--since {text} lies ahead: there is no mail yet to replay.")
        raise typer.Exit(1)
    return begin


def _not_before_the_first(past: Past, begin: datetime, now: datetime, timezone: str) -> datetime:
    """Of a time before all recorded mail nobody knows anything: no silence in it is one."""
    if past.first is None:
        complain("No mail is recorded yet: let Keepwarm read the mailbox first, with run --once.")
    elif begin < past.first:
        complain(f"The recorded mail begins on {local(past.first, timezone)}: so does the replay.")
    return max(begin, past.first or now)


def _past(house: House) -> Past:
    store = house.store(read_only=True)
    try:
        past = past_of(store)
        tell_of_damage(store.damaged().values())
        return past
    finally:
        store.close()


@contextmanager
def _bar(title: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error; none where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors(), transient=True, disable=not errors().is_terminal) as bar:
        task = bar.add_task(title, total=1.0)
        shown = 0.0

        def show(share: float) -> None:
            nonlocal shown
            if share - shown >= SEEN:
                shown = share
                bar.update(task, completed=share)

        yield show


def _tell(found: list[Line], zone: str, letters: bool, as_json: bool) -> None:
    if as_json:
        print_json(map(vars, found))
        return
    print_table(
        "What the rules would have done",
        ("rule", "contractor", "sent", "held", "suppressed", "mostly because"),
        _summary(found),
        "Nothing: no mail of that time is recorded, or nothing in it sets off a rule.",
    )
    sent = [line for line in found if line.verdict == Verdict.SEND]
    if letters:
        _print_letters("The letters", sent, zone)
    typer.echo(f"{counted(len(sent), 'letter')} would have gone out, {len(found) - len(sent)} would not.")


def _summary(found: Iterable[Line]) -> Iterator[tuple[str, ...]]:
    """One row per rule and contractor, in the order in which they first had something to say."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in found:
        groups[line.rule, line.contractor].append(line)
    for (rule, contractor), lines in sorted(groups.items()):
        numbers = Counter(line.verdict for line in lines)
        withheld = Counter(_reason(line.why) for line in lines if line.verdict != Verdict.SEND)
        mostly = withheld.most_common(1)[0][0] if withheld else ""
        yield rule, contractor, *(str(numbers[verdict] or "") for verdict in _VERDICTS), mostly


def _reason(why: str) -> str:
    """The reason without what differs from case to case, so that equal ones are counted together."""
    return _PARTICULAR.sub("…", why)


def _print_letters(title: str, lines: Iterable[Line], zone: str) -> None:
    rows = ((local(x.at, zone), x.rule, x.to, x.template, x.subject) for x in lines)
    print_table(title, ("when", "rule", "to", "letter", "subject"), rows, f"{title}: none.")


def _tell_difference(
    today: list[Line], other: list[Line], names: tuple[str, str], zone: str, as_json: bool
) -> None:
    both = tuple(zip(names, differences(today, other), strict=True))
    if as_json:
        print_json({**vars(line), "only_in": name} for name, lines in both for line in lines)
        return
    for name, lines in both:
        _print_letters(f"Only with {name}", lines, zone)
    if not any(lines for _, lines in both):
        typer.echo("The same letters would go out at the same times.")
