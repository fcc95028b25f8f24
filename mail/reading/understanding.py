"""Mail understood: a raw mail becomes the messages that it is in contractors' stories.

This is the `record` step's whole knowledge of mail: whom it concerns, of what kind it is, what its fresh text
says. Most of a mailbox concerns no contractor, so that is asked first, by headers alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mail.raw import RawMail
from mail.reading import contents
from mail.reading.authenticity import is_authentic
from mail.reading.classifying import signs
from mail.reading.classifying.bounces import read_bounces
from mail.reading.classifying.calendars import calendar_method, read_rsvp
from mail.reading.classifying.kinds import Verdict, kind_of
from mail.reading.concern import machine_may_write
from mail.reading.meaning.asking import Words
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.who import (
    Author,
    Directory,
    answer_reaches_us,
    author_of,
    claimed,
    directory,
    recipients,
    through_own_group,
)
from relationship.correspondence.ordering import fingerprint, message_time
from relationship.facts.messages import Kind, Message, Side
from relationship.parties import People
from relationship.subjects import token_in

Pair = tuple[str, Message]
# What the links in a contractor's letters say.
_LINKED = frozenset(["settled", "pause", "resume", "held", "late", "missed"])
# From there iCloud sends what its people answer, and Google what people answer whose mail lies elsewhere.
_CALENDARS_OWN = frozenset(["email.apple.com", "calendar-notification@google.com"])
NO_ROUTES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Context:
    """What does not change from mail to mail, and the mail itself."""

    mail: Mail
    known: Directory
    words: Words
    trust: str
    now: datetime
    in_sent: bool
    at: datetime
    claimed: tuple[str, ...]  # whose mail it says it is, where that is not plain


def understand(
    raw: RawMail,
    people: People,
    words: Words,
    trust: str,
    now: datetime,
    sent_folders: Iterable[str] = (),
    routes: Mapping[str, str] = NO_ROUTES,
) -> tuple[Pair, ...]:
    """(relationship key, message) for each contractor whom the mail concerns; () where it concerns none.

    `now` becomes `seen_at`; `trust` is an authserv-id, "topmost" or ""; `routes` tells the relationship of a
    check-in by its UID and of a letter by its token: the owner's answers name no contractor. Never raises.
    """
    known = directory(people)
    mail = parse(raw)
    author = author_of(mail, known)
    if author is None and not machine_may_write(mail):
        return ()
    verdict = _kind(mail, known, author)
    at = message_time(raw.internal_date, mail.received, mail.dated, now)
    whose = claimed(mail, author, known)
    context = _Context(mail, known, words, trust, now, raw.folder in sent_folders, at, whose)
    if verdict.kind is Kind.BOUNCE:
        return tuple(_bounces(context, verdict, author))
    if verdict.kind is Kind.RSVP or calendar_method(mail) == "COUNTER":
        return tuple(_rsvps(context, verdict, author, routes))
    if author is None:
        return ()
    if author.side is Side.CONTRACTOR:
        message = _message(context, verdict, author, author.key)
        asks = message.asks and not _is_for_others(mail, known, author.key)
        about = _letter_clicked(message, asks, author.key, routes)
        same = message.asks == asks and not about
        return ((author.key, message if same else replace(message, asks=asks, about_letter=about)),)
    return tuple(_from_owner(context, verdict, author)) or tuple(_one_click(context, verdict, author, routes))


def _kind(mail: Mail, known: Directory, author: Author | None) -> Verdict:
    """The kind, where our own addresses are known: our letters are ours only, our own group is no list."""
    verdict = kind_of(mail)
    skipped: frozenset[Kind] = frozenset()
    if verdict.kind is Kind.OWN and (author is None or author.side is not Side.OWNER):
        skipped |= {Kind.OWN}
        verdict = kind_of(mail, skipped)
    if verdict.kind is Kind.LIST and through_own_group(mail, known):
        verdict = kind_of(mail, skipped | {Kind.LIST})
        if verdict.kind is Kind.HUMAN:
            return Verdict(Kind.HUMAN, "through the shared mailbox's own group address")
    if verdict.kind is Kind.LIST and author is not None and signs.answers_from_a_crm(mail):
        return kind_of(mail, skipped | {Kind.LIST})
    return verdict


def _bounces(context: _Context, verdict: Verdict, author: Author | None) -> Iterator[Pair]:
    """One message for each contractor whose address failed; only then does a bounce concern anybody."""
    writer = author or Author(Side.OWNER, next(iter(context.mail.from_), ""))
    seen: set[str] = set()
    for bounce in read_bounces(context.mail):
        key = context.known.key_of(bounce.address)
        if key and key not in seen:
            seen.add(key)
            listed = replace(bounce, address=context.known.listed(bounce.address))
            yield key, _facts(context, verdict, writer, bounce=listed)


def _rsvps(
    context: _Context, verdict: Verdict, author: Author | None, routes: Mapping[str, str]
) -> Iterator[Pair]:
    """The answer in its attendee's story; the owner's own answers in that of the check-in's contractor."""
    method = calendar_method(context.mail)
    known = context.known

    def is_theirs(address: str) -> bool:
        return author is not None and known.belongs_to(author, address)

    rsvp = read_rsvp(context.mail, method, author.address if author else "", is_theirs, routes)
    if rsvp is None:
        if author and author.key:
            yield author.key, _facts(context, verdict, author)
        return
    if "@" in rsvp.organizer and not known.owner_side(rsvp.organizer):
        rsvp = replace(rsvp, answer="")  # it answers somebody else's invitation
    rsvp = replace(rsvp, attendee=known.listed(rsvp.attendee))
    key = routes.get(rsvp.uid) or known.key_of(rsvp.attendee) or (author.key if author else "")
    if not key:
        return
    side = Side.OWNER if known.owner_side(rsvp.attendee) else Side.CONTRACTOR
    sender = author.address if author else _sent_for(context, rsvp.attendee)
    yield key, _facts(context, verdict, Author(side, sender, key), rsvp=rsvp)


def _sent_for(context: _Context, attendee: str) -> str:
    """Who answers in the mail of a calendar's own address: iCloud's, Google's, Nextcloud's at the attendee's domain.

    They name the attendee in Reply-To. Elsewhere anybody may have put that there.
    """
    sender = next(iter(context.mail.from_), "")
    named = [context.known.listed(address) for address in context.mail.reply_to]
    domain, theirs = sender.rpartition("@")[2], attendee.rpartition("@")[2]
    may = not _CALENDARS_OWN.isdisjoint((sender, domain)) or f".{domain}".endswith(f".{theirs}")
    return attendee if may and named == [attendee] else sender


def _from_owner(context: _Context, verdict: Verdict, author: Author) -> Iterator[Pair]:
    """The owner's side's mail: one message for each contractor in To, and in Cc, who is not handed the ball."""
    to, cc = recipients(context.mail, context.known)
    reaches = context.in_sent or answer_reaches_us(context.mail, context.known)
    for key in (*to, *cc):
        others = tuple(address for other, address in to.items() if other != key)
        more = {"handed": key in to, "also_asked": others, "reaches_us": reaches}
        yield key, _message(context, verdict, author, key, **more)


def _letter_clicked(message: Message, asks: bool, writer: str, routes: Mapping[str, str]) -> str:
    """The token of the letter to whose link a contractor's mail is the answer, to Keepwarm alone; else "".

    People answer the mail that a link filled in, and each answer has the token in its subject: without the link's word
    it is plain talk. So is what asks the owner something beside the word.
    """
    token = token_in(message.subject)
    if not token or routes.get(token) != writer or _LINKED.isdisjoint(message.tags):
        return ""
    return "" if asks and "settled" not in message.tags else token


def _is_for_others(mail: Mail, known: Directory, writer: str) -> bool:
    """Whether a contractor wrote to other contractors alone: what they are asked, the owner's side in Cc is not."""
    others = [known.key_of(address) for address in mail.to]
    return bool(others) and all(key and key != writer for key in others)


def _one_click(
    context: _Context, verdict: Verdict, author: Author, routes: Mapping[str, str]
) -> Iterator[Pair]:
    """The owner's answer to one of our letters, to the mailbox alone: it hands nothing over.

    The letter is known by its token, in the subject or in In-Reply-To; never by anything in the text.
    """
    named = (token_in(context.mail.subject), context.mail.replied_to.partition("@")[0])
    token = next((token for token in named if token in routes), "")
    key = routes.get(token, "")
    if key in context.known.people.contractors and verdict.kind is Kind.HUMAN:
        message = _message(context, verdict, author, key, about_letter=token)
        yield key, replace(message, handed=False, closes=True, asks=False, asks_only="")


def _message(context: _Context, verdict: Verdict, author: Author, key: str, **more: Any) -> Message:
    """The message with what its text says, as far as mail of its kind says anything."""
    mail, known = context.mail, context.known
    contractor = known.people.contractors[key]
    if verdict.kind is Kind.AUTO_REPLY:
        more["back_on"] = contents.return_day(mail, context.at, contractor, known)
    if verdict.kind is not Kind.HUMAN:
        return _facts(context, verdict, author, **more)
    said = contents.read(mail, author.side, contractor, known, context.words, context.at)
    return _facts(
        context,
        verdict,
        author,
        asks=said.asks,
        asks_only=said.asks_only,
        closes=said.closes,
        takes_back=said.takes_back,
        tags=said.tags,
        due=said.due,
        bad_news=said.bad_news,
        brings=said.brings,
        readable=said.readable,
        unsuited=said.unsuited,
        **more,
    )


def _facts(context: _Context, verdict: Verdict, author: Author, **more: Any) -> Message:
    """What the headers say."""
    mail = context.mail
    raw = mail.raw
    mark = fingerprint(author.address, mail.dated or raw.internal_date, mail.subject, mail.to + mail.cc)
    return Message(
        key=mail.message_id or f"no-id:{mark}",
        at=context.at,
        seen_at=context.now,
        side=author.side,
        kind=verdict.kind,
        reason=verdict.reason,
        sender=author.address,
        subject=mail.subject,
        message_id=mail.message_id,
        dated=mail.dated,
        parents=mail.parents,
        hints=mail.hints + signs.letter_token(mail) if verdict.kind is Kind.OWN else mail.hints,
        authentic=is_authentic(mail.headers, context.trust, context.claimed),
        no_answers=signs.wants_no_answers(mail),
        folders=(raw.folder,),
        fingerprint=mark,
        **more,
    )
