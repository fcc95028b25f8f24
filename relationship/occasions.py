"""Occasions: the one thing that a rule can act on once. One small function per trigger, one table of them all.

Each function reads a story and yields what there is to act on now; whether it is early, late or already done
is for the rules to say. An occasion's key never changes while it lasts, so that a rule acts on it once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relationship.checkins import CheckIn
from relationship.decisions import Verdict
from relationship.ledger import Turn
from relationship.letters import Letter, State
from relationship.messages import Message, Side
from relationship.story import Story

STAR_GRACE = timedelta(minutes=10)  # a star can be taken back so long


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that a rule may act on."""

    trigger: str
    key: str
    moment: datetime  # compared with the watermarks
    about: str  # in words, for `why`
    whose: Side  # whose hours `after` and `before` are counted in
    start: datetime  # where `after` counts from: the moment, or later where the steps start anew
    seen_at: datetime | None = None  # when we learnt of it; None where it is a matter of time alone
    turn: Turn | None = None
    message: Message | None = None
    check_in: CheckIn | None = None
    letter: Letter | None = None
    aliases: tuple[str, ...] = ()  # keys under which it may have been acted on before a late mail came in
    over: str = ""  # why no further step applies, where it ended before all were taken


Finder = Callable[[Story, datetime], Iterator[Occasion]]


def replied(trigger: str, party: Side) -> Finder:
    """`contractor replied`, `owner replied`: each exchange, never for a closer."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.ledger.exchanges:
            if turn.party is party and not turn.closer and turn.answered_at:
                about = f"{_who(story, party)} answered {_quoted(turn.subject)} on {_day(turn.answered_at)}"
                yield Occasion(
                    trigger=trigger,
                    key=f"exchange/{turn.answered}",
                    moment=turn.answered_at,
                    about=about,
                    whose=party,
                    start=turn.answered_at,
                    seen_at=turn.answered_seen_at,
                    turn=turn,
                    message=story.by_key[turn.answered],
                )

    return find


def waiting(trigger: str, party: Side) -> Finder:
    """`waiting on contractor`, `waiting on owner`: each asking wait, also one that ended in mid-steps."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.waits(party):
            if turn.asks:
                yield _wait(story, trigger, turn, now)
        for turn in story.ledger.exchanges:
            if turn.party is party and turn.asks and turn.answered_at:
                answered = f"{_who(story, party)} answered on {_day(turn.answered_at)}"
                yield replace(_wait(story, trigger, turn, turn.answered_at), over=answered)

    return find


def _wait(story: Story, trigger: str, turn: Turn, end: datetime) -> Occasion:
    return Occasion(
        trigger=trigger,
        key=f"wait/{turn.asked}",
        moment=turn.since,
        about=f"waiting on {_who(story, turn.party)} for {_quoted(turn.subject)} since {_day(turn.since)}",
        whose=turn.party,
        start=_start(story, turn, end),
        seen_at=turn.seen_at,
        turn=turn,
        message=story.by_key[turn.asked],
        aliases=tuple(f"wait/{m.key}" for m in _askings(story, turn, end)),
    )


def _askings(story: Story, turn: Turn, end: datetime) -> list[Message]:
    """The messages that asked in this turn: a late mail can make another of them the first."""
    return [
        message
        for message in story.in_conversation(turn.conversation)
        if message.side is turn.party.other and turn.since <= message.at <= end and message.key != turn.asked
    ]


def _start(story: Story, turn: Turn, end: datetime) -> datetime:
    """A contractor's steps start anew when the owner's older debt is paid, or an absence ends."""
    if turn.party is Side.OWNER:
        return turn.since
    paid = [
        debt.answered_at
        for debt in story.ledger.exchanges
        if debt.party is Side.OWNER and debt.asks and debt.answered_at
        if debt.since < turn.since < debt.answered_at <= end and debt.since >= story.profile.watermark
    ]
    back = [a.until for a in story.absences if a.since <= end and turn.since < a.until]
    return max([turn.since, *paid, *back])


def silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`silence`: neither side has said anything since the last event, or since the watermark."""
    yield _since_last(story, "silence", story.last_event, f"silence between you and {story.contractor.name}")


def owner_silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`owner silence`: the owner has said nothing."""
    last = story.last_from(Side.OWNER)
    yield _since_last(story, "owner silence", last, f"you have not written to {story.contractor.name}")


def _since_last(story: Story, trigger: str, last: Message | None, about: str) -> Occasion:
    since = max(last.at, story.profile.watermark) if last else story.profile.watermark
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{last.key if last else 'start'}",
        moment=since,
        about=f"{about} since {_day(since)}",
        whose=Side.OWNER,
        start=since,
        message=last,
    )


def starred(story: Story, now: datetime) -> Iterator[Occasion]:
    """`starred`: the owner flagged a contractor's mail, ten minutes ago, and the flag is still there."""
    for message in story.human:
        if message.starred_at and message.side is Side.CONTRACTOR:
            yield Occasion(
                trigger="starred",
                key=f"star/{message.key}",
                moment=message.starred_at,
                about=f"you starred {_quoted(message.subject)}",
                whose=Side.CONTRACTOR,
                start=message.starred_at + STAR_GRACE,
                message=message,
            )


def contractor_added(story: Story, now: datetime) -> Iterator[Occasion]:
    """`contractor added`: an address never seen was added to the policy, after the first run."""
    added_at = story.profile.added_at
    if added_at:
        yield Occasion(
            trigger="contractor added",
            key="added",
            moment=added_at,
            about=f"{story.contractor.name} was added",
            whose=Side.CONTRACTOR,
            start=added_at,
        )


def check_in_due(story: Story, now: datetime) -> Iterator[Occasion]:
    """`check-in due`: a slot was found whose notice has come (the tick plans it, see `cadence`)."""
    for check_in in story.check_ins.values():
        if check_in.state == "planned":
            yield Occasion(
                trigger="check-in due",
                key=f"check-in/{check_in.uid}/{check_in.sequence}",
                moment=check_in.planned_at,
                about=f"a check-in with {story.contractor.name} on {_day(check_in.starts_at)}",
                whose=Side.CONTRACTOR,
                start=check_in.planned_at,
                check_in=check_in,
            )


def withheld(trigger: str, gate: str) -> Finder:
    """Built-in notices: a gate withheld a letter, and the owner is told instead."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for decision in story.decisions.values():
            if decision.gate == gate and decision.verdict is Verdict.HOLD:
                yield Occasion(
                    trigger=trigger,
                    key=f"{gate}/{decision.occasion}",
                    moment=decision.at,
                    about=f"held because of {gate}: {decision.about}",
                    whose=Side.OWNER,
                    start=decision.at,
                    turn=_turn_of(story, decision.occasion),
                )

    return find


def unprovable(story: Story, now: datetime) -> Iterator[Occasion]:
    """Built-in notice: nobody can tell whether a letter went out, so it is not sent again."""
    for letter in story.letters.values():
        if letter.state is State.UNPROVABLE and letter.attempted_at:
            yield Occasion(
                trigger="unprovable",
                key=f"unprovable/{letter.token}",
                moment=letter.attempted_at,
                about=f"nobody can tell whether {_quoted(letter.subject)} went out",
                whose=Side.OWNER,
                start=letter.attempted_at,
                letter=letter,
            )


def _turn_of(story: Story, occasion: str) -> Turn | None:
    asked = occasion.removeprefix("wait/")
    return next((turn for turn in story.ledger.waits if turn.asked == asked), None)


FINDERS: Mapping[str, Finder] = {
    "contractor replied": replied("contractor replied", Side.CONTRACTOR),
    "owner replied": replied("owner replied", Side.OWNER),
    "waiting on contractor": waiting("waiting on contractor", Side.CONTRACTOR),
    "waiting on owner": waiting("waiting on owner", Side.OWNER),
    "silence": silence,
    "owner silence": owner_silence,
    "starred": starred,
    "contractor added": contractor_added,
    "check-in due": check_in_due,
    # Built-in notices to the owner (rules/notices.py), which no rules file can name.
    "owner first": withheld("owner first", "owner first"),
    "one of two answered": withheld("one of two answered", "one of two answered"),
    "unprovable": unprovable,
}


def _who(story: Story, side: Side) -> str:
    return "you" if side is Side.OWNER else story.contractor.name


def _quoted(subject: str) -> str:
    return f"“{subject}”" if subject else "a mail without a subject"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %b %Y %H:%M} UTC"
