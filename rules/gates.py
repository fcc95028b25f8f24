"""The gates: what can stand between a due letter and its reader. In the order of the table at the end.

A gate returns None where it has nothing against the letter, else a judgement with its reason. "Suppress" spends the
occasion; "hold" is judged again. In doubt, quiet.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from relationship.decisions import Judgement, Verdict
from relationship.letters import OPEN_STATES, Letter, State
from relationship.messages import Kind, Message, Side
from relationship.occasions.turns import DEBT_COUNTS, older_debt
from relationship.reach import ADDRESS_GONE
from relationship.story import Story
from rules.evaluation import WENT_OUT, Case
from rules.policy import Policy, Rate

CHASES = frozenset({"waiting on contractor", "deadline near", "deadline missed", "check-in unanswered"})
# Their calendars are wrong until it is out.
UPDATES = frozenset({"check-in changed", "check-in cancelled", "check-in kept"})
NEVER_STALE = UPDATES | {"unprovable", "refused"}  # what became of a letter: nobody else tells the owner
LAST_LOOK = "last look"
TOTAL_LIMIT = "total limit"  # the owner is told when it is reached
COUNTED = WENT_OUT | OPEN_STATES
A_SECOND = timedelta(seconds=1)


class Outgoing(NamedTuple):
    """A letter to a contractor, as the limits count it."""

    contractor: str
    at: datetime


@dataclass(slots=True)
class World:
    """What the gates know besides the case."""

    policy: Policy
    now: datetime
    # Rolling: what was sent, is on its way, and was decided in this tick.
    outgoing: list[Outgoing] = field(default_factory=list)
    # The story of another contractor, by address.
    story_of: Callable[[str], Story | None] = lambda address: None
    # The folder with mail of a relationship that was never recorded.
    unrecorded: Mapping[str, str] = field(default_factory=dict)
    # What was decided to be sent in this tick: contractor, occasion and template, by which rule.
    chosen: dict[tuple[str, str, str], str] = field(default_factory=dict)
    # How many letters of a rule about a contractor were decided on in this tick, and are not written yet.
    decided: dict[tuple[str, str], int] = field(default_factory=dict)


Gate = Callable[[Case, World], str | Judgement | None]


def judge(case: Case, world: World) -> Judgement:
    """The verdict on a due case, with its reason; the first gate that objects speaks."""
    for name, verdict, gate in GATES:
        objection = gate(case, world)
        if objection:
            return objection if isinstance(objection, Judgement) else Judgement(verdict, objection, gate=name)
    return Judgement(Verdict.SEND, case.occasion.about)


def condition(case: Case, world: World) -> str | None:
    """`if:` does not hold."""
    return case.unmet or None


def gone(case: Case, world: World) -> str | None:
    """The contractor is paused, has ended, or wants no letters."""
    story = case.story
    if "contractor" in story.paused_by and case.reader is Side.CONTRACTOR:
        return f"{story.contractor.name} asked for no letters"
    if case.rule.when in UPDATES:
        return None
    phase = story.contractor.phase_at(world.now)
    if phase in ("paused", "ended"):
        return f"{story.contractor.name} is {phase} in rules.yaml"
    return f"{story.contractor.name} is paused by you" if "owner" in story.paused_by else None


def bouncing(case: Case, world: World) -> str | None:
    """Mail to the address comes back for good."""
    address = case.story.contractor.addresses[0]
    if case.reader is Side.OWNER:
        return None
    if letter := case.story.turned_away.get(address):
        return f"mail to {address} is refused ({letter.reply})"
    bounced = case.story.bouncing.get(address)
    if bounced is None or bounced.bounce is None:
        return None
    return f"mail to {address} came back ({bounced.bounce.status or ADDRESS_GONE[1]})"


def already_done(case: Case, world: World) -> str | None:
    """Another rule has said the same thing about the same occasion, or is about to."""
    chosen = world.chosen.get((case.story.key, case.occasion.key, said_by(case)), case.rule.name)
    if chosen != case.rule.name:
        return f"already done: the rule “{chosen}” sends {_alike(case)}"
    inviting = {rule.name for rule in world.policy.rules if rule.invite} if case.rule.invite else set()
    own = case.story.letters.get(case.letter)
    for decision in case.story.decisions.values():
        if decision.occasion != case.occasion.key or decision.rule == case.rule.name:
            continue
        letter = case.story.letters.get(decision.letter)
        if letter is None or letter.state not in TOLD:
            continue
        earlier = own is None or letter.created_at < own.created_at
        if earlier and (letter.template == case.step.send or decision.rule in inviting):
            return f"already done: the rule “{decision.rule}” sent {_alike(case)}"
    return None


def said_by(case: Case) -> str:
    """What two rules do not both say about one thing: a letter; an invitation to a call, in whatever words."""
    return "invitation" if case.rule.invite else case.step.send


def _alike(case: Case) -> str:
    return "an invitation to it" if case.rule.invite else "the same letter"


def at_most(case: Case, world: World) -> str | None:
    """The rule's own `at most`."""
    rate = case.rule.at_most
    if rate is None:
        return None
    letters = (x for x in case.story.letters.values() if x.rule == case.rule.name and x.token != case.letter)
    told = [x for x in letters if x.state in TOLD and _apart(x, case, world.now) < rate.window]
    decided = 0 if case.letter else world.decided.get((case.story.key, case.rule.name), 0)
    if len(told) + decided < rate.count:
        return None
    last = max((x.sent_at or x.created_at for x in told), default=world.now)
    when = "another one goes out now" if decided else f"the last one went out {case.story.when(last)}"
    return f"at most {rate.text}: {when}"


def _apart(letter: Letter, case: Case, now: datetime) -> timedelta:
    """How long ago a letter went out. Dates of a rhythm are apart as the calendar says, not to the second."""
    if case.rule.rhythm is None:
        return abs(now - (letter.sent_at or letter.created_at))
    zone = case.story.owner.clock.zone
    due, before = (at.astimezone(zone).replace(tzinfo=None) for at in (case.due_at, letter.due_at))
    return abs(due - before)


def stale(case: Case, world: World) -> str | None:
    """It was due too long ago, in the reader's working days; a calendar is put right as long as it is wrong."""
    if case.rule.when in NEVER_STALE or fresh_until(case, world.policy) >= world.now:
        return None
    limit, until = world.policy.limits.stale_after, case.occasion.until
    late = "and the day is over" if until and until <= world.now else f"more than {limit} ago"
    return f"stale: it was due {case.story.when(_due_at(case))}, {late}"


def fresh_until(case: Case, policy: Policy) -> datetime:
    """The last moment at which the letter may still go out."""
    late = case.story.clock(case.reader).after(_due_at(case), policy.limits.stale_after)
    until = case.occasion.until
    return min(late, until - A_SECOND) if until else late


def _due_at(case: Case) -> datetime:
    letter = case.story.letters.get(case.letter)
    return max(case.due_at, letter.approved_at) if letter and letter.approved_at else case.due_at


def bad_news(case: Case, world: World) -> str | None:
    """No praise on top of bad news: in the mail itself, which may be sealed, or in one that came since."""
    if case.step.send.split("/")[0] != "appreciation":
        return None
    message = case.occasion.message
    if message and message.bad_news:
        return "the mail holds bad news: no praise on top of it"
    if message and not message.readable and case.rule.when != "starred":
        return "the mail could not be read, and may hold bad news: no praise on top of it"
    theirs = (m for m in case.story.human if m.bad_news and m.side is Side.CONTRACTOR)
    if any(m.at >= case.occasion.moment for m in theirs):
        return f"{case.story.contractor.name} has written bad news since: no praise on top of it"
    return None


def wants_no_answers(case: Case, world: World) -> str | None:
    """The mail that the letter would answer asks that no machine answers it (RFC 5230, 4.6; [MS-OXCMAIL])."""
    message = case.occasion.message
    if case.reader is Side.CONTRACTOR and message and message.side is Side.CONTRACTOR and message.no_answers:
        return "the mail asks that no machine answers it (X-Auto-Response-Suppress)"
    return None


def mode(case: Case, world: World) -> str | None:
    """`mode: dry-run` sends nothing."""
    return "mode is dry-run: it is noted, and nothing goes out" if world.policy.mode == "dry-run" else None


def owner_first(case: Case, world: World) -> Judgement | None:
    """The contractor is not chased, nor complained of, while the owner owes them an older answer."""
    turn = case.occasion.turn
    chases = case.rule.when in CHASES and (case.reader is Side.CONTRACTOR or turn is not None)
    if not chases or not world.policy.limits.owner_first:
        return None
    asked_at = turn.since if turn else case.occasion.moment
    debt = older_debt(case.story, asked_at, world.now)
    if debt is None:
        return None
    whom, since = case.story.contractor.name, case.story.when(debt.since)
    why = f"owner first: you owe {whom} an answer to “{debt.subject}” since {since}"
    return Judgement(Verdict.HOLD, why, gate="owner first", until=debt.since + DEBT_COUNTS)


def absent(case: Case, world: World) -> Judgement | None:
    """An auto-reply, or `away:`, says that the contractor is not there."""
    if case.reader is Side.OWNER or case.rule.when in UPDATES:
        return None
    until = next((a.until for a in case.story.absences if a.since <= world.now < a.until), None)
    today = case.story.contractor.day_at(world.now)
    clock = case.story.clock(Side.CONTRACTOR)  # a night's work belongs to the day on which it starts
    away = any(first <= today <= last for first, last in case.story.contractor.away)
    if until is None and away and not clock.contains(world.now):
        until = clock.next_open(world.now)
    if until is None:
        return None
    why = f"{case.story.contractor.name} is away until {case.story.when(until)}"
    return Judgement(Verdict.HOLD, why, gate="absent", until=until)


def doubtful_mail(case: Case, world: World) -> str | None:
    """Mail in that person's name that we cannot trust, or cannot read, came since: it may be the answer."""
    about = case.occasion.message
    if case.rule.when not in CHASES or about is None:
        return None
    for message in case.story.in_conversation(case.story.conversation_of[about.key]):
        if _doubtful(message) and message.at >= about.at:
            return f"a mail of {case.story.when(message.at)} in this conversation could not be {_trouble(message)}"
    return None


def _doubtful(message: Message) -> bool:
    unsure = not message.authentic or not message.readable
    return message.side is Side.CONTRACTOR and message.kind in (Kind.HUMAN, Kind.RSVP) and unsure


def _trouble(message: Message) -> str:
    return "read" if message.authentic else "verified (it fails DMARC)"


def last_look(case: Case, world: World) -> str | None:
    """Mail from that person lies somewhere in the mailbox and is not in the ledger."""
    folder = world.unrecorded.get(case.story.key)
    return (
        f"there is mail from {case.story.contractor.name} in {folder} that is not in the ledger"
        if folder
        else None
    )


def needs_look(case: Case) -> bool:
    """Whether a last look in every folder comes before this letter."""
    return case.rule.when in CHASES


def might_not_reach_us(case: Case, world: World) -> str | None:
    """The answer to the question might not come to the shared mailbox."""
    message = case.occasion.message
    if case.rule.when != "waiting on contractor" or message is None or message.reaches_us:
        return None
    return "the answer might not reach the shared mailbox: the question lies not in Sent and does not name it"


def one_of_two_answered(case: Case, world: World) -> str | None:
    """The question went to two contractors, and one of them has answered."""
    message = case.occasion.message
    if case.rule.when != "waiting on contractor" or case.reader is Side.OWNER or message is None:
        return None
    other = who_answered(message, world.story_of)
    return f"the question went to {other.contractor.name} too, who has answered" if other else None


def who_answered(message: Message, story_of: Callable[[str], Story | None]) -> Story | None:
    """Of the other contractors who were asked by the same mail, the first who has answered it."""
    others = (story_of(address) for address in message.also_asked)
    return next((one for one in others if one and _has_answered(one, message)), None)


def _has_answered(story: Story, question: Message) -> bool:
    """Whether the contractor has written in that conversation since; the question may have been a chaser there."""
    conversation = story.conversation_of.get(question.key)
    return any(
        turn.conversation == conversation
        and turn.answered_at
        and turn.since <= question.at <= turn.answered_at
        for turn in story.ledger.exchanges
        if turn.party is Side.CONTRACTOR
    )


def limits(case: Case, world: World) -> Judgement | None:
    """So many letters to one contractor, and in total, in rolling windows."""
    if case.reader is Side.OWNER or case.rule.when in UPDATES or _approved(case):
        return None
    key = case.story.key
    own = [letter.at for letter in world.outgoing if letter.contractor == key]
    everybody = [letter.at for letter in world.outgoing]
    for rate in world.policy.limits.per_contractor:
        if _full(rate, own, world.now):
            return _limit(rate, own, f"limit per contractor: {rate.text}", world.now)
    for rate in world.policy.limits.in_total:
        if _full(rate, everybody, world.now):
            return _limit(rate, everybody, f"limit in total: {rate.text}", world.now, TOTAL_LIMIT)
    return None


def _approved(case: Case) -> bool:
    letter = case.story.letters.get(case.letter)
    return letter is not None and letter.approved_at is not None


def _full(rate: Rate, times: Sequence[datetime], now: datetime) -> bool:
    first, last = now - rate.window, now + rate.window
    return sum(first < at < last for at in times) >= rate.count


def _inside(rate: Rate, times: Sequence[datetime], now: datetime) -> list[datetime]:
    """The times within a window of now, on either side: a letter of next year is from a clock that was set back."""
    return sorted(at for at in times if abs(now - at) < rate.window)


def _limit(rate: Rate, times: Sequence[datetime], why: str, now: datetime, gate: str = "limits") -> Judgement:
    return Judgement(Verdict.HOLD, why, gate=gate, until=_inside(rate, times, now)[-rate.count] + rate.window)


def quiet_hours(case: Case, world: World) -> Judgement | None:
    """A letter is delivered inside its reader's working hours."""
    any_time = world.policy.limits.any_time if case.rule.any_time is None else case.rule.any_time
    clock = case.story.clock(case.reader)
    if any_time or clock.contains(world.now):
        return None
    opens = clock.next_open(world.now)
    whose = "your" if case.reader is Side.OWNER else f"{case.story.contractor.name}’s"
    return Judgement(
        Verdict.HOLD,
        f"outside {whose} working hours until {case.story.when(opens)}",
        gate="quiet hours",
        until=opens,
    )


TOLD = COUNTED | {State.BUNDLED, State.ASKED}

GATES: tuple[tuple[str, Verdict, Gate], ...] = (
    ("condition", Verdict.SUPPRESS, condition),
    ("gone", Verdict.SUPPRESS, gone),
    ("bouncing", Verdict.SUPPRESS, bouncing),
    ("already done", Verdict.SUPPRESS, already_done),
    ("at most", Verdict.SUPPRESS, at_most),
    ("stale", Verdict.SUPPRESS, stale),
    ("bad news", Verdict.SUPPRESS, bad_news),
    ("wants no answers", Verdict.SUPPRESS, wants_no_answers),
    ("mode", Verdict.HOLD, mode),
    ("owner first", Verdict.HOLD, owner_first),
    ("absent", Verdict.HOLD, absent),
    ("doubtful mail", Verdict.HOLD, doubtful_mail),
    (LAST_LOOK, Verdict.HOLD, last_look),
    ("might not reach us", Verdict.HOLD, might_not_reach_us),
    ("one of two answered", Verdict.HOLD, one_of_two_answered),
    ("limits", Verdict.HOLD, limits),
    ("quiet hours", Verdict.HOLD, quiet_hours),
)
