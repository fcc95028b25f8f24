"""A message's time, its place among the others, and its identity."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.correspondence.ordering import (
    Identities,
    fingerprint,
    in_order,
    merge,
    message_time,
    same_mail,
)
from relationship.facts.messages import Kind, Message, Side

T = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def mail(key: str, seconds: int = 0, **more) -> Message:
    at = T + seconds * SECOND
    usual = {
        "key": key,
        "at": at,
        "seen_at": at,
        "side": Side.OWNER,
        "kind": Kind.HUMAN,
        "reason": "a person",
        "sender": "dana@acme.example",
        "subject": "Logo",
        "message_id": key,
        "dated": at,
    }
    return Message(**{**usual, **more})


# --- time ---


@pytest.mark.parametrize(
    ("received", "dated", "expected"),
    [
        (None, None, T),
        (T - DAY, None, T),  # not over a day
        (T - DAY - SECOND, T, T - DAY - SECOND),  # moved: the topmost Received tells
        (T - SECOND, T - 300 * DAY, T),  # Received comes before Date, and agrees with the server
        (None, T - 300 * DAY, T - 300 * DAY),  # imported, without Received
        (T + 300 * DAY, None, T),
        (None, T + 300 * DAY, T),
    ],
)
def test_the_time_is_the_servers_unless_the_mail_was_moved(received, dated, expected):
    assert message_time(T, received, dated, now=T + DAY) == expected


def test_no_time_lies_in_the_future_and_all_are_whole_seconds():
    now = T + timedelta(microseconds=700)
    assert message_time(T + DAY, None, None, now) == T
    assert message_time(T - timedelta(microseconds=1), None, None, now) == T - SECOND


# --- order ---


@st.composite
def _threads(draw) -> list[Message]:
    """Mails with any times, of which some refer to others, in circles too, and to strangers."""
    count = draw(st.integers(1, 8))
    names = [f"m{n}" for n in range(count)]
    times = st.integers(0, draw(st.sampled_from([2, 1000])))
    return [
        mail(
            name,
            draw(times),
            dated=draw(st.one_of(st.none(), times.map(lambda s: T + s * SECOND))),
            parents=tuple(draw(st.lists(st.sampled_from([*names, "stranger"]), max_size=3))),
        )
        for name in names
    ]


def _ancestors(message: Message, by_id: dict[str, Message]) -> set[str]:
    found: set[str] = set()
    pending = list(message.parents)
    while pending:
        name = pending.pop()
        if name in by_id and name not in found:
            found.add(name)
            pending += by_id[name].parents
    return found


@settings(max_examples=300, deadline=None)
@given(_threads(), st.randoms(use_true_random=False))
def test_every_mail_has_the_latest_time_of_itself_and_what_it_answers(messages, random):
    by_id = {m.message_id: m for m in messages}
    shuffled = random.sample(messages, len(messages))
    ordered = in_order(shuffled)
    assert sorted(m.key for m in ordered) == sorted(m.key for m in messages)
    for message in ordered:
        before = _ancestors(by_id[message.key], by_id)
        assert message.at == max([by_id[message.key].at, *(by_id[name].at for name in before)])
    assert in_order(messages) == ordered
    assert in_order(ordered) == ordered


@settings(max_examples=300, deadline=None)
@given(_threads())
def test_order_is_by_time_then_parents_then_date_then_id(messages):
    ordered = in_order(messages)
    assert [m.at for m in ordered] == sorted(m.at for m in ordered)
    by_id = {m.message_id: m for m in messages}
    ancestors = {m.key: _ancestors(m, by_id) for m in messages}
    if any(key in known for key, known in ancestors.items()):
        return  # a circle has no parents first
    left = list(ordered)
    while left:  # of those of the earliest second that wait for nobody, the one with the earliest Date and id
        keys = {m.key for m in left}
        free = [m for m in left if m.at == left[0].at and not ancestors[m.key] & keys]
        assert left.pop(0) == min(free, key=lambda m: (m.dated or m.at, m.key))


def test_a_reply_that_came_before_what_it_answers_takes_its_time():
    question = mail("question", 100)
    answer = mail("answer", 40, dated=T, parents=("question",))
    assert in_order([answer, question]) == [question, replace(answer, at=question.at)]


def test_mails_that_answer_each_other_in_a_circle_all_stay():
    circle = [mail("a", 1, parents=("b",)), mail("b", 2, parents=("c",)), mail("c", 3, parents=("a", "c"))]
    for order in permutations(circle):
        assert [m.key for m in in_order(order)] == ["a", "c", "b"]


def test_thousands_of_mails_of_one_second_in_one_thread_take_no_time():
    chain = [
        mail(f"m{n:05}", 0, parents=tuple(f"m{p:05}" for p in range(max(n - 5, 0), n))) for n in range(5000)
    ]
    assert in_order(reversed(chain)) == chain


# --- identity ---


def test_a_fingerprint_does_not_depend_on_how_the_headers_are_written():
    one = fingerprint("Dana@acme.example", T, "Logo  for\n you", ["a@x.example", "B@x.example"])
    assert one == fingerprint(
        "dana@acme.example", T, "Logo for you", ["b@x.example", "a@x.example", "a@x.example"]
    )
    others = [
        fingerprint("lee@acme.example", T, "Logo for you", ["a@x.example", "b@x.example"]),
        fingerprint("dana@acme.example", T + SECOND, "Logo for you", ["a@x.example", "b@x.example"]),
        fingerprint("dana@acme.example", T, "Logo for me", ["a@x.example", "b@x.example"]),
        fingerprint("dana@acme.example", T, "Logo for you", ["a@x.example"]),
        fingerprint("dana@acme.example", None, "Logo for you", ["a@x.example", "b@x.example"]),
    ]
    assert len({one, *others}) == 6
    assert fingerprint("", None, "\udcff", []) != ""


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"at": T + 40 * DAY, "folders": ("Archive",)}, True),
        ({"message_id": ""}, True),  # a Sent copy without an id
        ({"fingerprint": "other"}, True),  # another recipient list, as lists make it
        ({"sender": "lee@acme.example", "fingerprint": "other"}, False),
        ({"dated": T + SECOND, "fingerprint": "other"}, False),
        ({"message_id": "else", "fingerprint": "other"}, False),
        ({"message_id": "", "fingerprint": "other"}, False),
        ({"message_id": "", "fingerprint": ""}, False),
        ({"message_id": "rewritten", "at": T + 60 * SECOND}, True),
        ({"message_id": "next", "at": T + 3 * DAY}, False),  # a clock that stands still
    ],
)
def test_what_is_one_mail(change, same):
    one = mail("id", fingerprint="print")
    other = replace(one, **change)
    assert same_mail(one, other) is same
    assert same_mail(other, one) is same
    key = Identities([one]).key_of(other)
    assert (key == one.key) is same


def test_a_copy_without_an_id_that_was_seen_first_keeps_its_key_and_gains_the_id():
    copy = replace(mail("x", fingerprint="print"), message_id="")
    known = Identities()
    copy = replace(copy, key=known.key_of(copy))
    known.add(copy)
    original = mail("id", 5, fingerprint="print", dated=T)
    assert known.key_of(original) == copy.key == "no-id:print"
    both = merge(copy, original)
    assert (both.key, both.message_id, both.at) == (copy.key, "id", T)
    known.add(both)
    assert known.key_of(replace(original, fingerprint="list")) == copy.key


def test_another_mail_with_a_used_id_gets_a_key_of_its_own_and_keeps_it():
    first = mail("id", fingerprint="one")
    second = mail("id", 5, sender="eve@x.example", fingerprint="two")
    known = Identities([first])
    second = replace(second, key=known.key_of(second))
    known.add(second)
    assert second.key == "id#two"
    assert known.key_of(replace(second, key="?")) == "id#two"
    assert known.key_of(replace(first, key="?")) == "id"


@given(st.booleans(), st.booleans(), st.integers(-50, 50))
def test_merging_does_not_depend_on_which_copy_came_first(lacks_id, flagged, seconds):
    one = mail("key", fingerprint="print", folders=("INBOX",), handed=False, kind=Kind.LIST, reason="a list")
    other = replace(
        one,
        at=one.at + seconds * SECOND,
        seen_at=one.seen_at + DAY,
        message_id="" if lacks_id else "key",
        starred_at=T if flagged else None,
        folders=("Sent", "INBOX"),
        handed=True,
        kind=Kind.HUMAN,
        reason="a person",
        parents=("root",),
    )
    both = merge(one, other)
    assert both == merge(other, one) == merge(both, other) == merge(both, one)
    assert both.kind is Kind.HUMAN and both.reason == "a person" and both.handed
    assert both.at == min(one.at, other.at) and both.seen_at == one.seen_at
    assert both.folders == ("INBOX", "Sent") and both.starred_at == (T if flagged else None)
    assert both.message_id == "key"
