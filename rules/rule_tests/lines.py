"""A line of a timeline: whom it names, what happens in it, and which mail it speaks of."""

from relationship.parties import first_name_of
from relationship.subjects import base_subject, plain_subject
from rules.format.problems import Fault, found
from rules.format.suggest import closest, did_you_mean
from rules.policy import Policy
from rules.rule_tests.plot import OWNER, Event
from rules.rule_tests.schema import EventBlock

PREVIOUS, OF_KEEPWARM = "previous", "letter"
_SELF = ("me", "owner")


class Names:
    """Everybody in rules.yaml, by full or first name; "me" is the owner."""

    def __init__(self, policy: Policy) -> None:
        self._owner, self._contractors = policy.owner, policy.contractors

    def person(self, name: str) -> str:
        """The owner, or a contractor's full name; Fault where nobody is meant."""
        word = " ".join(name.split()).casefold()
        if word in (*_SELF, self._owner.name.casefold(), self._owner.first_name.casefold()):
            return OWNER
        full = [c.name for c in self._contractors if c.name.casefold() == word]
        first = [c.name for c in self._contractors if c.first_name.casefold() == word]
        meant = full or first
        if len(meant) > 1:
            raise Fault(f"{found(name)} names several contractors.", "Write the whole name.")
        if not meant:
            everybody = [self._owner.name, *(contractor.name for contractor in self._contractors)]
            hint = did_you_mean(name, everybody, "There are")
            if near := closest(name, [first_name_of(who) for who in everybody]):
                hint = f'Did you mean "{near}"?'
            raise Fault(f"Nobody in rules.yaml is named {found(name)}.", hint)
        return meant[0]

    def contractor(self, name: str) -> str:
        """A contractor's full name."""
        known = self.person(name)
        if known == OWNER:
            raise Fault(f"{found(name)} is you; a contractor is meant here.")
        return known

    def zone_of(self, name: str) -> str:
        """On whose wall clock somebody lives."""
        known = self.person(name)
        zones = {contractor.name: contractor.timezone for contractor in self._contractors}
        return self._owner.timezone if known == OWNER else zones[known]


def what_happens(entry: EventBlock) -> str:
    """What a line is about, by the one key that says so."""
    said = {
        "stars": entry.star,
        "unstars": entry.unstar,
        "bounces": entry.bounces,
        "is added": entry.added,
        "is away": entry.away_until,
        "answers the invitation": entry.answers_the_invitation,
        "clicks": entry.clicks,
        "writes": entry.text or entry.subject or entry.answers,
    }
    meant = [does for does, value in said.items() if value]
    if "is away" in meant and "writes" in meant:
        meant.remove("writes")
    if len(meant) > 1:
        raise Fault("Two things happen in this line.", "Make two lines of it.")
    if not meant:
        raise Fault("Nobody knows what happens in this line.", "Add `text:`, `star:`, `away until:` …")
    return meant[0]


def spoken_of(words: str, mails: list[Event]) -> Event:
    """The mail that is spoken of: a label, `previous`, or the latest with that subject."""
    if words == PREVIOUS and mails:
        return mails[-1]
    for mail in reversed(mails):
        if words == mail.label or base_subject(words) == base_subject(mail.subject):
            return mail
    known = [mail.label or plain_subject(mail.subject) for mail in mails]
    raise Fault(
        f"No mail above is called {found(words)}.", did_you_mean(words, dict.fromkeys(known), "There are")
    )


def other_side(answered: Event | None) -> tuple[str, ...]:
    """To whom the owner's answer to a mail goes."""
    if answered is None:
        return ()
    return (answered.who,) if answered.who != OWNER else answered.to
