"""Gates that hold a letter back: they are judged again at each tick."""

from collections.abc import Iterable

from relationship.facts.decisions import Judgement, Verdict
from relationship.facts.messages import Kind, Message, Side
from relationship.occasions.check_ins import written_about
from relationship.occasions.shared import who_answered
from relationship.occasions.turns import DEBT_COUNTS, older_debt, shielded_by
from rules.evaluation import Case
from rules.gates.world import CHASES, UPDATES, World, any_time


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
    why, until = shielded_by(case.story, debt), debt.since + DEBT_COUNTS
    return Judgement(Verdict.HOLD, why, until=until)


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
    return Judgement(Verdict.HOLD, why, until=until)


def doubtful_mail(case: Case, world: World) -> str | None:
    """Mail in that person's name that we cannot trust, or cannot read, came since: it may be the answer."""
    if case.rule.when not in CHASES:
        return None
    for message in _said_since(case):
        if _doubtful(message):
            return f"a mail of {case.story.when(message.at)} in this conversation could not be {_trouble(message)}"
    return None


def _said_since(case: Case) -> Iterable[Message]:
    """What was said in the conversation since, or about the call."""
    story, about, check_in = case.story, case.occasion.message, case.occasion.check_in
    if check_in:
        return written_about(story, check_in, story.messages)
    if about is None:
        return ()
    return [m for m in story.in_conversation(story.conversation_of[about.key]) if m.at >= about.at]


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
    """The question went to two contractors, and one of them has answered: the owner, who was told so, hears no more."""
    turn = case.occasion.turn
    if case.rule.when != "waiting on contractor" or turn is None:
        return None
    other = who_answered(case.story, turn, world.story_of, world.now)
    return f"the question went to {other.contractor.name} too, who has answered" if other else None


def not_invited(case: Case, world: World) -> str | None:
    """Nobody is reminded of an invitation that was left in the Drafts folder, or waits to go out."""
    check_in = case.occasion.check_in
    if case.rule.when != "check-in unanswered" or check_in is None or case.story.told(check_in):
        return None
    return f"the invitation has not gone out to {case.story.contractor.name}, as far as is known"


def quiet_hours(case: Case, world: World) -> Judgement | None:
    """A letter is delivered inside its reader's working hours."""
    clock = case.story.clock(case.reader)
    if any_time(case, world.policy) or clock.contains(world.now):
        return None
    opens = clock.next_open(world.now)
    whose = "your" if case.reader is Side.OWNER else f"{case.story.contractor.name}’s"
    why = f"outside {whose} working hours until {case.story.when(opens)}"
    return Judgement(Verdict.HOLD, why, until=opens)
