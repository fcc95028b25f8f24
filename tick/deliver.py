"""Step five, deliver: due letters → SMTP, never lost and never twice.

Theory of operation. A letter's bytes, Message-ID and token were fixed and committed when it was composed. From there:

    waiting ──gates object──▶ cancelled, or stays waiting (held)
       │ 1. where every folder ends now is noted, and the attempt is committed
       ▼
    attempted ──accepted──▶ sent      ──4xx, no connection──▶ deferred ──back-off──▶ (as waiting)
       │      ──5xx──▶ refused
       │ the line died between the letter's first byte and the answer to its final dot, or we did
       ▼
    in doubt: still "attempted". The copy that went to the shared mailbox in the same SMTP transaction is looked for
    in everything that arrived since the noted ends, in every folder.
       ──found──▶ sent
       ──not found, by a complete look begun `in doubt` after the attempt──▶ waiting: all gates, the same bytes
       ──no copy can tell (its recipient was refused)──▶ unprovable: never again, the owner is told

A crash before 1 leaves "waiting", one after it "attempted"; both are resolved by the next tick. A letter to the owner
leaves no copy in the shared mailbox: in doubt it goes out once more, because an owner who is told twice is
better off than one who is not told.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mail.delivery import Outcome, Postman, Receipt
from mail.inbox import Inbox
from mail.looking import Sighting
from relationship.decisions import Verdict
from relationship.letters import Letter, State
from relationship.messages import Side
from tick.books import Books
from tick.decide import Court
from tick.outbox import cancel, judge_again

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = timedelta(seconds=300), timedelta(seconds=4000)  # Postfix's own back-off


@dataclass(slots=True)
class Delivered:
    """What a deliver step did."""

    sent: int = 0
    refused: int = 0
    cancelled: int = 0
    held: int = 0
    trouble: str = ""  # why the server could not be reached


@dataclass(frozen=True, slots=True)
class Wires:
    """What delivering needs of the world."""

    inbox: Inbox
    postman: Postman


def deliver(
    books: Books, bench: Court, wires: Wires, now: datetime, only_to: Side | None = None
) -> Delivered:
    """Send what is due, each letter judged by all gates once more; settle what is in doubt."""
    done = Delivered()
    for letter in books.outbox():
        if only_to and letter.reader is not only_to:
            continue
        if letter.state is State.ATTEMPTED:
            _settle_doubt(letter, books, wires, now, done)
        elif letter.next_at is None or letter.next_at <= now:
            _send_if_it_still_applies(letter, books, bench, wires, now, done)
    return done


def _send_if_it_still_applies(
    letter: Letter, books: Books, bench: Court, wires: Wires, now: datetime, done: Delivered
) -> None:
    judgement = judge_again(letter, books, bench, now)
    if judgement.verdict is Verdict.HOLD:
        done.held += 1
    elif judgement.verdict is Verdict.SUPPRESS:
        cancel(letter, judgement.why, books, now)
        done.cancelled += 1
    else:
        _attempt(letter, books, wires, now, done)


def _attempt(letter: Letter, books: Books, wires: Wires, now: datetime, done: Delivered) -> None:
    mailbox = books.policy.mailbox
    marks = wires.inbox.marks() if letter.reader is Side.CONTRACTOR else ()
    attempts = letter.attempts + 1
    tried = replace(letter, state=State.ATTEMPTED, attempted_at=now, attempts=attempts, marks=marks)
    books.commit(letter.contractor, [tried])
    if books.policy.mode == "drafts" and letter.reader is Side.CONTRACTOR:
        _leave_draft(tried, books, wires, now)
        done.sent += 1
        return
    copy_to = mailbox.address if letter.reader is Side.CONTRACTOR and mailbox.copies == "bcc" else None
    receipt = wires.postman.deliver(mailbox.address, letter.to, copy_to, letter.content.encode("ascii"))
    _take_receipt(tried, receipt, books, wires, now, done)


def _leave_draft(letter: Letter, books: Books, wires: Wires, now: datetime) -> None:
    wires.inbox.append(
        wires.inbox.drafts_folder() or "Drafts", letter.content.encode("ascii"), ("\\Draft",), now
    )
    books.commit(letter.contractor, [replace(letter, state=State.DRAFTED, sent_at=now, content="")])


def _take_receipt(
    letter: Letter, receipt: Receipt, books: Books, wires: Wires, now: datetime, done: Delivered
) -> None:
    log.info("%s to %s: %s (%s)", letter.template, ", ".join(letter.to), receipt.outcome, receipt.reply)
    answered = replace(letter, reply=receipt.reply)
    match receipt.outcome:
        case Outcome.ACCEPTED:
            _went_out(answered, books, wires, now)
            done.sent += 1
        case Outcome.REFUSED:
            books.commit(letter.contractor, [replace(answered, state=State.REFUSED, content="")])
            done.refused += 1
        case Outcome.DEFERRED:
            later = now + min(FIRST_RETRY * 2 ** (letter.attempts - 1), LAST_RETRY)
            books.commit(letter.contractor, [replace(answered, state=State.DEFERRED, next_at=later)])
            done.trouble = done.trouble if receipt.reached else receipt.reply
        case Outcome.UNKNOWN:
            books.commit(letter.contractor, [replace(answered, provable=_provable(letter, receipt, books))])


def _provable(letter: Letter, receipt: Receipt, books: Books) -> bool:
    match books.policy.mailbox.copies:
        case "bcc":
            return receipt.copied
        case "server":
            return True
        case _:
            return False


def _went_out(letter: Letter, books: Books, wires: Wires, at: datetime) -> None:
    """Note that a letter is out; of a bundle, that its notes are."""
    sent = replace(letter, state=State.SENT, sent_at=at, content="", marks=())
    if books.policy.mailbox.copies == "append" and letter.reader is Side.CONTRACTOR and letter.content:
        wires.inbox.append(
            wires.inbox.sent_folder() or "Sent", letter.content.encode("ascii"), ("\\Seen",), at
        )
    notes = [note for token in letter.items if (note := books.letters.get(token))]
    books.commit(letter.contractor, [sent])
    for note in notes:
        books.commit(note.contractor, [replace(note, state=State.SENT, sent_at=at, content="")])


def _settle_doubt(letter: Letter, books: Books, wires: Wires, now: datetime, done: Delivered) -> None:
    """Find out whether a letter in doubt went out."""
    attempted_at = letter.attempted_at or letter.created_at
    grace = timedelta(seconds=books.policy.limits.in_doubt.plain_seconds)
    if letter.reader is Side.OWNER:
        look = Sighting(complete=True)
    else:
        look = wires.inbox.find_letter(letter.token, letter.message_id, letter.marks)
    if look.found and books.policy.mode == "drafts":
        drafted = replace(letter, state=State.DRAFTED, sent_at=attempted_at, content="")
        books.commit(letter.contractor, [drafted])
    elif look.found:
        _went_out(replace(letter, alias=look.alias), books, wires, attempted_at)
        done.sent += 1
    elif letter.reader is Side.CONTRACTOR and not letter.provable:
        books.commit(letter.contractor, [replace(letter, state=State.UNPROVABLE, content="")])
    elif look.complete and now >= attempted_at + grace:
        books.commit(letter.contractor, [replace(letter, state=State.WAITING)])


def file_copies(inbox: Inbox, copies: Iterable[tuple[str, int]]) -> None:
    """Copies of our own letters are marked read and lie in the sent folder."""
    for folder, uid in copies:
        inbox.file_copy(folder, uid, inbox.sent_folder())
