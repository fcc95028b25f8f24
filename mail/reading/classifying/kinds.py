"""Kinds: one table of rules, looked through from the top; the first that holds says what sort of mail it is.

Headers first, content last, and content only where a header already makes it likely: a person who writes
about a bounce or announces a holiday is a person. In doubt mail is human: who was answered is not chased.
Each rule names its source; tests/mail/test_kinds.py has a mail of our own for each.

A rule is asked only where there is what it needs: a header, or one of the clues below. Each clue is looked for once,
for all rules that need it, and most of people's mail has none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mail.reading.classifying import automatic, away, signs
from mail.reading.syntax.parsing import Mail
from relationship.facts.messages import Kind

# Clues beside the headers, named as no header can be.
STRUCTURE = b":structure"  # it is more than one text
WRITER = b":writer"  # an address that is a machine's by its name
SUBJECT = b":subject"  # a subject in a shape that automatic mail has
WORDING = b":wording"  # words at the beginning that automatic mail has


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    kind: Kind
    reason: str  # for people: "it is ... because <reason>"
    source: str
    holds: Callable[[Mail], bool]
    needs: tuple[bytes, ...] = ()  # headers and clues of which one must be there; () where it looks at more


@dataclass(frozen=True, slots=True)
class Verdict:
    """What sort of mail it is, and why."""

    kind: Kind
    reason: str


TABLE: tuple[Rule, ...] = (
    Rule(
        Kind.OWN, "one of Keepwarm's own letters", "design, section 5", signs.keepwarm_letter, (signs.LETTER,)
    ),
    # Bounces before all else: Postfix sends them with Auto-Submitted: auto-replied (RFC 3834 allows it).
    Rule(Kind.BOUNCE, "a delivery report", "RFC 3464, 2; RFC 6522", signs.delivery_report, (STRUCTURE,)),
    Rule(
        Kind.BOUNCE, "X-Failed-Recipients", "Exim, Gmail", signs.failed_recipients, (b"x-failed-recipients",)
    ),
    Rule(
        Kind.BOUNCE,
        "a mail server's report",
        "RFC 5321, 4.5.5 and 6.1; wording, mail/reading/classifying/failures.py",
        signs.server_report,
    ),
    Rule(
        Kind.BOUNCE,
        "a provider's notice of a bounce",
        "Amazon SES through SNS",
        signs.bounce_notice,
        (b"x-amz-sns-message-id",),
    ),
    # Calendar mail before automatic mail: Google's answers carry Auto-Submitted: auto-generated.
    Rule(
        Kind.RSVP,
        "an answer to an invitation",
        "RFC 6047, 2.4; RFC 5546, 3.2.3",
        signs.calendar_reply,
        (STRUCTURE, b"content-class"),
    ),
    Rule(
        Kind.INVITATION, "an invitation or its change", "RFC 5546, 3.2", signs.calendar_request, (STRUCTURE,)
    ),
    Rule(
        Kind.INVITATION, "a notice that it was passed on", "MS-OXOCAL, 3.1.4.10", signs.passed_on, (SUBJECT,)
    ),
    # Somebody's automatic answer, before lists: some out-of-office mails pass through a list.
    Rule(
        Kind.AUTO_REPLY,
        "Auto-Submitted: auto-replied",
        "RFC 3834, 5",
        signs.auto_replied,
        (b"auto-submitted",),
    ),
    Rule(Kind.AUTO_REPLY, "a read receipt", "RFC 8098, 3", signs.read_receipt, (STRUCTURE,)),
    Rule(Kind.AUTO_REPLY, "a read receipt in words", "Outlook, Notes", automatic.read_notice, (SUBJECT,)),
    Rule(Kind.AUTO_REPLY, "an abuse report", "RFC 5965", signs.abuse_report, (STRUCTURE,)),
    Rule(
        Kind.AUTO_REPLY,
        "an autoresponder's own header",
        "X-Autoreply, X-Autorespond ...",
        signs.responder_header,
        signs.RESPONDERS,
    ),
    Rule(
        Kind.AUTO_REPLY,
        "Exchange's inbox rule answered",
        "MS-OXCMAIL; Zammad",
        signs.inbox_rule_loop,
        (signs.INBOX_RULE,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "Precedence: auto_reply",
        "Discourse, osTicket",
        signs.precedence_auto,
        signs.PRECEDENCE,
    ),
    Rule(
        Kind.AUTO_REPLY,
        "an autoresponder's address",
        "osTicket, FreeScout",
        signs.responder_address,
        (WRITER,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "an automatic answer's subject",
        "subjects, mail/reading/words",
        automatic.automatic_subject,
        (SUBJECT,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "an out-of-office subject",
        "subjects, mail/reading/words",
        away.away_subject,
        (SUBJECT,),
    ),
    # Lists and newsletters.
    Rule(Kind.LIST, "a mailing list's header", "RFC 2919; RFC 2369", signs.list_header, signs.LIST_HEADERS),
    Rule(
        Kind.AUTO_REPLY, "sent in bulk as an answer", "vacation(1), RT", signs.bulk_answer, signs.PRECEDENCE
    ),
    Rule(Kind.LIST, "sent in bulk", "Precedence; RFC 2076, 3.9", signs.bulk_precedence, signs.PRECEDENCE),
    Rule(
        Kind.LIST,
        "a newsletter's Feedback-ID",
        "Gmail's sender guidelines",
        signs.feedback_id,
        (b"feedback-id",),
    ),
    Rule(Kind.LIST, "a list manager's address", "RFC 5230, 4.6; LISTSERV", signs.list_manager, (WRITER,)),
    # Other machines.
    Rule(Kind.AUTO_REPLY, "Auto-Submitted", "RFC 3834, 5", signs.auto_submitted, (b"auto-submitted",)),
    Rule(
        Kind.AUTO_REPLY,
        "a program's header",
        "cron, ticket systems",
        signs.program_header,
        (*signs.PROGRAMS, b"x-mailer"),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "from an address that takes no answers",
        "share notices, orders, invitations to sign",
        signs.nobody_reads,
        (WRITER,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "sent by nobody",
        "RFC 5321, 4.5.5; RFC 3834, 3.3",
        signs.null_sender,
        (b"return-path",),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "it asks to prove that a person wrote",
        "challenge-response: TMDA, Boxbe, Spam Arrest, EarthLink",
        automatic.challenge,
        (WORDING,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "it says that it was written automatically",
        "wording, mail/reading/words",
        automatic.says_automatic,
        (WORDING,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "a help desk's receipt",
        "wording, mail/reading/words",
        automatic.sure_receipt,
        (WORDING,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "a ticket system's receipt",
        "Zendesk, OTRS, RT, Freshdesk",
        automatic.ticket_receipt,
        (SUBJECT,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "a vacation letter from beginning to end",
        "wording, mail/reading/words",
        away.away_letter,
        (WORDING,),
    ),
    Rule(
        Kind.AUTO_REPLY,
        "an absence, and nothing else",
        "wording, mail/reading/words",
        away.away_wording,
        (b"x-auto-response-suppress", b"thread-topic"),
    ),
)
HUMAN = Verdict(Kind.HUMAN, "nothing says otherwise")

_TELLING = frozenset(name for rule in TABLE for name in rule.needs)


def _subject_tells(mail: Mail) -> bool:
    subject = mail.subject
    return signs.passed_on(mail) or automatic.subject_tells(subject) or away.subject_tells(subject)


_CLUES: tuple[tuple[bytes, Callable[[Mail], bool]], ...] = (
    (STRUCTURE, lambda mail: mail.content_type not in ("text/plain", "text/html")),
    (WRITER, lambda mail: signs.machine_writes(mail.from_)),
    (SUBJECT, _subject_tells),
    (WORDING, lambda mail: automatic.has_marks(mail.opening)),
)


@lru_cache(maxsize=1024)
def _rules_for(present: frozenset[bytes]) -> tuple[Rule, ...]:
    """The rules that can hold where these telling headers and clues are present: for most mail, one."""
    return tuple(rule for rule in TABLE if not rule.needs or not present.isdisjoint(rule.needs))


def kind_of(mail: Mail, skipped: frozenset[Kind] = frozenset()) -> Verdict:
    """The first rule of the table that holds; human where none does. `skipped` kinds are not asked for.

    Never raises: a rule that stumbles over a broken mail does not hold.
    """
    clues = [name for name, is_there in _CLUES if is_there(mail)]
    for rule in _rules_for(_TELLING.intersection((*mail.headers.fields, *clues))):
        try:
            if rule.kind not in skipped and rule.holds(mail):
                return Verdict(rule.kind, rule.reason)
        except Exception:
            mail.broken.append(rule.reason)
    return HUMAN
