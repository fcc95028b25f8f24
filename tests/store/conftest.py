"""Facts to store, and both stores to put them in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from relationship.facts import Fact, Installation, Profile, RuleMark
from relationship.facts.check_in import CheckIn
from relationship.facts.decisions import Decision, Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Bounce, Kind, Message, Rsvp, Side
from relationship.facts.summary import Summary
from store.memory import MemoryStore
from store.protocol import Store
from store.tinydb_store import TinyStore

START = datetime(2025, 12, 1, 9, 30, tzinfo=UTC)


def _message(n: int = 1, **changes: object) -> Message:
    base: dict[str, object] = {
        "key": f"m{n}@mail.example",
        "at": START + timedelta(hours=n),
        "seen_at": START + timedelta(hours=n, seconds=20),
        "side": Side.OWNER if n % 2 else Side.CONTRACTOR,
        "kind": Kind.HUMAN,
        "reason": "a person wrote it",
        "sender": "ana@studio.example",
        "subject": f"Sketch {n}, été 🌞",
        "message_id": f"m{n}@mail.example",
    }
    return Message(**{**base, **changes})  # type: ignore[arg-type]


def _full_message(n: int = 1) -> Message:
    return _message(
        n,
        dated=START,
        parents=("a@x", "b@x"),
        asks=True,
        tags=("due", "idea"),
        due=date(2026, 1, 2),
        bounce=Bounce("gone@x.example", "5.1.1", True),
        back_on=date(2026, 1, 3),
        rsvp=Rsvp("uid@x", 2, "maria@mail.example", "counter", START, START + timedelta(days=1)),
        folders=("INBOX", "Sent"),
    )


def _letter(n: int = 1, **changes: object) -> Letter:
    base: dict[str, object] = {
        "token": f"token{n}",
        "contractor": "maria-1f3a9c",
        "rule": "Quick answer",
        "occasion": f"exchange {n}",
        "step": 0,
        "reader": Side.CONTRACTOR,
        "template": "appreciation/quick",
        "wording": 1,
        "to": ("maria@mail.example",),
        "subject": "Re: Sketch",
        "message_id": f"token{n}@keepwarm",
        "content": "Subject: Re: Sketch\r\n\r\nThank you.\r\n",
        "created_at": START,
        "due_at": START + timedelta(hours=1),
        "marks": (("INBOX", 7, 12), ("Sent", 8, 3)),
    }
    return Letter(**{**base, **changes})  # type: ignore[arg-type]


def _decision(n: int = 1, **changes: object) -> Decision:
    base: dict[str, object] = {
        "at": START + timedelta(days=n),
        "rule": "Quick answer",
        "contractor": "maria-1f3a9c",
        "occasion": f"exchange {n}",
        "about": "Maria answered",
        "step": 0,
        "verdict": Verdict.SEND,
        "why": "it was quick",
    }
    return Decision(**{**base, **changes})  # type: ignore[arg-type]


def _check_in(n: int = 1, **changes: object) -> CheckIn:
    at = START + timedelta(days=n)
    base = {"uid": f"c{n}@keepwarm", "sequence": 0, "starts_at": at, "ends_at": at, "planned_for": at}
    return CheckIn(**{**base, "planned_at": START, **changes})  # type: ignore[arg-type]


def _profile(name: str = "Maria Santos", *addresses: str, **changes: object) -> Profile:
    return Profile(name, addresses or ("maria@mail.example",), START, **changes)  # type: ignore[arg-type]


def _summary(n: int = 1) -> Summary:
    month = START.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=31 * n)
    return Summary(month.replace(day=1), (f"3f9a{n} 1772446500 0o,18000c 0-1C ",))


def _every_kind() -> list[Fact]:
    return [
        _profile(paused_by=("owner",), added_at=START),
        RuleMark("Quick answer", "1f3a", START, (("step", START), ("other", START + timedelta(days=1)))),
        Installation(START, "live", START),
        _full_message(1),
        _message(2),
        _decision(),
        _letter(state=State.DEFERRED, attempts=2, next_at=START),
        _check_in(),
        _summary(),
    ]


@pytest.fixture
def make() -> SimpleNamespace:
    """Makers of facts; each takes a number, and fields that shall differ."""
    return SimpleNamespace(
        start=START,
        message=_message,
        full_message=_full_message,
        letter=_letter,
        decision=_decision,
        check_in=_check_in,
        profile=_profile,
        every_kind=_every_kind,
        summary=_summary,
    )


@dataclass
class Opened:
    """A store that can be closed and opened again, as after a restart."""

    store: Store
    again: Callable[[], Store]

    def reopen(self) -> Store:
        """What a restart finds."""
        self.store.close()
        self.store = self.again()
        return self.store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture(params=["tinydb", "memory"])
def opened(request: pytest.FixtureRequest, data: Path) -> Iterator[Opened]:
    """Each store in turn."""
    if request.param == "memory":
        memory = MemoryStore()
        yield Opened(memory, lambda: memory)
        return
    tiny = Opened(TinyStore(data), lambda: TinyStore(data))
    yield tiny
    tiny.store.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    """Each store in turn, open."""
    return opened.store
