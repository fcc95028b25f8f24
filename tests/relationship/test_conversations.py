"""Conversations: what hangs together does, two jobs stay two, and no order of arrival changes that."""

import csv
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from mail.reading.syntax.files import find_mails
from mail.reading.syntax.parsing import parse
from relationship.correspondence.conversations import Threadable, thread
from relationship.subjects import base_subject, is_reply_subject

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOTH = frozenset(["dana@acme.example", "maria@contract.example"])
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def one(
    key: str,
    *parents: str,
    hints: tuple[str, ...] = (),
    subject: str = "Logo",
    day: float = 0,
    parties: frozenset[str] = BOTH,
    message_id: str | None = None,
    sender: str = "",
) -> Threadable:
    own = f"{key}@x" if message_id is None else message_id
    ids = tuple(f"{parent}@x" for parent in parents)
    return Threadable(key, own, ids, hints, subject, START + timedelta(days=day), parties, sender)


def groups(*messages: Threadable) -> set[frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, name in thread(messages).items():
        found[name].add(key)
    return {frozenset(keys) for keys in found.values()}


def apart(*keys: str) -> set[frozenset[str]]:
    return {frozenset(part.split("+")) for part in keys}


def test_references_and_in_reply_to_hold_together() -> None:
    assert groups(one("a"), one("b", "a", day=1), one("c", "a", "b", day=2), one("d")) == apart("a+b+c", "d")


def test_a_missing_parent_holds_its_answers_together() -> None:
    assert groups(one("b", "lost", subject="x"), one("c", "lost", subject="y")) == apart("b+c")


def test_truncated_references_are_bridged_by_the_mail_between() -> None:
    assert groups(one("a"), one("b", "a"), one("c", "b"), one("d", "c")) == apart("a+b+c+d")


def test_a_reply_that_changes_its_subject_stays() -> None:
    assert groups(one("a"), one("b", "a", subject="Invoice for the logo")) == apart("a+b")


def test_two_jobs_with_one_subject_stay_two() -> None:
    first, answer = one("a"), one("b", "a", subject="Re: Logo", day=1)
    assert groups(first, answer, one("c", day=3), one("d", "c", subject="Re: Logo", day=4)) == apart(
        "a+b", "c+d"
    )


def test_a_conversation_is_named_by_its_earliest_member() -> None:
    assert set(thread([one("late", "early", day=2), one("early")]).values()) == {"early"}


def test_our_letter_in_the_second_of_an_answer_does_not_begin_its_conversation() -> None:
    """The question came without its id: its answer belongs to it by the subject alone, letter or no letter."""
    question, answer = (
        one("q", message_id="", sender="owner"),
        one("z", "lost", subject="Re: Logo", day=1, sender="contractor"),
    )
    letter = one("a", "lost", "z", subject="Re: Logo", day=1, sender="owner")
    assert groups(question, answer) == apart("q+z")
    assert groups(question, answer, letter) == apart("q+z+a")


def test_circles_end() -> None:
    assert groups(one("a", "b"), one("b", "a"), one("c", "c")) == apart("a+b", "c")


def test_outlook_is_held_together_by_its_thread_index() -> None:
    root = ("thread-index:01ab",)
    found = groups(one("a", hints=root), one("b", "rewritten", hints=root, subject="AW: Logo neu", day=30))
    assert found == apart("a+b")


def test_gmail_brings_lost_answers_home_and_leaves_two_jobs_apart() -> None:
    hint = ("gmail:17",)
    jobs = one("a", hints=hint), one("b", hints=hint, day=1)
    answer = one("c", "rewritten", hints=hint, subject="Re: Logo", day=40, parties=frozenset(["x@x"]))
    assert groups(*jobs, answer) == apart("a", "b+c")


class TestTheSubjectIsTheLastResort:
    def test_an_answer_without_references_joins(self) -> None:
        assert groups(one("a"), one("b", subject="Re: Logo", day=2)) == apart("a+b")

    def test_so_does_one_whose_parent_a_provider_renamed(self) -> None:
        assert groups(one("a"), one("b", "renamed", subject="AW: Re: Logo", day=2)) == apart("a+b")

    def test_a_new_mail_does_not(self) -> None:
        assert groups(one("a"), one("b", day=2)) == apart("a", "b")

    def test_nor_one_between_other_parties(self) -> None:
        others = frozenset(["dana@acme.example", "ben@contract.example"])
        assert groups(one("a"), one("b", subject="Re: Logo", parties=others)) == apart("a", "b")

    def test_nor_one_after_a_mail_of_its_own_writer(self) -> None:
        first = one("a", sender="maria@contract.example")
        again = one("b", subject="Re: Logo", day=1, sender="maria@contract.example")
        answer = one("c", subject="Re: Logo", day=2, sender="dana@acme.example")
        assert groups(first, again) == apart("a", "b")
        assert groups(first, again, answer) == apart("a", "b+c")

    def test_nor_a_late_one(self) -> None:
        assert groups(one("a"), one("b", subject="Re: Logo", day=15)) == apart("a", "b")

    def test_nor_one_that_says_nothing(self) -> None:
        assert groups(one("a", subject="Re:"), one("b", subject="Re: ")) == apart("a", "b")

    def test_of_two_jobs_the_latest_is_joined(self) -> None:
        assert groups(one("a"), one("b", day=3), one("c", subject="Re: Logo", day=4)) == apart("a", "b+c")

    def test_an_answer_to_a_known_mail_is_not_looked_at(self) -> None:
        found = groups(one("a"), one("b", subject="Logo 2"), one("c", "b", subject="Re: Logo", day=1))
        assert found == apart("a", "b+c")


class TestOneMessageIdOnSeveralMails:
    def test_a_copy_with_a_list_tag_is_the_same(self) -> None:
        assert groups(one("a"), one("a2", subject="[dev] Logo", message_id="a@x")) == apart("a+a2")

    def test_another_mail_of_other_people_is_not(self) -> None:
        other = one("b", subject="Rent", message_id="a@x", parties=frozenset(["p@x", "q@x"]))
        assert groups(one("a"), other) == apart("a", "b")


def test_no_order_of_arrival_changes_anything() -> None:
    dice = random.Random(4)
    messages = [one("m0")]
    for number in range(1, 200):
        parents = [m.key for m in dice.sample(messages, k=min(len(messages), dice.choice([0, 0, 1, 1, 2])))]
        subject = dice.choice(["Re: Logo", "Logo", "AW: Website", "Website"])
        hints = dice.choice([(), (f"gmail:{number % 7}",), (f"thread-index:{number % 11}",)])
        messages.append(one(f"m{number}", *parents, subject=subject, day=number / 5, hints=hints))
    expected = thread(messages)
    for _ in range(20):
        dice.shuffle(messages)
        assert thread(messages) == expected


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Logo", "logo"),
        ("RE: AW: Re[2]: [dev] Logo", "logo"),
        ("EXTERNAL: Re: Logo", "logo"),
        ("***SPAM*** Re: Fwd[2]: Logo", "logo"),
        ("השב: Logo", "logo"),
        ("Továbbítás: Logo", "logo"),
        ("Fwd: SV: Antw: Logo  draft", "logo draft"),
        ("Antw.: Réf : Logo", "logo"),
        ("RE: (EXT) Logo", "logo"),
        ("RE: EXTERN: Logo", "logo"),
        ("На: Отг: Logo", "logo"),
        ("תשובה: ตอบกลับ: Logo", "logo"),
        ("Extra (ext) logo: new", "extra (ext) logo: new"),
        ("На складе: logo", "на складе: logo"),
        ("回复: 答复：Logo", "logo"),
        ("Logo (fwd)", "logo"),
        ("Re:", ""),
        ("", ""),
        ("[Logo]", "[logo]"),
        ("Reply to the logo", "reply to the logo"),
        ("Resume: Jo", "resume: jo"),
        ("Re: Férias de Natal #news", "férias de natal"),
        ("#Idea: a mug [#due] for all", "a mug for all"),
        ("Re: #news", ""),
        ("Page #pauses and #12", "page #pauses and #12"),
        ("Re: Issue #Late fees, and more", "issue late fees, and more"),
        ("Logo （#done）", "logo"),
        ("Invoice #12 #paid (fwd)", "invoice #12"),
        ("RES: Orçamento", "orcamento".replace("c", "ç")),
    ],
)
def test_base_subject(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    ("subject", "expected"), [("Re: x", True), ("[dev] AW: x", True), ("Fwd: x", False), ("x", False)]
)
def test_reply_subjects(subject: str, expected: bool) -> None:
    assert is_reply_subject(subject) is expected


def test_real_archives_are_threaded_as_others_do() -> None:
    """All pairs of the corpus's archives; what differs are joins by subject alone, which we do not make."""
    if not (CORPUS / "threads.tsv").exists():
        pytest.skip("the corpus of real mail is not here")
    with (CORPUS / "threads.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    truth = {row["file"]: row["thread"] for row in rows if "/imaptest/" not in row["file"]}
    members = [_member(file) for file in truth]
    found = thread(members)
    together = wrong = belong = 0
    for a, b in combinations(truth, 2):
        if truth[a].split(":")[0] != truth[b].split(":")[0]:
            continue
        same, ours = truth[a] == truth[b], found[a] == found[b]
        belong, together, wrong = belong + same, together + (same and ours), wrong + (ours and not same)
    assert together / belong >= 0.999
    assert wrong == 0


def _member(file: str) -> Threadable:
    mail = parse(next(iter(find_mails(CORPUS / file))).raw)
    at = mail.dated or START
    return Threadable(
        file,
        mail.message_id,
        mail.parents,
        mail.hints,
        mail.subject,
        at,
        frozenset(mail.from_ + mail.to + mail.cc),
    )
