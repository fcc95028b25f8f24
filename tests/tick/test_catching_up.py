"""Much mail at once: strangers' is passed over, commits are few, years of history do not stay live."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from mail.imap.answers import Sort
from relationship.facts.summary import Summary
from store.protocol import StoreError
from store.tinydb_store import TinyStore
from tick.recording import record

TEAM, DANA, MARIA, BEN = (
    "team@acme.example",
    "dana@acme.example",
    "maria@contract.example",
    "ben@contract.example",
)
START = datetime(2020, 1, 6, 10, tzinfo=UTC)


def mail(
    number: int, sender: str, to: str, subject: str, text: str, at: datetime, answers: str = ""
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = format_datetime(at), f"<{number}@mail.example>"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(text)
    return message.as_bytes()


def history(scene, years: int) -> int:
    """Two conversations a month and contractor, one of them left open, between strangers' mail; how many mails."""
    number = 0
    for month in range(years * 12):
        for who in (MARIA, BEN):
            at = START + timedelta(days=30 * month)
            for subject, answered in (("Logo", True), ("Flyer", False)):
                asked = mail(number, DANA, who, f"{subject} {month}", "Could you send it?", at)
                scene.servers.deliver_to(TEAM, asked, at, "Sent")
                if answered:
                    later = at + timedelta(hours=5)
                    told = f"<{number}@mail.example>"
                    answer = mail(number + 1, who, TEAM, f"Re: {subject} {month}", "Here it is.", later, told)
                    scene.servers.deliver_to(TEAM, answer, later)
                stranger = mail(number + 2, "shop@else.example", TEAM, "Sale", "Cheap", at)
                scene.servers.deliver_to(TEAM, stranger, at)
                number += 3
    return number


@pytest.fixture
def years(scene):
    scene.policy(scene.rules_text, ("  smtp:", "  history: 3600 days\n  smtp:"))
    return scene


def turns(scene, name: str) -> list[tuple]:
    ledger = scene.keepwarm.books.whole_story(scene.story(name).key).ledger
    return [(t.subject, t.since, t.asked, t.answered_at) for t in (*ledger.exchanges, *ledger.waits)]


def test_strangers_mail_is_counted_and_passed_over(years):
    count = history(years, 3)
    fetched = []
    line = years.keepwarm.inbox._line
    ask = line.ask

    def asking(folder, uidvalidity, sort, uids, *since):
        fetched.extend(uids if sort is Sort.MAILS else ())
        return ask(folder, uidvalidity, sort, uids, *since)

    line.ask = asking
    work = years.tick()
    assert (work.read, work.recorded) == (count - 72, 216)
    assert len(fetched) == 216
    assert years.tick().read == 0


def test_where_most_mail_is_worth_it_nothing_is_looked_at_first(years, monkeypatch):
    count = history(years, 3)
    monkeypatch.setattr("tick.collecting.collect.BATCH", 20)
    monkeypatch.setattr("mail.imap.ahead.MANY", 10)
    looked = []
    line = years.keepwarm.inbox._line
    ask = line.ask

    def asking(folder, uidvalidity, sort, uids, *since):
        looked.extend([folder] * (sort is Sort.FIRST_LOOK))
        return ask(folder, uidvalidity, sort, uids, *since)

    line.ask = asking
    work = years.tick()
    assert (work.read, work.recorded) == (count - 72, 216)
    assert looked.count("Sent") == 1  # of 144 mails that are all worth it
    assert looked.count("INBOX") == 11  # of 216, a third of which is


def test_years_of_history_are_archived_as_they_are_read(years, monkeypatch):
    history(years, 6)
    monkeypatch.setattr(record, "MANY", 40)
    monkeypatch.setattr("tick.collecting.collect.BATCH", 20)
    monkeypatch.setattr(record, "MUCH", 10)
    most = []
    save = years.store.archive
    years.store.archive = lambda *facts: (save(*facts), most.append(len(years.story("Maria").messages)))[0]
    years.tick()
    assert len(turns(years, "Maria")) == 216
    assert 0 < max(most) < 40 < 216  # of six years, some months


def test_the_ledger_does_not_depend_on_how_it_was_read(years, monkeypatch, tmp_path):
    history(years, 4)
    years.tick()
    at_once = turns(years, "Maria"), turns(years, "Ben")
    years.store = type(years.store)()
    monkeypatch.setattr(record, "MANY", 10)
    monkeypatch.setattr("tick.collecting.collect.BATCH", 7)
    years.restart()
    years.tick()
    assert (turns(years, "Maria"), turns(years, "Ben")) == at_once


def test_a_write_for_much_mail_and_the_cursor_after_it(years, monkeypatch):
    history(years, 3)
    monkeypatch.setattr("tick.collecting.collect.BATCH", 25)
    done = []
    for name in ("commit_many", "archive", "move_cursor"):
        write = getattr(years.store, name)
        monkeypatch.setattr(
            years.store, name, lambda *what, name=name, write=write: (done.append(name), write(*what))[1]
        )
    books = years.keepwarm.books
    record.record(years.keepwarm._collect(books, years.now), books, years.now, copies={})
    assert [name for name in done if name != "commit_many"] == ["archive", "archive", "move_cursor"]


def test_where_the_commit_fails_the_cursor_stays_and_the_next_tick_makes_it_good(years, monkeypatch):
    history(years, 1)
    commit = years.store.commit_many
    years.tick()
    years.writes(MARIA, TEAM, "Hello", "Could you call me?")

    def full(facts):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(years.store, "commit_many", full)
    with pytest.raises(StoreError):
        years.tick()
    monkeypatch.setattr(years.store, "commit_many", commit)
    assert years.tick().recorded == 1
    assert "Hello" in [m.subject for m in years.story("Maria").messages]


def test_what_was_read_before_the_line_broke_is_kept(years, monkeypatch):
    count = history(years, 3)
    monkeypatch.setattr("tick.collecting.collect.BATCH", 50)
    line, batches = years.keepwarm.inbox._line, []
    answers_to = line.answers_to

    def breaking(*asked):
        batches.append(asked)
        if len(batches) > 8:
            raise record.InboxError("The line broke.")
        return answers_to(*asked)

    with monkeypatch.context() as broken, pytest.raises(record.InboxError):
        broken.setattr(line, "answers_to", breaking)
        broken.setattr("mail.imap.patiently.fetched", breaking)
        years.tick()
    books = years.keepwarm.books
    before = sum(len(books.whole_story(key).messages) for key in books.people.contractors)
    assert before > 0
    work = years.tick()
    assert 0 < work.read < count - 72
    assert work.recorded == 216 - before


def test_a_crash_between_the_yearly_files_and_the_summary_is_made_good(years, monkeypatch, tmp_path):
    history(years, 1)
    at = years.now = START + timedelta(days=400)
    monkeypatch.setattr(record, "MUCH", 10)
    years.store = TinyStore(tmp_path / "whole")
    years.restart()
    years.tick()
    whole, as_recorded = years.story("Maria"), turns(years, "Maria")
    assert len(whole.past.exchanges) > 8
    years.store.close()

    years.now, years.store = at, TinyStore(tmp_path / "torn")
    years.restart()
    change = TinyStore._change

    def torn(store, changes):
        planned = list(changes)
        if any(isinstance(fact, Summary) for _, added, _ in planned for fact in added):
            raise StoreError("The power went.")
        change(store, planned)

    monkeypatch.setattr(TinyStore, "_change", torn)
    with pytest.raises(StoreError):
        years.tick()
    monkeypatch.setattr(TinyStore, "_change", change)
    years.store.close()
    years.store = TinyStore(tmp_path / "torn")
    years.restart()
    years.tick()
    made_good = years.story("Maria")
    assert [(x.since, x.answered_at) for x in made_good.exchanges] == [
        (x.since, x.answered_at) for x in whole.exchanges
    ]
    assert turns(years, "Maria") == as_recorded
    years.store.close()


def test_what_a_contractor_wrote_while_they_were_not_in_the_file_is_read_back(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    question = scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.tick()
    listed = scene.rules.read_text()
    person = listed[listed.index("  - name: Maria") : listed.index("  - name: Ben")]
    scene.policy(scene.rules_text, (person, ""))
    scene.tick()
    scene.at("2026-03-02 15:00")
    scene.writes(MARIA, TEAM, "Re: Logo", "Here it is.", question)
    scene.tick()
    scene.at("2026-03-09 10:00")
    scene.policy()
    scene.run("2026-03-13 10:00")
    assert [turn.subject for turn in scene.story("Maria").ledger.exchanges] == ["Logo"]
    assert scene.letters(MARIA) == []
