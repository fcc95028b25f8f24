"""Gates that spend the occasion: the letter will not be sent, now or later."""

from datetime import datetime, timedelta

from relationship.clocks.durations import Duration
from relationship.correspondence.reach import ADDRESS_GONE
from relationship.facts.letters import Letter
from relationship.facts.messages import Side
from rules.evaluation import Case
from rules.gates.holding import absent
from rules.gates.world import TOLD, UPDATES, World, any_time
from rules.policy import Policy

NEVER_STALE = UPDATES | {"unprovable", "refused"}  # what became of a letter: nobody else tells the owner
A_SECOND = timedelta(seconds=1)
NEXT_MAIL = Duration(1, "days", working=True)
A_WHILE = Duration(1, "hours", working=True)  # the day's mail is written in its first tick, not to the second


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
    if case.rule.when in NEVER_STALE:
        return None
    due, limit, until = _due_at(case), world.policy.limits.stale_after, case.occasion.until
    if until and until <= world.now:
        late = "and the next one has come" if case.rule.rhythm else "and the day is over"
    elif fresh_until(case, world.policy) < world.now:
        late = f"more than {limit} ago"
    elif _waits_for_hours(case, world) and _is_overtaken(case, due, limit):
        late = "and the next one comes soon after it can go out"
    else:
        return None
    return f"stale: it was due {case.story.when(due)}, {late}"


def _waits_for_hours(case: Case, world: World) -> bool:
    """Whether the letter cannot go out at once: whoever may be written to at any time is waited for while away."""
    return not any_time(case, world.policy) or absent(case, world) is not None


def _is_overtaken(case: Case, due_at: datetime, limit: Duration) -> bool:
    """A rhythm's letter that had to wait for its reader, until half a round before they get the next one."""
    until, clock = case.occasion.until, case.story.clock(case.reader)
    if until is None or case.rule.rhythm is None or due_at != case.due_at:  # the owner wanted this very one
        return False
    begins, _ = _in_time(case, due_at, limit)
    return begins > due_at and 2 * (clock.next_open(until) - begins) < until - due_at


def fresh_until(case: Case, policy: Policy) -> datetime:
    """The last moment at which the letter may still go out: nights and absences of its reader make nothing late."""
    clock, due_at = case.story.clock(case.reader), _due_at(case)
    _, late = _in_time(case, due_at, policy.limits.stale_after)
    if case.reader is Side.OWNER and not case.rule.any_time:  # the day's one mail may have gone
        late = max(late, clock.after(clock.after(due_at, NEXT_MAIL), A_WHILE))
    until = case.occasion.until
    return min(late, until - A_SECOND) if until else late


def _in_time(case: Case, due_at: datetime, limit: Duration) -> tuple[datetime, datetime]:
    """When its time begins, with their hours, and ends; anew with their return where that ends in an absence."""
    clock, away = case.story.clock(case.reader), case.story.absences if case.reader is Side.CONTRACTOR else ()

    def times(moment: datetime) -> tuple[datetime, datetime]:
        begins = clock.next_open(moment)
        return begins, clock.after(begins, limit)

    begin_and_end = times(due_at)
    while back := next((x.until for x in away if any(x.since <= at < x.until for at in begin_and_end)), None):
        begin_and_end = times(back)
    return begin_and_end


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
