"""The weekly digest: what is in it, when it goes out, and that the plain text alone tells the same."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from html import unescape
from itertools import pairwise
from typing import Any

import pytest

from commands.status import rows
from mail.letters.rendering import Templates
from relationship.agenda import points
from relationship.facts.decisions import Verdict
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Bounce, Kind, Side
from relationship.facts.temperature import Temperature
from relationship.parties import Owner
from relationship.warmth.evidence import Evidence
from rules.policy import Policy
from tick.owner.digest.contents import Digest, Speed, Warmth
from tick.owner.digest.gathering import gather
from tick.owner.digest.pace import WEEK
from tick.owner.digest.sending import _rows, digest, due_slot, picture, picture_here
from tick.owner.digest.words import MOST, Words, headline

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def week(office: Any) -> Digest:
    books = office.books
    stories = [books.story(key) for key in books.people.contractors]
    return gather(stories, books.policy.temperature, office.now - WEEK, office.now, books.story_of)


def written(office: Any, templates: Templates, draw: Any = lambda _: None) -> EmailMessage:
    assert digest(office.books, templates, office.now, draw)
    (letter,) = office.books.owner.letters.values()
    return email.message_from_bytes(letter.content.encode(), policy=email.policy.default)  # type: ignore[return-value]


def text_of(message: EmailMessage) -> str:
    """The plain text with its flowed lines joined, as a mail program shows it (RFC 3676)."""
    part = message.get_body(("plain",))
    assert part is not None
    return re.sub(r" \n(?!\n)", " ", part.get_content().replace("\r\n", "\n"))


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


# What is gathered


def test_the_owners_debts_and_whom_they_wait_for(busy: Any) -> None:
    found = week(busy)
    (debt,) = found.debts
    assert (debt.who, debt.turn.subject, debt.turn.chasers) == ("Jonas Weber", "Translation of the terms", 1)
    assert debt.days == 6
    assert {wait.who for wait in found.waits} == {"Ben Okafor"}
    assert "Landing page" in [wait.turn.subject for wait in found.waits]


def test_a_debt_is_as_old_everywhere_as_its_question(busy: Any) -> None:
    """A mail that asks nothing began it, three days before; the question itself is no asking again."""
    told = busy.mail("Maria", Side.CONTRACTOR, busy.now - 7 * DAY, "Flyer")
    asked = busy.mail("Maria", Side.CONTRACTOR, busy.now - 4 * DAY, "Flyer", told, asks=True)
    busy.add("Maria", told, asked)
    maria = busy.books.story(busy.key("Maria"))
    [debt] = [one for one in week(busy).debts if one.who == "Maria Santos"]
    assert (debt.turn.since, debt.turn.chasers, debt.days) == (asked.at, 0, 1)
    assert [point.wait.since for point in points(maria, busy.now) if point.wait] == [asked.at]
    kept = [wait.since for wait in maria.waits(Side.OWNER) if wait.subject == "Flyer"]
    assert kept == [told.at], "the ledger keeps its beginning"
    first = asked.at - HOUR
    assert [x.since for x in Evidence(maria).waits(Side.OWNER, busy.now)] == [asked.at]
    assert Evidence(maria).waits(Side.OWNER, first) == ()
    busy.add("Maria", busy.mail("Maria", Side.CONTRACTOR, busy.now - DAY, "Flyer", asked, asks=True))
    [debt] = [one for one in week(busy).debts if one.who == "Maria Santos"]
    assert (debt.turn.since, debt.turn.chasers) == (asked.at, 1)


def test_nobody_is_waited_for_where_the_other_who_was_asked_has_answered(busy: Any) -> None:
    at, others = busy.now - 10 * DAY, {"Maria": "ben@contract.example", "Ben": "maria@contract.example"}
    asked = busy.mail("Maria", Side.OWNER, at, "Master", asks=True)
    for who, other in others.items():
        busy.add(who, replace(asked, also_asked=(other,)))
    assert "Master" in [wait.turn.subject for wait in week(busy).waits if wait.who == "Maria Santos"]
    busy.add("Ben", busy.mail("Ben", Side.CONTRACTOR, at + 3 * HOUR, "Master", asked))
    assert "Maria Santos" not in [wait.who for wait in week(busy).waits]
    assert [row["reasons"] for row in rows(busy.books, busy.now) if "Master" in str(row["reasons"])] == []
    maria = busy.books.story(busy.key("Maria"))
    assert "Master" not in [point.subject for point in points(maria, busy.now, busy.books.story_of)]
    assert "Master" in [point.subject for point in points(maria, busy.now)], (
        "it would be, had nobody answered"
    )
    before = Evidence(maria, busy.books.story_of).waits(Side.CONTRACTOR, at + 2 * HOUR)
    assert "Master" in [wait.subject for wait in before], "until then it was open"


def test_temperatures_tell_of_those_that_are_not_warm(busy: Any) -> None:
    found = week(busy)
    assert [(one.who, one.temperature.state) for one in found.temperatures] == [
        ("Ben Okafor", "cooling"),
        ("Jonas Weber", "cooling"),
    ]
    assert (found.people, found.warm, found.too_early) == (5, 2, 1)
    assert any("you have owed an answer" in reason for reason in found.temperatures[1].temperature.reasons)


def test_the_others_are_those_that_are_not_told_of(busy: Any, templates: Templates) -> None:
    since = busy.now - 2 * DAY
    busy.add("Maria", Temperature("warm", 100, ("x",), since, "cooling", since))
    told = text_of(written(busy, templates))
    assert "Maria Santos is now warm, and was cooling before" in told
    assert "Of the others, 1 relationship is warm and 1 too new to tell." in told


def test_what_lies_ahead_and_what_was_read(busy: Any) -> None:
    found = week(busy)
    assert [(one.who, one.day, one.kind) for one in found.deadlines] == [
        ("Ben Okafor", date(2026, 11, 27), "due")
    ]
    assert [(call.who, call.check_in.state) for call in found.check_ins] == [("Ben Okafor", "accepted")]
    assert [(one.who, one.day, one.kind) for one in found.dates] == [
        ("Ben Okafor", date(2026, 11, 27), "set"),
        ("Aiko Tanaka", date(2026, 12, 1), "back"),
    ]


def test_no_call_is_announced_to_which_nobody_will_be_invited(busy: Any) -> None:
    """It was given up, or they want no letters; what stands in their calendar is told of all the same."""
    soon = busy.check_in(busy.now + 3 * HOUR, "planned", "soon")
    later = busy.check_in(busy.now + 5 * DAY, "planned", "later")
    busy.add("Maria", soon, later)
    assert _calls(busy, "Maria Santos") == ["soon", "later"]
    stale = busy.decision("Maria", busy.now - HOUR, Verdict.SUPPRESS, "stale", "stale: more than 2 days ago")
    busy.add("Maria", replace(stale, occasion="check-in/soon/0"))
    held = busy.decision("Maria", busy.now - HOUR, Verdict.HOLD, "quiet hours", "outside their hours")
    busy.add("Maria", replace(held, occasion="check-in/later/0"))
    assert _calls(busy, "Maria Santos") == ["later"]
    busy.add("Maria", busy.check_in(busy.now + 6 * DAY, "accepted", "known"))
    pause = busy.mail("Maria", Side.CONTRACTOR, busy.now - HOUR, "Letters", tags=("pause",))
    busy.add("Maria", pause)
    assert _calls(busy, "Maria Santos") == ["known"]
    [maria] = [row for row in rows(busy.books, busy.now) if row["contractor"] == "Maria Santos"]
    assert maria["check_in"]["state"] == "accepted"


def _calls(office: Any, who: str) -> list[str]:
    return [call.check_in.uid for call in week(office).check_ins if call.who == who]


def test_what_was_sent_and_withheld_and_what_stands_in_the_way(busy: Any) -> None:
    found = week(busy)
    assert [(one.who, one.rule) for one in found.sent] == [
        ("Maria Santos", "Thank a quick answer"),
        ("Ben Okafor", "Chase an unanswered question"),
    ]
    assert [(one.who, one.held) for one in found.withheld] == [("Jonas Weber", True)]
    assert [one.who for one in found.troubles] == ["Aiko Tanaka"]


def test_speed_names_both_sides_and_the_most_changed_first(busy: Any) -> None:
    first = week(busy).speeds[0]
    assert first.who == "Ben Okafor"
    assert first.theirs is not None
    assert first.theirs_usual is not None
    assert first.theirs > 2 * first.theirs_usual
    assert first.changed


def test_the_weeks_medians_of_both_sides(busy: Any) -> None:
    weekly = week(busy).weekly
    assert len(weekly) == 12
    assert [later[0] - earlier[0] for earlier, later in pairwise(weekly)] == [WEEK] * 11
    assert all(0 < theirs < 8 * 3600 for _, theirs, _ in weekly if theirs)


def test_one_reason_that_held_several_letters_is_told_once(office: Any) -> None:
    for _ in range(3):
        office.add(
            "Ben", office.decision("Ben", office.now - DAY, Verdict.SUPPRESS, "stale", "stale: too late")
        )
    office.add(
        "Ben", office.decision("Ben", office.now - DAY, Verdict.SUPPRESS, "at most", "at most once a week")
    )
    office.add("Ben", office.decision("Ben", office.now - 9 * DAY, Verdict.SUPPRESS, "limits", "long ago"))
    (one,) = week(office).withheld
    assert (one.why, one.times, one.held) == ("stale: too late", 3, False)


def test_who_paused_the_letters_is_shown_to_the_owner(office: Any) -> None:
    office.add(
        "Ben", office.mail("Ben", Side.CONTRACTOR, office.now - DAY, "Pause", tags=("pause",), closes=True)
    )
    assert [(one.who, one.what.startswith("asked for no letters")) for one in week(office).troubles] == [
        ("Ben Okafor", True)
    ]


def test_a_letter_that_was_refused_or_in_doubt_is_shown(office: Any) -> None:
    for state in (State.REFUSED, State.UNPROVABLE):
        office.add("Ben", office.letter("Ben", office.now - DAY, state=state, sent_at=None))
    assert [one.what for one in week(office).troubles] == [
        "“Re: Landing page” was refused by the mail server",
        "“Re: Landing page” may not have arrived",
    ]


def test_a_check_in_without_a_word_is_asked_about_once_more(office: Any) -> None:
    call = office.check_in(office.now - 3 * DAY, "accepted", "uid1@acme.example")
    invited = office.letter("Ben", office.now - 6 * DAY, occasion="check-in/uid1@acme.example/0")
    office.add("Ben", call, invited)
    assert week(office).unsaid == (), "the owner was not asked yet"
    asked = office.letter(
        "Ben", office.now - 2 * DAY, Side.OWNER, occasion="check-in over/uid1@acme.example/0"
    )
    office.add("Ben", asked)
    (one,) = week(office).unsaid
    assert (one.who, one.token) == ("Ben Okafor", asked.token)
    stories = [office.books.story(key) for key in office.books.people.contractors]
    later = gather(stories, office.books.policy.temperature, office.now, office.now + WEEK)
    assert later.unsaid == (), "never a third time"


def test_a_letter_that_waits_for_the_owners_word_needs_them(office: Any) -> None:
    office.add("Ben", office.letter("Ben", office.now - DAY, state=State.ASKED, sent_at=None))
    found = week(office)
    assert [(one.who, one.subject) for one in found.drafts] == [("Ben Okafor", "Re: Landing page")]
    assert not found.quiet
    facts = Words(office.books.people.owner, "team@acme.example").facts(found, news_question=False)
    assert facts["week"]["headline"] == "1 letter waits for your word"  # type: ignore[index]


def test_who_is_away_has_not_waited_since_they_left(office: Any) -> None:
    question = office.mail("Ben", Side.OWNER, office.now - 6 * DAY, "Landing page", asks=True)
    away = office.mail("Ben", Side.CONTRACTOR, office.now - 6 * DAY, "Out of office", kind=Kind.AUTO_REPLY,
                       back_on=date(2026, 11, 25))  # fmt: skip
    office.add("Ben", question, away)
    (wait,) = week(office).waits
    assert wait.days == 0
    said = Words(office.books.people.owner, "team@acme.example").facts(week(office), news_question=False)
    (line,) = said["week"]["waits"]  # type: ignore[index]
    assert line["what"] == "“Landing page”, since Tuesday, November 17, away until Wednesday, November 25"


def test_days_off_that_are_edited_later_count_in_the_next_digest(office: Any) -> None:
    office.add("Ben", office.mail("Ben", Side.OWNER, office.now - 7 * DAY, "Landing page", asks=True))
    assert week(office).waits[0].days == 5
    books, off = office.books, (date(2026, 11, 18), date(2026, 11, 20))
    people = [replace(x, away=(off,)) if x.name.startswith("Ben") else x for x in books.policy.contractors]
    books.adopt(replace(books.policy, contractors=tuple(people)), books.readers)
    assert week(office).waits[0].days == 2


def test_what_is_paused_or_ended_is_left_out(busy: Any) -> None:
    books = busy.books
    stories = [books.story(key) for key in books.people.contractors]
    ended = [replace(s, contractor=replace(s.contractor, fixed_phase="ended")) for s in stories]
    found = gather(ended, books.policy.temperature, busy.now - WEEK, busy.now)
    assert (found.people, found.debts, found.waits, found.temperatures) == (0, (), (), ())


def test_who_has_ended_is_no_trouble_week_after_week(busy: Any) -> None:
    """The address of who left refuses mail, and every rule's letter to them is dropped: the owner knows why."""
    ended = "Aiko Tanaka is ended in rules.yaml"
    busy.add("Aiko", busy.decision("Aiko", busy.now - DAY, Verdict.SUPPRESS, "gone", ended))
    busy.add("Aiko", busy.letter("Aiko", busy.now - DAY, state=State.REFUSED, sent_at=None))
    assert len(week(busy).troubles) == 2
    books = busy.books
    people = [
        replace(x, fixed_phase="ended") if x.name.startswith("Aiko") else x for x in books.policy.contractors
    ]
    books.adopt(replace(books.policy, contractors=tuple(people)), books.readers)
    [refused] = week(busy).troubles
    assert "was refused" in refused.what
    assert [one.who for one in week(busy).withheld] == ["Jonas Weber"]


# How it reads


def test_the_plain_text_tells_what_the_html_tells(busy: Any, templates: Templates) -> None:
    message = written(busy, templates)
    text, html = " ".join(text_of(message).split()), html_of(message)
    told = re.findall(r"<(?:li|h2|p)[^>]*>(.*?)</(?:li|h2|p)>", html, re.S)
    assert len(told) > 20
    for piece in told:
        words = " ".join(unescape(re.sub(r"<[^>]+>", " ", piece)).split())
        assert _letters(words) in _letters(text), words


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def test_the_digest_of_a_busy_week(busy: Any, templates: Templates) -> None:
    message = written(busy, templates)
    text = text_of(message)
    assert message["Subject"].startswith("Your week with your contractors: you owe 1 answer")
    assert message["To"] == "Dana Reyes <dana@acme.example>"
    for line in (
        "- Jonas Weber: “Translation of the terms”, 6 working days, since Thursday, November 12, asked ",
        "- Aiko Tanaka: mail to aiko@contract.example comes back: is there another address?",
        "- Friday, November 27, Ben Okafor: “Landing page” is due",
        "- Ben Okafor: Thursday, November 26, 8:00 am (accepted)",
        "Of the others, 2 relationships are warm and 1 too new to tell.",
        "- Tuesday, December 1, Aiko Tanaka: they are back",
    ):
        assert line in text
    assert text.index("What needs you") < text.index("You are waiting for") < text.index("How things stand")


@pytest.mark.parametrize(
    ("theirs", "before", "said"),
    [
        (9, 3, "within 9 working hours this month, 3 before."),
        (3, 3, "within 3 working hours this month, as before."),
        (1, 3, "within 1 working hour this month, 3 before."),
        (9, None, "within 9 working hours this month."),
    ],
)
def test_the_plain_text_tells_the_trend(theirs: int, before: int | None, said: str) -> None:
    overall = Speed("", theirs * 3600, before and before * 3600)
    digest = Digest(
        datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), 1, overall=overall
    )
    owner = Owner("Dana Reyes", ("dana@acme.example",), "America/New_York", "Mon-Fri 09:00-17:00")
    facts = Words(owner, "team@acme.example").facts(digest, news_question=False)
    assert facts["week"]["pace"] == f"Half of the answers to you came {said}"  # type: ignore[index]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ("cold", "1 relationship is cold"),
        ("cooling cooling", "2 relationships are cooling"),
        ("cooling cold cold", "2 relationships are cold and 1 is cooling"),
    ],
)
def test_the_subject_counts_those_that_are_not_warm(states: str, said: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    known = tuple(Warmth("x", Temperature(state, 50, ("y",), now), changed=False) for state in states.split())
    assert headline(Digest(now - WEEK, now, 3, temperatures=known, warm=1)) == said


def test_an_address_that_gets_no_letters_any_more_may_bounce(office: Any) -> None:
    old, new = "ben.old@contract.example", "ben@contract.example"
    gone = Bounce(old, "5.1.1", permanent=True)
    office.add(
        "Ben", office.mail("Ben", Side.CONTRACTOR, office.now - DAY, "x", kind=Kind.BOUNCE, bounce=gone)
    )
    assert week(office).troubles == ()
    office.add(
        "Ben",
        office.mail(
            "Ben", Side.CONTRACTOR, office.now - DAY, "x", kind=Kind.BOUNCE, bounce=replace(gone, address=new)
        ),
    )
    assert [one.what for one in week(office).troubles] == [
        f"mail to {new} comes back: is there another address?"
    ]
    assert headline(week(office)) == "there is something to look at"


def test_a_relationship_has_been_so_or_is_now_so(busy: Any) -> None:
    now, tuned = busy.now, Temperature("cooling", 50, ("slow",), busy.now - 20 * DAY, "warm")
    words = Words(busy.books.people.owner, "team@acme.example")
    said = [words.facts(Digest(now - WEEK, now, 1, temperatures=(Warmth("Ben", tuned, changed),)), False)
            for changed in (False, True)]  # fmt: skip
    states = [one["week"]["temperatures"][0]["state"] for one in said]  # type: ignore[index]
    assert states == ["has been cooling since Tuesday, November 3", "is now cooling, and was warm before"]


def test_nothing_to_say_is_one_line(office: Any, templates: Templates) -> None:
    for name in ("Maria", "Ben"):
        for back in range(100, 3, -3):
            office.add(name, *office.exchange(name, Side.OWNER, office.now - back * DAY, 1))
    assert week(office).quiet
    books = office.books
    facts = Words(books.people.owner, books.policy.mailbox.address).facts(week(office), news_question=False)
    owner = {"name": "Dana Reyes", "first_name": "Dana"}
    said = templates.render(
        "owner/digest", "en", 0, {"owner": owner, "mailbox": "team@acme.example", **facts}
    )
    assert said.subject == "Your week with your contractors: all is well"
    assert said.text == (
        "Hello Dana. Nothing needs you: nobody waits for anybody; "
        "2 relationships are warm and 3 too new to tell."
    )


def test_a_long_list_is_cut_and_counted(office: Any, templates: Templates) -> None:
    for number in range(MOST + 5):
        office.add(
            "Ben", office.mail("Ben", Side.OWNER, office.now - 3 * DAY, f"Question {number}", asks=True)
        )
    text = text_of(written(office, templates))
    assert text.count("“Question") == MOST
    assert "- and 5 more" in text


def test_a_hostile_subject_stays_a_subject(office: Any, templates: Templates) -> None:
    evil = "<img src=x> [click](https://evil.example) **bold** kwpicture"
    office.add("Ben", office.mail("Ben", Side.CONTRACTOR, office.now - 3 * DAY, evil, asks=True))
    message = written(office, templates, lambda _: PNG)
    assert html_of(message).count("<img") <= 1
    assert "evil.example" not in re.findall(r'href="([^"]*)"', html_of(message))
    assert "[click](https://evil.example)" in text_of(message)


# The picture


def test_the_picture_is_inline_and_bound_by_its_content_id(busy: Any, templates: Templates) -> None:
    message = written(busy, templates, lambda _: PNG)
    (image,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert image.get_content() == PNG
    assert image.get_content_disposition() == "inline"
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in html_of(message)
    assert "kwpicture" not in html_of(message) + text_of(message)
    assert message.get_content_type() == "multipart/alternative"
    related = message.get_payload()[1]
    assert (related.get_content_type(), related.get_param("type")) == ("multipart/related", "text/html")


def test_without_a_picture_there_is_no_place_for_one(busy: Any, templates: Templates) -> None:
    message = written(busy, templates)
    assert "cid:" not in html_of(message)
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_the_picture_is_drawn_by_another_process(busy: Any) -> None:
    pytest.importorskip("matplotlib")
    png = picture(week(busy))
    assert png is not None
    assert png.startswith(b"\x89PNG")
    assert len(png) < 150_000


def test_a_quiet_week_has_no_picture(office: Any) -> None:
    assert picture(week(office)) is None


# When it goes out


def test_once_a_week_and_not_again(busy: Any, templates: Templates) -> None:
    books, now = busy.books, busy.now
    assert not digest(books, templates, now - timedelta(minutes=1), lambda _: None), "not before its hour"
    assert digest(books, templates, now, lambda _: None)
    assert not digest(books, templates, now + timedelta(minutes=1), lambda _: None)
    assert not digest(books, templates, now + 6 * DAY, lambda _: None)
    assert digest(books, templates, now + 7 * DAY, lambda _: None)
    letters: list[Letter] = list(books.owner.letters.values())
    assert [letter.state for letter in letters] == [State.WAITING] * 2
    assert [letter.occasion for letter in letters] == ["digest/2026-11-23", "digest/2026-11-30"]


def test_after_a_long_downtime_the_next_one_will_do(busy: Any, templates: Templates) -> None:
    assert not digest(busy.books, templates, busy.now + 3 * DAY + timedelta(hours=1), lambda _: None)
    assert digest(busy.books, templates, busy.now + 7 * DAY, lambda _: None)


def test_none_before_the_installation_in_a_dry_run_or_where_it_is_off(
    busy: Any, templates: Templates, policy: Policy
) -> None:
    books = busy.books
    for other in (replace(policy, mode="dry-run"), replace(policy, digest="")):
        books.adopt(other, books.readers)
        assert not digest(books, templates, busy.now, lambda _: None)
    books.adopt(policy, books.readers)
    installed = books.installation
    assert installed is not None
    books.commit("owner", [replace(installed, started_at=busy.now - timedelta(seconds=10))])
    assert not digest(books, templates, busy.now, lambda _: None)


def test_the_owner_is_asked_for_news_once_a_month(busy: Any, templates: Templates) -> None:
    asked = []
    for number in range(5):
        now = busy.now + number * 7 * DAY
        digest(busy.books, templates, now, lambda _: None)
        latest = max(busy.books.owner.letters.values(), key=lambda letter: letter.created_at)
        asked.append("A question, once a month" in latest.content)
    assert asked == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (datetime(2026, 11, 23, 13, 0, tzinfo=UTC), datetime(2026, 11, 23, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 12, 59, tzinfo=UTC), datetime(2026, 11, 16, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), datetime(2026, 11, 16, 13, 0, tzinfo=UTC)),
        # The clocks go back on 1 November: eight in the morning is another hour of the day in UTC.
        (datetime(2026, 11, 1, 20, 0, tzinfo=UTC), datetime(2026, 10, 26, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_slot_is_the_owners_wall_clock(now: datetime, slot: datetime) -> None:
    assert due_slot("Monday 08:00", "America/New_York", now) == slot


def test_off_means_never() -> None:
    assert due_slot("", "America/New_York", datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_one_median_alone_is_no_picture(office: Any) -> None:
    for back in (2, 3, 4):
        office.add("Ben", *office.exchange("Ben", Side.OWNER, office.now - back * DAY, 1))
    office.add("Ben", office.mail("Ben", Side.OWNER, office.now - DAY, "Question", asks=True))
    found = week(office)
    assert not found.quiet
    assert sum(theirs is not None for _, theirs, _ in found.weekly) == 1
    assert picture_here(found) is None


@pytest.mark.parametrize(("locale", "said"), [("en-US", "Aug 31"), ("en-GB", "31 Aug"), ("", "31 Aug")])
def test_the_picture_writes_dates_as_its_reader_does(
    busy: Any, locale: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is drawn is pixels; so the words are caught on their way."""
    axes = pytest.importorskip("matplotlib.axes")
    drawn: list[str] = []
    ticks = axes.Axes.set_xticks

    def spying(self: Any, *args: Any, **more: Any) -> Any:
        drawn.extend(args[1] if len(args) > 1 else [])
        return ticks(self, *args, **more)

    monkeypatch.setattr(axes.Axes, "set_xticks", spying)
    found = replace(week(busy), locale=locale)
    days = tuple(date(2026, 8, 31) + number * WEEK for number in range(12))
    found = replace(
        found, weekly=tuple((day, *rest) for day, (_, *rest) in zip(days, found.weekly, strict=True))
    )
    assert picture_here(found)
    assert drawn[0] == said


def test_the_digest_knows_how_its_reader_writes_dates(busy: Any) -> None:
    assert week(busy).locale == "en-US"


@pytest.mark.parametrize(("people", "told", "rest"), [(8, 8, None), (9, 2, "In 7 other relationships")])
def test_what_the_picture_shows_the_text_says(people: int, told: int, rest: str | None, busy: Any) -> None:
    speeds = tuple(
        Speed(f"Person {n}", (9 if n < 2 else 3) * 3600, 3 * 3600, 3600, 3600) for n in range(people)
    )
    found = Digest(busy.now - WEEK, busy.now, people, speeds=speeds)
    facts = Words(busy.books.people.owner, "team@acme.example").facts(found, news_question=False)
    lines = facts["week"]["speeds"]  # type: ignore[index]
    assert [line["who"] for line in lines] == [row[0] for row in _rows(found)]
    assert len(lines) == told
    slow = (
        "answers take 9 working hours this month, 3 before; your answers take 60 working minutes this month"
    )
    assert lines[0]["what"].startswith(slow)
    assert (facts["week"]["steady"] or "").startswith(rest or "")  # type: ignore[index]
    assert bool(facts["week"]["steady"]) is bool(rest)  # type: ignore[index]
