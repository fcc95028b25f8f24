"""Backtesting: recorded history through today's rules, tick by tick through the daemon's own code.

The store begins empty, the watermark is `since`: what happened before it is known, and acted on no more.
Whoever was added to the rules after `since` is added in the replay at that same moment. Nothing is sent:
`mode` counts as live, on paper. What the owner would be asked about waits: a draft to be approved is told as held,
and news goes to nobody, as its words are not kept.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from commands.house import House, Keepwarm
from mail.letters.rendering import Templates
from relationship.facts import Profile
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Side
from relationship.parties import Contractor
from rules.notices import NOTICES
from rules.policy import Policy
from store.memory import MemoryStore
from store.protocol import OWNER, Store
from tick.bookkeeping.books import Books
from tick.bookkeeping.identity import keys_of
from tick.owner.approval import UNANSWERED
from tick.rehearsal.replay import Record, Replay, records, sightings
from tick.rehearsal.simulation import INSTANT, play

ASKED = "you would have been asked: it goes out on your word alone"
WAITS = {State.BUNDLED: "it waits for your day's one mail", State.ASKED: ASKED}

Progress = Callable[[float], None]  # how much of it is done, from 0 to 1


@dataclass(frozen=True)
class Line:
    """One letter that would have gone out, or one that would not, and why; in the order of `--json`."""

    at: datetime
    rule: str
    contractor: str
    to: str
    template: str
    subject: str  # of the letter; of one that was not written, what it would have been about
    verdict: str  # send, hold, suppress
    why: str

    @property
    def letter(self) -> tuple[datetime, str, str, str, str]:
        """What its reader would notice: by this two backtests are compared."""
        return self.at, self.contractor, self.to, self.template, self.subject


@dataclass(frozen=True)
class Past:
    """What was recorded, and when Keepwarm began to watch."""

    records: dict[str, Record]
    begun: datetime | None

    @property
    def letters(self) -> Iterator[Letter]:
        """All letters of all relationships."""
        return (letter for record in self.records.values() for letter in record.letters)

    @property
    def first(self) -> datetime | None:
        """The oldest mail; None where none was read."""
        return min((mail.at for record in self.records.values() for mail in record.messages), default=None)


def past_of(store: Store) -> Past:
    """The whole recorded history."""
    installation = store.load(OWNER).installation.get("installation")
    return Past(records(store), installation.watermark if installation else None)


def backtest(
    house: House,
    policy: Policy,
    past: Past,
    since: datetime,
    until: datetime,
    grid: timedelta | None = None,
    progress: Progress | None = None,
) -> list[Line]:
    """Every letter that would have gone out in [since, until], and every one withheld, oldest first.

    With a `grid`, ticks fall on its multiples from `since` on, as those of a daemon that polls so often.
    """
    tuning = replace(policy.temperature, judged=_temperature_matters(policy, house.templates()))
    policy = replace(policy, mode="live", digest="", temperature=tuning)
    begun = past.begun or until
    seen = (one for key, record in past.records.items() for one in sightings(key, record, begun))
    replay = Replay((one for one in seen if one.at <= until), past.letters)
    cast = Cast(policy, past, since)
    keepwarm = house.rehearsal(cast.policy_at(since), cast.store(), replay)
    for now in play(
        keepwarm, replay, since, until, cast.entrances(until), partial(cast.enter, keepwarm), grid
    ):
        if progress:
            progress((now - since) / max(until - since, INSTANT))
    return sorted(lines(keepwarm.books), key=lambda line: (line.at, line.rule, line.contractor))


def _temperature_matters(policy: Policy, templates: Templates) -> bool:
    """Whether a rule, or a letter of one, asks for it: most do not, and to judge it takes a while."""
    sent = {step.send for rule in policy.rules + NOTICES for step in rule.steps}
    asked = any(rule.asks_for_temperature for rule in policy.rules)
    return asked or any(templates.may_state(name, ("temperature", "reasons")) for name in sent)


class Cast:
    """Who is in the rules from when on."""

    def __init__(self, policy: Policy, past: Past, since: datetime) -> None:
        self._policy = policy
        self._since = since
        known = {key: record.profile for key, record in past.records.items()}
        found = keys_of(policy.contractors, known)
        self._known = {who.name: (key, known[key]) for key, who in found.items() if key in known}

    def policy_at(self, now: datetime) -> Policy:
        """The policy without those who are not added yet."""
        contractors = tuple(c for c in self._policy.contractors if self._added_at(c) <= now)
        return replace(self._policy, contractors=contractors)

    def entrances(self, until: datetime) -> list[datetime]:
        """When somebody is added, after `since`."""
        added = {self._added_at(contractor) for contractor in self._policy.contractors}
        return sorted(moment for moment in added if self._since < moment <= until)

    def store(self) -> Store:
        """An empty store, but for the keys of the relationships."""
        store = MemoryStore()
        for contractor in self.policy_at(self._since).contractors:
            if contractor.name in self._known:
                key, profile = self._known[contractor.name]
                store.commit(key, [Profile(profile.name, profile.addresses, self._since)])
        return store

    def enter(self, keepwarm: Keepwarm, now: datetime) -> None:
        """Add those whose moment has come."""
        for contractor in self._policy.contractors:
            if self._added_at(contractor) == now:
                key, profile = self._known[contractor.name]
                added = Profile(profile.name, profile.addresses, now, added_at=now, history_read=False)
                keepwarm.books.commit(key, [added])
        keepwarm.adopt(self.policy_at(now), keepwarm.templates)

    def _added_at(self, contractor: Contractor) -> datetime:
        known = self._known.get(contractor.name)
        return (known[1].added_at if known else None) or self._since


def lines(books: Books) -> Iterator[Line]:
    """What the rules made of it."""
    steps = {(rule.name, number): step.send for rule in books.rules for number, step in enumerate(rule.steps)}
    for key, contractor in books.people.contractors.items():
        facts = books.whole(key)  # what is long closed was archived on the way
        for decision in facts.decisions.values():
            letter = facts.letters.get(decision.letter)
            template = steps.get((decision.rule, decision.step), "")
            if letter:
                yield _sent(decision, letter, contractor)
            else:
                yield _withheld(decision, template, contractor, books)


def _sent(decision: Decision, letter: Letter, contractor: Contractor) -> Line:
    went = letter.state is State.SENT
    asked = letter.reply == UNANSWERED  # nobody answers in a replay
    gone = decision.verdict is not Verdict.SEND and not asked
    state = State.ASKED if asked else letter.state
    why = decision.why if went or gone else WAITS.get(state, "it was still in the outbox")
    return Line(
        at=letter.sent_at or decision.at,
        rule=letter.rule,
        contractor=contractor.name,
        to=", ".join(letter.to),
        template=letter.template,
        subject=letter.subject,
        verdict=str(Verdict.SEND if went else decision.verdict if gone else Verdict.HOLD),
        why=why,
    )


def _withheld(decision: Decision, template: str, contractor: Contractor, books: Books) -> Line:
    to_owner = books.readers.get(template) is Side.OWNER
    return Line(
        at=decision.at,
        rule=decision.rule,
        contractor=contractor.name,
        to=(books.people.owner if to_owner else contractor).addresses[0],
        template=template,
        subject=decision.about,
        verdict=str(decision.verdict),
        why=decision.why,
    )


def differences(today: Iterable[Line], other: Iterable[Line]) -> tuple[list[Line], list[Line]]:
    """The letters that only today's rules send, and those that only the others send."""
    ours, theirs = ([x for x in some if x.verdict == Verdict.SEND] for some in (today, other))
    return _without(ours, theirs), _without(theirs, ours)


def _without(some: list[Line], others: list[Line]) -> list[Line]:
    left = Counter(line.letter for line in others)
    only = []
    for line in some:
        if left[line.letter]:
            left[line.letter] -= 1
        else:
            only.append(line)
    return only
