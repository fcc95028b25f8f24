"""The day's one mail to the owner: the notes that wait, each in the words of the moment in which it goes out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import accumulate

from mail.letters.rendering import Markdown, RenderingError, Templates
from mail.letters.sandbox import MAX_CHARS
from relationship.facts.decisions import Verdict
from relationship.facts.letters import SURELY_HERE, Letter, State
from store.protocol import OWNER
from tick.bookkeeping.books import Books
from tick.composing.compose import rendered
from tick.deciding.decide import RECHECK, Court
from tick.deciding.outbox import cancel, judge_again, reopened
from tick.owner.mail import written

BUNDLE = "owner/bundle"
MOST = 150  # notes of one mail; of longer lists a letter shows but the beginning
ROOM = MAX_CHARS - 10_000  # characters of all notes,
AROUND = 100  # with what stands around each, beside its heading
TOO_LONG = "cancelled: it is too long for the day's one mail"


def bundle(books: Books, bench: Court, templates: Templates, now: datetime) -> bool:
    """Write the day's one mail to the owner, where notes wait and it is their working time."""
    _take_back(books, bench, now)
    if not books.people.owner.clock.contains(now) or _went_today(books, now) or not books.notes():
        return False
    standing = [note for note in _by_weight(books) if _still_applies(note, books, bench, now)]
    waiting = [new for note in standing if (new := _in_todays_words(note, books, templates, now))]
    notes = waiting[: _room_for(waiting)]
    if notes:
        items = [{"heading": note.subject, "text": Markdown(note.content)} for note in notes]
        facts = {"items": items, "left_over": len(waiting) - len(notes)}
        tokens = tuple(note.token for note in notes)
        occasion = f"bundle/{now:%Y-%m-%dT%H:%M:%S}"
        books.commit(OWNER, [written(books, templates, BUNDLE, occasion, facts, now, tokens)])
    return bool(notes)


def _room_for(notes: Sequence[Letter]) -> int:
    """How many of them one mail holds; somebody's robot may have caused them by the hundred."""
    sizes = accumulate(len(note.content) + 2 * len(note.subject) + AROUND for note in notes[:MOST])
    return sum(size <= ROOM for size in sizes)


def _take_back(books: Books, bench: Court, now: datetime) -> None:
    """A mail of another day, or with a note that is moot, and surely not accepted yet: its notes wait again."""
    for mail in books.outbox():
        surely_here = mail.state in SURELY_HERE and mail.doubted_at is None
        if mail.template == BUNDLE and surely_here:
            notes = [books.letters[token] for token in mail.items if token in books.letters]
            if not _is_of_today(mail, books, now) or not all(_stands(x, books, bench, now) for x in notes):
                cancel(mail, "cancelled: it is written anew, as things are now", books, now)


def _by_weight(books: Books) -> list[Letter]:
    """The notes that wait, in the order of their rules in the file, which is the owner's own: then the oldest."""
    order = {rule.name: number for number, rule in enumerate(books.rules)}
    return sorted(books.notes(), key=lambda note: (order.get(note.rule, len(order)), note.created_at))


def _still_applies(note: Letter, books: Books, bench: Court, now: datetime) -> bool:
    judgement = judge_again(note, books, bench, now)
    if judgement.verdict is Verdict.SUPPRESS:
        cancel(note, judgement.why, books, now)
    return judgement.verdict is Verdict.SEND


def _stands(note: Letter, books: Books, bench: Court, now: datetime) -> bool:
    return judge_again(note, books, bench, now).verdict is not Verdict.SUPPRESS


def _in_todays_words(note: Letter, books: Books, templates: Templates, now: datetime) -> Letter | None:
    """The note as it is written now: "3 days" have become four. None, and it is dropped, without its fact."""
    case = reopened(note, books, now)
    if isinstance(case, str):
        return None
    try:
        said = rendered(case, books, templates, note.token, note.wording, now)
    except RenderingError as error:
        cancel(note, str(error), books, now)
        return None
    if _room_for([replace(note, subject=said.subject, content=said.markdown)]) == 0:
        cancel(note, TOO_LONG, books, now)
        return None
    if (said.subject, said.markdown) != (note.subject, note.content):
        note = replace(note, subject=said.subject, content=said.markdown)
        books.commit(note.contractor, [note])
    return note


def _went_today(books: Books, now: datetime) -> bool:
    """Whether the owner had the day's mail already, or will have it as soon as it can go out."""
    lately = (x for x in books.post.bundles.values() if x.created_at > now - timedelta(days=2))
    return any(x.state is not State.CANCELLED and _is_of_today(x, books, now) for x in lately)


def _is_of_today(mail: Letter, books: Books, now: datetime) -> bool:
    """A day is the owner's own."""
    owner = books.people.owner
    return owner.day_at(mail.created_at) == owner.day_at(now)


def close_bundles(books: Books) -> None:
    """Notes went out when the mail did that carries them."""
    for note in books.post.in_state(State.BUNDLED):
        mail = books.post.carrier(note)
        if mail and mail.state is State.SENT:
            gone = replace(note, state=State.SENT, sent_at=mail.sent_at, content="")
            books.commit(note.contractor, [gone])
        elif mail and mail.state is State.UNPROVABLE:  # told of the mail alone; its notes hold nothing back
            books.commit(note.contractor, [replace(note, state=State.UNPROVABLE, content="")])


def next_bundle(books: Books, now: datetime) -> datetime | None:
    """When the day's mail may go out, by time alone, after a tick at `now`; None where no note waits."""
    owner = books.people.owner
    if not books.notes():
        return None
    if _went_today(books, now):
        day = owner.day_at(now) + timedelta(days=1)
        return owner.clock.next_open(datetime.combine(day, time(), owner.clock.zone))
    opens = owner.clock.next_open(now)
    return opens if opens > now else now + RECHECK
