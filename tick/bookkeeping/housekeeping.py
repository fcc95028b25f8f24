"""Housekeeping: what is closed moves to the yearly files, so that a tick costs what is new, not what was.

Plain talk is closed once it has been quiet for longer than a rule acts on it; what is still asked of it then are
numbers (relationship/correspondence/past.py). A question keeps its conversation open until it is given up, and so does
whatever waits for a word about it. What holds more than talk is closed once it has been quiet for longer than anything
looks back (the temperature compares this month with the year before it, `at most: once in a year` counts letters) and
nothing of it lies ahead. The last that each side said stays, however long ago, and so does what tells that an address
refuses mail: a silence of years does not end by itself. A conversation comes back whole when somebody answers it after
all (tick/recording/record.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from relationship.correspondence.ledger import Ledger, lapses_at
from relationship.correspondence.past import changed, is_plain, tells_of, told_in_numbers
from relationship.deadlines import deadlines
from relationship.facts import Fact
from relationship.facts.decisions import Decision, mails_of
from relationship.facts.letters import LOST, WENT_OUT, State
from relationship.facts.messages import Message, Side
from relationship.occasions.check_ins import OUTSIDE_HOURS
from relationship.story import LATELY, Story
from rules.policy import Policy
from store.protocol import OWNER
from tick.bookkeeping.books import Books

QUIET = timedelta(days=35)  # so long plain talk is live, at least
LONG_QUIET = timedelta(days=400)  # what is more than that
TOLD = timedelta(days=430)  # so long the numbers of plain talk are kept
OVER = WENT_OUT | LOST | {State.CANCELLED}


@dataclass(frozen=True, slots=True)
class Closed:
    """What leaves the live facts."""

    facts: list[Fact]
    conversation_of: dict[str, str]  # by the facts' keys
    left: list[Fact]  # what stays of them


def take_in(books: Books, key: str, messages: Iterable[Message], read_to: datetime) -> None:
    """Commit what was read of a long history; what is closed by `read_to` goes to the yearly files at once."""
    closed = _closed(books.story_with(key, messages), read_to)
    gone = {fact.key for fact in closed.facts if isinstance(fact, Message)}
    live = [message for message in messages if message.key not in gone]
    if closed.facts:
        books.archive(key, closed.facts, closed.conversation_of, [*live, *closed.left])
    else:
        books.commit(key, live)


def is_untold(books: Books, key: str, conversation: str, now: datetime) -> bool:
    """Whether a crash came between a conversation's way to the yearly files and its line in a summary."""
    if tells_of(conversation, books.store.load(key).summaries.values()):
        return False
    talk = [fact for fact in books.store.archived(key, conversation) if isinstance(fact, Message)]
    return bool(talk) and is_plain(talk) and max(message.at for message in talk) > now - TOLD


def tidy(books: Books, key: str, now: datetime) -> None:
    """Archive what is closed in one relationship; on most days nothing can be."""
    if now < books.looks.stays_until(key):
        return
    story = books.story(key)
    until = _stays_whole_until(story, now)
    if until <= now and (closed := _closed(story, now, _letters_count(books.policy))).facts:
        books.archive(key, closed.facts, closed.conversation_of, closed.left)
        until = _stays_whole_until(books.story(key), now)
    books.looks.note_stays(key, until)


def _letters_count(policy: Policy) -> timedelta:
    """So long letters count: a limit may look back for years, from when they went out, days after they were written."""
    rates = [*policy.limits.per_contractor, *policy.limits.in_total, *(rule.at_most for rule in policy.rules)]
    return max([LONG_QUIET, *(rate.window + QUIET for rate in rates if rate)])


def _talk_stays(story: Story) -> Mapping[str, datetime]:
    """By conversation, until when it surely stays live, unless more is said."""
    return story.folded(_stays)


def _stays(story: Story) -> dict[str, datetime]:
    talks, ledgers = story.mail.conversations, story.mail.ledgers
    return {name: _stays_until(talk, ledgers[name]) for name, talk in talks.items()}


def _stays_until(talk: Sequence[Message], ledger: Ledger) -> datetime:
    last = talk[-1].at
    if not is_plain(talk):
        return last + LONG_QUIET
    return max([last + QUIET, *(lapses_at(turn, last) for turn in ledger.waits if turn.asks)])


def _stays_whole_until(story: Story, now: datetime) -> datetime:
    """Until when nothing at all of it can be closed, unless more is said."""
    talk = _talk_stays(story)
    if min(talk.values(), default=now) <= now:
        lasting = _lasting(story)
        talk = {name: until for name, until in talk.items() if name not in lasting}
    return min([_others_stay(story, now), *talk.values()])


def _others_stay(story: Story, now: datetime) -> datetime:
    """Until when all that is no talk stays live, and what is yet to come as well."""
    decided = _first_passing(story, now)
    written = min(map(attrgetter("created_at"), story.letters.values()), default=now)
    told = min(map(attrgetter("since"), story.past.summaries.values()), default=now)
    return min(decided + LONG_QUIET, written + LONG_QUIET, told + TOLD)


def _closed(story: Story, now: datetime, letters_count: timedelta = LONG_QUIET) -> Closed:
    """What nothing acts on any more; a decision about what is live stays, or it would be taken anew."""
    names, long_ago = _over(story, now), now - LONG_QUIET
    old = [x for x in story.letters.values() if x.created_at < now - letters_count and x.state in OVER]
    facts: list[Fact] = [x for x in old if x not in story.turned_away.values()]
    conversation_of: dict[str, str] = {}
    for name in names:
        facts += (story.mail.recorded[m.key] for m in story.mail.conversations[name])
        conversation_of |= {message.key: name for message in story.mail.conversations[name]}
    for decision in story.decisions.values():
        if (not names and decision.at >= long_ago) or not _passes(decision):
            continue  # most days no conversation is over
        about = story.conversations_of(mails_of(decision.occasion))
        if names.issuperset(about) if about else decision.at < long_ago:
            facts.append(decision)
            conversation_of[decision.key] = next(iter(about), "")
    told = {month.key: month for month in story.past.summaries.values() if month.since > now - TOLD}
    facts += [month for month in story.past.summaries.values() if month.key not in told]
    return Closed(facts, conversation_of, [*changed(told, _in_numbers(story, names))])


def _passes(decision: Decision) -> bool:
    """Whether it is forgotten one day; that the owner was told a thing once is not."""
    return not decision.occasion.startswith(OUTSIDE_HOURS)


def _first_passing(story: Story, now: datetime) -> datetime:
    """When the oldest of the decisions was taken that are forgotten one day: nearly always the oldest of all."""
    decisions = story.decisions.values()
    first = min(decisions, key=attrgetter("at"), default=None)
    if first and not _passes(first):
        first = min(filter(_passes, decisions), key=attrgetter("at"), default=None)
    return first.at if first else now


def _in_numbers(story: Story, closed: Set[str]) -> Iterator[tuple[datetime, str]]:
    """What stays of plain conversations."""
    for name, talk in story.mail.conversations.items():
        if name in closed and is_plain(talk):
            yield told_in_numbers(name, talk, story.mail.ledgers[name])


def tidy_owner(books: Books, now: datetime) -> None:
    """Archive Keepwarm's own old mails to the owner; they lie in the order in which they were written."""
    letters = books.owner.letters
    if letters and next(iter(letters.values())).created_at < now - LONG_QUIET:
        old = [x for x in letters.values() if x.state in OVER and x.created_at < now - LONG_QUIET]
        if old:
            books.archive(OWNER, old, {})


def _over(story: Story, now: datetime) -> set[str]:
    """Conversations that are quiet for good, as far as anybody can tell."""
    talks = story.mail.conversations
    quiet = {name: talks[name] for name, until in _talk_stays(story).items() if until <= now}
    long_quiet = {name for name, talk in quiet.items() if talk[-1].at < now - LONG_QUIET}
    silent = quiet.keys() - _open(story, now) if quiet else set[str]()
    ahead = _ahead(story, now) | _lasting(story) if long_quiet else set[str]()
    return (long_quiet - ahead) | {
        name for name in silent if is_plain(quiet[name]) and _was_looked_at(story, quiet[name], now)
    }


def _ahead(story: Story, now: datetime) -> set[str]:
    """Conversations with a deadline to come, and those in which letters were stopped: they stay so until resumed."""
    stopped = {message.key for side in Side if (message := story.last_said(side, ("pause", "resume")))}
    dated = {one.conversation for one in deadlines(story) if one.ends_at(story) > now - LONG_QUIET}
    return dated | {story.conversation_of[key] for key in stopped}


def _open(story: Story, now: datetime) -> set[str]:
    """Conversations in which something waits, and those that stay for good."""
    names = _lasting(story) | {turn.conversation for turn in story.open_questions(now)}
    for letter in story.pending:
        names |= story.named_by(letter)
    for decision in story.held:
        names.update(story.conversations_of(mails_of(decision.occasion)))
    return names


def _lasting(story: Story) -> set[str]:
    """Conversations from which a silence counts, and those in which mail bounces, or which have lifted that."""
    said = [story.last_event, *(story.last_from(side) for side in Side)]
    last = [*said, *story.bouncing.values(), *_lifting(story)]
    return {story.conversation_of[message.key] for message in last if message}


def _lifting(story: Story) -> Iterator[Message | None]:
    """Of each address that ever refused mail, the last mail that came from it."""
    bounced = {message.bounce.address for message in story.mail.bounces if message.bounce}
    refused = {x.to[0] for x in story.letters.values() if x.state is State.REFUSED and len(x.to) == 1}
    for address in bounced | refused:
        yield next((m for m in reversed(story.human) if m.sender == address), None)


def _was_looked_at(story: Story, talk: Sequence[Message], now: datetime) -> bool:
    """Whether the rules have seen all of it, or it is from a time on which they never act."""
    if talk[-1].at < story.profile.watermark:
        return True
    return all(message.seen_at < now - LATELY for message in talk)
