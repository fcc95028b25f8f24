"""What was expected against what went out, and a message that says where they part."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from commands.rule_tests.playing import Outcome, Sent
from relationship.facts.decisions import Decision
from rules.policy import Policy
from rules.rule_tests.plot import OWNER, Letters, RuleTest

SHOWN = 12  # lines of a letter that does not say what it should
NEARBY = 5  # letters that are shown beside one that is missing


def faults(test: RuleTest, outcome: Outcome, policy: Policy) -> list[str]:
    """Everything that came otherwise, each in a few lines; nothing where all is well."""
    return list(_Judge(test, outcome, policy).faults())


class _Judge:
    """Compares one test with its outcome."""

    def __init__(self, test: RuleTest, outcome: Outcome, policy: Policy) -> None:
        self.test, self.outcome, self.policy = test, outcome, policy
        self.left = list(outcome.sent)

    def faults(self) -> Iterator[str]:
        """One after another."""
        found = paired(self.test.expect, self.outcome.sent)
        self.left = [one for number, one in enumerate(self.outcome.sent) if number not in found.values()]
        for number, wanted in enumerate(self.test.expect):
            if number not in found:
                yield self._missing(wanted)
        unwanted = {id(one) for one in self.outcome.sent for never in self.test.never if fits(never, one)}
        for one in self.outcome.sent:
            if id(one) in unwanted:
                never = next(never for never in self.test.never if fits(never, one))
                yield f"line {never.line}: must not go out, and did:\n  {self._sent(one)}"
            elif self.test.nothing_else and one in self.left:
                yield f"nothing else was expected, and this went out:\n  {self._sent(one)}"

    # -- words -----------------------------------------------------------------------------------------------

    def _missing(self, wanted: Letters) -> str:
        said = [f"line {wanted.line}: expected {self._wanted(wanted)}", *self._instead(wanted)]
        return "\n".join(said)

    def _instead(self, wanted: Letters) -> Iterator[str]:
        near = sorted((one for one in self.left if _alike(wanted, one)), key=lambda x: _apart(wanted, x.at))
        for one in near[:1]:
            self.left.remove(one)  # it is told of here, and not once more as something else
            yield f"  it differs from: {self._sent(one)}"
            yield from (f"    {line}" for line in self._differences(wanted, one))
        withheld = [(who, x) for who, x in self.outcome.decisions if self._concerns(wanted, who, x)]
        for who, decision in sorted(withheld, key=lambda pair: _apart(wanted, pair[1].at))[:1]:
            at = self._time(decision.at)
            yield f"  withheld: {at}, {decision.verdict}, rule “{decision.rule}” for {who}: {decision.why}"
        if not near and not withheld:
            yield "  no rule made anything of it"
        if not near:
            yield from self._others(wanted)

    def _others(self, wanted: Letters) -> Iterator[str]:
        others = sorted(self.outcome.sent, key=lambda one: _apart(wanted, one.at))[:NEARBY]
        yield "  what went out nearby:" if others else "  nothing went out at all"
        yield from (f"    {self._sent(one)}" for one in sorted(others, key=lambda one: one.at))

    def _concerns(self, wanted: Letters, who: str, decision: Decision) -> bool:
        rule = next((rule for rule in self.policy.rules if rule.name == decision.rule), None)
        sends = rule.steps[decision.step].send if rule and decision.step < len(rule.steps) else ""
        about = wanted.about or wanted.to
        fits_rule = decision.rule == wanted.rule if wanted.rule else True
        fits_letter = sends == wanted.send if wanted.send else True
        return fits_rule and fits_letter and about in (None, OWNER, who)

    def _differences(self, wanted: Letters, one: Sent) -> Iterator[str]:
        if wanted.rule and one.letter.rule != wanted.rule:
            yield f"rule: expected “{wanted.rule}”, found “{one.letter.rule}”"
        if not _in_time(wanted, one.at):
            yield f"when: expected {self._window(wanted)}, found {self._time(one.at)}"
        if not _holds(one.letter.subject, wanted.subject):
            yield f"subject: expected “{wanted.subject}”, found “{one.letter.subject}”"
        for words in wanted.says:
            if not _holds(one.text, words):
                yield f"says: expected “{words}”, found:"
                yield from (f"  | {line}" for line in one.text.strip().splitlines()[:SHOWN])

    def _wanted(self, wanted: Letters) -> str:
        parts = [
            wanted.send or "a letter",
            f"to {self._name(wanted.to)}" if wanted.to is not None else "",
            f"about {wanted.about}" if wanted.about else "",
            f"by rule “{wanted.rule}”" if wanted.rule else "",
            self._window(wanted),
        ]
        return ", ".join(part for part in parts if part)

    def _window(self, wanted: Letters) -> str:
        if wanted.first and wanted.last:
            return f"between {self._time(wanted.first)} and {self._time(wanted.last)}"
        return f"by {self._time(wanted.last)}" if wanted.last else ""

    def _sent(self, one: Sent) -> str:
        about = f" about {one.contractor}" if one.to == OWNER else ""
        letter = one.letter
        to = self._name(one.to)
        return f"{self._time(one.at)}  {letter.template} to {to}{about}, “{letter.subject}” (rule “{letter.rule}”)"

    def _name(self, who: str) -> str:
        return who or self.policy.owner.name

    def _time(self, moment: datetime) -> str:
        return f"{moment.astimezone(ZoneInfo(self.test.timezone)):%a %Y-%m-%d %H:%M}"


def fits(wanted: Letters, one: Sent) -> bool:
    """Whether a letter is of this sort."""
    return (
        _alike(wanted, one)
        and wanted.rule in ("", one.letter.rule)
        and _in_time(wanted, one.at)
        and _holds(one.letter.subject, wanted.subject)
        and all(_holds(one.text, words) for words in wanted.says)
    )


def paired(expect: Sequence[Letters], sent: Sequence[Sent]) -> dict[int, int]:
    """A letter of its own for as many lines as can be, by number; a line makes way where another letter fits it."""
    taken: dict[int, int] = {}  # by letter, the line

    def place(line: int, tried: set[int]) -> bool:
        for number, one in enumerate(sent):
            if number not in tried and fits(expect[line], one):
                tried.add(number)
                if number not in taken or place(taken[number], tried):
                    taken[number] = line
                    return True
        return False

    for line in range(len(expect)):
        place(line, set())
    return {line: number for number, line in taken.items()}


def _alike(wanted: Letters, one: Sent) -> bool:
    """The same letter to the same person, whenever it went out and whatever it says."""
    same_rule = wanted.rule in ("", one.letter.rule) if not wanted.send else True
    return (
        wanted.send in ("", one.letter.template)
        and wanted.to in (None, one.to)
        and wanted.about in ("", one.contractor)
        and same_rule
    )


def _in_time(wanted: Letters, at: datetime) -> bool:
    return (wanted.first is None or at >= wanted.first) and (wanted.last is None or at <= wanted.last)


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text, however its lines are broken."""
    return " ".join(words.split()).casefold() in " ".join(text.split()).casefold()


def _apart(wanted: Letters, at: datetime) -> float:
    """How far a moment is from the one that was expected, in seconds."""
    meant: Iterable[datetime | None] = (wanted.first, wanted.last)
    return min((abs((at - moment).total_seconds()) for moment in meant if moment), default=0.0)
