"""Who the owner writes to: proposed as contractors, with the zone that their own mails' dates tell of."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from mail.raw import RawMail
from mail.reading.classifying.kinds import kind_of
from mail.reading.syntax.parsing import Mail, parse
from relationship.facts.messages import Kind

PROPOSED = 12
AGREES = 0.8  # of somebody's dates must fit a zone: people travel, and phones lie

_OFFSET = re.compile(rb"([+-])(\d\d)(\d\d)\s*(?:\(.*\))?$")
_QUOTES = " \t'\"“”„«»‘’‚‹›"
_NOBODY = re.compile(
    r"^(no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?|notifications?|news(letter)?)\b"
)

# Where people who work for others over the net most often live; the first that fits is proposed.
_ZONES = (
    *("Asia/Manila", "Asia/Kolkata", "Africa/Lagos", "America/New_York", "Europe/Madrid", "Europe/London"),
    *("Europe/Kyiv", "America/Bogota", "America/Chicago", "America/Los_Angeles", "America/Denver"),
    *("America/Sao_Paulo", "America/Mexico_City", "America/Caracas", "Asia/Karachi", "Asia/Dhaka"),
    *("Asia/Jakarta", "Africa/Nairobi", "Africa/Johannesburg", "Africa/Casablanca", "Asia/Dubai"),
    *("Asia/Kathmandu", "Asia/Colombo", "Asia/Tokyo", "Australia/Sydney", "Australia/Brisbane"),
    *("Pacific/Auckland", "Asia/Yerevan", "Asia/Yangon", "America/Halifax", "America/St_Johns"),
)


@dataclass
class Acquaintance:
    """Somebody in the mailbox; counts are of human mail."""

    address: str
    names: Counter[str] = field(default_factory=Counter)
    written_to: int = 0
    wrote: int = 0
    dates: list[tuple[datetime, timedelta]] = field(default_factory=list)  # of their own mails: UTC, offset

    @property
    def name(self) -> str:
        """What they most often call themselves, else what their address looks like."""
        if self.names:
            return self.names.most_common(1)[0][0]
        return self.address.partition("@")[0].replace(".", " ").replace("_", " ").title()

    @property
    def zone(self) -> str:
        """The likely zone; "" where nothing can be said. +0000 alone says nothing: webmail writes it."""
        telling = [(at, offset) for at, offset in self.dates if offset]
        if not telling:
            return ""
        for zone in map(ZoneInfo, _ZONES):
            fits = sum(at.astimezone(zone).utcoffset() == offset for at, offset in telling)
            if fits >= AGREES * len(telling):
                return zone.key
        return ""


class Circle:
    """Everybody in the mail that was read; whose side the owner is on is told by addresses."""

    def __init__(self) -> None:
        self._mails: dict[str, Mail] = {}

    def add(self, mails: Iterable[RawMail]) -> None:
        """Human mail, each once however many folders it lies in."""
        for raw in mails:
            mail = parse(raw)
            if kind_of(mail).kind is Kind.HUMAN:
                self._mails.setdefault(mail.message_id or f"{raw.folder}/{raw.uid}", mail)

    def __len__(self) -> int:
        return len(self._mails)

    def writers(self, own: str) -> list[str]:
        """Addresses in the mailbox's domain that write to others than the mailbox, most diligent first.

        A contractor may have an address in that domain too (gmail.com, say), but writes to the mailbox.
        """
        domain = own.partition("@")[2]
        elsewhere = (mail for mail in self._mails.values() if own not in mail.to)
        count = Counter(a for mail in elsewhere for a in mail.from_[:1] if a.endswith(f"@{domain}"))
        return [address for address, _ in count.most_common()]

    def proposals(self, own: Iterable[str]) -> list[Acquaintance]:
        """People written to most who also write back, at most a dozen."""
        ours = {address.lower() for address in own}
        people: dict[str, Acquaintance] = {}
        for mail in self._mails.values():
            writer = mail.from_[0] if mail.from_ else ""
            if writer in ours:
                for address in {*mail.to, *mail.cc} - ours:
                    people.setdefault(address, Acquaintance(address)).written_to += 1
            elif writer:
                _heard(people.setdefault(writer, Acquaintance(writer)), mail)
        both = [p for p in people.values() if p.written_to and p.wrote and not _NOBODY.match(p.address)]
        return sorted(both, key=lambda p: (-p.written_to, -p.wrote, p.address))[:PROPOSED]


def _heard(person: Acquaintance, mail: Mail) -> None:
    person.wrote += 1
    name = parseaddr(mail.headers.first(b"from"))[0].strip(_QUOTES)
    if name and "@" not in name:
        person.names[" ".join(name.split())[:80]] += 1
    match = _OFFSET.search(mail.headers.raw_first(b"date"))
    if match and mail.dated:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        person.dates.append((mail.dated.astimezone(UTC), -offset if match[1] == b"-" else offset))
