"""Approval by mail: a draft goes to the owner, and to the contractor only on the owner's word.

The whole fresh text "ok" sends it, "no" drops it, a first line "send:" sends what follows instead. Anything else is
asked back, once. Silence lets it expire. Only the owner's own authenticated answer to that very draft counts.
A word that comes too late is answered, once: it went out, was dropped, or is in doubt.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from unicodedata import normalize

from mail.letters.links import all_answers, answer
from mail.letters.rendering import Templates
from mail.letters.rewording import reworded
from mail.letters.wording import moment
from mail.reading.to_us import OwnerWord
from mail.reading.words.wordlists import one_of
from mail.reading.words.wordlists import plain as lower
from relationship.facts.letters import SURELY_HERE, Letter, State
from relationship.parties import Owner
from rules.gates.limits import full
from tick.bookkeeping.books import Books
from tick.bookkeeping.tokens import new_token
from tick.deciding.outbox import cancel, reopened
from tick.owner.mail import alert, was_told

YES, NO = "ok", "no"
SHOWN = "owner/approve"  # with this a draft is shown first
# A letter shows it bold, so that it is copied with stars; other keyboards have other colons.
INSTEAD = re.compile(r"[*_]*send[*_]*\s?[:：][*_]*", re.IGNORECASE)
UNANSWERED = "cancelled: you did not answer the draft in time"
UNSHOWN = "cancelled: the limits in total left no room to show you the draft"


def ask(books: Books, templates: Templates, now: datetime) -> int:
    """Write to the owner about drafts that were not shown yet; let those expire that had no answer."""
    written, drafts = 0, books.drafts()
    shown = {x.occasion: x.created_at for x in books.owner.letters.values() if drafts and x.template == SHOWN}
    room = _has_room(shown.values(), books, now)
    for draft in drafts:
        occasion = f"approve/{draft.token}"
        over = _over(draft, shown.get(occasion), books, now)
        if over:
            cancel(draft, over, books, now)
        elif occasion in shown:
            written += _ask_again(draft, books, templates, now)
        elif room:
            written += _show(draft, SHOWN, occasion, books, templates, now)
            shown[occasion] = now
            room = _has_room(shown.values(), books, now)
    return written + _tell_how_it_stands(books, templates, now)


def _over(draft: Letter, shown_at: datetime | None, books: Books, now: datetime) -> str:
    """Why there is nothing to ask about any more; "" while there is."""
    clock, since = books.people.owner.clock, shown_at or draft.created_at
    if now > clock.after(clock.next_open(since), books.policy.limits.stale_after):
        return UNANSWERED if shown_at else UNSHOWN
    case = reopened(draft, books, now)
    return case if isinstance(case, str) else ""


def _has_room(shown: Collection[datetime], books: Books, now: datetime) -> bool:
    """Whether one more may be shown: no more are than letters may go out in total, and the others have their turn."""
    return not any(full(rate, shown, now) for rate in books.policy.limits.in_total)


def _ask_again(draft: Letter, books: Books, templates: Templates, now: datetime) -> bool:
    """Once, where the answer was neither of the three."""
    if draft.reply != UNCLEAR:
        return False
    again = f"approve/{draft.token}/again"
    return not was_told(books, again) and _show(draft, "owner/approve-again", again, books, templates, now)


def _show(
    draft: Letter, template: str, occasion: str, books: Books, templates: Templates, now: datetime
) -> bool:
    """Write to the owner what the draft says."""
    token = new_token()
    facts = {**_facts(draft, books), "links": all_answers(books.policy.mailbox.address, token)}
    return alert(books, templates, template, occasion, facts, now, token)


def _tell_how_it_stands(books: Books, templates: Templates, now: datetime) -> int:
    """Answer what the owner said about letters that are no drafts any more; once for each word and state."""
    told = 0
    for token, word in tuple(books.late_words.items()):
        draft = _asked_about(token, books)
        if draft is None:  # of somebody who is no longer in rules.yaml
            continue
        if stands := _stands(draft, word, books.people.owner):
            occasion = f"approve/{token}/{draft.state}/{word}"
            facts = {**_facts(draft, books), "letter": {"subject": draft.subject, "stands": stands}}
            told += alert(books, templates, "owner/approve-late", occasion, facts, now)
        books.commit(draft.contractor, [replace(draft, late_word=None)])
    return told


def _stands(draft: Letter, word: str, owner: Owner) -> str:
    """How a letter stands, in a sentence or two; "" where that is what the owner wanted, or is told elsewhere."""
    if draft.state is State.ATTEMPTED:
        then = "It is tried again only if it surely did not." if word == YES else "It is not tried again."
        return f"The connection broke off while it was handed over, so nobody can tell yet whether it went out. {then}"
    if draft.state is State.CANCELLED and word != NO:
        return f"It was not sent: {draft.reply.removeprefix('cancelled: ')}."
    if draft.state is State.SENT and word != YES and draft.sent_at:
        at = moment(draft.sent_at, owner.timezone, "en", owner.locale)
        return f"It had gone out by then, on {at}, and cannot be taken back."
    return ""


UNCLEAR = "the owner's answer was not understood"


def answer_draft(word: OwnerWord, about: str, books: Books, now: datetime) -> None:
    """Take the owner's answer to the draft with this token, once: moved, or read back, it says nothing new."""
    asked = _asked_about(about.partition("/")[0], books)
    if asked is None or word.sender not in books.people.owner.addresses or word.mark in asked.heeded:
        return
    plain = word_alone(word.text.strip(), books.people.owner)
    if plain != NO and asked.heard_at and word.at < asked.heard_at <= now:
        return  # it lay in another folder, and was thought better of since
    draft = replace(asked, heeded=(*asked.heeded, word.mark), heard_at=word.at)
    if plain == NO and (draft.state is State.ASKED or _is_on_its_way(draft)):
        cancel(draft, "cancelled: you said no to the draft", books, now)
    elif draft.state is State.ASKED or (_is_untouched(draft) and plain != YES):
        _take_yes(draft, plain, word.own, books, now)
    else:
        _take_late(draft, plain if plain in (YES, NO) else "", books)


def _asked_about(token: str, books: Books) -> Letter | None:
    """The letter that the owner was asked about, whatever has become of it."""
    key = books.routes.get(token, "")
    return books.story(key).letters.get(token) if key in books.people.contractors else None


def word_alone(said: str, owner: Owner) -> str:
    """A word as it is compared: in lower case and narrow letters, without a full stop, or stars that make it bold."""
    return normalize("NFKC", _without_name(said, owner)).strip(" *_.!,。").casefold()


def _without_name(said: str, owner: Owner) -> str:
    """Without the owner's own name below the word, and what signatures put below that."""
    lines = said.split("\n")
    names = {owner.name.casefold(), owner.first_name.casefold()}
    cut = next(
        (n for n, line in enumerate(lines) if n and line.strip(" -–—,.").casefold() in names), len(lines)
    )
    return "\n".join(lines[:cut]).strip()


def _is_on_its_way(draft: Letter) -> bool:
    """Whether the owner said yes to it, and it was not accepted since."""
    return bool(draft.approved_at) and draft.state in SURELY_HERE


def _is_untouched(draft: Letter) -> bool:
    """Whether it is on its way, and was never handed over: its words may still change."""
    return _is_on_its_way(draft) and draft.attempts == 0


def _take_late(draft: Letter, word: str, books: Books) -> None:
    """It is too late for the word to do all that it says: the owner is told how the letter stands.

    A letter in doubt about which anything but yes was said is not tried again, whatever the mailbox says.
    """
    doubtful = word != YES and draft.state is State.ATTEMPTED
    books.commit(draft.contractor, [replace(draft, provable=draft.provable and not doubtful, late_word=word)])


def _take_yes(draft: Letter, plain: str, own: str, books: Books, now: datetime) -> None:
    """The draft as it is, or the owner's own words; anything else is asked back."""
    first, _, rest = own.partition("\n")
    if plain == YES:
        books.commit(draft.contractor, [replace(draft, state=State.WAITING, approved_at=now)])
    elif command := INSTEAD.match(first):
        own = f"{first[command.end() :]}\n{rest}".strip()
        _send_instead(draft, "" if _only_signs(plain, own) else own, books, now)
    else:
        _ask_back(draft, books)


def _only_signs(plain: str, own: str) -> bool:
    """Whether below "send:" stands a signature alone, as programs put it there; "Thanks!" above a name is a word."""
    thanks = one_of("closers").fullmatch(lower(own.partition("\n")[0]).strip(" .!,"))
    return bool(INSTEAD.fullmatch(plain)) and not thanks


def _ask_back(draft: Letter, books: Books) -> None:
    """In doubt, quiet: what was approved already waits for a clear word again."""
    books.commit(draft.contractor, [replace(draft, state=State.ASKED, approved_at=None, reply=UNCLEAR)])


def _send_instead(draft: Letter, own: str, books: Books, now: datetime) -> None:
    """The owner's own words in the draft's place: the same headers, Message-ID and token."""
    if not own:
        _ask_back(draft, books)
        return
    owner, contractor = books.people.owner, books.people.contractors[draft.contractor]
    link = answer("pause", books.policy.mailbox.address, draft.token, contractor.language)
    content = reworded(
        draft.content.encode("ascii"), own, draft.subject, owner.name, link, contractor.language
    )
    approved = replace(draft, state=State.WAITING, approved_at=now, content=content.decode("ascii"))
    books.commit(draft.contractor, [approved])


def _facts(draft: Letter, books: Books) -> Mapping[str, object]:
    contractor = books.people.contractors[draft.contractor]
    return {
        "contractor": {"name": contractor.name, "first_name": contractor.first_name},
        "letter": {"subject": draft.subject, "to": ", ".join(draft.to)},
        "paragraphs": paragraphs_of(draft),
    }


def paragraphs_of(draft: Letter) -> tuple[str, ...]:
    """What the draft says, without its footer, line by line: lines that were only folded are joined again."""
    mail = message_from_string(draft.content, policy=default)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    text = str(body.get_content()).replace("\r\n", "\n").partition("\n-- \n")[0] if body else ""
    return tuple(" ".join(line.split()) for line in text.replace(" \n", " ").split("\n") if line.strip())
