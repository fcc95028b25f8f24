"""The triggers: what a rule can wait for, and what a rule on it may say."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from relationship.facts.messages import Side

OWNER = frozenset({Side.OWNER})
CONTRACTOR = frozenset({Side.CONTRACTOR})
EITHER = OWNER | CONTRACTOR

_WHO = frozenset({"role", "phase", "tag", "contractor", "temperature"})  # fits every trigger
_MAIL = frozenset({"subject contains"})  # there is a conversation


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of the table."""

    name: str
    about: str  # a sentence for editors
    readers: frozenset[Side]  # to whom its letters may be written
    send: bool = False  # takes `send:`, one letter at the occasion's moment
    after: bool = False  # takes steps with `after:`
    before: bool = False  # takes steps with `before:`
    invite: bool = False  # takes `invite:`
    conditions: frozenset[str] = _WHO
    needs: frozenset[str] = frozenset()  # one of these conditions must stand
    own_keys: frozenset[str] = frozenset()  # keys of the rule that only this trigger has


_TABLE = (
    Trigger(
        "contractor replied", "The contractor answered a question of yours.", EITHER, send=True,
        conditions=_WHO | _MAIL | {"took", "chasers"},
    ),
    Trigger(
        "owner replied", "You answered a question of the contractor's.", EITHER, send=True,
        conditions=_WHO | _MAIL | {"took", "chasers"},
    ),
    Trigger(
        "waiting on contractor", "A question of yours is unanswered; after 60 quiet days it is given up.",
        EITHER, after=True, conditions=_WHO | _MAIL | {"chasers", "lacks"},
    ),
    Trigger(
        "waiting on owner", "A question of the contractor's is unanswered; after 60 quiet days it is given up.",
        EITHER, after=True, conditions=_WHO | _MAIL | {"chasers"},
    ),
    Trigger("silence", "Neither side has written.", OWNER, after=True),
    Trigger("owner silence", "You have not written.", OWNER, after=True),
    Trigger("deadline near", "A date agreed on comes near.", EITHER, before=True, conditions=_WHO | _MAIL),
    Trigger(
        "deadline missed", "A date has passed without a delivery.", EITHER, send=True, after=True,
        conditions=_WHO | _MAIL,
    ),
    Trigger(
        "delivered", "The contractor delivered (#done).", CONTRACTOR, send=True,
        conditions=_WHO | _MAIL | {"on time"},
    ),
    Trigger("starred", "You starred a mail of theirs.", CONTRACTOR, send=True, conditions=_WHO | _MAIL),
    Trigger(
        "streak", "So many in a row.", OWNER, send=True,
        conditions=_WHO | {"deliveries on time", "quick answers"},
        needs=frozenset({"deliveries on time", "quick answers"}),
    ),
    Trigger("no praise", "The contractor has not been thanked.", OWNER, after=True),
    Trigger("no feedback", "A delivery has had no answer.", OWNER, after=True, conditions=_WHO | _MAIL),
    Trigger(
        "idea received", "They sent an idea (#idea), or answered `ideas/ask`.", OWNER, send=True,
        conditions=_WHO | _MAIL,
    ),
    Trigger(
        "brief sent", "You sent a new task.", OWNER, send=True,
        conditions=_WHO | _MAIL | {"lacks", "about"},
    ),
    Trigger("check-in due", "It is time to book the next check-in.", CONTRACTOR, invite=True),
    Trigger("check-in unanswered", "The invite has no answer.", EITHER, before=True),
    Trigger("check-in declined", "The contractor declined the check-in.", EITHER, send=True),
    Trigger("check-in missed", "The check-in did not take place.", EITHER, send=True),
    Trigger("temperature fell", "The relationship became cooler.", OWNER, send=True),
    Trigger("temperature rose", "The relationship became warmer.", OWNER, send=True),
    Trigger("anniversary", "Another year since the contractor began.", EITHER, send=True),
    Trigger("payment due", "A day of `pay:` comes near.", EITHER, send=True, before=True, after=True),
    Trigger("every", "A date that comes round, by `on:`.", EITHER, send=True, own_keys=frozenset({"on"})),
    Trigger("contractor added", "A contractor was added to this file.", CONTRACTOR, send=True),
    Trigger("bounced", "An address cannot be reached.", OWNER, send=True),
    Trigger("news", "You mailed news for everybody (#news).", CONTRACTOR, send=True),
)  # fmt: skip

TRIGGERS = MappingProxyType({trigger.name: trigger for trigger in _TABLE})


def taking(condition: str) -> Iterable[str]:
    """The triggers that a condition fits."""
    return (trigger.name for trigger in _TABLE if condition in trigger.conditions)
