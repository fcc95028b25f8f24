"""The fast way equals the slow way: whatever comes in whatever order, adding to it says what folding anew says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.correspondence import correspondence as module
from relationship.correspondence.correspondence import Correspondence, correspondence
from relationship.correspondence.ledger import Ledger
from relationship.facts.letters import Letter
from relationship.facts.messages import Kind, Message, Side

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
FIELDS = ("messages", "conversation_of", "conversations", "ledgers", "ledger")
ON_THE_WAY = ("by_key", "commands", "human", "automatic", "copies", "known", "is_plain")


def letter(token: str, occasion: str) -> Letter:
    usual = {
        "rule": "",
        "step": 0,
        "reader": Side.OWNER,
        "template": "",
        "wording": 0,
        "to": (),
        "subject": "",
    }
    times = {"created_at": START, "due_at": START}
    return Letter(
        token, "maria", occasion=occasion, message_id="", content="", conversation="key0", **usual, **times
    )


LETTERS = {
    name: letter(name, f"{about}/key0") for name, about in (("day", "deadline proposed"), ("wait", "wait"))
}

SUBJECTS = ("Logo", "Re: Logo", "Page", "Re: Page", "Automatic reply: Logo")
HINTS = ("thread-index:aa", "thread-index:bb", "gmail:1", "gmail:2")


@st.composite
def mails(draw: st.DrawFn) -> list[Message]:
    """Mails in the order in which they are seen; most come in order and answer one another, some do not."""
    found: list[Message] = []
    at = START
    for number in range(draw(st.integers(1, 14))):
        at += timedelta(minutes=draw(st.sampled_from((0, 1, 50, 3000, 30000))))
        late = timedelta(hours=draw(st.sampled_from((0, 0, 0, 0, 30))))
        known = [m.message_id for m in found if m.message_id]
        parents = draw(st.lists(st.sampled_from([*known, "unseen"]), max_size=2, unique=True))
        own = draw(st.sampled_from(("new", "new", "new", "new", "none", "again", "unseen")))
        name = {"new": f"id{number}", "none": "", "again": "id0", "unseen": "unseen"}[own]
        kind = draw(st.sampled_from((Kind.HUMAN,) * 6 + (Kind.AUTO_REPLY, Kind.OWN)))
        found.append(
            Message(
                key=f"key{number}",
                at=at - late,
                seen_at=at,
                side=draw(st.sampled_from(Side)),
                kind=kind,
                reason="",
                sender="",
                subject=draw(st.sampled_from(SUBJECTS)),
                message_id=name,
                parents=tuple(parents),
                hints=tuple(draw(st.lists(st.sampled_from(HINTS), max_size=1))),
                asks=draw(st.booleans()),
                asks_only=draw(st.sampled_from(("", "please", "date"))),
                closes=draw(st.sampled_from((False, False, True))),
                takes_back=draw(st.sampled_from((False, False, True))),
                tags=draw(st.sampled_from(((), (), (), ("settled",), ("accept",), ("done",)))),
                about_letter=draw(st.sampled_from(("", "", "", "day", "wait"))),
            )
        )
    return found


def same(fast: Correspondence, slow: Correspondence) -> None:
    for name in (*FIELDS, *ON_THE_WAY):
        assert getattr(fast, name) == getattr(slow, name), name


@given(mails(), st.data())
@settings(max_examples=300, deadline=None)
def test_adding_says_what_folding_anew_says(seen: list[Message], data: st.DataObject) -> None:
    recorded: dict[str, Message] = {}
    fast: Correspondence | None = None
    for message in seen:
        recorded = {**recorded, message.key: message}
        fast = correspondence(recorded, LETTERS, fast)
        same(fast, correspondence(recorded, LETTERS))
    assert fast
    name = data.draw(st.sampled_from(sorted(fast.conversations)))
    left = {key: m for key, m in recorded.items() if fast.conversation_of[key] != name}
    same(correspondence(left, LETTERS, fast), correspondence(left, LETTERS))


def mail(number: int, subject: str = "Logo", *parents: str, **more: object) -> Message:
    side, at = (Side.OWNER, Side.CONTRACTOR)[number % 2], START + timedelta(hours=number)
    return Message(
        f"id{number}", at, at, side, Kind.HUMAN, "", "", subject, f"id{number}", None, parents, **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "following",
    [
        pytest.param(mail(2, "Re: Logo", "id1"), id="an answer"),
        pytest.param(mail(2, "Page"), id="a new conversation"),
        pytest.param(mail(2, "Page", "elsewhere"), id="an answer to what nobody has seen"),
        pytest.param(mail(2, "Page", hints=("thread-index:aa",)), id="Outlook's root"),
    ],
)
def test_the_fast_way_is_taken_where_it_can_be(following: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {"id0": mail(0, hints=("thread-index:aa",)), "id1": mail(1, "Re: Logo", "id0")}
    before = correspondence(first, {})
    expected = correspondence({**first, "id2": following}, {})
    monkeypatch.setattr(module, "_from_nothing", None)
    same(correspondence({**first, "id2": following}, {}, before), expected)
    assert correspondence(first, {}, before) is before


def test_a_word_about_a_day_belongs_to_the_conversation_of_its_letter() -> None:
    asked = mail(1, "Page", asks=True, asks_only="date")
    click = mail(2, "Re: Your note", tags=("accept",), about_letter="day", closes=True, handed=False)
    day, wait = (
        letter(name, about) for name, about in (("day", f"deadline proposed/{asked.key}"), ("wait", "wait/x"))
    )
    letters = {one.token: replace(one, conversation=asked.key) for one in (day, wait)}
    said = {message.key: message for message in (asked, click)}
    after = correspondence(said, letters, correspondence({asked.key: asked}, letters))
    assert after.conversation_of[click.key] == asked.key
    assert after.ledger == Ledger()
    elsewhere = {**said, click.key: replace(click, about_letter="wait")}
    assert correspondence(elsewhere, letters).ledger.waits, "a yes to something else is not said there"
    answer = {**said, "id4": mail(4, "Re: Your note", click.message_id)}
    same(correspondence(answer, letters, after), correspondence(answer, letters))
