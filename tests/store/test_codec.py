"""Facts to plain JSON and back: nothing is changed, nothing is guessed."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.facts import TABLES, Fact
from relationship.facts.messages import Message
from store.codec import CodecError, NewerError, decode, encode
from store.json_data import dump, parse
from store.yearly import year_of

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
# Half of a surrogate pair does occur in the subjects of broken mail.
st.register_type_strategy(str, st.text(st.characters() | st.characters(categories=["Cs"]), max_size=8))


@pytest.mark.parametrize("kind", TABLES)
@given(data=st.data())
def test_any_fact_comes_back_equal(kind: type[Fact], data: st.DataObject) -> None:
    fact = data.draw(st.from_type(kind))
    back = decode(kind, parse(dump(encode(fact))))
    assert back == fact
    assert hash(back) == hash(fact)
    assert [type(getattr(back, f.name)) for f in dataclasses.fields(back)] == [
        type(getattr(fact, f.name)) for f in dataclasses.fields(fact)
    ]
    assert 1 <= year_of(fact) <= 9999


def test_defaults_are_left_out(make: SimpleNamespace) -> None:
    assert set(encode(make.message())) == {
        *("key", "at", "seen_at", "side", "kind", "reason", "sender", "subject", "message_id")
    }


def test_plain_data_only(make: SimpleNamespace) -> None:
    for fact in make.every_kind():
        assert json.loads(json.dumps(encode(fact))) == encode(fact)


def test_a_moment_of_another_zone_is_kept_as_the_same_instant(make: SimpleNamespace) -> None:
    manila = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=8)))
    doc = encode(make.message(dated=manila))
    assert doc["dated"] == "2025-12-31T19:00:00+00:00"
    assert decode(Message, doc).dated == manila


def test_a_moment_without_a_zone_is_refused(make: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        encode(make.message(at=datetime(2026, 1, 1)))


def _broken(make: SimpleNamespace, **changes: Any) -> dict[str, Any]:
    return {**encode(make.full_message()), **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"at": 5},
        {"at": "yesterday"},
        {"at": "2026-01-01T00:00:00"},
        {"at": None},
        {"subject": 7},
        {"subject": None},
        {"asks": 1},
        {"asks": "true"},
        {"tags": "due"},
        {"tags": ["due", 5]},
        {"due": "2026-13-01"},
        {"side": 1},
        {"side": ["owner"]},
        {"bounce": "5.1.1"},
        {"bounce": {"address": "x"}},
        {"rsvp": []},
    ],
    ids=str,
)
def test_what_is_no_such_fact_is_refused(make: SimpleNamespace, changes: dict[str, Any]) -> None:
    with pytest.raises(CodecError):
        decode(Message, _broken(make, **changes))


def test_a_missing_field_is_refused(make: SimpleNamespace) -> None:
    doc = encode(make.message())
    del doc["at"]
    with pytest.raises(CodecError, match="at"):
        decode(Message, doc)


@pytest.mark.parametrize("doc", [None, [], "x", 5])
def test_what_is_no_object_is_refused(doc: object) -> None:
    with pytest.raises(CodecError, match="no Message"):
        decode(Message, doc)


def test_what_a_newer_version_wrote_is_told_apart_from_damage(make: SimpleNamespace) -> None:
    for changes in ({"mood": "good"}, {"kind": "telegram"}):
        with pytest.raises(NewerError):
            decode(Message, _broken(make, **changes))
    with pytest.raises(NewerError, match="'color'"):
        decode(Message, _broken(make, bounce={"address": "", "status": "", "permanent": True, "color": 1}))
