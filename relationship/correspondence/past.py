"""The past: what a conversation leaves in numbers when its mails go to the yearly files.

Theory of operation. Live facts are few, so that a tick costs what is new. Yet the temperature compares this month with
the year before it, a streak counts back, and thanks are remembered. All they ask of old talk is when each side wrote,
who owed whom an answer, for how long, and when the owner said thanks: a few numbers, one line a conversation, kept in
the `Summary` of the month in which it ended. A conversation that comes back takes its line with it
(tick/recording/record.py).

Only plain talk is told in numbers (`is_plain`). What holds more, a tag, a date, an answer about a check-in, stays as
it is for as long as anything looks back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from itertools import chain

from relationship.correspondence.ledger import Ledger, Turn
from relationship.facts.messages import Kind, Message, Side, is_thanks
from relationship.facts.summary import Summary
from relationship.invitations.answers import says_something

PLAIN = frozenset({Kind.HUMAN, Kind.LIST, Kind.OWN})
_LETTERS = {Side.OWNER: "o", Side.CONTRACTOR: "c"}
_SIDES = {letter: side for side, letter in _LETTERS.items()}


def is_plain(conversation: Iterable[Message]) -> bool:
    """Whether its mails are nothing but talk."""
    return all(message.kind in PLAIN and not _says_more(message) for message in conversation)


def _says_more(message: Message) -> bool:
    """Whether something else than the ledger may rest on it."""
    if not (message.authentic and message.readable):
        return True
    tags = set(message.tags) - {"nrn"}  # which the ledger has heeded
    said = tags or message.takes_back or message.due or message.bad_news or message.starred_at
    about = message.about_letter or message.also_asked or message.unsuited
    return bool(said or about) or says_something(message)


def month_of(moment: datetime) -> datetime:
    """When its month began, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def told_in_numbers(name: str, conversation: Sequence[Message], ledger: Ledger) -> tuple[datetime, str]:
    """The month and the line of a plain conversation; `ledger` is its own."""
    said = [m for m in conversation if m.kind is Kind.HUMAN and m.authentic]
    places = {message.key: number for number, message in enumerate(said)}
    start = conversation[0].at
    numbers = ",".join(f"{int((m.at - start).total_seconds())}{_writer(m)}" for m in said)
    turns = ",".join(_turn(turn, places) for turn in (*ledger.exchanges, *ledger.waits))
    subject = " ".join(next((turn.subject for turn in ledger.waits), "").split())
    line = f"{digest(name)} {int(start.timestamp())} {numbers or '-'} {turns or '-'} {subject}"
    return month_of(conversation[-1].at), line


def _writer(message: Message) -> str:
    letter = _LETTERS[message.side]
    return letter.upper() if message.side is Side.OWNER and is_thanks(message) else letter


def _turn(turn: Turn, places: Mapping[str, int]) -> str:
    letter = _LETTERS[turn.party]
    return f"{places[turn.asked]}-{places.get(turn.answered, '')}{letter.upper() if turn.asks else letter}"


def digest(name: str) -> str:
    """A conversation's name as its line has it."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def tells_of(name: str, summaries: Iterable[Summary]) -> bool:
    """Whether a conversation has its line."""
    own = digest(name)
    return any(line.startswith(own) for month in summaries for line in month.lines)


def changed(
    summaries: Mapping[str, Summary],
    added: Iterable[tuple[datetime, str]] = (),
    gone: Iterable[str] = (),
) -> list[Summary]:
    """The summaries that differ once conversations have left (month and line), or come back (their names)."""
    digests = {digest(name) for name in gone}
    after: dict[datetime, dict[str, str]] = {}
    for month, line in added:
        after.setdefault(month, {})[line.partition(" ")[0]] = line
    digests.update(*after.values())
    found = []
    known_months = {summary.since: summary for summary in summaries.values()}
    for month in sorted({*known_months, *after}):
        known = known_months.get(month, Summary(month, ()))
        kept = [line for line in known.lines if line.partition(" ")[0] not in digests]
        lines = (*kept, *after.get(month, {}).values())
        if lines != known.lines:
            found.append(replace(known, lines=lines))
    return found


@dataclass(frozen=True, slots=True)
class _Month:
    """A summary, read."""

    exchanges: list[Turn]
    waits: list[Turn]
    said: dict[str, list[datetime]]  # by digest, when somebody wrote
    written: dict[Side, list[datetime]]
    thanks: list[datetime]


class Past:
    """What one relationship's summaries say."""

    def __init__(self, summaries: Mapping[str, Summary], before: "Past | None" = None) -> None:
        self.summaries = summaries
        # By month, the summary and what it says.
        self._known: dict[str, tuple[Summary, _Month]] = dict(before._known) if before else {}

    @cached_property
    def size(self) -> int:
        """How many mails it tells of."""
        return sum(line.count(",") + 1 for month in self.summaries.values() for line in month.lines)

    @cached_property
    def _months(self) -> list[_Month]:
        for month, summary in self.summaries.items():
            if month not in self._known or self._known[month][0] is not summary:
                self._known[month] = summary, _read(summary)
        return [self._known[month][1] for month in self.summaries]

    @cached_property
    def exchanges(self) -> list[Turn]:
        """The exchanges, oldest first; of each is known what the line tells."""
        turns = chain.from_iterable(month.exchanges for month in self._months)
        return sorted(turns, key=lambda turn: turn.since)

    @cached_property
    def paid(self) -> list[tuple[datetime, datetime]]:
        """The owner's debts: since when, and when they were paid by an answer."""
        owed = (x for x in self.exchanges if x.party is Side.OWNER and x.asks)
        return [(turn.since, turn.answered_at) for turn in owed if turn.answered_at]

    @cached_property
    def waits(self) -> list[Turn]:
        """The waits that were given up, oldest first, with their subjects."""
        turns = chain.from_iterable(month.waits for month in self._months)
        return sorted(turns, key=lambda turn: turn.since)

    @cached_property
    def thanks(self) -> list[datetime]:
        """When the owner closed a conversation with their thanks."""
        return sorted(chain.from_iterable(month.thanks for month in self._months))

    @cached_property
    def written(self) -> dict[Side, list[datetime]]:
        """When each side wrote, oldest first."""
        return {
            side: sorted(chain.from_iterable(month.written[side] for month in self._months)) for side in Side
        }

    def said_in(self, conversation: str) -> list[datetime]:
        """When somebody wrote in a conversation of these exchanges and waits."""
        return next((m.said[conversation] for m in self._months if conversation in m.said), [])


def _read(summary: Summary) -> _Month:
    month = _Month([], [], {}, {side: [] for side in Side}, [])
    for line in summary.lines:
        name, start, said, turns, subject = line.split(" ", 4)
        times = [_moment(int(start), mail, month) for mail in _items(said)]
        month.said[name] = times
        for turn in (_turn_of(item, name, subject, times) for item in _items(turns)):
            (month.exchanges if turn.answered_at else month.waits).append(turn)
    return month


def _items(text: str) -> list[str]:
    return [] if text == "-" else text.split(",")


def _moment(start: int, mail: str, month: _Month) -> datetime:
    at = datetime.fromtimestamp(start + int(mail[:-1]), UTC)
    month.written[_SIDES[mail[-1].lower()]].append(at)
    if mail[-1] == "O":
        month.thanks.append(at)
    return at


def _turn_of(item: str, name: str, subject: str, times: Sequence[datetime]) -> Turn:
    opened, answered = item[:-1].split("-")
    since = times[int(opened)]
    at = times[int(answered)] if answered else None
    return Turn(
        conversation=name,
        subject=subject,
        party=_SIDES[item[-1].lower()],
        since=since,
        asks=item[-1].isupper(),
        chasers=0,
        asked=f"{name}#{opened}",
        seen_at=since,
        asked_at=since,
        answered_at=at,
        answered=f"{name}#{answered}" if answered else "",
        answered_seen_at=at,
    )
