"""`demo`: the whole loop on invented mail; what it leaves behind is looked at like a person would."""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from commands.app import build
from commands.demo.post import text_of
from commands.demo.script import load, parse
from daemon import House

pytestmark = pytest.mark.timeout(300)  # it plays weeks; on a busy machine that takes a while

ROOT = Path(__file__).parent.parent.parent
CAST = ("Maria", "Ben", "Priya", "Tomás")
NORA, MARIA, BEN = "nora@northlight.example", "maria@santos.example", "ben@okafor.example"
PRIYA = "priya@nair.example"
ZONES = {MARIA: "Asia/Manila", BEN: "Africa/Lagos", PRIYA: "Asia/Kolkata"}
HOURS = {MARIA: [*range(21, 24), *range(6)], BEN: range(9, 17), PRIYA: [*range(10, 13), *range(15, 20)]}


class OneDay(House):
    """A house whose clock stands still: Monday 15 June 2026, 2:00 UTC."""

    def now(self) -> datetime:
        return datetime(2026, 6, 15, 2, tzinfo=UTC)


def keepwarm(*arguments, rules=ROOT / "rules.yaml", data=Path("data")):
    return CliRunner().invoke(build(OneDay), ["--rules", str(rules), "--data", str(data), *arguments])


class Played:
    """A folder that the demo filled, and what it printed."""

    def __init__(self, folder: Path, *arguments: str, rules: Path = ROOT / "rules.yaml") -> None:
        self.folder = folder
        self.result = keepwarm("demo", "--into", str(folder), *arguments, rules=rules)

    @property
    def output(self) -> str:
        return self.result.stdout

    def names(self, kind: str = "*") -> list[str]:
        return sorted(path.stem for path in (self.folder / "letters").glob(f"*-{kind}.eml"))

    def mails(self, to: str, kind: str = "*"):
        for name in self.names(kind):
            content = (self.folder / "letters" / f"{name}.eml").read_bytes()
            mail = email.message_from_bytes(content, policy=email.policy.default)
            if to in mail["To"]:
                yield mail

    def texts(self, to: str, kind: str = "*") -> list[str]:
        return [text_of(mail.as_bytes()) for mail in self.mails(to, kind)]

    def ask(self, *arguments: str):
        result = keepwarm(*arguments, "--json", rules=self.folder / "rules.yaml", data=self.folder / "data")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The first six weeks."""
    yield Played(tmp_path_factory.mktemp("demo") / "demo", "--days", "42")


def test_it_ends_well_and_prints_plain_lines(played):
    assert played.result.exception is None
    assert played.result.exit_code == 0
    assert "Traceback" not in played.result.output
    assert "\x1b" not in played.output
    assert all(
        len(line) <= 80 or "--rules" in line or "index.html" in line for line in played.output.splitlines()
    )


def test_what_came_before_is_read_and_nobody_is_written_to(played):
    first = datetime(2026, 5, 4, tzinfo=UTC)
    ledger = played.ask("ledger")
    assert sum(datetime.fromisoformat(row["asked_at"]) < first for row in ledger) > 20
    days = [name.split("-", 1)[1][:10] for name in played.names()]
    assert min(days) >= "2026-05-04"
    assert days == sorted(days), "letters lie in the order in which they were sent"
    assert "lay in the mailbox before Keepwarm began" in played.output


def test_the_ledger_of_one_contractor_is_their_part_of_the_whole(played):
    whole, hers = played.ask("ledger"), played.ask("ledger", "maria")
    assert hers == [row for row in whole if row["contractor"] == hers[0]["contractor"]] != whole


def test_the_excellent_one_is_thanked_with_the_fact(played):
    thanks = played.texts(MARIA, "appreciation-quick-answer")
    assert len(thanks) >= 2
    assert "Shades from Lindqvist are late" in thanks[0]
    assert re.search(r"\d+ (working )?minutes", thanks[0])
    assert len(set(thanks)) == len(thanks)


def test_stars_thank(played):
    assert "Landing page for the Alma" in "".join(played.texts(BEN, "appreciation-starred"))


def test_the_slowing_one_is_reminded_and_his_answer_cancels_the_rest(played):
    [reminder] = played.texts(BEN, "reminders-gentle")
    assert "When do the shop prices start" in reminder
    why = [row for row in played.ask("why", "Ben") if row["rule"] == "Remind kindly"]
    assert any(row["why"].startswith("cancelled: Ben Okafor answered") for row in why)


def test_the_owner_goes_first_and_is_told(played):
    [note] = [text for text in played.texts(NORA, "owner-bundle") if "I am not reminding Ben" in text]
    assert "When do the shop prices start" in note
    assert "Access to the domain settings" in note
    assert "held" in played.output
    assert "owner first: you owe Ben Okafor" in played.output


def test_an_invitation_is_accepted_and_the_call_told_of(played):
    status = {row["contractor"]: row for row in played.ask("status")}
    assert set(status) == {"Maria Santos", "Ben Okafor", "Priya Nair", "Tomás Herrera"}
    assert "invitation accepted" in played.output
    assert "How did the check-in with" in played.output


def test_a_vacation_notice_is_nobodys_answer(played):
    asked = [row for row in played.ask("ledger") if row["subject"] == "Care card for the linen shades"]
    assert asked[0]["party"] == "contractor"
    assert asked[0]["elapsed_s"] > 5 * 86400


def test_limits_and_working_hours_hold(played):
    for address, zone in ZONES.items():
        times = [email.utils.parsedate_to_datetime(mail["Date"]) for mail in played.mails(address)]
        assert times
        assert all(at.astimezone(ZoneInfo(zone)).hour in HOURS[address] for at in times)
        assert all(later - at >= timedelta(days=1) for at, later in pairwise(times))


def test_every_letter_lies_there_as_mail_page_and_text(played):
    letters = played.folder / "letters"
    index = (letters / "index.html").read_text()
    assert len(played.names()) > 15
    for name in played.names():
        assert f'href="{name}.html"' in index
        assert "<html" in (letters / f"{name}.html").read_text()
        text = (letters / f"{name}.txt").read_text()
        assert "\nWhy: " in text
        assert not re.search(r"(?<![%/])#[a-z]", text.partition("\n-- ")[0]), name


def test_the_commands_that_it_names_work(played):
    commands = re.findall(r"^    \S.* --rules (\S+) --data (\S+) (.+)$", played.output, re.MULTILINE)
    assert [command for _, _, command in commands] == ["status", "ledger", "why Ben"]
    for rules, data, command in commands:
        result = keepwarm(*command.split(), rules=Path(rules), data=Path(data))
        assert result.exit_code == 0, result.output
        assert "Ben Okafor" in result.stdout
        assert command != "status" or max(map(len, result.stdout.splitlines())) <= 80


def test_the_paused_one_hears_nothing(tmp_path, played):
    assert any("-priya-" in name for name in played.names())
    rules = tmp_path / "rules.yaml"
    text = (ROOT / "rules.yaml").read_text()
    rules.write_text(text.replace("    role: copywriter\n", "    role: copywriter\n    phase: paused\n"))
    paused = Played(tmp_path / "demo", "--days", "7", rules=rules)
    assert paused.result.exit_code == 0
    assert paused.names()
    assert not [name for name in paused.names() if "-priya-" in name]
    assert any("paused" in row["why"] for row in paused.ask("why", "Priya"))


def test_it_begins_anew_and_the_same_seed_is_the_same_play(tmp_path):
    first = Played(tmp_path / "demo", "--days", "7", "--quiet")
    names = first.names()
    assert names
    assert "KEEPWARM to" not in first.output
    again = Played(tmp_path / "demo", "--days", "7", "--quiet")
    assert again.names() == names
    assert again.output == first.output


def test_a_folder_that_is_not_its_own_is_left_alone(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")
    played = Played(tmp_path, "--days", "7")
    assert played.result.exit_code == 1
    assert "--into" in played.result.output
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"
    assert not (tmp_path / "data").exists()


def test_other_peoples_rules_are_refused_in_one_line(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text((ROOT / "rules.yaml").read_text().replace("Ben Okafor", "Bo Peters"))
    played = Played(tmp_path / "demo", rules=rules)
    assert played.result.exit_code == 1
    assert "invented people" in played.result.output
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("name", CAST)
def test_scripts_are_sound(name):
    part = load(name)
    subjects = [conversation.subject for conversation in part.conversations]
    assert len(subjects) > 5
    assert len(set(subjects)) == len(subjects)
    for conversation in part.conversations:
        assert {cue.who for cue in conversation.cues} <= {"Nora", name}
        assert all(cue.text or cue.does not in ("", "by phone", "away") for cue in conversation.cues)


@pytest.mark.parametrize(
    "text",
    [
        "=== week one, Monday 10:00, Nora: Hello\nHi",
        "=== week 1, Monday 10:00, Nora: Hello\nHi\n--- Ben, soon\nYes",
        "=== week 1, Monday 10:00, Nora: Hello\nHi\n--- Ben, 2 moments later\nYes",
        "invitations: perhaps\n=== week 1, Monday 10:00, Nora: Hello\nHi",
    ],
)
def test_a_script_that_cannot_be_understood_says_so(text):
    with pytest.raises(ValueError, match=r"one|soon|moments|perhaps"):
        parse("Ben", text)


def test_a_digest_shows_its_picture_in_the_mail_and_on_the_page(played):
    with_picture = [
        (name, mail)
        for name, mail in zip(played.names("owner-digest"), played.mails(NORA, "owner-digest"), strict=True)
        if any(part.get_content_type() == "image/png" for part in mail.walk())
    ]
    assert with_picture
    for name, mail in with_picture:
        [picture] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
        assert picture.get_content().startswith(b"\x89PNG")
        assert f"cid:{picture['Content-ID'].strip('<>')}" in mail.get_body(("html",)).get_content()
        page = (played.folder / "letters" / f"{name}.html").read_text(encoding="utf-8")
        assert "data:image/png;base64," in page
        assert "cid:" not in page
        assert "How long answers take" in text_of(mail.as_bytes())
