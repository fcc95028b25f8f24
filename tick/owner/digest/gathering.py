"""The digest, gathered from the stories of all relationships. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from relationship.check_ins.planning import never_invited
from relationship.deadlines import deadlines
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import LOST, WENT_OUT, Letter, State
from relationship.facts.messages import Kind, Message, Side
from relationship.facts.temperature import TOO_EARLY, WARM, Temperature
from relationship.occasions.check_ins import answered_by_mail, unsaid
from relationship.occasions.shared import StoryOf, nobody, unanswered
from relationship.story import Story
from relationship.subjects import plain_subject
from relationship.warmth.evidence import Evidence
from relationship.warmth.temperature import Reading, read
from relationship.warmth.tuning import Tuning
from tick.owner.digest.contents import (
    Call,
    Dated,
    Digest,
    Draft,
    Sent,
    Speed,
    Trouble,
    Waiting,
    Warmth,
    Withheld,
)
from tick.owner.digest.pace import WEEK, Answers, overall, weekly

AHEAD = timedelta(days=14)  # deadlines and check-ins so near are told of
UNTOLD = frozenset({"", "condition", "already done", "at most", "quiet hours"})  # gates that speak every day
OUT = ("paused", "ended")

T = TypeVar("T")


def gather(
    stories: Iterable[Story], tuning: Tuning, since: datetime, now: datetime, story_of: StoryOf = nobody
) -> Digest:
    """The digest of (since, now], of all relationships that are not paused or ended.

    One story is gone through after the other: all of them together are more than memory should hold.
    """
    parts: list[Digest] = []
    known: list[Answers] = []
    for story in stories:
        evidence = Evidence(story, story_of)
        parts.append(_of_one(story, evidence, tuning, since, now))
        if parts[-1].people:
            known.append(evidence.answers)
    return Digest(
        since=since,
        until=now,
        people=sum(part.people for part in parts),
        debts=_all(parts, lambda part: part.debts, lambda one: -one.days),
        drafts=_all(parts, lambda part: part.drafts),
        troubles=_all(parts, lambda part: part.troubles),
        unsaid=_all(parts, lambda part: part.unsaid),
        waits=_all(parts, lambda part: part.waits, lambda one: -one.days),
        deadlines=_all(parts, lambda part: part.deadlines, lambda one: one.day),
        check_ins=_all(parts, lambda part: part.check_ins, lambda call: call.check_in.starts_at),
        temperatures=_all(
            parts, lambda part: part.temperatures, lambda one: (one.temperature.points, one.who)
        ),
        warm=sum(part.warm for part in parts),
        too_early=sum(part.too_early for part in parts),
        speeds=_all(parts, lambda part: part.speeds, lambda one: -one.change),
        overall=overall(known, now),
        weekly=tuple(weekly(known, now)),
        sent=_all(parts, lambda part: part.sent, lambda letter: letter.at),
        notes=sum(part.notes for part in parts),
        withheld=_all(parts, lambda part: part.withheld),
        dates=_all(parts, lambda part: part.dates, lambda one: one.day),
        locale=next((part.locale for part in parts), ""),
    )


def _all(
    parts: Iterable[Digest], of: Callable[[Digest], tuple[T, ...]], order: Callable[[T], Any] | None = None
) -> tuple[T, ...]:
    """What all relationships add to one list, in the relationships' order where none is told."""
    found = (one for part in parts for one in of(part))
    return tuple(sorted(found, key=order) if order else found)


def _of_one(story: Story, evidence: Evidence, tuning: Tuning, since: datetime, now: datetime) -> Digest:
    """What one relationship adds to it; in no order yet."""
    part = Digest(
        since=since,
        until=now,
        people=0,
        troubles=tuple(_troubles(story, since, now)),
        sent=tuple(_sent(story, since, now)),
        notes=_notes(story, since, now),
        withheld=tuple(_withheld(story, since, now)),
        locale=story.owner.locale,
    )
    if _phase(story, now) in OUT:
        return part
    known = read(story, tuning, story.temperature, now, evidence.story_of)
    warmth, waits = _warmth(story, known.temperature, since), tuple(_waits(story, evidence, now))
    speed = _speed(story, known)
    return replace(
        part,
        people=1,
        debts=tuple(one for one in waits if one.turn.party is Side.OWNER),
        drafts=tuple(_drafts(story)),
        unsaid=tuple(_unsaid(story, since, now)),
        waits=tuple(one for one in waits if one.turn.party is Side.CONTRACTOR),
        deadlines=tuple(_deadlines(story, now)),
        check_ins=tuple(_coming(story, now)),
        temperatures=(warmth,) if _is_news(warmth) else (),
        warm=int(warmth.temperature.state == WARM),
        too_early=int(warmth.temperature.state == TOO_EARLY),
        speeds=(speed,) if speed.change else (),
        dates=tuple(_dates(story, since, now)),
    )


def _phase(story: Story, now: datetime) -> str:
    return story.contractor.phase_at(now)


def _who(story: Story) -> str:
    return story.contractor.name


# -- waits ---------------------------------------------------------------------------------------------------


def _waits(story: Story, evidence: Evidence, now: datetime) -> Iterator[Waiting]:
    for turn in unanswered(story, evidence.story_of, now):
        if turn.since <= now:
            start = evidence.waited_from(turn, now)
            days = evidence.working_days(turn.party, start, now)
            away = start if start > turn.since else None
            lasts = start > now
            yield Waiting(_who(story), turn, days, away if lasts else None, None if lasts else away)


# -- what needs the owner ------------------------------------------------------------------------------------


def _drafts(story: Story) -> Iterator[Draft]:
    """Letters that go out only on the owner's word."""
    for letter in story.letters.values():
        if letter.state is State.ASKED:
            yield Draft(_who(story), letter.subject, letter.created_at)


def _troubles(story: Story, since: datetime, now: datetime) -> Iterator[Trouble]:
    """What stands in the way; of who has ended only what became of the last letters: nothing else is to be mended."""
    who, ended = _who(story), _phase(story, now) == "ended"
    if not ended and (address := story.contractor.addresses[0]) in story.bouncing:
        yield Trouble(who, f"mail to {address} comes back: is there another address?")
    if "contractor" in story.paused_by and not ended:
        yield Trouble(who, "asked for no letters, and gets none; only they can change that")
    for letter in story.letters.values():
        if letter.state in LOST and letter.attempted_at and since < letter.attempted_at <= now:
            refused = letter.state is State.REFUSED
            how = "was refused by the mail server" if refused else "may not have arrived"
            yield Trouble(who, f"“{letter.subject}” {how}")
    for check_in in story.check_ins.values():
        if check_in.state == "disputed" and check_in.ends_at > now - 2 * WEEK:
            yield Trouble(who, "you two say different things about how the last check-in went")


def _unsaid(story: Story, since: datetime, now: datetime) -> Iterator[Call]:
    """Check-ins that were asked about a day before, without a word from anybody; each in one digest alone."""
    for check_in in unsaid(story, now, now - 2 * WEEK):
        about = f"check-in over/{check_in.uid}/"
        asked = [x for x in story.letters.values() if x.occasion.startswith(about) and x.sent_at]
        first = min((x.sent_at for x in asked if x.sent_at), default=now)
        if since <= first + timedelta(days=1) < since + WEEK:
            yield Call(_who(story), check_in, asked[-1].token)


# -- what lies ahead -----------------------------------------------------------------------------------------


def _deadlines(story: Story, now: datetime) -> Iterator[Dated]:
    for deadline in deadlines(story):
        if deadline.done:
            continue
        end = deadline.ends_at(story)
        subject = plain_subject(deadline.set_by.subject)
        if now < end <= now + AHEAD:
            yield Dated(_who(story), deadline.due, "due", subject)
        elif now - 2 * WEEK < end <= now:
            yield Dated(_who(story), deadline.due, "missed", subject)


def _coming(story: Story, now: datetime) -> Iterator[Call]:
    for check_in in story.check_ins.values():
        ahead = check_in.stands and now < check_in.starts_at <= now + AHEAD
        if ahead and not never_invited(story, check_in):
            yield Call(_who(story), check_in, by_mail=answered_by_mail(story, check_in))


# -- temperatures and speed ----------------------------------------------------------------------------------


def _warmth(story: Story, temperature: Temperature, since: datetime) -> Warmth:
    """As it is now: the reasons are today's."""
    return Warmth(_who(story), temperature, bool(temperature.before) and temperature.since > since)


def _is_news(one: Warmth) -> bool:
    """What is not warm is, and what changed. A new one that is fine: no news."""
    changed = one.changed and one.temperature.before != TOO_EARLY
    return one.temperature.state != TOO_EARLY and (one.temperature.state != WARM or changed)


def _speed(story: Story, known: Reading) -> Speed:
    """The numbers on which the temperature's reasons rest."""
    return Speed(
        who=_who(story),
        theirs=known.theirs.recent if known.theirs else None,
        theirs_usual=known.theirs.usual if known.theirs else None,
        yours=known.yours.recent if known.yours else None,
        yours_usual=known.yours.usual if known.yours else None,
    )


# -- what was sent, and what was not -------------------------------------------------------------------------


def _sent(story: Story, since: datetime, now: datetime) -> Iterator[Sent]:
    for letter in story.letters.values():
        if letter.reader is Side.CONTRACTOR and letter.state in WENT_OUT and _in(letter, since, now):
            drafted = letter.state is State.DRAFTED
            yield Sent(_who(story), letter.subject, letter.rule, letter.sent_at or now, drafted)


def _in(letter: Letter, since: datetime, now: datetime) -> bool:
    return letter.sent_at is not None and since < letter.sent_at <= now


def _notes(story: Story, since: datetime, now: datetime) -> int:
    return sum(x.reader is Side.OWNER and _in(x, since, now) for x in story.letters.values())


def _withheld(story: Story, since: datetime, now: datetime) -> Iterator[Withheld]:
    """What was held or suppressed for a reason that the owner may want to know, each reason once.

    That who is paused or ended in rules.yaml gets nothing, whatever the rule, stands there already.
    """
    found: Counter[tuple[str, str, bool]] = Counter()
    known = "gone" if _phase(story, now) in OUT else ""
    for decision in story.decisions.values():
        if since < decision.at <= now and _is_told(decision) and decision.gate != known:
            found[decision.rule, decision.why, decision.verdict is Verdict.HOLD] += 1
    for (rule, why, held), times in found.items():
        yield Withheld(_who(story), rule, why, held, times)


def _is_told(decision: Decision) -> bool:
    return decision.verdict is not Verdict.SEND and decision.gate not in UNTOLD


# -- dates that were read ------------------------------------------------------------------------------------


def _dates(story: Story, since: datetime, now: datetime) -> Iterator[Dated]:
    """Days that this week's mails name, so that the owner sees what was understood."""
    for message in story.messages:
        if since < message.seen_at <= now and message.authentic:
            yield from _named(story, message)


def _named(story: Story, message: Message) -> Iterator[Dated]:
    subject = plain_subject(message.subject)
    if message.kind is Kind.HUMAN and message.due:
        yield Dated(_who(story), message.due, "set" if message.side is Side.OWNER else "proposed", subject)
    elif message.kind is Kind.AUTO_REPLY and message.back_on and message.side is Side.CONTRACTOR:
        yield Dated(_who(story), message.back_on, "back")
