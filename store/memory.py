"""The store in memory, for backtests and rule tests: what it promises lasts as long as the process."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from relationship.correspondence.ordering import alike, signs
from relationship.facts import Fact, Facts
from relationship.facts.messages import Message, leads
from store.aggregate import every_fact, latest, merged, news
from store.archive import told
from store.evidence import sealed
from store.keys import checked
from store.person import Person, blotted, changes, exported, person, without
from store.protocol import NO_CONVERSATIONS, OWNER, Cursor, Heartbeat
from store.yearly import year_of

_Archived = dict[tuple[type[Fact], str], tuple[str, Fact]]  # (type, key) -> (conversation, fact)


class MemoryStore:
    """Dicts; see `store.protocol.Store` for what each method promises."""

    def __init__(self) -> None:
        self._live: dict[str, Facts] = {}
        self._archived: dict[str, _Archived] = {}
        self._ids: dict[str, dict[str, str]] = {}  # Message-ID -> key, of archived messages
        self._near: dict[str, dict[str, str]] = {}  # its key, and each id or hint that it carries -> key
        self._cursor = Cursor()
        self._heartbeat = Heartbeat()
        self._requests: list[tuple[str, str]] = []
        self._evidence: dict[bytes, None] = {}

    # -- facts ---------------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Keys of all aggregates."""
        return tuple(sorted(self._live))

    def load(self, name: str) -> Facts:
        """The live facts of an aggregate."""
        if name in self._live:
            return self._live[name]  # it was checked when it came in
        checked(name)
        return Facts()

    def alike(self, name: str, seen: Collection[Message]) -> list[Message]:
        """The live messages that may be one of these."""
        return alike(self.load(name).messages.values(), signs(seen))

    def let_go(self, name: str) -> None:
        """It lies nowhere else."""

    def commit(self, name: str, facts: Iterable[Fact]) -> None:
        """Add facts."""
        self.commit_many({name: facts})

    def commit_many(self, facts: Mapping[str, Iterable[Fact]]) -> None:
        """Add facts to many aggregates."""
        for name, added in facts.items():
            before = self.load(name)
            if new := news(before, added):
                self._live[name] = merged(before, new)

    def archive(
        self,
        name: str,
        facts: Iterable[Fact],
        conversation_of: Mapping[str, str] = NO_CONVERSATIONS,
        left: Iterable[Fact] = (),
    ) -> None:
        """Move closed facts out of what `load` returns."""
        closed = latest(facts)
        if not closed:
            return
        self._live[name] = merged(self.load(name), left, closed)
        for fact in closed:
            self._put(name, fact, told(fact, conversation_of))

    def _put(self, name: str, fact: Fact, conversation: str) -> None:
        self._archived.setdefault(name, {})[(type(fact), fact.key)] = (conversation, fact)
        if isinstance(fact, Message) and fact.message_id:
            self._ids.setdefault(name, {}).setdefault(fact.message_id, fact.key)
        if isinstance(fact, Message):
            self._near.setdefault(name, {}).update(dict.fromkeys((fact.key, *leads(fact)), fact.key))

    def history(self, name: str) -> Iterator[Fact]:
        """The archived facts that are not live."""
        live = self.load(name)
        archived = [fact for _, fact in self._archived.get(name, {}).values()]
        yield from sorted((fact for fact in archived if fact.key not in live.table(type(fact))), key=year_of)

    def conversation_of(self, name: str, message_id: str) -> str | None:
        """The conversation of an archived message."""
        found = self._found(name, message_id)
        return found[0] if found else None

    def archived_message(self, name: str, message_id: str) -> Message | None:
        """The archived message with this key or Message-ID."""
        found = self._found(name, message_id)
        return found[1] if found and isinstance(found[1], Message) else None

    def _found(self, name: str, message_id: str) -> tuple[str, Fact] | None:
        archived = self._archived.get(checked(name), {})
        key = message_id if (Message, message_id) in archived else self._ids.get(name, {}).get(message_id, "")
        return archived.get((Message, key))

    def conversation_near(self, name: str, reference: str) -> str | None:
        """The conversation of an archived message that names this id or hint."""
        key = self._near.get(checked(name), {}).get(reference, "")
        found = self._archived.get(name, {}).get((Message, key))
        return found[0] if found else None

    def archived(self, name: str, conversation: str) -> tuple[Fact, ...]:
        """The archived facts of a conversation."""
        if not conversation:
            return ()
        return tuple(
            fact for told, fact in self._archived.get(checked(name), {}).values() if told == conversation
        )

    def damaged(self) -> Mapping[str, str]:
        """Nothing ever is."""
        return {}

    def damaged_of(self, addresses: Collection[str]) -> str | None:
        """So it is nobody's."""
        return None

    def export(self, name: str) -> dict[str, object]:
        """All that is kept about one contractor."""
        own = self._all(name)
        who = person(name, own)
        evidence = [mail.decode("utf-8", "replace") for mail in self._evidence if who.is_named_in(mail)]
        return exported(who, own, () if name == OWNER else self._all(OWNER)) | {"set_aside": evidence}

    def _all(self, name: str) -> list[Fact]:
        return [*self.history(name), *every_fact(self.load(name))]

    def forget(self, name: str) -> None:
        """Remove an aggregate and every mention of the person."""
        keys = [key for key in self.names() if key != name]
        others = [*keys, *(one.name for key in keys for one in self.load(key).profile.values())]
        who = person(name, self._all(name), others)
        for store in (self._live, self._archived, self._ids, self._near):
            store.pop(name, None)
        for other in self.names():
            self._live[other] = merged(self._live[other], *changes(every_fact(self._live[other]), who))
            self._blot_archived(other, who)
        self._evidence = {mail: None for mail in self._evidence if not who.is_named_in(mail)}
        self._requests = [request for request in self._requests if request[1] != name]
        self._cursor, self._heartbeat = without(self._cursor, self._heartbeat, who)

    def _blot_archived(self, name: str, who: Person) -> None:
        archived = self._archived.pop(name, {})
        self._ids.pop(name, None)
        self._near.pop(name, None)
        for conversation, fact in archived.values():
            left = blotted(fact, who)
            if left is not None:
                self._put(name, left, who.mentions.blotted(conversation))

    # -- the mailbox ---------------------------------------------------------------------------------------

    def cursor(self) -> Cursor:
        """How far the mailbox was read."""
        return self._cursor

    def move_cursor(self, cursor: Cursor) -> None:
        """Keep the cursor."""
        self._cursor = cursor

    def heartbeat(self) -> Heartbeat:
        """The last poll."""
        return self._heartbeat

    def beat(self, heartbeat: Heartbeat) -> None:
        """Keep the heartbeat."""
        self._heartbeat = heartbeat

    def set_aside(self, name: str, evidence: bytes) -> bool:
        """Keep a mail that could not be understood; False where it is kept already."""
        is_new = sealed(name, evidence) not in self._evidence
        self._evidence[sealed(name, evidence)] = None
        return is_new

    # -- what commands ask ---------------------------------------------------------------------------------

    def requests(self) -> tuple[tuple[str, str], ...]:
        """What commands asked, oldest first."""
        return tuple(self._requests)

    def request(self, verb: str, argument: str) -> None:
        """Drop a request."""
        self._requests.append((verb, argument))

    def answered(self, verb: str, argument: str) -> None:
        """Take the oldest such request away."""
        if (verb, argument) in self._requests:
            self._requests.remove((verb, argument))

    def close(self) -> None:
        """Nothing to let go of."""
