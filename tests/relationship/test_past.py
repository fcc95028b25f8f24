"""What is told in numbers says the same as the mails: each turn, each moment of writing, each word of thanks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.correspondence.ledger import Turn, fold
from relationship.correspondence.past import Past, changed, digest, is_plain, told_in_numbers
from relationship.facts.messages import Bounce, Kind, Message, Side
from relationship.facts.summary import Summary

START = datetime(2026, 1, 30, 22, 15, 7, tzinfo=UTC)


def mail(number: int, side: Side, at: datetime, **more) -> Message:
    key = f"m{number}@x.example"
    usual = {
        "reason": "",
        "sender": "a@x.example",
        "subject": "Re:  Logo\tfor May",
        "message_id": key,
        "dated": at,
    }
    return Message(**{"key": key, "at": at, "seen_at": at, "side": side, "kind": Kind.HUMAN, **usual, **more})


@st.composite
def talks(draw: st.DrawFn) -> list[Message]:
    """A conversation of plain talk, in order."""
    at = START + timedelta(seconds=draw(st.integers(0, 400 * 86400)))
    first, said = draw(st.integers(0, 10**9)), []
    for number in range(draw(st.integers(1, 8))):
        more = {
            "asks": draw(st.booleans()),
            "closes": draw(st.booleans()),
            "handed": draw(st.booleans()),
            "authentic": draw(st.integers(0, 5)) > 0,
            "kind": draw(st.sampled_from([Kind.HUMAN, Kind.HUMAN, Kind.HUMAN, Kind.OWN])),
        }
        said.append(mail(first + number, draw(st.sampled_from(Side)), at, **more))
        at += timedelta(seconds=draw(st.integers(0, 10**6)))
    return said


def months(conversations: list[list[Message]]) -> dict[str, Summary]:
    told = []
    for said in conversations:
        name = said[0].key
        told.append(told_in_numbers(name, said, fold(name, "Logo for May", said)))
    return {month.key: month for month in changed({}, told)}


def essence(turns: list[Turn]) -> list[tuple[object, ...]]:
    return sorted(
        (x.since, str(x.party), x.asks, x.answered_at or datetime.max.replace(tzinfo=UTC)) for x in turns
    )


@given(st.lists(talks(), max_size=5, unique_by=lambda said: said[0].key))
def test_numbers_tell_what_the_mails_told(conversations: list[list[Message]]) -> None:
    past = Past(months(conversations))
    ledgers = [fold(said[0].key, "Logo for May", said) for said in conversations]
    people = [m for said in conversations for m in said if m.kind is Kind.HUMAN and m.authentic]
    assert essence(past.exchanges) == essence([turn for one in ledgers for turn in one.exchanges])
    assert essence(past.waits) == essence([turn for one in ledgers for turn in one.waits])
    assert {turn.subject for turn in past.waits} <= {"Logo for May"}
    assert [turn.since for turn in past.exchanges] == sorted(turn.since for turn in past.exchanges)
    for side in Side:
        assert past.written[side] == sorted(m.at for m in people if m.side is side)
    assert past.thanks == sorted(m.at for m in people if m.side is Side.OWNER and m.closes)
    for turn in (*past.exchanges, *past.waits):
        assert turn.since in past.said_in(turn.conversation)
    owed = [t for one in ledgers for t in one.exchanges if t.party is Side.OWNER and t.asks]
    assert sorted(past.paid) == sorted((turn.since, turn.answered_at) for turn in owed)


@given(st.lists(talks(), min_size=1, max_size=5, unique_by=lambda said: said[0].key), st.data())
def test_a_conversation_that_comes_back_takes_its_line_with_it(
    conversations: list[list[Message]], data: st.DataObject
) -> None:
    back = data.draw(st.sampled_from(conversations))
    whole = months(conversations)
    after = whole | {month.key: month for month in changed(whole, gone=[back[0].key])}
    left = months([said for said in conversations if said is not back])
    for month in after.values():
        assert sorted(month.lines) == sorted(left[month.key].lines if month.key in left else ())
    gone = digest(back[0].key)
    assert not any(line.startswith(gone) for month in after.values() for line in month.lines)


@given(talks())
def test_what_leaves_twice_is_told_once(said: list[Message]) -> None:
    once = months([said])
    assert changed(once, [told_in_numbers(said[0].key, said, fold(said[0].key, "Logo for May", said))]) == []


def test_what_has_not_changed_is_not_read_again() -> None:
    first = [mail(1, Side.OWNER, START, asks=True), mail(2, Side.CONTRACTOR, START + timedelta(hours=2))]
    later = [replace(m, key=f"later-{m.key}", at=m.at + timedelta(days=70)) for m in first]
    one = months([first])
    both = {**one, **{month.key: month for month in changed(one, [*_told(later)])}}
    before = Past(one)
    after = Past(both, before)
    assert len(before.exchanges) == 1
    assert len(after.exchanges) == 2
    assert len(Past(one, after).exchanges) == 1


def _told(said: list[Message]) -> list[tuple[datetime, str]]:
    return [told_in_numbers(said[0].key, said, fold(said[0].key, "Logo", said))]


def test_that_no_answer_is_needed_is_plain_talk() -> None:
    assert is_plain([mail(1, Side.CONTRACTOR, START, tags=("nrn",), closes=True)])


@pytest.mark.parametrize(
    "more",
    [
        {"tags": ("done",)},
        {"due": date(2026, 3, 4)},
        {"bad_news": True},
        {"takes_back": True, "closes": True},
        {"starred_at": START},
        {"about_letter": "t0ken"},
        {"also_asked": ("ben@x.example",)},
        {"unsuited": ("logos",)},
        {"kind": Kind.AUTO_REPLY},
        {"kind": Kind.RSVP},
        {"kind": Kind.BOUNCE, "bounce": Bounce("a@x.example", "5.1.1", permanent=True)},
        {"subject": "Accepted: Check-in with Maria @ Mon 2 Mar 2026"},
    ],
    ids=str,
)
def test_what_says_more_than_talk_is_not_told_in_numbers(more: dict[str, object]) -> None:
    talk = mail(1, Side.OWNER, START)
    assert is_plain([talk])
    assert not is_plain([talk, mail(2, Side.CONTRACTOR, START, **more)])
