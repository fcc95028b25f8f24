"""Occasions: what there is to act on in a story. One small function per trigger, one table of all.

Each function reads a story and yields what there is now; whether it is early, late or already done is for the
rules to say. An occasion's key never changes while it lasts, so that a rule acts on it once.
"""

from collections.abc import Mapping

from relationship.facts.messages import Side
from relationship.occasions.check_ins import (
    check_in_cancelled,
    check_in_changed,
    check_in_declined,
    check_in_disputed,
    check_in_due,
    check_in_kept,
    check_in_missed,
    check_in_outside_hours,
    check_in_over,
    check_in_proposed,
    check_in_unanswered,
)
from relationship.occasions.dates import anniversary, payment_due
from relationship.occasions.deliveries import (
    brief_sent,
    deadline_missed,
    deadline_near,
    deadline_proposed,
    delivered,
    idea_received,
    no_feedback,
    no_praise,
)
from relationship.occasions.marks import contractor_added, news, starred, temperature_changed
from relationship.occasions.notices import bounced, one_of_two_answered, owner_first, refused, unprovable
from relationship.occasions.occasion import Finder, Occasion
from relationship.occasions.turns import owner_silence, replied, silence, waiting

__all__ = ["FINDERS", "OF_ANOTHER", "ONE_BY_ONE", "RESTS_ON", "Finder", "Occasion"]

FINDERS: Mapping[str, Finder] = {
    "contractor replied": replied("contractor replied", Side.CONTRACTOR),
    "owner replied": replied("owner replied", Side.OWNER),
    "waiting on contractor": waiting("waiting on contractor", Side.CONTRACTOR),
    "waiting on owner": waiting("waiting on owner", Side.OWNER),
    "silence": silence,
    "owner silence": owner_silence,
    "deadline near": deadline_near,
    "deadline missed": deadline_missed,
    "delivered": delivered,
    "starred": starred,
    "no praise": no_praise,
    "no feedback": no_feedback,
    "idea received": idea_received,
    "brief sent": brief_sent,
    "check-in due": check_in_due,
    "check-in unanswered": check_in_unanswered,
    "check-in declined": check_in_declined,
    "check-in missed": check_in_missed,
    "temperature fell": temperature_changed("temperature fell", cooler=True),
    "temperature rose": temperature_changed("temperature rose", cooler=False),
    "anniversary": anniversary,
    "payment due": payment_due,
    "contractor added": contractor_added,
    "bounced": bounced,
    "news": news,
    # Built-in notices to the owner (rules/notices.py), which no rules file can name.
    "owner first": owner_first,
    "one of two answered": one_of_two_answered,
    "unprovable": unprovable,
    "refused": refused,
    "deadline proposed": deadline_proposed,
    "check-in changed": check_in_changed,
    "check-in cancelled": check_in_cancelled,
    "check-in proposed": check_in_proposed,
    "check-in kept": check_in_kept,
    "check-in over": check_in_over,
    "check-in disputed": check_in_disputed,
    "check-in outside hours": check_in_outside_hours,
}

# Whose finders look at one conversation, or check-in, at a time: what lies in others changes nothing, but for waits.
ONE_BY_ONE = frozenset(
    {
        *(name for name in FINDERS if name.startswith("check-in")),
        "contractor replied",
        "owner replied",
        "waiting on contractor",
        "waiting on owner",
        "deadline near",
        "deadline missed",
        "delivered",
        "starred",
        "no feedback",
        "idea received",
        "brief sent",
        "deadline proposed",
    }
)
# Who speak of a wait in one conversation because of another; they are named as the gates that hold it back.
OF_ANOTHER = frozenset({"owner first", "one of two answered"})

# What the occasions of a trigger rest on, besides the clock: kinds of facts, or what is folded from them. It is mail
# where nothing is said.
_OF_INVITATIONS = (
    "check-in due",
    "check-in changed",
    "check-in cancelled",
    "check-in unanswered",
    "check-in over",
)
RESTS_ON: Mapping[str, frozenset[str]] = {
    **dict.fromkeys((*FINDERS, "streak", "every"), frozenset({"mail"})),
    **dict.fromkeys((name for name in FINDERS if name.startswith("check-in")), frozenset({"check-ins"})),
    **dict.fromkeys(_OF_INVITATIONS, frozenset({"check-ins", "invitations"})),
    **dict.fromkeys(OF_ANOTHER, frozenset({"withheld"})),
    "silence": frozenset({"mail", "check-ins"}),
    "owner silence": frozenset({"mail", "check-ins"}),
    "no praise": frozenset({"mail", "letters"}),
    "temperature fell": frozenset({"temperature"}),
    "temperature rose": frozenset({"temperature"}),
    "payment due": frozenset({"mail", "day"}),  # days that were too far away come nearer
    "anniversary": frozenset(),
    "every": frozenset(),
    "contractor added": frozenset(),
    "news": frozenset({"news"}),
    "unprovable": frozenset({"lost letters"}),
    "refused": frozenset({"lost letters"}),
}
