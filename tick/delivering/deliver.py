"""Step five, deliver: due letters → SMTP, never lost and never twice.

Theory of operation. A letter's bytes, Message-ID and token were fixed and committed when it was composed. From there:

    waiting ──gates object──▶ cancelled, or stays waiting (held)
       │ where every folder ends now is noted; the line is opened; MAIL and RCPT for its readers and for the copy
       ├──5xx──▶ refused: the owner is told      ├──4xx──▶ deferred ──back-off──▶ (as waiting)
       ├──no line, wrong login──▶ still waiting: the way out rests, and no letter is the worse for it
       │ the attempt is committed: when, the noted ends, and whether the copy's recipient was accepted
       ▼
    attempted ── DATA, the bytes, the final dot ──2xx──▶ sent    ──4xx──▶ deferred*   ──5xx──▶ refused
       │ the line died between the letter's first byte and the answer to its final dot, or we did
       ▼
    in doubt: still "attempted" (doubt.py). The copy that went to the shared mailbox in the same SMTP transaction
    is looked for in everything that arrived since the noted ends, in every folder.
       ──found──▶ sent
       ──not found, by a complete look begun `in doubt` after the attempt──▶ waiting: all gates, the same bytes; and
         from now on one more look, from the same ends, before every try: the copy may come late
       ──no copy can tell (its recipient was refused, or `copies: append`, or no look is complete for three days)
         ──▶ unprovable: never again, the owner is told

* A server that runs out of time, or is shut down, at the final dot says "later" of letters that it has taken. So before
such a letter is tried again it is looked for, as one that was in doubt.

What a crash leaves. Before the attempt is committed, nothing of the letter's content was sent: "waiting", and the next
tick begins anew. After it, the letter may be out or not: "attempted", and the mailbox says which. After the answer
was committed: done. There is no fourth place to die at, so that one commit, between the last RCPT and DATA, is all that
"never twice" needs; it costs the letters that the server turns away at RCPT nothing.

`copies: server` trusts the provider to keep what it takes, so that the look is the same. `copies: append` is weaker:
the copy is written after the letter went out, so that a letter in doubt is always unprovable. In mode `drafts` the
draft itself is what is looked for. A letter to the owner leaves no copy in the shared mailbox: in doubt it goes out
once more, because an owner who is told twice is better off than one who is not told; and later each time.

Books from a backup know less than the mailbox: what its copies show to be out is not written again, nor sent where it
still waits (tick/composing/gone_out.py).

The disk may be full just when an answer came. It is remembered, and written as soon as that works; only a crash
meanwhile makes it a doubt. A fault at one letter does not keep the others: it is raised once all had their turn. Only
the store's faults end the step at once, since without it nothing may be sent.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from mail.imap.connecting import SaysNoError
from mail.imap.inbox import Inbox, InboxError
from mail.smtp.delivery import Outcome, Receipt
from relationship.facts.decisions import Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from store.protocol import OWNER, StoreError
from tick.bookkeeping.books import Books
from tick.composing.gone_out import as_its_copy_shows
from tick.deciding.decide import Court
from tick.deciding.outbox import cancel, judge_again
from tick.delivering.doubt import settle
from tick.delivering.drafts import take_back
from tick.delivering.line import Delivered, Round, Spent, Wires, no_time
from tick.owner.approval import YES
from tick.owner.bundle import close_bundles

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = timedelta(seconds=300), timedelta(seconds=4000)  # Postfix's own back-off
MOST_NAMED = 3
LONG_PUT_OFF = 6  # tries; by the back-off more than three hours, so that greylisting is long over


def deliver(
    books: Books,
    bench: Court,
    wires: Wires,
    now: datetime,
    only_to: Side | None = None,
    spent: Spent = no_time,
) -> Delivered:
    """Send what is due, each letter judged by all gates once more; settle what is in doubt.

    `spent` tells how long the tick has run already: the grace of a letter in doubt counts from its own attempt.
    """
    work = Round(books, bench, wires, now, spent)
    for letter in books.outbox():
        if (only_to is None or letter.reader is only_to) and not wires.winding_up:
            _attend_to(letter, work)
    close_bundles(books)
    if only_to is None and work.fault is None:
        take_back(work)
    if wires.why:
        work.line_is_up()  # what failed is asked again, whether letters wait for it or not
    work.done.trouble = work.done.trouble or wires.owner_refuses or _put_off_for_long(books)
    if work.fault:
        raise work.fault
    return work.done


def _attend_to(letter: Letter, work: Round) -> None:
    if letter.reader is Side.CONTRACTOR and isinstance(work.fault, InboxError):
        return  # it was just asked, and is away
    try:
        if letter.token in work.wires.unwritten:
            work.keep(work.wires.unwritten.pop(letter.token))
        elif letter.state is State.ATTEMPTED:
            if ready := settle(letter, work):
                _send_if_it_still_applies(ready, work)
        elif _is_due(letter, work.now):
            _send_if_it_still_applies(letter, work, was_in_doubt=letter.doubted_at is not None)
    except StoreError:
        raise
    except InboxError as error:
        work.fault = error
    except Exception as error:
        log.exception("The letter “%s” could not be attended to", letter.subject)
        work.fault = work.fault or error


def _is_due(letter: Letter, now: datetime) -> bool:
    """Whether the back-off is over; a time further away than any back-off is from a clock that was set back."""
    return letter.next_at is None or not now < letter.next_at <= now + LAST_RETRY


def _send_if_it_still_applies(letter: Letter, work: Round, was_in_doubt: bool = False) -> None:
    """Send it, or cancel it; where it was in doubt, a look comes before either, and none at each tick of a night."""
    if _has_gone_out(letter, work.books):
        return
    judgement = judge_again(letter, work.books, work.bench, work.now)
    if judgement.verdict is Verdict.HOLD:
        work.done.held += 1
        return
    if was_in_doubt and not settle(letter, work):
        return
    if judgement.verdict is Verdict.SUPPRESS:
        # Who said yes to it is told why it did not go out.
        late = replace(letter, late_word=YES) if letter.approved_at else letter
        cancel(late, judgement.why, work.books, work.now)
        work.done.cancelled += 1
    elif work.books.policy.mode == "drafts" and letter.reader is Side.CONTRACTOR:
        _leave_draft(letter, work)
    elif work.line_is_up():
        _hand_over(letter, work)


def _has_gone_out(letter: Letter, books: Books) -> bool:
    """Whether its copy is there, although it waits: these books are older than the mailbox."""
    if letter.contractor not in books.people.contractors:
        return False
    shown = as_its_copy_shows(letter, books.story(letter.contractor))
    if shown is not letter:
        books.commit(letter.contractor, [shown])
    return shown is not letter


def _attempt_of(letter: Letter, work: Round) -> Letter:
    """The letter as it is about to be tried; what was in doubt once is looked for from its first try on."""
    marks = letter.marks
    if letter.reader is Side.CONTRACTOR and not letter.doubted_at:
        marks = work.wires.inbox.marks()
    at = work.time()
    return replace(letter, state=State.ATTEMPTED, attempted_at=at, attempts=letter.attempts + 1, marks=marks)


def _hand_over(waiting: Letter, work: Round) -> None:
    mailbox, books = work.books.policy.mailbox, work.books
    letter = _attempt_of(waiting, work)
    by_bcc = letter.reader is Side.CONTRACTOR and mailbox.copies == "bcc"

    def commit_the_attempt(copied: bool) -> None:
        provable = letter.reader is Side.OWNER or copied or mailbox.copies == "server"
        if by_bcc and not copied:
            log.warning("The mail server refuses %s the copy of “%s”.", mailbox.address, letter.subject)
        books.commit(letter.contractor, [replace(letter, provable=provable)])

    receipt = work.wires.postman.deliver(
        mailbox.address,
        letter.to,
        mailbox.address if by_bcc else None,
        letter.content.encode("ascii"),
        commit_the_attempt,
    )
    log.info("%s to %s: %s (%s)", letter.template, ", ".join(letter.to), receipt.outcome, receipt.reply)
    if receipt.of_us:  # of the one reader, perhaps: so the line rests, and another letter knocks first then
        work.lost_the_line(receipt.reply)
        _take_receipt(replace(letter, reply=receipt.reply), receipt, work)
    elif receipt.reached:
        if receipt.silent:  # at the next letter too, perhaps, which then would be in doubt as well
            work.lost_the_line(receipt.reply)
        else:
            work.wires.works()
        of_what = f" (said of the copy to {mailbox.address})" if receipt.of_copy else ""
        _take_receipt(replace(letter, reply=receipt.reply + of_what), receipt, work)
    else:
        work.lost_the_line(receipt.reply)
        if books.letters[letter.token].state is State.ATTEMPTED:  # by the line's death at the word DATA
            work.keep(waiting)


def _take_receipt(letter: Letter, receipt: Receipt, work: Round) -> None:
    to_owner = letter.reader is Side.OWNER
    match receipt.outcome:
        case Outcome.ACCEPTED:
            _went_out(letter, work)
        case Outcome.REFUSED:
            work.keep(replace(letter, state=State.REFUSED, content="", marks=()))
            work.done.refused += 1
            if to_owner:
                work.wires.owner_refuses = f"Mail to you ({letter.to[0]}) is refused: {receipt.reply}"
        case Outcome.DEFERRED:
            later = work.now + min(FIRST_RETRY * 2 ** min(letter.attempts - 1, 4), LAST_RETRY)
            in_doubt = work.time() if receipt.whole and not to_owner else letter.doubted_at
            work.keep(replace(letter, state=State.DEFERRED, next_at=later, doubted_at=in_doubt))
        case Outcome.UNKNOWN:
            work.keep(replace(work.books.letters[letter.token], reply=receipt.reply))


def _went_out(letter: Letter, work: Round) -> None:
    work.keep(replace(letter, state=State.SENT, sent_at=work.now, content="", marks=()))
    work.done.sent += 1
    if letter.contractor == OWNER or letter.reader is Side.OWNER:
        work.wires.owner_takes(work.now)
    elif work.books.policy.mailbox.copies == "append":
        _append_copy(letter, work.wires.inbox, work.now)


def _append_copy(letter: Letter, inbox: Inbox, now: datetime) -> None:
    """The letter is out: a copy that cannot be kept is no reason to doubt it."""
    try:
        inbox.append(inbox.sent_folder() or "Sent", letter.content.encode("ascii"), ("\\Seen",), now)
    except InboxError as error:
        log.warning("No copy of “%s” could be kept: %s", letter.subject, error)


def _leave_draft(waiting: Letter, work: Round) -> None:
    """A draft is composed, and not sent: who counts what went out does not count it.

    Where the server says no, nobody doubts that it is not there: it is tried, and complained of, until there is room.
    """
    inbox, letter = work.wires.inbox, _attempt_of(waiting, work)
    work.books.commit(letter.contractor, [letter])
    drafts, content = inbox.drafts_folder() or "Drafts", letter.content.encode("ascii")
    try:
        inbox.append(drafts, content, ("\\Draft",), work.now)
    except SaysNoError:
        work.keep(waiting)
        raise
    work.keep(replace(letter, state=State.DRAFTED, sent_at=work.now, content=""))


def _put_off_for_long(books: Books) -> str:
    """Which letters the server has put off for hours, or broke off each time; "" where there are none."""
    long = [x for x in books.outbox() if x.attempts >= LONG_PUT_OFF]
    put_off = [x for x in long if x.state is State.DEFERRED]
    if put_off:
        return f"For hours the mail server has put off letters to {_readers(put_off)}. It says: {put_off[0].reply}"
    if long:
        return f"Letters to {_readers(long)} have broken off again and again. {long[0].reply}"
    return ""


def _readers(letters: list[Letter]) -> str:
    return ", ".join(sorted({address for x in letters for address in x.to})[:MOST_NAMED])
