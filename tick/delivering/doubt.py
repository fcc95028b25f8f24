"""Letters in doubt: the line died, or we did, between a letter's first byte and the answer to its final dot.

The mailbox says whether it went out. What is not there yet may still come: a copy that is delivered late, or to a
mailbox that was away itself. So absence counts only after `in doubt`, counted anew whenever the mailbox could not be
read or the clock was set meanwhile; and a letter that was in doubt once is looked for before every further try. Where
the server withholds a mail for days that may be the copy, nobody can tell.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from mail.imap.looking import Sighting
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from tick.bookkeeping.books import Books
from tick.delivering.line import Round

SELDOM = timedelta(days=1)  # so often at most the owner gets one letter again, whose answer is lost each time
PATIENCE = timedelta(days=3)  # with a server that withholds a mail which may be the copy


def settle(letter: Letter, work: Round) -> Letter | None:
    """Find out whether a letter went out; the letter, where it did not and may be tried now."""
    look = _look(letter, work)
    if look.found:
        _went_out(letter, look, work)
        return None
    in_the_dark = not look.complete and work.now - _since(letter) > PATIENCE
    if in_the_dark or (letter.state is State.ATTEMPTED and not letter.provable):
        work.books.commit(letter.contractor, [replace(letter, state=State.UNPROVABLE, content="", marks=())])
        return None
    if not look.complete:
        return None
    return _tried_again(letter, work) if letter.state is State.ATTEMPTED else letter


def doubt_anew(books: Books, now: datetime) -> None:
    """Count the grace from now on: the mailbox could not be read meanwhile, or the clock was set."""
    for letter in books.outbox():
        if letter.state is State.ATTEMPTED and _since(letter) != now:
            attempted = min(letter.attempted_at or now, now)
            books.commit(letter.contractor, [replace(letter, attempted_at=attempted, doubted_at=now)])


def prove_nothing(books: Books) -> None:
    """The mailbox is another one: what is not in it may lie in the one before. All of it is looked through once."""
    for letter in books.outbox():
        if letter.state is State.ATTEMPTED and letter.reader is Side.CONTRACTOR:
            books.commit(letter.contractor, [replace(letter, provable=False, marks=())])


def _look(letter: Letter, work: Round) -> Sighting:
    if letter.reader is Side.OWNER:  # no copy of it is kept anywhere
        return Sighting(complete=True)
    return work.wires.inbox.find_letter(letter.token, letter.message_id, letter.marks)


def _went_out(letter: Letter, look: Sighting, work: Round) -> None:
    drafts = work.wires.inbox.drafts_folder() or "Drafts"
    as_draft = any(folder == drafts for folder, _ in look.places)  # a folder of all mail shows it as well
    state = State.DRAFTED if as_draft else State.SENT
    at = letter.attempted_at or work.now
    work.books.commit(
        letter.contractor,
        [replace(letter, state=state, sent_at=at, alias=look.alias, content="", marks=())],
    )
    work.done.sent += state is State.SENT


def _tried_again(letter: Letter, work: Round) -> Letter | None:
    """The letter as it waits again, once the grace is over."""
    since = _since(letter)
    if since > work.now:  # the clock was set back
        doubt_anew(work.books, work.now)
        return None
    if work.now < since + _grace(letter, work.books):
        return None
    waiting = replace(letter, state=State.WAITING, doubted_at=since)
    work.books.commit(letter.contractor, [waiting])
    return waiting


def _grace(letter: Letter, books: Books) -> timedelta:
    """How long nothing is tried; longer each time with a letter to the owner: nobody knows how often it came."""
    grace = timedelta(seconds=books.policy.limits.in_doubt.plain_seconds)
    if letter.reader is Side.OWNER:
        return max(grace, min(grace * (1 << min(max(letter.attempts - 1, 0), 10)), SELDOM))
    return grace


def _since(letter: Letter) -> datetime:
    """From when on the grace counts."""
    attempted = letter.attempted_at or letter.created_at
    return max(attempted, letter.doubted_at or attempted)
