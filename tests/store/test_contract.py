"""One suite for every store: what `store.protocol.Store` promises."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from relationship.facts import Facts
from relationship.facts.letters import State
from store.aggregate import every_fact
from store.protocol import OWNER, Cursor, FolderCursor, Heartbeat, Store

MARIA = "maria-1f3a9c"
BEN = "ben-77aa01"


def test_nothing_is_there_at_first(store: Store) -> None:
    assert store.names() == ()
    assert store.load(MARIA) == Facts()
    assert list(store.history(MARIA)) == []
    assert store.cursor() == Cursor()
    assert store.heartbeat() == Heartbeat()
    assert store.requests() == ()
    assert store.damaged() == {}


def test_facts_of_every_kind_last(opened: Any, make: SimpleNamespace) -> None:
    facts = make.every_kind()
    opened.store.commit(MARIA, facts)
    for store in (opened.store, opened.reopen()):
        loaded = store.load(MARIA)
        assert {(type(f), f.key): f for f in every_fact(loaded)} == {(type(f), f.key): f for f in facts}
        assert store.names() == (MARIA,)


def test_a_later_fact_takes_the_place_of_one_with_its_key(opened: Any, make: SimpleNamespace) -> None:
    opened.store.commit(MARIA, [make.letter(1), make.letter(2)])
    sent = make.letter(1, state=State.SENT, content="")
    opened.store.commit(MARIA, [sent])
    for store in (opened.store, opened.reopen()):
        assert store.load(MARIA).letters == {"token1": sent, "token2": make.letter(2)}


def test_a_value_that_returns_to_its_default_does_not_keep_the_old_one(
    opened: Any, make: SimpleNamespace
) -> None:
    opened.store.commit(MARIA, [make.profile(paused_by=("owner",))])
    opened.store.commit(MARIA, [make.profile()])
    assert opened.reopen().load(MARIA).profile["profile"].paused_by == ()


def test_of_two_facts_with_one_key_in_one_commit_the_last_counts(opened: Any, make: SimpleNamespace) -> None:
    opened.store.commit(MARIA, [make.letter(), make.letter(state=State.SENT)])
    assert opened.reopen().load(MARIA).letters["token1"].state is State.SENT


def test_what_was_loaded_stays_as_it_was(store: Store, make: SimpleNamespace) -> None:
    store.commit(MARIA, [make.message(1)])
    before = store.load(MARIA)
    for message in before.messages.values():  # to commit inside such a loop is fine
        store.commit(MARIA, [replace(message, asks=True), make.message(2)])
    assert list(before.messages) == ["m1@mail.example"]
    assert len(store.load(MARIA).messages) == 2


def test_order_is_that_of_the_last_write_before_and_after_a_restart(
    opened: Any, make: SimpleNamespace
) -> None:
    opened.store.commit(MARIA, [make.message(n) for n in (3, 1, 2)])
    opened.store.commit(MARIA, [make.message(3, asks=True)])
    before = list(opened.store.load(MARIA).messages)
    assert before == list(opened.reopen().load(MARIA).messages)
    assert before[-1] == "m3@mail.example"


def test_many_aggregates_in_one_go(opened: Any, make: SimpleNamespace) -> None:
    opened.store.commit_many(
        {MARIA: [make.message(1)], BEN: iter([make.message(2)]), OWNER: [make.decision()]}
    )
    store = opened.reopen()
    assert store.names() == tuple(sorted((MARIA, BEN, OWNER)))
    assert list(store.load(BEN).messages) == ["m2@mail.example"]


@pytest.mark.parametrize("held", [True, False])
def test_what_a_mail_may_be_is_found_by_its_signs(opened: Any, make: SimpleNamespace, held: bool) -> None:
    twin = make.message(1, key="m1@mail.example#5c", fingerprint="5c")
    copy = make.message(2, key="no-id:3f", message_id="", fingerprint="3f")
    known = [make.message(1), twin, copy, make.message(3, subject='"message_id":"m4@mail.example"')]
    opened.store.commit(MARIA, [*known, make.letter(message_id="m5@mail.example")])
    opened.store.archive(MARIA, [make.message(6)])
    opened.store.commit(MARIA, [make.message(7)])
    for store in (opened.store, opened.reopen()):
        store.load(MARIA)
        if not held:
            store.let_go(MARIA)
        assert store.alike(MARIA, [make.message(1, fingerprint="other")]) == [make.message(1), twin]
        assert store.alike(MARIA, [make.message(9, fingerprint="3f")]) == [copy]
        assert store.alike(MARIA, [make.message(9, message_id="", fingerprint="3f")]) == [copy]
        assert store.alike(MARIA, [make.message(n) for n in (4, 5, 6, 8)]) == []
        assert store.alike(MARIA, [make.message(n) for n in range(1, 40)]) == [
            *known[:2],
            known[3],
            make.message(7),
        ]
        assert store.alike(BEN, [make.message(1)]) == []


def test_archived_facts_leave_the_live_ones(opened: Any, make: SimpleNamespace) -> None:
    facts = make.every_kind()
    opened.store.commit(MARIA, facts)
    opened.store.archive(MARIA, facts[3:])
    for store in (opened.store, opened.reopen()):
        assert list(every_fact(store.load(MARIA))) == facts[:3]
        assert sorted(store.history(MARIA), key=repr) == sorted(facts[3:], key=repr)
        assert store.names() == (MARIA,)


def test_facts_may_be_archived_that_were_never_live(opened: Any, make: SimpleNamespace) -> None:
    opened.store.archive(MARIA, [make.message(1)])
    store = opened.reopen()
    assert store.names() == (MARIA,)
    assert list(store.history(MARIA)) == [make.message(1)]
    assert store.load(MARIA) == Facts()


def test_history_tells_each_fact_once_as_it_was_last_oldest_year_first(
    opened: Any, make: SimpleNamespace
) -> None:
    old = make.message(1)
    new = make.message(2, at=make.start + timedelta(days=400))
    opened.store.archive(MARIA, [new, old])
    moved = make.check_in(at_year := 1, starts_at=make.start + timedelta(days=400))
    opened.store.archive(MARIA, [moved])
    opened.store.archive(MARIA, [replace(old, asks=True)])
    back = make.check_in(at_year)  # moved to an earlier year, and archived again
    opened.store.archive(MARIA, [back])
    for store in (opened.store, opened.reopen()):
        history = list(store.history(MARIA))
        assert sorted(history, key=repr) == sorted([replace(old, asks=True), new, back], key=repr)
        assert history.index(replace(old, asks=True)) < history.index(new)


def test_what_is_live_again_is_not_in_the_history(opened: Any, make: SimpleNamespace) -> None:
    opened.store.archive(MARIA, [make.message(1), make.message(2)])
    opened.store.commit(MARIA, [make.message(1, asks=True)])
    store = opened.reopen()
    assert list(store.history(MARIA)) == [make.message(2)]
    assert store.load(MARIA).messages["m1@mail.example"].asks


def test_an_archived_message_is_known_by_its_key_and_by_its_id(opened: Any, make: SimpleNamespace) -> None:
    twin = make.message(2, key="digest-of-another-mail", message_id="m1@mail.example")
    keyless = make.message(3, key="digest-of-a-mail", message_id="m3@mail.example")
    told = {"m1@mail.example": "first", "digest-of-another-mail": "second"}
    opened.store.archive(MARIA, [make.message(1), twin, keyless], told)
    for store in (opened.store, opened.reopen()):
        assert store.conversation_of(MARIA, "m1@mail.example") == "first"
        assert store.conversation_of(MARIA, "digest-of-another-mail") == "second"
        assert store.conversation_of(MARIA, "m3@mail.example") == ""
        assert store.conversation_of(MARIA, "m4@mail.example") is None
        assert store.conversation_of(BEN, "m1@mail.example") is None
        assert store.archived_message(MARIA, "m1@mail.example") == make.message(1)
        assert store.archived_message(MARIA, "digest-of-another-mail") == twin
        assert store.archived_message(MARIA, "m3@mail.example") == keyless
        assert store.archived_message(MARIA, "m4@mail.example") is None


def test_an_archived_conversation_is_found_by_whatever_leads_to_it(
    opened: Any, make: SimpleNamespace
) -> None:
    answer = make.message(
        2, parents=("m1@mail.example", "never@seen.example"), hints=("gmail:77", "letter:t0ken")
    )
    opened.store.archive(MARIA, [make.message(1), answer], {make.message(1).key: "c1", answer.key: "c1"})
    for store in (opened.store, opened.reopen()):
        for name in ("m1@mail.example", "m2@mail.example", "never@seen.example", "gmail:77"):
            assert store.conversation_near(MARIA, name) == "c1"
        assert store.conversation_near(MARIA, "letter:t0ken") is None
        assert store.conversation_near(BEN, "gmail:77") is None
        assert store.conversation_of(MARIA, "never@seen.example") is None, "nobody has seen that mail"


def test_an_archived_conversation_is_found_by_the_key_of_a_mail_without_an_id(
    opened: Any, make: SimpleNamespace
) -> None:
    keyless = make.message(3, key="no-id:digest", message_id="")
    twin = make.message(4, key="m1@mail.example#digest", message_id="m1@mail.example")
    opened.store.archive(MARIA, [keyless, twin], {keyless.key: "no-id:digest", twin.key: twin.key})
    for store in (opened.store, opened.reopen()):
        assert store.conversation_near(MARIA, "no-id:digest") == "no-id:digest"
        assert store.conversation_near(MARIA, twin.key) == twin.key


def test_what_is_left_of_archived_facts_takes_their_place(opened: Any, make: SimpleNamespace) -> None:
    opened.store.commit(MARIA, [make.message(1), make.message(2)])
    opened.store.archive(MARIA, [make.message(1)], left=[make.summary(1)])
    for store in (opened.store, opened.reopen()):
        assert store.load(MARIA).messages == {make.message(2).key: make.message(2)}
        assert store.load(MARIA).summaries == {make.summary(1).key: make.summary(1)}


def test_a_conversation_comes_back_whole(opened: Any, make: SimpleNamespace) -> None:
    letter = make.letter(conversation="c1")
    told = {
        "m1@mail.example": "c1",
        "m2@mail.example": "c1",
        "m3@mail.example": "c2",
        make.decision().key: "c1",
    }
    facts = [make.message(1), make.message(2), make.message(3), make.decision(), letter, make.check_in()]
    opened.store.archive(MARIA, facts, told)
    store = opened.reopen()
    found = store.archived(MARIA, "c1")
    assert sorted(found, key=repr) == sorted(
        [make.message(1), make.message(2), make.decision(), letter], key=repr
    )
    store.commit(MARIA, found)
    assert sorted(store.history(MARIA), key=repr) == sorted([make.message(3), make.check_in()], key=repr)


def test_the_cursor_the_heartbeat_and_requests_last(opened: Any, make: SimpleNamespace) -> None:
    cursor = Cursor({"INBOX": FolderCursor(7, 12, 3), "Entwürfe": FolderCursor(1, 1)})
    beat = Heartbeat(last_poll=make.start, failing_since=make.start, reason="no route", set_aside=2)
    opened.store.move_cursor(cursor)
    opened.store.beat(beat)
    store = opened.reopen()
    assert store.cursor() == cursor
    assert store.heartbeat() == beat


def test_requests_are_answered_oldest_first(opened: Any) -> None:
    for verb in ("pause", "resume", "pause"):
        opened.store.request(verb, MARIA)
    for _ in range(10):
        opened.store.request("pause", BEN)
    store = opened.reopen()
    assert store.requests()[:3] == (("pause", MARIA), ("resume", MARIA), ("pause", MARIA))
    store.answered("pause", MARIA)
    assert store.requests()[:2] == (("resume", MARIA), ("pause", MARIA))
    store.answered("pause", "nobody-000000")
    assert len(store.requests()) == 12


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../maria", "a/b", "Maria", "maria.json", "-a", "a b", "é", "a\n", "a" * 65, "a\0b"],
)
def test_names_that_are_no_keys_are_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        store.load(name)
    with pytest.raises(ValueError, match="no key"):
        store.commit(name, [])


def test_export_is_complete(opened: Any, make: SimpleNamespace) -> None:
    opened.store.commit(MARIA, [make.profile(), make.message(1), make.letter()])
    opened.store.archive(MARIA, [make.message(1), make.message(2)])
    opened.store.commit(OWNER, [make.decision(1), make.decision(2, contractor=BEN)])
    opened.store.set_aside("INBOX 12", b"From: maria@mail.example\r\n\r\n=broken")
    opened.store.set_aside("INBOX 13", b"From: ben@mail.example\r\n\r\n=broken")
    export: Any = opened.reopen().export(MARIA)
    assert {doc["key"] for doc in export["facts"]["messages"]} == {"m1@mail.example", "m2@mail.example"}
    assert [doc["token"] for doc in export["facts"]["letters"]] == ["token1"]
    assert [doc["name"] for doc in export["facts"]["profile"]] == ["Maria Santos"]
    assert [doc["contractor"] for doc in export["with_the_owner"]["decisions"]] == [MARIA]
    assert len(export["set_aside"]) == 1


def test_forget_removes_the_person_and_leaves_the_others(opened: Any, make: SimpleNamespace) -> None:
    asked_both = make.message(5, also_asked=("maria@mail.example", "anna-maria@mail.example"))
    opened.store.commit(MARIA, [make.profile(), make.message(1)])
    opened.store.archive(MARIA, [make.message(2)])
    opened.store.commit(BEN, [make.profile("Ben", "ben@x.example"), make.message(3), asked_both])
    opened.store.archive(BEN, [make.message(4, also_asked=("maria@mail.example",)), make.message(6)], {})
    opened.store.commit(OWNER, [make.decision(1), make.decision(2, contractor=BEN)])
    opened.store.archive(OWNER, [make.decision(3), make.decision(4, contractor=BEN)])
    opened.store.request("forget", MARIA)
    opened.store.request("pause", BEN)
    opened.store.set_aside("INBOX 12", b"From: Maria@mail.example\r\n\r\n=broken")
    opened.store.forget(MARIA)
    for store in (opened.store, opened.reopen()):
        assert store.names() == (BEN, OWNER)
        assert store.load(MARIA) == Facts()
        assert list(store.history(MARIA)) == []
        assert store.conversation_of(MARIA, "m2@mail.example") is None
        left = store.load(BEN).messages["m5@mail.example"]
        assert left == replace(asked_both, also_asked=("(forgotten)", "anna-maria@mail.example"))
        assert store.load(BEN).messages["m3@mail.example"] == make.message(3)
        assert set(store.history(BEN)) == {make.message(4, also_asked=("(forgotten)",)), make.message(6)}
        assert [d.contractor for d in store.load(OWNER).decisions.values()] == [BEN]
        assert list(store.history(OWNER)) == [make.decision(4, contractor=BEN)]
        assert store.requests() == (("pause", BEN),)
        export: Any = store.export(MARIA)
        assert not export["facts"]
        assert not export["with_the_owner"]
        assert not export["set_aside"]
    opened.store.forget(MARIA)  # again, as after a crash


def test_a_name_in_others_words_is_blotted_out(store: Store, make: SimpleNamespace) -> None:
    store.commit(MARIA, [make.profile("Will")])
    store.commit(
        BEN, [make.message(1, subject="Will you? Ask  Will; will do"), make.message(2, subject="Willow")]
    )
    store.forget(MARIA)
    subjects = [message.subject for message in store.load(BEN).messages.values()]
    assert sorted(subjects) == ["(forgotten) you? Ask  (forgotten); will do", "Willow"]
