"""The digest in words: the facts of its template, in the owner's zone and way of writing dates."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from mail.letters.links import answer, write_news
from mail.letters.wording import count, day, day_in, listed, moment, titled
from relationship.facts.temperature import COLD, COOLING, WARM
from relationship.parties import Owner
from relationship.warmth.latency import compared, hours
from tick.owner.digest.contents import (
    Call,
    Dated,
    Digest,
    Draft,
    Sent,
    Speed,
    Trouble,
    Waiting,
    Warmth,
    Withheld,
)

MOST = 12  # lines of one list; more are counted

Line = dict[str, object]


class Words:
    """How this owner reads."""

    def __init__(self, owner: Owner, mailbox: str) -> None:
        self._owner = owner
        self._mailbox = mailbox

    def facts(self, digest: Digest, news_question: bool) -> dict[str, object]:
        """The group `week` of the template `owner/digest`; what is empty is not there."""
        week: dict[str, object] = {
            "until": self._day_in(digest.until),
            "headline": headline(digest),
            "quiet": _quiet(digest) if digest.quiet else None,
            "warm": _warm(digest),
            "pace": _pace(digest),
            "steady": _steady(digest),
            "notes": digest.notes or None,
            "news_question": 1 if news_question else None,
            "links": {"news": write_news(self._mailbox)},
        }
        for name, entries, said in self._lists(digest):
            week[name] = tuple(said(entry) for entry in entries[:MOST])
            week[f"{name}_more"] = max(0, len(entries) - MOST) or None
        return {"week": week}

    def _lists(self, digest: Digest) -> Iterator[tuple[str, Sequence[Any], Callable[[Any], Line]]]:
        yield "debts", digest.debts, self._wait
        yield "drafts", digest.drafts, self._draft
        yield "troubles", digest.troubles, self._trouble
        yield "unsaid", digest.unsaid, self._unsaid
        yield "waits", digest.waits, self._wait
        yield "deadlines", digest.deadlines, self._dated
        yield "check_ins", digest.check_ins, self._call
        yield "temperatures", digest.temperatures, self._warmth
        yield "speeds", digest.told_speeds, self._speed
        yield "sent", digest.sent, self._sent
        yield "withheld", digest.withheld, self._withheld
        yield "dates", digest.dates, self._dated

    # -- lines -----------------------------------------------------------------------------------------------

    def _wait(self, one: Waiting) -> Line:
        since = self._day_in(one.turn.since)
        asked = f", asked again {_times(one.turn.chasers)}" if one.turn.chasers else ""
        days = f"{count(one.days, 'working day')}, " if one.days else ""
        away = f", away until {self._day_in(one.away_until)}" if one.away_until else ""
        back = f", not counting an absence until {self._day_in(one.back_since)}" if one.back_since else ""
        what = f"“{titled(one.turn.subject)}”, {days}since {since}{asked}{away}{back}"
        return {"who": one.who, "what": what}

    def _draft(self, one: Draft) -> Line:
        return {"who": one.who, "what": f"“{titled(one.subject)}”, written {self._day_in(one.at)}"}

    def _trouble(self, one: Trouble) -> Line:
        return {"who": one.who, "what": one.what}

    def _unsaid(self, one: Call) -> Line:
        links: Line = {name: self._link(name, one.token) for name in ("held", "late", "missed")}
        return {"who": one.who, "what": self._moment(one.check_in.starts_at), "links": links}

    def _call(self, one: Call) -> Line:
        state = _CALL_STATES.get(one.check_in.state, one.check_in.state)
        if one.by_mail and one.check_in.state == "invited":
            state = "answered by mail"
        return {"who": one.who, "what": f"{self._moment(one.check_in.starts_at)} ({state})"}

    def _dated(self, one: Dated) -> Line:
        subject = f"“{titled(one.subject)}”"
        said = {
            "due": f"{subject} is due",
            "missed": f"{subject} was due, and nothing was delivered",
            "set": f"you set it for {subject}",
            "proposed": f"they propose it for {subject}",
            "back": "they are back",
        }[one.kind]
        return {"who": one.who, "day": self._day(one.day), "what": said}

    def _warmth(self, one: Warmth) -> Line:
        known = one.temperature
        since = f"has been {known.state} since {self._day_in(known.since)}"
        state = f"is now {known.state}, and was {known.before} before" if one.changed else since
        return {"who": one.who, "state": state, "what": "; ".join(known.reasons)}

    def _speed(self, one: Speed) -> Line:
        sides = (("answers", one.theirs, one.theirs_usual), ("your answers", one.yours, one.yours_usual))
        said = [
            f"{whose} take {compared(now, usual)}"
            for whose, now, usual in sides
            if now is not None and usual is not None
        ]
        return {"who": one.who, "what": "; ".join(said)}

    def _sent(self, one: Sent) -> Line:
        how = ", as a draft" if one.drafted else ""
        what = f"“{titled(one.subject)}” on {self._day_in(one.at)} (rule: {one.rule}{how})"
        return {"who": one.who, "what": what}

    def _withheld(self, one: Withheld) -> Line:
        times = f", {_times(one.times)}" if one.times > 1 else ""
        how = "still waits" if one.held else "not sent"
        return {"who": one.who, "what": f"{one.rule}: {how}{times}, because {one.why}"}

    # -- the reader's own ------------------------------------------------------------------------------------

    def _link(self, tag: str, token: str) -> str:
        return answer(tag, self._mailbox, token)

    def _day(self, when: date) -> str:
        return day(when, "en", self._owner.locale)

    def _day_in(self, at: datetime) -> str:
        return day_in(at, self._owner.timezone, "en", self._owner.locale)

    def _moment(self, at: datetime) -> str:
        return moment(at, self._owner.timezone, "en", self._owner.locale)


_CALL_STATES = {
    "planned": "the invitation is not out yet",
    "moved": "moved, the calendars are told next",
    "invited": "not answered yet",
    "accepted": "accepted",
    "tentative": "accepted with a maybe",
    "delegated": "passed on to somebody else",
    "countered": "they propose another time",
}


def headline(digest: Digest) -> str:
    """What the subject says: what needs the owner first, then who is waited for, then how things stand."""
    debts, drafts, waits = len(digest.debts), len(digest.drafts), len(digest.waits)
    parts = [
        f"you owe {_number(debts, 'answer')}" if debts else "",
        f"{_number(drafts, 'letter')} {'waits' if drafts == 1 else 'wait'} for your word" if drafts else "",
        f"you wait for {_number(waits, 'answer')}" if waits else "",
        *_cool(digest),
    ]
    if digest.troubles or digest.unsaid:
        calm = "there is something to look at"
    else:
        calm = "all is well" if digest.warm else "nothing needs you"
    return listed([part for part in parts if part]) or calm


def _cool(digest: Digest) -> list[str]:
    """Such as "1 relationship is cold", "2 are cooling"."""
    states = [one.temperature.state for one in digest.temperatures]
    counts = [(states.count(state), state) for state in (COLD, COOLING) if state in states]
    return [
        f"{f'{number} {_be(number)}' if place else _relationships(number)} {state}"
        for place, (number, state) in enumerate(counts)
    ]


def _quiet(digest: Digest) -> str:
    """The one line of a week without news."""
    if not digest.people:
        return "There is nobody in your rules.yaml to keep in touch with."
    known = _warm(digest)
    return f"Nothing needs you: nobody waits for anybody{f'; {known}' if known else ''}."


def _warm(digest: Digest) -> str | None:
    """How the others stand, below those that are told of: who became warm is one of these."""
    told = sum(one.temperature.state == WARM for one in digest.temperatures)
    warm, new = digest.warm - told, digest.too_early
    parts = [
        *([f"{_relationships(warm)} warm"] if warm else []),
        *([f"{new if warm else _relationships(new)} too new to tell"] if new else []),
    ]
    return listed(parts) or None


def _relationships(number: int) -> str:
    return f"{_number(number, 'relationship')} {_be(number)}"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _pace(digest: Digest) -> str | None:
    """The medians of both sides in all relationships together, and the trend."""
    one = digest.overall
    theirs, yours = _beside(one.theirs, one.theirs_usual), _beside(one.yours, one.yours_usual)
    if theirs and yours:
        return f"Half of the answers to you came within {theirs}; half of yours within {yours}."
    if theirs:
        return f"Half of the answers to you came within {theirs}."
    return f"Half of your answers went out within {yours}." if yours else None


def _beside(now: int | None, before: int | None) -> str | None:
    """Such as "9 working hours this month, 3 before"."""
    if now is None:
        return None
    return f"{hours(now)} this month" if before is None else compared(now, before)


def _steady(digest: Digest) -> str | None:
    """How the others answer, below those that are told one by one."""
    same = len(digest.speeds) - len(digest.told_speeds)
    others = "other " if digest.told_speeds else ""
    with_whom = f"{same} {others}relationship{'s' * (same != 1)}"
    return f"In {with_whom} answers take as long as before." if same else None


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _number(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'s' * (amount != 1)}"
