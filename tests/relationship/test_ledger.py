"""The ledger against a slow oracle that asks, for each message anew, where the ball was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.correspondence.ledger import Ledger, Turn, fold, lapses_at, median_working_s, working_s
from relationship.correspondence.ordering import Identities, fingerprint, merge
from relationship.facts.messages import Kind, Message, Side
from relationship.parties import Contractor, Owner

T = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OWNER, MARIA = Side.OWNER, Side.CONTRACTOR


def mail(side: Side, minutes: int, **more) -> Message:
    at = T + minutes * MINUTE
    key = more.pop("key", f"m{minutes:06}")
    usual = {
        "key": key,
        "at": at,
        "seen_at": at + MINUTE,
        "side": side,
        "kind": Kind.HUMAN,
        "reason": "a person",
        "sender": f"{side}@x.example",
        "subject": "Logo",
        "message_id": key,
        "dated": at,
    }
    return Message(**{**usual, **more})


def ledger(*messages: Message) -> Ledger:
    return fold("c", "Logo", messages)


# --- the oracle ---


def _counts(message: Message) -> bool:
    clicks = {"settled", "accept", "decline"} & set(message.tags)
    return message.kind is Kind.HUMAN and message.authentic and bool(clicks or not message.about_letter)


def _is_talk(message: Message) -> bool:
    return not message.about_letter and "settled" not in message.tags


def _asks_by_dates(messages: list[Message], opener: int, end: int) -> bool:
    """Whether a wait on the owner asks, and by nothing but dates."""
    numbers = [n for n in range(opener, end) if messages[n].side is MARIA and _passes(messages[n])]
    asking = [messages[n].asks_only for n in numbers if _asks(messages, n)]
    return messages[opener].side is MARIA and set(asking) == {"date"}


def _passes(message: Message) -> bool:
    cc_only = message.side is OWNER and not message.handed
    return _is_talk(message) and not (message.closes or cc_only)


def _ball(messages: list[Message], upto: int) -> int | None:
    """Position of the message that opened the wait which stands after message `upto`."""
    if upto < 0:
        return None
    message, opener = messages[upto], _ball(messages, upto - 1)
    if "settled" in message.tags:
        return None
    if message.takes_back and opener is not None and messages[opener].side is message.side:
        return None
    decides = bool(message.about_letter) if message.side is OWNER else "done" in message.tags
    if decides and opener is not None and _asks_by_dates(messages, opener, upto):
        opener = None
    if not _is_talk(message):
        return opener
    if opener is not None and messages[opener].side is message.side:
        return opener
    return upto if _passes(message) else None


def _begins_a_job(message: Message) -> bool:
    return message.side is OWNER and "paid" not in message.tags


def _asks(messages: list[Message], place: int) -> bool:
    """Whether a message asks where it stands: an answer to a question does not by its "please"."""
    if messages[place].asks_only != "please":
        return messages[place].asks
    opener = _ball(messages, place - 1)
    answers = opener is not None and messages[opener].side is not messages[place].side
    return messages[place].asks and not (answers and bool(_turn(messages, opener, place)["asks"]))


def _turn(messages: list[Message], opener: int, end: int) -> dict[str, object]:
    """The facts of a wait that was opened by one message and lasted to another position."""
    opening = messages[opener]
    later = range(opener + 1, end)
    more = [n for n in later if messages[n].side is opening.side and _passes(messages[n])]
    return {
        "party": opening.side.other,
        "since": opening.at,
        "asked": opening.key,
        "chasers": len(more),
        "asks": any(_asks(messages, n) for n in [opener, *more]) or (opener == 0 and _begins_a_job(opening)),
    }


def oracle(messages: list[Message]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    counted = sorted((m for m in messages if _counts(m)), key=lambda m: m.at)
    exchanges = []
    for place, message in enumerate(counted):
        opener = _ball(counted, place - 1)
        if opener is not None and counted[opener].side is not message.side and _is_talk(message):
            answer = {"answered": message.key, "answered_at": message.at, "closer": message.closes}
            exchanges.append(_turn(counted, opener, place) | answer)
    last = _ball(counted, len(counted) - 1)
    return exchanges, [] if last is None else [_turn(counted, last, len(counted))]


def _matches(turn: Turn, facts: dict[str, object]) -> bool:
    return all(getattr(turn, name) == value for name, value in facts.items())


def _agrees(found: Ledger, messages: list[Message]) -> bool:
    exchanges, waits = oracle(messages)
    counts = len(found.exchanges) == len(exchanges) and len(found.waits) == len(waits)
    pairs = [*zip(found.exchanges, exchanges, strict=False), *zip(found.waits, waits, strict=False)]
    return counts and all(_matches(turn, facts) for turn, facts in pairs)


# --- properties ---

MAILS = st.builds(
    lambda side, kind, authentic, asks, closes, handed, tag, only, back, clicks: {
        "side": side,
        "kind": kind,
        "authentic": authentic,
        "asks": asks,
        "closes": closes or back,
        "takes_back": back,
        "about_letter": clicks if side is OWNER or tag == "settled" else "",
        "handed": handed,
        "tags": (tag,) if tag else (),
        "asks_only": only if asks else "",
    },
    st.sampled_from(Side),
    st.sampled_from([Kind.HUMAN] * 8 + list(Kind)),
    st.sampled_from([True] * 9 + [False]),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([""] * 8 + ["settled", "paid", "done", "accept", "decline"]),
    st.sampled_from(["", "please", "date"]),
    st.sampled_from([False] * 9 + [True]),
    st.sampled_from(["", "", "t0ken"]),
)


@st.composite
def _conversations(draw) -> list[Message]:
    minutes = draw(st.lists(st.integers(0, 20000), unique=True, min_size=1, max_size=12))
    return [mail(minutes=minute, **draw(MAILS)) for minute in sorted(minutes)]


@settings(max_examples=500, deadline=None)
@given(_conversations(), st.randoms(use_true_random=False))
def test_the_ledger_is_the_oracles_in_whatever_order_mail_arrives(messages, random):
    found = ledger(*messages)
    assert _agrees(found, messages)
    assert ledger(*random.sample(messages, len(messages))) == found


@settings(max_examples=200, deadline=None)
@given(_conversations(), st.randoms(use_true_random=False), st.data())
def test_copies_change_nothing(messages, random, data):
    """Each mail is seen up to three times: in other folders, later, without its id; all in any order."""
    originals = [
        replace(m, fingerprint=fingerprint(m.sender, m.dated, m.subject, ["team@x.example"]))
        for m in messages
    ]
    views = list(originals)
    for original in originals:
        for _ in range(data.draw(st.integers(0, 2))):
            lacks_id = data.draw(st.booleans())
            later = original.at + data.draw(st.integers(0, 30)) * MINUTE
            views.append(replace(original, at=later, message_id="" if lacks_id else original.message_id))
    known, facts = Identities(), {}
    for seen in random.sample(views, len(views)):
        key = known.key_of(seen)
        facts[key] = merge(facts[key], seen) if key in facts else replace(seen, key=key)
        known.add(facts[key])
    assert len(facts) == len(originals)
    once = [replace(m, key=m.message_id or m.key, message_id=m.message_id or m.key) for m in facts.values()]
    by_print = {m.fingerprint: m.key for m in originals}
    assert ledger(*(replace(m, key=by_print[m.fingerprint]) for m in once)) == ledger(*originals)


@settings(max_examples=200, deadline=None)
@given(_conversations(), st.data())
def test_a_reply_before_its_parent_is_counted_as_if_it_had_come_after(messages, data):
    """A thread in order, then the clock of one mail is turned back behind what it answers."""
    chain = [replace(m, parents=(before.key,)) for before, m in pairwise(messages)]
    chain = [messages[0], *chain]
    late = data.draw(st.integers(0, len(chain) - 1))
    early = replace(chain[late], at=chain[late].at - data.draw(st.integers(0, 20000)) * MINUTE)
    disturbed = [*chain[:late], early, *chain[late + 1 :]]
    clamped = max([early.at, *(m.at for m in chain[:late])])
    expected = [*chain[:late], replace(early, at=clamped), *chain[late + 1 :]]
    assert ledger(*disturbed) == ledger(*expected)
    for turn in ledger(*disturbed).exchanges:
        assert turn.elapsed_s is not None and turn.elapsed_s >= 0


# --- single cases, in the design's words ---


def test_an_answer_closes_and_hands_the_ball_back():
    found = ledger(mail(OWNER, 0, asks=True), mail(MARIA, 90, asks=True))
    (exchange,), (wait,) = found.exchanges, found.waits
    assert (exchange.party, exchange.elapsed_s, exchange.chasers, exchange.closer) == (MARIA, 5400, 0, False)
    assert (exchange.conversation, exchange.subject, exchange.asked, exchange.answered) == (
        "c",
        "Logo",
        "m000000",
        "m000090",
    )
    assert (exchange.seen_at, exchange.answered_seen_at) == (T + MINUTE, T + 91 * MINUTE)
    assert (wait.party, wait.since, wait.elapsed_s) == (OWNER, T + 90 * MINUTE, None)


def test_more_messages_are_chasers_and_do_not_restart_the_wait():
    (wait,) = ledger(mail(MARIA, 0), mail(MARIA, 10), mail(MARIA, 20, asks=True)).waits
    assert (wait.since, wait.chasers, wait.asks) == (T, 2, True)


def test_a_closer_answers_asks_nothing_and_is_no_chaser():
    found = ledger(mail(OWNER, 0), mail(MARIA, 10, closes=True, asks=True), mail(MARIA, 20, closes=True))
    assert [e.closer for e in found.exchanges] == [True]
    assert found.waits == ()
    (wait,) = ledger(mail(OWNER, 0), mail(OWNER, 5, closes=True, asks=True)).waits
    assert wait.chasers == 0


def test_only_the_owners_first_message_asks_by_itself():
    assert ledger(mail(OWNER, 0)).waits[0].asks
    assert not ledger(mail(MARIA, 0)).waits[0].asks
    assert not ledger(mail(MARIA, 0, closes=True), mail(OWNER, 5)).waits[0].asks
    assert not ledger(mail(OWNER, 0, closes=True), mail(OWNER, 5)).waits[0].asks
    assert ledger(mail(MARIA, 0, kind=Kind.AUTO_REPLY), mail(OWNER, 5)).waits[0].asks
    assert ledger(mail(MARIA, 0, authentic=False), mail(OWNER, 5)).waits[0].asks


def test_the_news_that_the_pay_is_out_asks_nothing_by_itself():
    assert not ledger(mail(OWNER, 0, tags=("paid",))).waits[0].asks
    assert ledger(mail(OWNER, 0, tags=("paid",), asks=True)).waits[0].asks
    assert not ledger(mail(OWNER, 0, tags=("paid",)), mail(OWNER, 5)).waits[0].asks


@pytest.mark.parametrize("side", Side)
def test_please_asks_nothing_where_it_answers_a_question(side):
    choice = {"asks": True, "asks_only": "please"}
    answered = ledger(mail(side.other, 0, asks=True), mail(side, 5, **choice))
    assert len(answered.exchanges) == 1 and not answered.waits[0].asks
    more = ledger(mail(side.other, 0, asks=True), mail(side, 5, **choice), mail(side, 9, asks=True)).waits[0]
    assert (more.asks, more.asked_at, more.questions) == (True, T + 9 * MINUTE, ("m000009",))
    assert ledger(mail(MARIA, 0), mail(OWNER, 5, **choice)).waits[0].asks, "nobody had asked"
    assert ledger(mail(side, 5, **choice)).waits[0].asks
    assert ledger(mail(side.other, 0, asks=True), mail(side, 5, asks=True)).waits[0].asks


def test_a_contractor_only_in_cc_is_not_handed_the_ball_but_answers():
    assert ledger(mail(OWNER, 0, handed=False, asks=True)) == Ledger()
    assert ledger(mail(MARIA, 0, handed=False)).waits[0].party is OWNER
    answered = ledger(mail(MARIA, 0), mail(OWNER, 5, handed=False))
    assert len(answered.exchanges) == 1 and not answered.waits


@pytest.mark.parametrize("side", Side)
def test_settled_ends_a_wait_without_an_exchange_and_opens_none(side):
    assert ledger(mail(OWNER, 0, asks=True), mail(side, 5, tags=("settled",), asks=True)) == Ledger()
    again = ledger(mail(OWNER, 0), mail(side, 5, tags=("settled",)), mail(OWNER, 9))
    assert again.waits[0].since == T + 9 * MINUTE and not again.exchanges


@pytest.mark.parametrize("side", Side)
def test_who_asked_may_take_it_back_and_who_owes_answers_by_it(side):
    back = {"takes_back": True, "closes": True}
    asked = mail(side, 0, asks=True)
    assert ledger(asked, mail(side, 40, **back)) == Ledger()
    answered = ledger(asked, mail(side.other, 40, **back))
    assert [turn.closer for turn in answered.exchanges] == [True] and not answered.waits
    again = ledger(asked, mail(side, 40, **back), mail(side, 50, asks=True)).waits[0]
    assert (again.since, again.chasers) == (T + 50 * MINUTE, 0)


PROPOSAL = {"asks": True, "asks_only": "date", "due": date(2026, 6, 14)}
CLICK = {"about_letter": "t0ken", "closes": True, "handed": False}


@pytest.mark.parametrize("tag", ["accept", "decline"])
def test_a_word_about_the_day_ends_the_wait_that_asks_by_nothing_else(tag):
    click = mail(OWNER, 60, tags=(tag,), **CLICK)
    assert ledger(mail(MARIA, 0, **PROPOSAL), click) == Ledger()
    assert ledger(mail(MARIA, 0), mail(MARIA, 1, **PROPOSAL), mail(MARIA, 2, **PROPOSAL), click) == Ledger()
    for asked in (
        mail(MARIA, 5, asks=True),
        mail(MARIA, -5, asks=True),
        mail(MARIA, 5, asks=True, asks_only="please"),
    ):
        (wait,) = ledger(mail(MARIA, 0, **PROPOSAL), asked, click).waits
        assert wait.asks, "there is more to be answered"
    assert ledger(mail(OWNER, 0, **PROPOSAL), click).waits[0].party is MARIA
    assert ledger(mail(MARIA, 0), click).waits[0].party is OWNER
    assert not ledger(mail(OWNER, 0, asks=True), mail(MARIA, 5, **PROPOSAL), click).waits
    assert ledger(mail(MARIA, 0, **PROPOSAL), mail(OWNER, 5, tags=("held",), **CLICK)).waits


def test_what_is_delivered_is_no_longer_asked_about_by_its_day():
    done = mail(MARIA, 60, tags=("done",))
    (wait,) = ledger(mail(MARIA, 0, **PROPOSAL), done).waits
    assert (wait.asks, wait.since) == (False, done.at)
    assert ledger(mail(MARIA, 0, asks=True), done).waits[0].asks
    assert ledger(mail(MARIA, 0, **PROPOSAL), mail(OWNER, 5, tags=("done",))).exchanges, (
        "an answer in words is one"
    )


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.HUMAN])
def test_only_people_move_the_ball(kind):
    assert ledger(mail(MARIA, 0, kind=kind)) == Ledger()
    assert ledger(mail(OWNER, 0), mail(MARIA, 5, kind=kind)) == ledger(mail(OWNER, 0))


def test_forged_mail_moves_no_ball():
    assert ledger(mail(OWNER, 0), mail(MARIA, 5, authentic=False)) == ledger(mail(OWNER, 0))


DANA = Owner("Dana", ("dana@x.example",), "America/New_York", "Mon-Fri 09:00-17:00")
MANILA = Contractor(
    "Maria",
    ("maria@x.example",),
    "Asia/Manila",
    "Mon-Fri 21:00-06:00",
    "",
    ((date(2026, 6, 4), date(2026, 6, 4)),),
)


def test_working_time_is_that_of_the_party_that_owed_the_answer():
    # Wednesday 12:00 UTC is 08:00 in New York and 20:00 in Manila.
    to_maria = ledger(mail(OWNER, 0), mail(MARIA, 180)).exchanges[0]
    assert working_s(to_maria, MANILA.clock) == 2 * 3600
    to_dana = ledger(mail(MARIA, 0), mail(OWNER, 120)).exchanges[0]
    assert working_s(to_dana, DANA.clock) == 1 * 3600
    over_the_leave = ledger(mail(OWNER, 0), mail(MARIA, 2 * 1440)).exchanges[0]
    assert working_s(over_the_leave, MANILA.clock) == 9 * 3600
    wait = ledger(mail(OWNER, 0)).waits[0]
    assert working_s(wait, MANILA.clock) is None


def test_the_median_is_of_working_time():
    turns = [ledger(mail(MARIA, 60), mail(OWNER, 60 + minutes)).exchanges[0] for minutes in (10, 30, 1440)]
    assert median_working_s(turns, DANA.clock) == 1800
    assert median_working_s(turns[:2], DANA.clock) == 1200
    assert median_working_s([], DANA.clock) is None


def test_a_wait_lapses_when_its_conversation_was_quiet_for_sixty_days():
    (wait,) = ledger(mail(OWNER, 0)).waits
    sixty = timedelta(days=60)
    assert lapses_at(wait, T) == T + sixty
    assert lapses_at(wait, T + MINUTE) == T + sixty + MINUTE
    assert lapses_at(wait, T - sixty) == T + sixty
