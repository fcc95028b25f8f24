"""The agenda of a check-in."""

from datetime import UTC, datetime, timedelta

import pytest

from relationship.agenda import points
from relationship.facts import Facts, Profile
from relationship.facts.check_in import CheckIn
from relationship.facts.messages import Kind, Message, Side
from relationship.folding import tell
from relationship.parties import Contractor, Owner

DAY = timedelta(days=1)
START = datetime(2026, 6, 1, 9, tzinfo=UTC)
DANA = Owner("Dana", ("dana@acme.example",), "America/New_York", "Mon-Fri 09:00-17:00")
MARIA = Contractor("Maria", ("maria@contract.example",), "Asia/Manila", "Mon-Fri 09:00-18:00")


@pytest.mark.parametrize(
    ("state", "talked"),
    [("held", True), ("late", True), ("accepted", True), ("invited", True)]
    + [(state, False) for state in ("missed", "declined", "cancelled", "planned", "moved")],
)
def test_what_was_delivered_stays_a_point_until_they_talked(state: str, talked: bool) -> None:
    at, call = START + 10 * DAY, START + 15 * DAY
    facts = Facts()
    facts.add(
        Message("m1", at, at, Side.CONTRACTOR, Kind.HUMAN, "", MARIA.addresses[0], "Logo", tags=("done",))
    )
    facts.add(CheckIn("c1", 0, call, call + timedelta(minutes=30), call, START, state=state))
    story = tell("maria", MARIA, DANA, Profile("Maria", MARIA.addresses, START), facts)
    found = [point.subject for point in points(story, START + 20 * DAY) if point.delivered]
    assert found == ([] if talked else ["Logo"])
