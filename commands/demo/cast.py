"""The cast: who plays, from which address they write, and how their texts and delays are said on a day."""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr

from commands.demo.post import Writer
from commands.demo.script import Cue
from mail.letters.wording import day
from relationship.clocks.durations import UNITS, Duration
from relationship.clocks.weeks import DAYS
from relationship.parties import Contractor, Owner, Party, People


@dataclass(frozen=True)
class Cast:
    """The owner and the contractors, with the mailbox that they share."""

    people: People
    mailbox: str

    @property
    def owner(self) -> Owner:
        """The owner."""
        return self.people.owner

    @property
    def everybody(self) -> tuple[Party, ...]:
        """All who write."""
        return (self.owner, *self.people.contractors.values())

    def party(self, first_name: str) -> Party:
        """Somebody, as the scripts call them."""
        return next(party for party in self.everybody if party.first_name == first_name)

    def writer(self, cue: Cue) -> Writer:
        """Who acts a cue, and from which address: the owner writes from the shared mailbox."""
        party = self.party(cue.who)
        if isinstance(party, Contractor):
            return Writer(party, party.addresses[-1 if cue.does == "by phone" else 0], party.language)
        return Writer(party, self.mailbox)

    def reader(self, party: Party) -> Writer:
        """Somebody where letters reach them: the owner has an address of their own for them."""
        language = party.language if isinstance(party, Contractor) else "en"
        return Writer(party, party.addresses[0], language)

    def named(self, party: Party) -> str:
        """Name and address, as mail to somebody is addressed."""
        address = self.mailbox if party is self.owner else party.addresses[0]
        return formataddr((party.name, address))


def later(party: Party, moment: datetime, delay: Duration, dice: random.Random) -> datetime:
    """So much later, give or take a fifth, on the clock of who acts."""
    if delay.unit == "days" and delay.working:
        return party.clock.after(moment, delay) + timedelta(minutes=dice.randint(3, 50))
    minutes = delay.amount * UNITS[delay.unit.removesuffix("s")] / 60 * dice.uniform(0.8, 1.2)
    return party.clock.after(moment, Duration(max(1, round(minutes)), "minutes", delay.working))


_CHOICE = re.compile(r"\{([^{}]*)\}")
_DATE = re.compile(rf"\[\[({'|'.join(DAYS)})(\+1)?\]\]")


def spoken(text: str, local: datetime, language: str, dice: random.Random) -> str:
    """A script's text as it is said on a day: one of its choices each time, weekdays with their date."""
    chosen = _CHOICE.sub(lambda match: dice.choice(match[1].split("|")), text)

    def dated(match: re.Match[str]) -> str:
        ahead = (DAYS.index(match[1]) - local.weekday() - 1) % 7 + 1
        return day(local.date() + timedelta(days=ahead + (7 if match[2] else 0)), language)

    return _DATE.sub(dated, chosen)
