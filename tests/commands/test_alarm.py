"""Never silent, and never one mail per failure: when the owner hears of trouble, and what the heartbeat says."""

from datetime import UTC, datetime, timedelta

import pytest

from commands.alarm import Alarm, ClockWatch, Patience, failing
from commands.health import reason
from store.memory import MemoryStore
from store.protocol import Heartbeat, StoreError

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Told:
    """A daemon as far as an alarm needs one: a store, and an owner who counts what is written to them."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.mails: dict[str, str] = {}  # occasion -> problem

    def tell_owner(self, template, occasion, facts, since, now, seldom=timedelta(), ends="") -> None:
        self.mails.setdefault(occasion, f"{template}: {facts['problem']}")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def alarm(told: Told) -> Alarm:
    return Alarm(told, Patience())


def red(told: Told, now: datetime) -> str:
    return reason(told.store.heartbeat(), MINUTE, now)


def test_trouble_is_told_after_half_an_hour_once_and_when_it_is_over_once(told: Told, alarm: Alarm) -> None:
    alarm.good(START)
    for minute in range(1, 120):
        alarm.bad("The IMAP server is away.", START + minute * MINUTE)
        assert len(told.mails) == (minute >= 31)
        assert bool(red(told, START + minute * MINUTE)) == (minute > 8)
    assert "The IMAP server is away." in red(told, START + 119 * MINUTE)
    alarm.good(START + 120 * MINUTE)
    alarm.good(START + 121 * MINUTE)
    assert [mail.partition(":")[0] for mail in told.mails.values()] == ["owner/trouble", "owner/trouble-over"]
    assert red(told, START + 121 * MINUTE) == ""


def test_short_trouble_is_nobodys_business(told: Told, alarm: Alarm) -> None:
    for minute in range(0, 300, 10):
        alarm.bad("away", START + minute * MINUTE)
        alarm.good(START + (minute + 5) * MINUTE)
    assert told.mails == {}


def test_a_restart_in_the_middle_of_trouble_begins_nothing_anew(told: Told, alarm: Alarm) -> None:
    alarm.bad("away", START)
    again = Alarm(told, Patience())
    assert again.is_on
    again.bad("away", START + 40 * MINUTE)
    assert len(told.mails) == 1


class Unreadable(MemoryStore):
    """Somebody else's heartbeat.json, say."""

    def heartbeat(self) -> Heartbeat:
        raise StoreError("heartbeat.json may not be read or written by this user.")

    def beat(self, heartbeat: Heartbeat) -> None:
        raise StoreError("heartbeat.json may not be read or written by this user.")


def test_a_heartbeat_that_cannot_be_read_ends_no_daemon_and_hides_no_trouble(told: Told) -> None:
    told.store = Unreadable()
    alarm = Alarm(told, Patience())
    for minute in range(0, 90):
        alarm.bad("The IMAP server is away.", START + minute * MINUTE)
    alarm.good(START + 90 * MINUTE)
    assert [mail.partition(":")[0] for mail in told.mails.values()] == ["owner/trouble", "owner/trouble-over"]


class Unwritable(MemoryStore):
    """A disk that has just become full, or is mounted read-only: what was written before can be read."""

    is_full = False

    def beat(self, heartbeat: Heartbeat) -> None:
        if self.is_full:
            raise StoreError("The disk is full.")
        super().beat(heartbeat)


def test_trouble_is_told_where_the_heartbeat_cannot_be_written(told: Told) -> None:
    told.store = Unwritable()
    alarm = Alarm(told, Patience())
    alarm.good(START)
    told.store.is_full = True
    for minute in range(1, 90):
        alarm.bad("The disk is full.", START + minute * MINUTE)
        assert len(told.mails) == (minute >= 31)
    told.store.is_full = False
    alarm.good(START + 90 * MINUTE)
    assert [mail.partition(":")[0] for mail in told.mails.values()] == ["owner/trouble", "owner/trouble-over"]
    assert red(told, START + 91 * MINUTE) == ""


def test_trouble_that_began_in_the_future_began_now(told: Told) -> None:
    before = Heartbeat(failing_since=START + timedelta(days=365))
    assert failing(before, "away", START).failing_since == START


@pytest.mark.parametrize(
    ("walls", "steadies", "jump"),
    [
        ((0, 60), (0, 60), None),
        ((0, 61), (0, 60.5), None),
        ((0, 3660), (0, 60), 3600),
        ((0, -3540), (0, 60), -3600),
        ((0, 60 + 365 * 86400), (0, 60), 365 * 86400),
    ],
)
def test_a_clock_that_was_set_is_noticed(walls, steadies, jump) -> None:
    steady = iter(steadies)
    watch = ClockWatch(steady=lambda: next(steady))
    assert watch.jumped(START) is None
    assert watch.jumped(START + timedelta(seconds=walls[1])) == (
        None if jump is None else timedelta(seconds=jump)
    )


def test_after_a_jump_time_goes_on(told: Told) -> None:
    steady = iter((0, 60, 120))
    watch = ClockWatch(steady=lambda: next(steady))
    watch.jumped(START)
    assert watch.jumped(START + timedelta(days=365)) is not None
    assert watch.jumped(START + timedelta(days=365, seconds=60)) is None
