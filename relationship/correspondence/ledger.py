"""The ledger: all exchanges and open waits of both sides, a pure fold over messages.

Theory of operation. In each conversation the ball lies with one side, or with nobody. A person's message of
one side first answers what that side owed, then hands the ball over; while the ball lies with the other side
already, it is a chaser. What closes (a closer, #nrn, FYI) answers and hands nothing over; what settles takes
the ball out of play. So does who takes back what they asked, and a word about the day that alone was asked about.
The messages are put in order first, so that the order of their arrival does not matter. Working time is no part of
the fold: it is counted when asked for, with the hours that hold then.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from relationship.clocks.hours import WorkingClock
from relationship.correspondence.ordering import in_order
from relationship.facts.messages import Kind, Message, Side
from relationship.values import value

CLICKS = frozenset(["settled", "accept", "decline"])  # what one says to Keepwarm alone that may end a wait
LAPSES = timedelta(days=60)  # a wait in a conversation that was quiet for so long is given up


@value
class Turn:
    """One turn of the ball: a wait while `answered_at` is None, an exchange once it was answered."""

    conversation: str
    subject: str  # of the conversation, without "Re:"
    party: Side  # who owes (or owed) the answer
    since: datetime  # aware UTC: when the message that opened it came
    asks: bool
    chasers: int
    asked: str  # key of the message that opened it
    seen_at: datetime  # when that message was first seen
    asked_at: datetime  # when its first question came: what opened it may ask nothing
    dated: bool = False  # it asks, and nothing in it by more than a date
    questions: tuple[str, ...] = ()  # keys of the messages that asked; none of a turn that is told in numbers
    answered_at: datetime | None = None
    answered: str = ""  # key of the message that closed it
    answered_seen_at: datetime | None = None
    closer: bool = False  # the answer was a closer

    @property
    def elapsed_s(self) -> int | None:
        """Seconds from question to answer; None while it is open."""
        return None if self.answered_at is None else int((self.answered_at - self.since).total_seconds())

    @property
    def as_asked(self) -> "Turn":
        """The turn as people speak of it: since it was asked, and how often it was asked again since."""
        return replace(self, since=self.asked_at, chasers=max(len(self.questions) - 1, 0))


@value
class Ledger:
    """What one or more conversations amount to, oldest first."""

    exchanges: tuple[Turn, ...] = ()
    waits: tuple[Turn, ...] = ()


def fold(conversation: str, subject: str, messages: Iterable[Message], begun: Ledger | None = None) -> Ledger:
    """The ledger of one conversation; messages in any order, each once.

    Where the ball was moved before, by mails that all of these come after, that ledger is what has `begun`.
    """
    exchanges = list(begun.exchanges) if begun else []
    wait = next(iter(begun.waits), None) if begun else None
    first = begun is None
    for message in in_order(messages):
        if not moves_the_ball(message):
            continue
        if wait and ends(wait, message):
            wait = None
        if not (message.about_letter or "settled" in message.tags):
            answers = bool(wait and wait.asks and wait.party is message.side)
            if wait and wait.party is message.side:
                exchanges.append(_answered(wait, message))
                wait = None
            if hands_over(message):
                asks = _asks(message, answers) or (first and _asks_as_the_first(message))
                wait = _chased(wait, message, asks) if wait else _opened(conversation, subject, message, asks)
        first = False
    return Ledger(tuple(exchanges), (wait,) if wait else ())


def _asks(message: Message, answers: bool) -> bool:
    """Whether it asks; "The 14:00, please." does not where it `answers` a question."""
    return message.asks and not (answers and message.asks_only == "please")


def _asks_as_the_first(message: Message) -> bool:
    """Whether it asks as the first of its conversation: the owner's does, but not what only tells of a payment."""
    return message.side is Side.OWNER and "paid" not in message.tags


def moves_the_ball(message: Message) -> bool:
    """Whether the message counts at all: a person wrote it, and our server did not find it forged.

    What is said to Keepwarm alone, by a link in a letter, counts only where it settles, or says yes or no to a day.
    """
    honest = message.kind is Kind.HUMAN and message.authentic
    return honest and (not message.about_letter or not CLICKS.isdisjoint(message.tags))


def hands_over(message: Message) -> bool:
    """Whether it gives the other side the ball. A contractor only in Cc is not asked."""
    return not message.closes and (message.handed or message.side is Side.CONTRACTOR)


def ends(wait: Turn, message: Message) -> bool:
    """Whether a wait is over with it though nobody has answered.

    It is settled, or taken back by who asked. Where the contractor has asked by nothing but a day, the owner's yes or
    no to it by a click ends it, or that the work is delivered.
    """
    if "settled" in message.tags:
        return True
    if wait.party is message.side.other and message.takes_back:
        return True
    return wait.dated and wait.party is Side.OWNER and _decides(message)


def _decides(message: Message) -> bool:
    """Whether nothing is left to be said about a day that the contractor proposed."""
    if message.side is Side.CONTRACTOR:
        return "done" in message.tags
    return bool(message.about_letter)


def _opened(conversation: str, subject: str, message: Message, asks: bool) -> Turn:
    return Turn(
        conversation=conversation,
        subject=subject,
        party=message.side.other,
        since=message.at,
        asks=asks,
        chasers=0,
        asked=message.key,
        seen_at=message.seen_at,
        asked_at=message.at,
        dated=asks and message.asks_only == "date",
        questions=(message.key,) if asks else (),
    )


def _chased(wait: Turn, message: Message, asks: bool) -> Turn:
    return replace(
        wait,
        chasers=wait.chasers + 1,
        asks=wait.asks or asks,
        asked_at=message.at if asks and not wait.asks else wait.asked_at,
        dated=(wait.dated or not wait.asks) and message.asks_only == "date" if asks else wait.dated,
        questions=(*wait.questions, message.key) if asks else wait.questions,
    )


def _answered(wait: Turn, message: Message) -> Turn:
    return replace(
        wait,
        answered_at=message.at,
        answered=message.key,
        answered_seen_at=message.seen_at,
        closer=message.closes,
    )


def working_s(turn: Turn, clock: WorkingClock) -> int | None:
    """Seconds from question to answer within the answerer's hours; None while it is open."""
    return None if turn.answered_at is None else clock.seconds_between(turn.since, turn.answered_at)


def median_working_s(exchanges: Iterable[Turn], clock: WorkingClock) -> int | None:
    """The median working time of one party's exchanges, in seconds; None where there is none."""
    times = [worked for turn in exchanges if (worked := working_s(turn, clock)) is not None]
    return int(median(times)) if times else None


def lapses_at(wait: Turn, last_event: datetime) -> datetime:
    """From when on a wait is only listed: nothing was said in its conversation for 60 days."""
    return max(wait.since, last_event) + LAPSES
