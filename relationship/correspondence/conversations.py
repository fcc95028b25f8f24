"""Conversations: which messages belong together.

Theory of operation. Ids are nodes and every reference is an edge; what hangs together is one conversation.
This is the grouping of JWZ's algorithm without its tree: the ledger needs to know *that* two messages belong
together, not which is whose child, and a union does not depend on the order in which mail arrives, survives
loops, and holds siblings together whose parent nobody has seen (its id is a node all the same).

Then, in this order, and each only for what looks like a reply:

1. Hints: Outlook's Thread-Index root and Gmail's thread id. A provider that puts two *new* messages with one
   subject into one thread is not followed: two jobs stay two.
2. The subject, as the last resort: a conversation that starts with a reply ("Re: ...") to an unknown parent
   joins the latest conversation with the same base subject and the same two parties in which another of them
   wrote, if that is `RECENT`.

The same Message-ID on different mails joins them only where the base subject, or parties and date, agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta

from relationship.subjects import base_subject, is_reply_subject
from relationship.values import value

RECENT = timedelta(days=14)


@value
class Threadable:
    """What threading needs to know of a message."""

    key: str
    message_id: str
    parents: tuple[str, ...]  # References, then In-Reply-To, oldest first
    hints: tuple[str, ...]
    subject: str
    at: datetime
    parties: frozenset[str] = field(default=frozenset())  # addresses in From, To, Cc
    sender: str = ""  # the one in From; an answer without references answers somebody else's mail


class _Groups:
    """Disjoint sets over strings (union by size, paths halved)."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}
        self._size: dict[str, int] = {}

    def find(self, node: str) -> str:
        """The set's representative."""
        up = self._up
        parent = up.setdefault(node, node)
        while parent != node:
            up[node] = node = up[parent]
            parent = up[node]
        return node

    def join(self, a: str, b: str) -> None:
        """Make one set of two."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        sizes = self._size
        if sizes.get(a, 1) < sizes.get(b, 1):
            a, b = b, a
        self._up[b] = a
        sizes[a] = sizes.get(a, 1) + sizes.get(b, 1)


def thread(messages: Iterable[Threadable]) -> Mapping[str, str]:
    """Conversation of each message by key; a conversation is named by its earliest member's key.

    The result does not depend on the order of `messages`; of equal keys the earliest counts.
    """
    # Within a second the answer, a letter of ours at once, say, names more mails than what it answers.
    ordered = sorted(messages, key=lambda m: (m.at, len(m.parents), m.key, m.message_id))
    groups = _Groups()
    nodes = _by_references(ordered, groups)
    _by_hints(ordered, groups, nodes)
    _by_subject(ordered, groups, nodes)
    names: dict[str, str] = {}
    found: dict[str, str] = {}
    for message in ordered:
        name = names.setdefault(groups.find(nodes[message.key]), message.key)
        found.setdefault(message.key, name)
    return found


def _by_references(ordered: list[Threadable], groups: _Groups) -> dict[str, str]:
    """Join along ids; each message's node. A node is an id, told apart where mails of one id differ."""
    nodes: dict[str, str] = {}
    owners: dict[str, Threadable] = {}
    for message in ordered:
        own = message.message_id
        if not own:
            node = f"\0{message.key}"
        elif _same_mail(owners.setdefault(own, message), message):
            node = own
        else:
            node = f"{own}\0{base_subject(message.subject)}"
        nodes.setdefault(message.key, node)
        for parent in message.parents:
            groups.join(parent, node)
    return nodes


def _same_mail(known: Threadable, message: Threadable) -> bool:
    """Whether two mails with one Message-ID belong together, as a copy does whose subject a list changed."""
    if known is message or known.message_id in message.parents:
        return True
    if bool(known.parties) and known.parties == message.parties and message.at - known.at <= RECENT:
        return True
    return base_subject(known.subject) == base_subject(message.subject)


def _by_hints(ordered: list[Threadable], groups: _Groups, nodes: dict[str, str]) -> None:
    """Outlook's root joins always, since only an answer has another mail's; Gmail's id only lost answers."""
    starts = _starts(ordered, groups, nodes)
    lost = {
        message.key for message in starts.values() if message.parents or is_reply_subject(message.subject)
    }
    last: dict[str, str] = {}
    for message in ordered:
        node = nodes[message.key]
        for hint in message.hints:
            if hint in last and (message.key in lost or hint.startswith("thread-index:")):
                groups.join(last[hint], node)
            last[hint] = node


def _starts(ordered: list[Threadable], groups: _Groups, nodes: dict[str, str]) -> dict[str, Threadable]:
    """The earliest message of each group so far."""
    starts: dict[str, Threadable] = {}
    for message in ordered:
        starts.setdefault(groups.find(nodes[message.key]), message)
    return starts


def _by_subject(ordered: list[Threadable], groups: _Groups, nodes: dict[str, str]) -> None:
    """Let conversations that start in the middle join the latest one that they can belong to."""
    starts = _starts(ordered, groups, nodes)
    orphans = {message.key for message in starts.values() if is_reply_subject(message.subject)}
    seen: dict[tuple[str, frozenset[str]], dict[str, tuple[datetime, str]]] = {}
    for message in ordered:
        base = base_subject(message.subject)
        if not base or len(message.parties) < 2:
            continue
        by_sender = seen.setdefault((base, message.parties), {})
        if message.key in orphans:
            answered = [last for sender, last in by_sender.items() if sender != message.sender or not sender]
            at, node = max(answered, default=(message.at - 2 * RECENT, ""))
            if message.at - at <= RECENT:
                groups.join(node, nodes[message.key])
        by_sender[message.sender] = message.at, nodes[message.key]
