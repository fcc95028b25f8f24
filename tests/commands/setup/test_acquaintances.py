"""Whom `init` proposes, and the zone that it reads from their dates."""

from datetime import UTC, datetime

import pytest

from commands.setup.acquaintances import Circle
from mail.raw import RawMail

TEAM, DANA = "team@acme.example", "dana@acme.example"


def raw(uid: int, writer: str, to: str, date: str, extra: str = "", folder: str = "INBOX") -> RawMail:
    header = f"From: {writer}\r\nTo: {to}\r\nDate: {date}\r\nMessage-ID: <{uid}@x.example>\r\n{extra}\r\n"
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return RawMail(folder, uid, at, frozenset(), header.encode(), b"Hello.\r\n", True)


def circle(*dates: str, writer: str = "Ana <ana@x.example>", extra: str = "") -> Circle:
    found = Circle()
    found.add([raw(1, DANA, "ana@x.example", "Mon, 2 Mar 2026 10:00:00 -0500")])
    found.add(raw(10 + n, writer, TEAM, date, extra) for n, date in enumerate(dates))
    return found


@pytest.mark.parametrize(
    ("dates", "zone"),
    [
        (["Mon, 2 Mar 2026 10:00:00 +0800"], "Asia/Manila"),
        (["Mon, 2 Mar 2026 10:00:00 +0530 (IST)"], "Asia/Kolkata"),
        (["Mon, 2 Mar 2026 10:00:00 +0100", "Thu, 2 Apr 2026 10:00:00 +0200"], "Europe/Madrid"),
        (["Mon, 2 Mar 2026 10:00:00 +0100", "Thu, 2 Apr 2026 10:00:00 +0100"], "Africa/Lagos"),
        (["Mon, 2 Mar 2026 10:00:00 -0500", "Thu, 2 Apr 2026 10:00:00 -0500"], "America/Bogota"),
        (["Mon, 2 Mar 2026 10:00:00 +0000"], ""),  # webmail writes it, wherever one is
        (["Mon, 2 Mar 2026 10:00:00 +0800", "Tue, 3 Mar 2026 10:00:00 -0500"], ""),
        (["Mon, 2 Mar 2026 10:00:00 +0800"] * 5 + ["Tue, 3 Mar 2026 10:00:00 -0500"], "Asia/Manila"),
        (["nonsense"], ""),
    ],
)
def test_the_likely_zone(dates: list[str], zone: str) -> None:
    [person] = circle(*dates).proposals([TEAM, DANA])
    assert person.zone == zone
    assert person.name == "Ana"


NOW = "Mon, 2 Mar 2026 10:00:00 +0800"


def test_only_who_is_written_to_and_writes_back_is_proposed() -> None:
    assert circle().proposals([TEAM, DANA]) == [], "she never wrote"
    assert len(circle(NOW).proposals([TEAM, DANA])) == 1
    assert circle(NOW, writer="bob@x.example").proposals([TEAM, DANA]) == [], "nobody wrote to him"


def test_robots_and_lists_are_not_proposed() -> None:
    assert circle(NOW, extra="List-Id: <x>\r\n").proposals([TEAM, DANA]) == []
    assert circle(NOW, extra="Auto-Submitted: auto-replied\r\n").proposals([TEAM, DANA]) == []


def test_a_mail_in_two_folders_counts_once() -> None:
    found = circle(NOW)
    found.add([raw(10, "Ana <ana@x.example>", TEAM, NOW, folder="Archive")])
    assert found.proposals([TEAM, DANA])[0].wrote == 1


def test_who_writes_for_the_mailbox_is_proposed_as_the_owner() -> None:
    assert circle(NOW).writers(TEAM) == [DANA]


def test_a_contractor_in_the_mailboxs_own_domain_is_not_taken_for_the_owner() -> None:
    """With a mailbox at Gmail, the first proposal for "your addresses" was a contractor at Gmail."""
    found = Circle()
    found.add([raw(1, "team@gmail.example", "ana@gmail.example", NOW)])
    found.add([raw(2, "Ana <ana@gmail.example>", "team@gmail.example", NOW)])
    assert found.writers("team@gmail.example") == ["team@gmail.example"]
    assert [one.address for one in found.proposals(["team@gmail.example"])] == ["ana@gmail.example"]


def test_quotes_around_a_name_are_none_of_it() -> None:
    [person] = circle(NOW, writer="“Ana López” <ana@x.example>").proposals([TEAM, DANA])
    assert person.name == "Ana López"
