"""Warnings: what is allowed, and is probably not what was meant."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from relationship.clocks.hours import working_clock
from relationship.correspondence.ledger import LAPSES
from relationship.facts.messages import Side
from relationship.parties import Contractor, Owner, Party, language_alone
from relationship.templates import TemplateIndex
from rules.format.afternoons import afternoons
from rules.format.plain import block, blocks, word
from rules.format.positions import Document, Plain
from rules.format.problems import Path, Problem, found
from rules.format.suggest import between_commas, in_brackets
from rules.policy import Policy, Rule, Step

# One week of winter and one of summer: clocks that change meet others differently in the two.
_WEEKS = (datetime(2026, 1, 12, tzinfo=UTC), datetime(2026, 7, 13, tzinfo=UTC))
_WEEK = timedelta(days=7)
WITH_WEEKENDS = 1.4  # so many days go by, on the average, for each working day

# Lists of free words: of all others a comma is an error, and told as that.
_LISTS = ("closers", "asks", "done", "bad news", "folders", "good at", "not for", "tags", "subject contains")

# What the built-in letters take for granted: with another trigger they say what is not so.
_WRITTEN_FOR = {
    "appreciation/anniversary": "anniversary",
    "appreciation/delivered": "delivered",
    "appreciation/quick-answer": "contractor replied",
    "appreciation/starred": "starred",
    "check-ins/agenda": "check-in due",
    "onboarding/welcome": "contractor added",
    "owner/deadline-missed": "deadline missed",
    "owner/escalation": "waiting on contractor",
    "owner/missed-check-in": "check-in missed",
    "owner/you-owe": "waiting on owner",
    "reminders/check-in": "check-in unanswered",
    "reminders/deadline": "deadline near",
    "reminders/firm": "waiting on contractor",
    "reminders/gentle": "waiting on contractor",
    "reminders/overdue": "deadline missed",
}


def warnings_of(policy: Policy, document: Document, templates: TemplateIndex) -> tuple[Problem, ...]:
    """Everything doubtful, in the order of the file."""
    found = [
        *_whole(policy, document),
        *_zones(policy, document),
        *_commas(document),
        *afternoons(document),
        *_parties(policy, document),
        *_languages(policy, document, templates),
        *_rules(policy, document),
    ]
    return tuple(sorted(found))


def _whole(policy: Policy, document: Document) -> Iterator[Problem]:
    data = document.data if isinstance(document.data, dict) else {}
    if "mode" not in data:
        yield document.problem(
            (), "There is no `mode:`, so nothing is sent.", "Write `mode: live` to send letters."
        )
    if not policy.contractors:
        yield document.problem(("contractors",), "There are no contractors yet.", key=True)
    if not policy.rules:
        yield document.problem(("rules",), "There are no rules: Keepwarm only keeps the ledger.", key=True)
    if set(policy.owner.addresses[:1]) & set(policy.owner.mailbox):
        message = "Letters about your contractors will land in the shared inbox, which they may read."
        yield document.problem(("owner", "email"), message, "Put an address of your own first.")


def _zones(policy: Policy, document: Document) -> Iterator[Problem]:
    """`Etc/GMT+2` is what everybody else calls GMT-2."""
    contractors = [
        (("contractors", index, "timezone"), one.timezone) for index, one in enumerate(policy.contractors)
    ]
    for path, zone in [(("owner", "timezone"), policy.owner.timezone), *contractors]:
        if match := re.fullmatch(r"Etc/GMT([+-])([1-9]\d?)", zone):
            where = "behind" if match[1] == "+" else "ahead of"
            hours = "1 hour" if match[2] == "1" else f"{match[2]} hours"
            message = f'"{zone}" is {hours} {where} Greenwich: its sign is turned round.'
            yield document.problem(path, message, "Name a place instead, such as Asia/Manila.")


def _commas(document: Document) -> Iterator[Problem]:
    """`tags: key, night` is one tag: a list has brackets."""
    data = document.data
    places: list[tuple[Path, dict[str, Plain]]] = [((), block(data)), (("mailbox",), block(data, "mailbox"))]
    places += [(("contractors", number), one) for number, one in blocks(data, "contractors")]
    places += [(("rules", number, "if"), block(one, "if")) for number, one in blocks(data, "rules")]
    for path, here in places:
        for key in (key for key in _LISTS if "," in word(here.get(key))):
            listed = in_brackets(between_commas(word(here[key])))
            hint = f"If several are meant, put them in brackets: {listed}"
            yield document.problem((*path, key), f"{found(here[key])} counts as one, commas and all.", hint)


def _parties(policy: Policy, document: Document) -> Iterator[Problem]:
    for index, contractor in enumerate(policy.contractors):
        if not meet(policy.owner, contractor):
            message = f"Your hours and those of {contractor.name} never meet."
            hint = "Check both; check-ins will lie at the nearest edge."
            yield document.problem(("contractors", index, "hours"), message, hint)
    yield from _too_short(policy, document)


def _too_short(policy: Policy, document: Document) -> Iterator[Problem]:
    """With whom no check-in can ever be booked, though some are wanted."""
    length = timedelta(seconds=policy.check_ins.length.plain_seconds)
    parties: list[tuple[Path, str, Party]] = [(("owner", "hours"), "Your hours", policy.owner)]
    for index, one in enumerate(policy.contractors):
        if one.check_ins != "never":
            parties.append((("contractors", index, "hours"), f"The hours of {one.name}", one))
    for path, whose, party in parties:
        if all(end - begin < length for begin, end in _clock_spans(party, _WEEKS[0])):
            message = f"{whose} never last as long as a check-in: {policy.check_ins.length}."
            yield document.problem(path, message, "Shorten `check-ins: length:`, or none can be booked.")


def meet(owner: Owner, contractor: Contractor) -> bool:
    """Whether the hours of two parties meet in a week without holidays, in winter or in summer."""
    return any(_meet_in(owner, contractor, start) for start in _WEEKS)


def _meet_in(one: Party, other: Party, start: datetime) -> bool:
    mine, theirs = ([*_clock_spans(party, start)] for party in (one, other))
    return any(max(a, c) < min(b, d) for a, b in mine for c, d in theirs)


def _clock_spans(party: Party, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    yield from working_clock(party.timezone, party.hours).spans(start, start + _WEEK)


def _languages(policy: Policy, document: Document, templates: TemplateIndex) -> Iterator[Problem]:
    """A `language:` translates nothing by itself."""
    sent = {step.send for rule in policy.rules for step in rule.steps}
    letters = (x for name, x in templates.items() if name in sent and x.reader is Side.CONTRACTOR)
    there = frozenset[str]().union(*(letter.languages for letter in letters))
    if not there or "" in there:  # what the owner wrote may be in any
        return
    for index, one in enumerate(policy.contractors):
        if there.isdisjoint((one.language, language_alone(one.language))):
            message = (
                f"No letter of these rules is there in {found(one.language)}: {one.name} gets English ones."
            )
            hint = (
                f"Translate those that matter, in templates/{language_alone(one.language)}/ beside this file."
            )
            yield document.problem(("contractors", index, "language"), message, hint)


def _rules(policy: Policy, document: Document) -> Iterator[Problem]:
    for index, rule in enumerate(policy.rules):
        reason = next((reason for never in _NEVER if (reason := never(rule, policy))), None)
        if reason:
            message = f'The rule "{rule.name}" can never act: {reason}.'
            yield document.problem(("rules", index), message)
        for letter in dict.fromkeys(step.send for step in rule.steps):
            if (meant := _WRITTEN_FOR.get(letter, rule.when)) != rule.when:
                message = f'The letter "{letter}" is written for “{meant}”; with “{rule.when}” it says what is not so.'
                yield document.problem(("rules", index), message, "Choose another, or write one of your own.")
        for number, rate in _too_often(rule):
            message = f"`at most: {rate}` drops this step wherever those before it went out: all steps count."
            hint = "Remove `at most:`, or set the steps further apart."
            yield document.problem(("rules", index, "steps", number), message, hint)
        for number in _too_late(rule):
            message = f"A question is given up when nothing was said about it for {LAPSES.days} days: this is later."
            yield document.problem(("rules", index, "steps", number), message, "Shorten its `after:`.")
        for name in _ambiguous(rule, policy):
            message = (
                f'"{name}" is the first name of several contractors, and "{rule.name}" is for all of them.'
            )
            hint = "Write the whole name if one of them is meant."
            yield document.problem(("rules", index, "if", "contractor"), message, hint)


def _ambiguous(rule: Rule, policy: Policy) -> Iterator[str]:
    wanted = rule.conditions.get("contractor")
    for name in wanted if isinstance(wanted, tuple) else ():
        called = [x for x in policy.contractors if x.first_name.casefold() == str(name).casefold()]
        if len(called) > 1 and all(x.name.casefold() != str(name).casefold() for x in called):
            yield str(name)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whom the conditions of a rule leave."""

    rule: Rule

    def fits(self, contractor: Contractor) -> bool:
        return (
            self._has("role", (contractor.role,))
            and self._has("tag", contractor.tags)
            and self._has("contractor", (contractor.name, contractor.first_name))
            and self._has("phase", _phases(contractor))
        )

    def _has(self, condition: str, words: tuple[str, ...]) -> bool:
        wanted = self.rule.conditions.get(condition)
        if not isinstance(wanted, tuple):
            return True
        return bool({str(one).casefold() for one in wanted} & {word.casefold() for word in words})


def _phases(contractor: Contractor) -> tuple[str, ...]:
    """The phases that a contractor can be in: a paused or ended one gets no letters."""
    if not contractor.fixed_phase:
        return ("onboarding", "active") if contractor.since else ("active",)
    return () if contractor.fixed_phase in ("paused", "ended") else (contractor.fixed_phase,)


def _nobody(rule: Rule, policy: Policy) -> str | None:
    wanted = _Wanted(rule)
    if not policy.contractors or any(wanted.fits(contractor) for contractor in policy.contractors):
        return None
    return "no contractor in this file is the one that its `if:` asks for" if rule.conditions else None


def _no_check_ins(rule: Rule, policy: Policy) -> str | None:
    if not rule.when.startswith("check-in "):
        return None
    cadences = {x.check_ins for x in policy.contractors} - {""} | set(policy.check_ins.cadence.values())
    if cadences == {"never"}:
        return "`check-ins:` says never"
    if rule.when != "check-in due" and all(other.when != "check-in due" for other in policy.rules):
        return "no rule books check-ins (`when: check-in due`)"
    return None


def _lacking(rule: Rule, policy: Policy) -> str | None:
    """What nobody has, of those that the rule is for, and its trigger lives on."""
    theirs = [contractor for contractor in policy.contractors if _Wanted(rule).fits(contractor)]
    if rule.when == "payment due" and not any(contractor.pay for contractor in theirs):
        return "no contractor that it is for has `pay:`"
    if rule.when == "anniversary" and not any(contractor.since for contractor in theirs):
        return "no contractor that it is for has `since:`"
    if "about" in rule.conditions and not any(contractor.not_for for contractor in theirs):
        return "no contractor that it is for has `not for:`"
    return None


_NEVER: tuple[Callable[[Rule, Policy], str | None], ...] = (_nobody, _no_check_ins, _lacking)


def _too_often(rule: Rule) -> Iterator[tuple[int, str]]:
    """The steps, by number, that the rule's own `at most` drops wherever those before them went out."""
    rate, steps = rule.at_most, rule.steps
    for number in range(rate.count, len(steps)) if rate else ():
        if rate and _apart_at_most(steps[number - rate.count], steps[number]) < rate.window:
            yield number, rate.text


def _too_late(rule: Rule) -> Iterator[int]:
    """The steps, by number, that a question does not live to see, unless more is said in its conversation."""
    for number, step in enumerate(rule.steps):
        if rule.when.startswith("waiting on ") and step.after:
            days = timedelta(seconds=step.after.plain_seconds)
            if days * (WITH_WEEKENDS if step.after.working else 1) >= LAPSES:
                yield number


def _apart_at_most(one: Step, other: Step) -> timedelta:
    """How far two steps can be apart, in days of a week with a weekend; working hours are a third of a day."""
    both = [step.after or step.before for step in (one, other)]
    first, second = (length.plain_seconds if length else 0 for length in both)
    between = timedelta(seconds=abs(second - first))
    if not any(length and length.working for length in both):
        return between
    in_hours = any(length and length.working and length.unit != "days" for length in both)
    return between * (3 * WITH_WEEKENDS if in_hours else WITH_WEEKENDS) + timedelta(days=4)
