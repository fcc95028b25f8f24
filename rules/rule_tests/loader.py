"""Rule tests from text: every problem with its place, or the tests.

The models read each value (`schema.py`); what concerns several values, or the rules themselves, is checked here
while the tests are built.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from relationship.clocks.moments import NEVER
from relationship.facts.messages import Side
from relationship.subjects import plain_subject
from rules.format.complaints import problems_of_shape
from rules.format.positions import Document, read
from rules.format.problems import Fault, Path, PolicyErrors, Problem, found
from rules.format.suggest import did_you_mean
from rules.notices import NOTICES
from rules.policy import Policy
from rules.rule_tests.lines import OF_KEEPWARM, PREVIOUS, Names, other_side, spoken_of, what_happens
from rules.rule_tests.moments import When, resolve
from rules.rule_tests.plot import LETTER, OWNER, Event, Letters, RuleTest
from rules.rule_tests.schema import GRAMMAR, EventBlock, LettersBlock, TestBlock, TestsFile

LONGEST = timedelta(days=3660)
A_MINUTE, TEN_DAYS, A_DAY = timedelta(minutes=1), timedelta(days=10), timedelta(days=1)
UNKNOWN = NEVER - TEN_DAYS
MADE_IN = timedelta(minutes=2)  # `at:` means that minute, or the next: a note waits for the tick after it


def load_tests(text: str | bytes, policy: Policy, readers: Mapping[str, Side]) -> tuple[RuleTest, ...]:
    """The tests that a file holds; PolicyErrors lists every problem. `readers` tells who reads each template."""
    document = read(text, begins="Begin with `tests:`.")
    try:
        model = TestsFile.model_validate(document.data)
    except ValidationError as error:
        problems = [*document.problems, *problems_of_shape(error, document, GRAMMAR)]
        raise PolicyErrors(tuple(sorted(dict.fromkeys(problems)))) from None
    building = Building(policy, readers, document, list(document.problems))
    tests = tuple(building.test(block, ("tests", index)) for index, block in enumerate(model.tests))
    building.check_names(model.tests)
    if building.problems:
        raise PolicyErrors(tuple(sorted(dict.fromkeys(building.problems))))
    return tests


@dataclass
class Building:
    """Builds tests, and notes what is wrong on the way."""

    policy: Policy
    readers: Mapping[str, Side]
    document: Document
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everybody who can be named."""
        self._names = Names(self.policy)

    def check_names(self, tests: Iterable[TestBlock]) -> None:
        """Names tell tests apart."""
        seen: set[str] = set()
        for index, block in enumerate(tests):
            if block.name in seen:
                fault = Fault(f"Two tests are named {found(block.name)}.", "Change one.")
                self._complain(("tests", index, "name"), fault)
            seen.add(block.name)

    def test(self, block: TestBlock, path: Path) -> RuleTest:
        """One test."""
        zone = block.timezone or self.policy.owner.timezone
        events = tuple(self._events(block, zone, path))
        expect = tuple(self._letters(x, zone, (*path, "expect", n)) for n, x in enumerate(block.expect))
        never = tuple(self._letters(x, zone, (*path, "never", n)) for n, x in enumerate(block.never))
        if not expect and not never and not block.nothing_else:
            hint = "Add `expect:`, `never:` or `nothing else: yes`."
            self._complain(path, Fault(f"The test {found(block.name)} expects nothing.", hint))
        given = [self._moment(block.begins, zone, (*path, "begins")), *(event.at for event in events[:1])]
        begins = next((moment for moment in given if moment), None)
        if begins is None:
            self._complain(path, Fault("Nobody knows when this test begins.", "Add `begins:`."))
            begins = UNKNOWN
        until = self._moment(block.until, zone, (*path, "until"))
        named = [begins, *(event.at for event in events), *(x.last for x in (*expect, *never) if x.last)]
        self._span(begins, max([begins, *(event.at for event in events)]), until or max(named), path)
        people = (self._contractor(name, (*path, "people")) for name in block.people)
        return RuleTest(
            name=block.name,
            line=self.document.place(path)[0],
            timezone=zone,
            begins=begins if block.begins else begins - A_MINUTE,
            until=until or max(named) + TEN_DAYS,
            people=tuple(
                dict.fromkeys(name for name in (*people, *_cast(events, (*expect, *never))) if name)
            ),
            events=events,
            expect=expect,
            never=never,
            nothing_else=block.nothing_else,
        )

    def _span(self, begins: datetime, last: datetime, until: datetime, path: Path) -> None:
        """A test that ends too soon can fail in nothing, and one of a mistyped year would not end."""
        if until < last < UNKNOWN:
            self._complain(
                (*path, "until"), Fault("The test ends before all of it has happened.", "Move `until:`.")
            )
        if until - begins > LONGEST:
            years = (until - begins).days // 365
            hint = "Is a year mistyped? Ten years are the most."
            self._complain(path, Fault(f"From its beginning to its end there are {years} years.", hint))

    # -- the timeline --------------------------------------------------------------------------------------

    def _events(self, block: TestBlock, zone: str, path: Path) -> Iterator[Event]:
        mails: list[Event] = []
        before: datetime | None = None
        for number, entry in enumerate(block.timeline):
            here = (*path, "timeline", number)
            at = self._moment(entry.at, zone, (*here, "at"), before)
            if at is None:
                continue
            if before and at < before:
                self._complain((*here, "at"), Fault("This lies before the line above.", "Put it further up."))
            before = at
            try:
                event = self._event(entry, at, mails, here)
            except Fault as fault:
                self._complain(here, fault)
                continue
            if event.does in ("writes", "is away"):
                mails.append(event)
            yield event

    def _event(self, entry: EventBlock, at: datetime, mails: list[Event], path: Path) -> Event:
        does = what_happens(entry)
        line = self.document.place(path)[0]
        if does in ("stars", "unstars"):
            return Event(at, line, does, OWNER, about=spoken_of(entry.star or entry.unstar, mails).line)
        if does in ("bounces", "is added"):
            return Event(at, line, does, self._contractor(entry.bounces or entry.added, path))
        if not entry.from_:
            raise Fault("Nobody knows who this is from.", "Add `from:`.")
        who = self._person(entry.from_, (*path, "from"))
        if does in ("answers the invitation", "clicks"):
            return Event(at, line, does, who, answer=entry.answers_the_invitation or entry.clicks)
        if does == "is away":
            return self._away(entry, at, line, who, mails)
        return self._writes(entry, at, line, who, mails, path)

    def _away(self, entry: EventBlock, at: datetime, line: int, who: str, mails: list[Event]) -> Event:
        """An automatic answer: to the last mail above, where there is one."""
        if who == OWNER:
            raise Fault("Only contractors answer automatically.", "Write `away:` into rules.yaml.")
        answered = spoken_of(entry.answers or PREVIOUS, mails) if mails else None
        return Event(
            at=at,
            line=line,
            does="is away",
            who=who,
            subject=f"Automatic reply: {plain_subject(answered.subject)}" if answered else "Automatic reply",
            text=entry.text,
            answers=answered.line if answered else 0,
            label=entry.label,
            back_on=entry.away_until,
        )

    def _writes(
        self, entry: EventBlock, at: datetime, line: int, who: str, mails: list[Event], path: Path
    ) -> Event:
        if not entry.text:
            raise Fault("Nobody knows what this mail says.", "Add `text:`.")
        to_keepwarm = entry.answers == OF_KEEPWARM
        answered = spoken_of(entry.answers, mails) if entry.answers and not to_keepwarm else None
        to = tuple(self._person(name, (*path, "to")) for name in entry.to)
        if who == OWNER and not to and not to_keepwarm:
            to = other_side(answered)
            if not to:
                raise Fault("Nobody knows to whom you write.", "Add `to:`.")
        subject = entry.subject or (f"Re: {plain_subject(answered.subject)}" if answered else "")
        return Event(
            at=at,
            line=line,
            does="writes",
            who=who,
            to=to,
            cc=tuple(self._person(name, (*path, "cc")) for name in entry.cc),
            subject=subject,
            text=entry.text,
            answers=LETTER if to_keepwarm else answered.line if answered else 0,
            label=entry.label,
        )

    # -- what is expected ----------------------------------------------------------------------------------

    def _letters(self, block: LettersBlock, zone: str, path: Path) -> Letters:
        self._check_known(block, path)
        first, last = self._window(block, zone, path)
        return Letters(
            line=self.document.place(path)[0],
            send=block.send,
            to=self._person(block.to, (*path, "to")) if block.to else None,
            about=self._contractor(block.about, (*path, "about")) if block.about else "",
            rule=block.rule,
            subject=block.subject,
            says=tuple(block.says),
            first=first,
            last=last,
        )

    def _check_known(self, block: LettersBlock, path: Path) -> None:
        if block.send and block.send not in self.readers:
            hint = did_you_mean(block.send, self.readers, "There are")
            self._complain((*path, "send"), Fault(f"There is no letter {found(block.send)}.", hint))
        rules = [rule.name for rule in (*self.policy.rules, *NOTICES)]
        if block.rule and block.rule not in rules:
            hint = did_you_mean(block.rule, rules, "There are")
            self._complain((*path, "rule"), Fault(f"There is no rule {found(block.rule)}.", hint))
        written = [key for key in ("at", "by", "on", "between") if getattr(block, key)]
        if len(written) > 1:
            fault = Fault(f"`{written[0]}:` and `{written[1]}:` both say when.", "Keep one of them.")
            self._complain((*path, written[1]), fault)
        if not (block.send or block.to or block.rule or block.about):
            fault = Fault("This means any letter at all.", "Add `send:`, `to:`, `about:` or `rule:`.")
            self._complain(path, fault)

    def _window(self, block: LettersBlock, zone: str, path: Path) -> tuple[datetime | None, datetime | None]:
        if block.on:
            midnight = datetime.combine(block.on, time(), ZoneInfo(zone))
            return midnight, datetime.combine(block.on + A_DAY, time(), ZoneInfo(zone))
        if block.between:
            first, last = (self._moment(moment, zone, (*path, "between")) for moment in block.between)
            return first, last
        if block.at:
            at = self._moment(block.at, zone, (*path, "at"))
            return at, at + MADE_IN if at else None
        return None, self._moment(block.by, zone, (*path, "by"))

    # -- names and moments ---------------------------------------------------------------------------------

    def _moment(
        self, moment: When | None, zone: str, path: Path, before: datetime | None = None
    ) -> datetime | None:
        try:
            return resolve(moment, zone, self._names.zone_of, before) if moment else None
        except Fault as fault:
            self._complain(path, fault)
            return None

    def _person(self, name: str, path: Path) -> str:
        """The owner, or a contractor's full name."""
        return self._known(self._names.person, name, path)

    def _contractor(self, name: str, path: Path) -> str:
        return self._known(self._names.contractor, name, path)

    def _known(self, find: Callable[[str], str], name: str, path: Path) -> str:
        try:
            return find(name)
        except Fault as fault:
            self._complain(path, fault)
            return OWNER

    def _complain(self, path: Path, fault: Fault) -> None:
        self.problems.append(self.document.problem(path, fault.message, fault.hint))


def _cast(events: Iterable[Event], letters: Iterable[Letters]) -> Iterator[Any]:
    for event in events:
        yield from (event.who, *event.to, *event.cc)
    for letter in letters:
        yield from (letter.to, letter.about)
