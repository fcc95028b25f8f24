"""Who wrote a mail and to whom, among those we know: the owner's side and the contractors.

Addresses count without case and subaddress (RFC 5233); a display name never does. What a group address of the
shared mailbox's own rewrote ("'Maria' via Team <team@acme.example>") is traced back to its writer.
"""

from dataclasses import dataclass

from mail.reading.syntax.addresses import addresses_in, without_plus
from mail.reading.syntax.headers import decode_value
from mail.reading.syntax.parsing import Mail
from mail.reading.words.wordlists import plain
from relationship.facts.messages import Side
from relationship.parties import Contractor, People

_REWRITTEN = (b"x-original-from", b"x-original-sender", b"reply-to", b"x-mailfrom")


class Directory:
    """Everybody we know, ready to be looked up by address."""

    def __init__(self, people: People) -> None:
        self.people = people
        owner = people.owner
        self._keys = {
            address.lower(): key for key, who in people.contractors.items() for address in who.addresses
        }
        self._owner = {a.lower() for a in (*owner.addresses, *owner.team, *owner.mailbox)}
        self._mailbox = {a.lower() for a in owner.mailbox}
        self._all = self._owner | set(self._keys)
        self._names: dict[str, frozenset[str]] = {}

    def names_of(self, contractor: Contractor) -> frozenset[str]:
        """The names, in lower case, by which the two parties call each other."""
        found = self._names.get(contractor.name)
        if found is None:
            parts = f"{self.people.owner.name} {contractor.name}".split()
            found = self._names[contractor.name] = frozenset(plain(part) for part in parts)
        return found

    def contractors_in(self, addresses: tuple[str, ...]) -> dict[str, str]:
        """The contractors among addresses: keys, with the address that was used."""
        found: dict[str, str] = {}
        for address in addresses:
            key = self.key_of(address)
            if key:
                found.setdefault(key, self.listed(address))
        return found

    def key_of(self, address: str) -> str | None:
        """The contractor's key; the exact address first, then the one without its subaddress."""
        return self._keys.get(address) or self._keys.get(without_plus(address))

    def listed(self, address: str) -> str:
        """The address as it is listed in the rules, where only its subaddress is new; else the address itself."""
        bare = without_plus(address)
        return bare if address not in self._all and bare in self._all else address

    def owner_side(self, address: str) -> bool:
        """Whether the owner, the team or the shared mailbox has the address."""
        return address in self._owner or without_plus(address) in self._owner

    def is_mailbox(self, address: str) -> bool:
        """Whether mail to the address comes to the shared mailbox."""
        return address in self._mailbox or without_plus(address) in self._mailbox

    def belongs_to(self, author: "Author", address: str) -> bool:
        """Whether an address is that writer's, or of the same side as the writer's where it is the owner's."""
        return self.key_of(address) == author.key if author.key else self.owner_side(address)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a mail; `key` is the contractor's, "" for the owner's side."""

    side: Side
    address: str
    key: str = ""


_last: tuple[People, Directory] | None = None


def directory(people: People) -> Directory:
    """The directory of these people, made once for as long as they stay the same object."""
    global _last
    if _last is None or _last[0] is not people:
        _last = people, Directory(people)
    return _last[1]


def author_of(mail: Mail, known: Directory) -> Author | None:
    """Who wrote it, None where nobody known did.

    From counts, not Sender (an assistant who writes in the owner's name writes as the owner). Where From
    names several (RFC 5322, 3.6.2), Sender says which, else the first. Without From, Sender stands in.
    """
    writers = mail.from_ or mail.sender
    if len(writers) > 1:
        acting = [address for address in mail.sender if address in writers]
        writers = (*acting, *writers)[:1]
    if not writers:
        return None
    address = writers[0]
    if known.is_mailbox(address):
        address = _rewritten(mail, known) or address
    return _known_author(address, known)


def _known_author(address: str, known: Directory) -> Author | None:
    address = known.listed(address)
    if known.owner_side(address):
        return Author(Side.OWNER, address)
    key = known.key_of(address)
    return Author(Side.CONTRACTOR, address, key) if key else None


def claimed(mail: Mail, author: Author | None, known: Directory) -> tuple[str, ...]:
    """The addresses of which our server must have judged one, if the mail is to be its author's.

    () where From names one domain alone: nothing else can have been judged.
    """
    domains = {address.rpartition("@")[2] for address in mail.from_}
    if author is None or (len(domains) == 1 and len(mail.headers.fields[b"from"]) == 1):
        return ()
    return (author.address, *filter(known.is_mailbox, mail.from_))


def _rewritten(mail: Mail, known: Directory) -> str:
    """Whose mail a group address passed on under its own name: a contractor's, or a stranger's; "" where it did not."""
    if b"list-id" not in mail.headers and b"x-original-from" not in mail.headers:
        return ""
    for name in _REWRITTEN:
        for address in addresses_in(mail.headers.raw_first(name)):
            if known.key_of(address):
                return address
    return _named_in_cc(mail, known) or _stranger(mail, known)


def _stranger(mail: Mail, known: Directory) -> str:
    """Whom nobody knows, and whose mail the group passed on: what a customer asks is no word of the owner's."""
    writers = addresses_in(mail.headers.raw_first(b"x-original-from"))
    return writers[0] if writers and not known.owner_side(writers[0]) else ""


def _named_in_cc(mail: Mail, known: Directory) -> str:
    """Mailman puts the writer into Cc where answers go to the list: the one whose name stands before "via"."""
    name, via, _ = decode_value(mail.headers.raw_first(b"from")).partition(" via ")
    words = set(plain(name).strip("\"' ").split())
    for key, address in known.contractors_in(mail.cc).items() if via else ():
        if words & set(plain(known.people.contractors[key].name).split()):
            return address
    return ""


def through_own_group(mail: Mail, known: Directory) -> bool:
    """Whether the list that a mail came through is one of our own addresses, by List-Id or List-Post."""
    named = b" ".join(mail.headers.raw_first(name) for name in (b"list-id", b"list-post", b"mailing-list"))
    text = named.lower().decode("utf-8", "replace").replace("mailto:", "")
    own = (*known.people.owner.mailbox, *known.people.owner.addresses, *known.people.owner.team)
    return any(address.lower() in text or _as_list_id(address) in text for address in own)


def _as_list_id(address: str) -> str:
    """How a group address looks in a List-Id (RFC 2919): <team.acme.example>."""
    return f"<{address.lower().replace('@', '.')}>"


def recipients(mail: Mail, known: Directory) -> tuple[dict[str, str], dict[str, str]]:
    """The contractors in To and those only in Cc: keys, with the address that was used."""
    to = known.contractors_in(mail.to)
    return to, {key: address for key, address in known.contractors_in(mail.cc).items() if key not in to}


def answer_reaches_us(mail: Mail, known: Directory) -> bool:
    """Whether an answer will come to the shared mailbox: it is in From, Reply-To, To or Cc."""
    return any(known.is_mailbox(a) for a in (*mail.from_, *mail.reply_to, *mail.to, *mail.cc))
