"""The facts that a letter may state: the documented table, which the templates are checked against.

`docs/letters.md` shows the same table. Every fact is words (or a whole number) in the reader's own language
and zone, ready to be read: templates format nothing. `sample` is what `preview` shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from mail.letters.markdown import Markdown
from mail.letters.wording import count, day, full_date, lies_with, moment, plain_time, working_time
from relationship.parties import language_alone

Value = object  # text, a whole number, a list of values, or a mapping of names to values


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it says, an example, and (of a group or of each thing in a list) the facts inside."""

    about: str
    sample: "Value | InLanguage" = None
    parts: Mapping[str, "Fact"] = field(default_factory=dict)
    many: bool = False
    spanish: Value = None  # the example in Spanish, where it is other words than Keepwarm's own


InLanguage = Callable[[str], Value]  # an example in the words of any language


def _day(number: int) -> InLanguage:
    return lambda language: day(date(2026, 3, number), language, "en-US")


def _call_at(number: int, hour: int, minute: int) -> InLanguage:
    at = datetime(2026, 3, number, hour, minute, tzinfo=UTC)
    return lambda language: moment(at, "UTC", language, "en-US", yours=True)


def _agenda(language: str) -> Value:
    subject = "Plantilla de la factura" if language_alone(language) == "es" else "Invoice template"
    return (f"{subject} ({lies_with('you', day(date(2026, 3, 3), language, 'en-US'), language)})",)


def sample_link(tag: str, sign: str = "%23") -> str:
    """What a one-click answer looks like."""
    return f"mailto:team@acme.example?subject=Keepwarm%20(kw-sampletoken0)&body={sign}{tag}"


def _link(about: str, tag: str, sign: str = "%23") -> Fact:
    return Fact(about, sample_link(tag, sign))


CONTRACTOR = {
    "name": Fact("the contractor's name, as in rules.yaml", "Maria Santos"),
    "first_name": Fact("how a letter greets", "Maria"),
    "role": Fact("`role:`", "virtual assistant", spanish="asistente virtual"),
    "good_at": Fact("`good at:`", ("inbox triage", "scheduling"), many=True, spanish=("agenda", "correo")),
    "not_for": Fact("`not for:`", ("bookkeeping",), many=True, spanish=("contabilidad",)),
    "since": Fact("`since:`, as a date in words", lambda said: full_date(date(2025, 3, 3), said, "en-US")),
    "language": Fact("`language:`", "en", spanish="es"),
}


def _lines(about: str, who: str, what: str, **more: Fact) -> Fact:
    """A list of the digest: each line says of whom it is, and what."""
    said = {"who": Fact("the contractor's name", who), "what": Fact("what there is to say", what)}
    return Fact(about, parts={**said, **more}, many=True)


def _more(lines: str) -> Fact:
    return Fact(f"how many more {lines} there are than are listed", 3)


_DAY = {"day": Fact("the day in words", "Friday, March 6")}

WEEK = {
    "headline": Fact("the week in a few words", "you owe 4 answers and 1 relationship is cooling"),
    "until": Fact("the day of the digest", "Monday, March 9"),
    "quiet": Fact("the one line of a week without news", "Nothing needs you: nobody waits for anybody."),
    "debts": _lines(
        "answers that the owner owes",
        "Maria Santos",
        "“Invoice template”, 3 working days, since Tuesday, March 3, asked again once",
    ),
    "debts_more": _more("debts"),
    "drafts": _lines(
        "letters that wait for the owner's word",
        "Maria Santos",
        "“Re: Invoice template”, written Friday, March 6",
    ),
    "drafts_more": _more("drafts"),
    "troubles": _lines(
        "what only the owner can mend",
        "Ben Okafor",
        "mail to ben@contract.example comes back: is there another address?",
    ),
    "troubles_more": _more("troubles"),
    "unsaid": _lines(
        "check-ins of which nobody said how they went",
        "Maria Santos",
        "Thursday, March 5, 8:30 am",
        links=Fact(
            "one-click answers",
            parts={
                "held": _link("the check-in took place", "held"),
                "late": _link("it took place, late", "late"),
                "missed": _link("it did not take place", "missed"),
            },
        ),
    ),
    "unsaid_more": _more("check-ins"),
    "waits": _lines("answers that contractors owe", "Ben Okafor", "“Landing page”, since Friday, March 6"),
    "waits_more": _more("waits"),
    "deadlines": _lines("what is due soon, or was", "Ben Okafor", "“Landing page” is due", **_DAY),
    "deadlines_more": _more("deadlines"),
    "check_ins": _lines("the next check-ins", "Maria Santos", "Thursday, March 12, 8:30 am (accepted)"),
    "check_ins_more": _more("check-ins"),
    "temperatures": _lines(
        "relationships that are not warm, or that changed",
        "Ben Okafor",
        "answers take 9 working hours this month, 3 before",
        state=Fact("the temperature, and since when or from what", "is now cooling, and was warm before"),
    ),
    "temperatures_more": _more("relationships"),
    "warm": Fact("how the others stand", "7 relationships are warm and 1 too new to tell"),
    "pace": Fact(
        "the month's medians",
        "Half of the answers to you came within 9 working hours this month, 3 before.",
    ),
    "picture": Fact("the place of the picture, where there is one", Markdown("")),
    "speeds": _lines(
        "how long answers take, of both sides, where that has changed",
        "Ben Okafor",
        "answers take 9 working hours this month, 3 before; your answers take 2 working hours this month, as before",
    ),
    "speeds_more": _more("relationships"),
    "steady": Fact("the others", "In 3 other relationships answers take as long as before."),
    "sent": _lines(
        "letters that went out to contractors",
        "Ben Okafor",
        "“Re: Landing page” on Friday, March 6 (rule: Chase an unanswered question)",
    ),
    "sent_more": _more("letters"),
    "notes": Fact("how many notes went to the owner", 4),
    "withheld": _lines(
        "letters that were withheld, and why",
        "Maria Santos",
        "Chase an unanswered question: still waits, because owner first: you owe Maria Santos an answer",
    ),
    "withheld_more": _more("letters"),
    "dates": _lines("days that were read in mails", "Ben Okafor", "you set it for “Landing page”", **_DAY),
    "dates_more": _more("days"),
    "news_question": Fact("1 once a month, when the owner is asked for news", 1),
    "links": Fact(
        "mails that fill themselves in",
        parts={"news": _link("the beginning of a mail with news", "news")},
    ),
}

FACTS: Mapping[str, Fact] = {
    "contractor": Fact("the contractor that the letter is to, or about", parts=CONTRACTOR),
    "owner": Fact(
        "the owner",
        parts={"name": Fact("the owner's name", "Dana Reyes"), "first_name": Fact("its first word", "Dana")},
    ),
    "mailbox": Fact("the shared mailbox's address", "team@acme.example"),
    "subject": Fact("what the conversation is about", "Invoice template", spanish="Plantilla de la factura"),
    "took": Fact("how long the answer took", lambda said: working_time(40 * 60, said)),
    "waiting": Fact("how long it has been waited for", lambda said: count(3, "working day", said)),
    "since": Fact("since when", _day(3)),
    "away_until": Fact(
        "where they were away since: the day of their return, from which `waiting` counts", _day(5)
    ),
    "reminders": Fact("how many reminders of this wait were really sent before", 1),
    "chasers": Fact("how often the writer asked again", 1),
    "silent_days": Fact("whole days since the event that the rule counts from", 15),
    "deadline": Fact("the date in words", _day(6)),
    "deadline_before": Fact("the date that holds until the owner has decided", "Wednesday, March 4"),
    "delivered": Fact("what was delivered", "Landing page, first draft", spanish="Página de inicio"),
    "on_time": Fact("1 where that was by the deadline", 1),
    "streak": Fact("how many in a row", 5),
    "streak_of": Fact("of what", "deliveries on time"),
    "years": Fact("whole years together", 1),
    "answered_by": Fact("who has answered, where two were asked", "Ben Okafor"),
    "temperature": Fact("warm, cooling or cold", "cooling"),
    "reasons": Fact(
        "the temperature's reasons, in words",
        ("answers take 9 working hours this month, 3 before", "the last check-in was missed"),
        many=True,
    ),
    "lacks": Fact("what a brief lacks", "deadline"),
    "task": Fact("what a brief asks for that is on the contractor's `not for:` list", "bookkeeping"),
    "pay_day": Fact("when pay is due", "Friday, March 13"),
    "limit": Fact("the limit that was reached, as written", "30 an hour"),
    "problem": Fact(
        "what is wrong, in a sentence", "The mail server refuses the password of team@acme.example."
    ),
    "failed_address": Fact("the address that mail comes back from", "maria@contract.example"),
    "paragraphs": Fact(
        "the owner's own words, paragraph by paragraph",
        ("We moved to a new invoicing tool this week.", "Nothing changes for you until April."),
        many=True,
        spanish=("Esta semana estrenamos otro programa de facturas.", "Para ti no cambia nada hasta abril."),
    ),
    "check_in": Fact(
        "the call",
        parts={
            "when": Fact("its time in the reader's zone", _call_at(5, 21, 30)),
            "length": Fact("how long", lambda said: plain_time(30 * 60, said)),
            "where": Fact("`where:`", "https://meet.example/dana"),
            "agenda": Fact(
                "what is open between the two, or was delivered since they last talked",
                _agenda,
                many=True,
            ),
            "proposed": Fact(
                "the time that the contractor proposes instead, in the reader's zone", _call_at(6, 10, 0)
            ),
            "next": Fact("when the next one is of which both know, where it is booked already", ""),
            "booked_then": Fact("how many other check-ins you have at the proposed time", 0),
            "contractor_said": Fact("how it went, by the contractor: held, late or missed", "missed"),
            "owner_said": Fact("how it went, by the owner: held, late or missed", "held"),
            "outside_hours": Fact("owner or contractor: outside whose hours, where they share none", ""),
        },
    ),
    "debt": Fact(
        "the answer that the owner owes",
        parts={
            "subject": Fact("what it is about", "Holiday schedule"),
            "since": Fact("since when", "Friday, February 27"),
            "waiting": Fact("how long", "2 working days"),
            "older": Fact("1 where it is older than what the owner waits for", 1),
        },
    ),
    "letter": Fact(
        "the letter that a note to the owner is about",
        parts={
            "subject": Fact("its subject", "Re: Invoice template"),
            "to": Fact("its address", "maria@contract.example"),
            "at": Fact("when it was tried", "Tuesday, March 3, 3:20 pm"),
            "reply": Fact("what the mail server said", "550 5.1.1 No such user"),
            "stands": Fact("how it stands", "It had gone out by then, and cannot be taken back."),
        },
    ),
    "errors": Fact(
        "what is wrong in the rules file",
        many=True,
        parts={
            "line": Fact("the line's number", 14),
            "message": Fact("what was found and what is allowed", "'2 workin hours' is not a duration"),
            "hint": Fact("did you mean", "did you mean '2 working hours'?"),
            "quoted": Fact("the line as it stands", "if: {took: under 2 workin hours}"),
        },
    ),
    "items": Fact(
        "the day's notes to the owner",
        many=True,
        parts={
            "heading": Fact("the note's subject", "Maria is waiting for you: Invoice template"),
            "text": Fact("the note itself", Markdown("Maria asked on **Tuesday, March 3** and is waiting.")),
        },
    ),
    "left_over": Fact("how many more notes the day's mail had no room for", 0),
    "week": Fact("the week, in the digest", parts=WEEK),
    "links": Fact(
        "one-click answers, as addresses of mails that fill themselves in",
        parts={
            "settled": _link("nothing is owed any more", "settled"),
            "pause": _link("no more letters to me", "pause"),
            "resume": _link("letters again", "resume"),
            "held": _link("the check-in took place", "held"),
            "late": _link("it took place, late", "late"),
            "missed": _link("it did not take place", "missed"),
            "confirm": _link("yes, send this news", "news"),
            "paid": _link("pay went out", "paid"),
            "accept": _link("the proposed time is fine", "accept"),
            "decline": _link("the old time stays", "decline"),
            "send": _link("the draft may go out", "ok", sign=""),
            "drop": _link("the draft is dropped", "no", sign=""),
        },
    ),
}

ALWAYS = frozenset({"contractor", "owner", "mailbox", "links"})

# What else is known when a rule acts, by its trigger.
GIVEN: Mapping[str, frozenset[str]] = {
    trigger: ALWAYS | frozenset(facts.split())
    for trigger, facts in {
        "contractor replied": "subject took since",
        "owner replied": "subject took since",
        "waiting on contractor": "subject since waiting away_until reminders chasers",
        "waiting on owner": "subject since waiting chasers",
        "silence": "silent_days since debt",
        "owner silence": "silent_days since debt",
        "deadline near": "subject deadline",
        "deadline missed": "subject deadline",
        "delivered": "subject delivered deadline on_time",
        "starred": "subject",
        "streak": "streak streak_of",
        "no praise": "silent_days since",
        "no feedback": "subject delivered since",
        "idea received": "subject since",
        "brief sent": "subject lacks task",
        "check-in due": "check_in",
        "check-in unanswered": "check_in",
        "check-in declined": "check_in",
        "check-in missed": "check_in",
        "temperature fell": "temperature reasons",
        "temperature rose": "temperature reasons",
        "anniversary": "years",
        "payment due": "pay_day",
        "every": "",
        "contractor added": "",
        "bounced": "failed_address",
        "news": "subject paragraphs",
    }.items()
}
