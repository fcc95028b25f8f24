"""Occasions of the ball: answers, waits, silence."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from relationship.correspondence.ledger import Turn, ends, fold
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Message, Side
from relationship.occasions.occasion import Finder, Occasion, quoted, who
from relationship.occasions.shared import asked_anew_at
from relationship.story import Story

START = "start"  # so the key of a silence ends in which nobody has ever written
DEBT_COUNTS = timedelta(days=14)  # an older debt of the owner no longer shields the contractor


def replied(trigger: str, party: Side) -> Finder:
    """`contractor replied`, `owner replied`: each exchange, never for a closer."""

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.lately(now):
            if turn.party is party and not turn.closer and turn.answered_at:
                about = (
                    f"{who(story, party)} answered {quoted(turn.subject)} on {story.when(turn.answered_at)}"
                )
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
                    aliases=tuple(f"exchange/{m.key}" for m in _said_after(story, turn)),
                )

    return find


def _said_after(story: Story, turn: Turn) -> Iterator[Message]:
    """What followed the answer before the other side wrote again: one of these was the answer until it came in."""
    for message in story.in_conversation(turn.conversation):
        if turn.answered_at is None or message.at < turn.answered_at or message.key == turn.answered:
            continue
        if message.side is not turn.party:
            return
        yield message


def waiting(trigger: str, party: Side) -> Finder:
    """`waiting on contractor`, `waiting on owner`: each asking wait, also one that ended in mid-steps.

    Of one that ended before anything was decided about it there is nothing to say; one in a conversation that was
    quiet for 60 days is given up.
    """

    def find(story: Story, now: datetime) -> Iterator[Occasion]:
        for turn in story.open_questions(now):
            if turn.party is party:
                yield _wait(story, trigger, turn, now)
        for turn in story.lately(now):
            if turn.party is party and turn.asks and turn.answered_at and _is_dealt_with(story, turn):
                answered = f"{who(story, party)} answered on {story.when(turn.answered_at)}"
                yield replace(_wait(story, trigger, turn, turn.answered_at), over=answered)

    return find


def _wait(story: Story, trigger: str, turn: Turn, end: datetime) -> Occasion:
    """Its moment is that of the question: a mail that asks nothing may have opened the turn long before."""
    question = next(iter(turn.questions), turn.asked)
    return Occasion(
        trigger=trigger,
        key=f"wait/{turn.asked}",
        moment=turn.asked_at,
        about=f"waiting on {who(story, turn.party)} for {quoted(turn.subject)} since {story.when(turn.asked_at)}",
        whose=turn.party,
        start=_start(story, turn, end),
        seen_at=story.by_key[question].seen_at,
        turn=turn,
        message=story.by_key[turn.asked],
        aliases=tuple(f"wait/{m.key}" for m in _askings(story, turn, end)),
    )


def _is_dealt_with(story: Story, turn: Turn) -> bool:
    askings = (turn.asked, *(m.key for m in _askings(story, turn, turn.answered_at or turn.since)))
    return any(f"wait/{key}" in story.dealt_with for key in askings)


def _askings(story: Story, turn: Turn, end: datetime) -> list[Message]:
    """The messages that asked in this turn: a late mail can make another of them the first."""
    return [
        message
        for message in story.in_conversation(turn.conversation)
        if message.side is turn.party.other and turn.since <= message.at <= end and message.key != turn.asked
    ]


def _start(story: Story, turn: Turn, end: datetime) -> datetime:
    """Where the steps count from: when it was asked; a contractor's anew when a debt is paid or an absence ends."""
    if turn.party is Side.OWNER:
        return turn.asked_at
    debts = debts_paid(story)
    later = debts[bisect_right(debts, turn.since, key=lambda debt: debt[1]) :]
    paid = [at for since, at in later if story.profile.watermark <= since < turn.since and at <= end]
    back = [a.until for a in story.absences if a.since <= end and turn.since < a.until]
    return max([asked_anew_at(story, turn), *paid, *back])


def may_start_anew(occasion: Occasion) -> bool:
    """Whether the steps of an occasion count from another moment once a debt is paid, or an absence ends."""
    turn = occasion.turn
    return turn is not None and turn.party is Side.CONTRACTOR and turn.answered_at is None


def given_up_at(occasion: Occasion, story: Story) -> datetime | None:
    """When an open wait is given up by time alone; None of other occasions."""
    turn = occasion.turn
    return None if turn is None or turn.answered_at else story.lapses_at(turn)


def debts_paid(story: Story) -> list[tuple[datetime, datetime]]:
    """The owner's debts that were paid, by an answer, or ended without one: since when, and when; by their ends."""
    return story.whole.folded(_paid)


def _paid(story: Story) -> list[tuple[datetime, datetime]]:
    answered = ((turn, turn.answered_at) for turn in story.ledger.exchanges)
    owed = ((turn, at) for turn, at in (*answered, *_ended(story)) if turn.party is Side.OWNER and turn.asks)
    return sorted(
        (*story.past.paid, *((debt.since, at) for debt, at in owed if at)), key=lambda pair: pair[1]
    )


def _ended(story: Story) -> Iterator[tuple[Turn, datetime]]:
    """The waits that ended with nobody's answer, and when: the ledger keeps no exchange of them."""
    dated = {story.conversation_of[m.key] for m in story.mail.marked if m.asks_only == "date"}
    for message in story.mail.tagged:
        conversation = story.conversation_of[message.key]
        if not (message.takes_back or "settled" in message.tags or conversation in dated):
            continue
        said = story.in_conversation(conversation)
        before = said[: said.index(message)]
        for wait in fold(conversation, "", before).waits:
            if ends(wait, message):
                yield wait, message.at


def waited_from(story: Story, turn: Turn, now: datetime) -> datetime:
    """Where the days of a wait are counted from: its question, or the end of an absence that lay on it."""
    if turn.party is Side.OWNER:
        return turn.asked_at
    back = [a.until for a in story.absences if a.since <= now and turn.asked_at < a.until]
    return max([turn.asked_at, *back])


def older_debt(story: Story, before: datetime, now: datetime) -> Turn | None:
    """The oldest asking wait on the owner that shields the contractor, if there is one."""
    for wait in story.whole.waits(Side.OWNER):
        fresh = wait.since >= story.profile.watermark and now - wait.since < DEBT_COUNTS
        if wait.asks and fresh and wait.since < before:
            return wait
    return None


def shielded_by(story: Story, debt: Turn) -> str:
    """Why a contractor is not chased, in words."""
    whom = story.contractor.name
    return f"owner first: you owe {whom} an answer to “{debt.subject}” since {story.when(debt.asked_at)}"


def silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`silence`: neither side has said anything since the last event; without one, since the watermark."""
    yield _since_last(
        story, now, "silence", story.last_event, f"silence between you and {story.contractor.name}"
    )


def owner_silence(story: Story, now: datetime) -> Iterator[Occasion]:
    """`owner silence`: the owner has said nothing."""
    last = story.last_from(Side.OWNER)
    yield _since_last(story, now, "owner silence", last, f"you have not written to {story.contractor.name}")


def _since_last(story: Story, now: datetime, trigger: str, last: Message | None, about: str) -> Occasion:
    """Counted from the last mail, or from the last check-in that was held: who talks is not silent."""
    since, name = (last.at, last.key) if last else (story.profile.watermark, START)
    call = max(_held(story, now), key=lambda one: one.ends_at, default=None)
    if call and (last is None or last.at < call.ends_at):
        since, name, last = call.ends_at, call.uid, None
    return Occasion(
        trigger=trigger,
        key=f"{trigger}/{name}",
        moment=since,
        about=f"{about} since {story.when(since)}",
        whose=Side.OWNER,
        start=since,
        lasts=True,
        message=last,
        debt=_open_debt(story, now),
    )


def nobody_wrote(occasion: Occasion) -> bool:
    """Whether it is a silence of people who have never written: then it has no beginning that anybody knows of."""
    return occasion.key.endswith(f"silence/{START}")


def _held(story: Story, now: datetime) -> Iterator[CheckIn]:
    return (one for one in story.check_ins.values() if one.was_held and one.ends_at <= now)


def _open_debt(story: Story, now: datetime) -> Turn | None:
    """The oldest question that still waits for the owner, however old: a silence may be theirs to break."""
    return next((wait for wait in story.open_questions(now) if wait.party is Side.OWNER), None)
