"""`init` in a real terminal, against a real Dovecot with a year of mail."""

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN, CLIENT = "maria@contract.example", "ben@contract.example", "cleo@client.example"
OFFSETS = {MARIA: 8, BEN: 1, CLIENT: 0}
NAMES = {MARIA: "Maria Santos", BEN: "Ben Okafor", CLIENT: "Cleo", DANA: "Dana Reyes"}
PATIENCE = 60


def as_in_a_terminal() -> None:
    """The terminal is ours, and Ctrl-C is heard even where the tests run in the background."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """`init` before a person: a pseudo terminal, in which Ctrl-C is a key."""

    def __init__(self, folder: Path, columns: int = 200) -> None:
        self.screen = ""
        self._seen = 0
        self._ours, theirs = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k != "KEEPWARM_PASSWORD"}
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "daemon.py", "--rules", folder / "rules.yaml", "--data", folder / "data", "init"],
            cwd=folder, env={**environment, "TERM": "dumb", "COLUMNS": str(columns)},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=as_in_a_terminal,
        )  # fmt: skip
        os.close(theirs)

    def expect(self, words: str) -> None:
        """Wait until the screen says so, below what was waited for last."""
        end = time.monotonic() + PATIENCE
        while words not in self.screen[self._seen :]:
            assert time.monotonic() < end and self._read(), f"{words!r} did not come:\n{self.screen}"
        self._seen = self.screen.index(words, self._seen) + len(words)

    def answer(self, question: str, answer: str = "") -> None:
        self.expect(question)
        self.type(answer + "\n")

    def type(self, keys: str) -> None:
        time.sleep(0.05)  # the echo is switched off a moment after the question is shown
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        while self._read():
            pass
        self.echoes = bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)
        os.close(self._ours)
        return self.process.wait(PATIENCE)

    def stops_calmly(self) -> None:
        """One line, no traceback, and the terminal as it was."""
        assert self.end() == 1, self.screen
        assert "Traceback" not in self.screen
        assert self.screen.rstrip().splitlines()[-1].startswith("Stopped;")
        assert self.echoes

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], PATIENCE)[0]:
            return False
        try:
            text = os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # how Linux says that the other end has closed
            return False
        self.screen += text.replace("\r\n", "\n")
        return bool(text)


def mail(writer: str, to: str, at: datetime, subject: str, text: str, answers: str = "") -> tuple[bytes, str]:
    message = EmailMessage()
    name = f"<{at.timestamp():.0f}.{to}.{writer}>"
    message["From"], message["To"] = formataddr((NAMES.get(writer, ""), writer)), to
    message["Cc"] = TEAM
    message["Subject"], message["Message-ID"] = subject, name
    message["Date"] = format_datetime(at.astimezone(timezone(timedelta(hours=OFFSETS.get(writer, -5)))))
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    message.set_content(text)
    return message.as_bytes(), name


def a_year(dovecot) -> None:
    """Maria every three days, Ben every week, a client now and then, newsletters in between."""
    inbox, sent = [], []
    now = datetime.now(UTC)
    for day in range(365, 1, -1):
        at = now - timedelta(days=day)
        for who, every in ((MARIA, 3), (BEN, 7), (CLIENT, 30)):
            if day % every == 1:
                asked, name = mail(DANA, who, at, f"Task {day}", "Could you send it by Friday?")
                later = at + timedelta(hours=3)
                answered, _ = mail(who, TEAM, later, f"Re: Task {day}", "Here it is.", name)
                sent.append((asked, at, ["\\Seen"]))
                inbox.append((answered, later, ["\\Seen"]))
        if day % 10 == 0:
            letter, _ = mail("news@shop.example", TEAM, at, "News", "Buy now!")
            inbox.append((b"List-Id: <shop.example>\n" + letter, at, []))
    dovecot.append(TEAM, inbox)
    dovecot.append(TEAM, sent, "Sent")


def questions(real_mail, password: str = "") -> list[tuple[str, str]]:
    return [
        ("address of the shared inbox", TEAM),
        ("Mail is read from", real_mail.imap_url),
        ("Letters are handed to", real_mail.smtp_url),
        ("The user name there", ""),
        ("Where shall it lie?", ""),
        ("you will not see it", password or real_mail.password),
        ("Read these", ""),
        ("Your name", "Dana Reyes"),
        ("Your addresses [dana@acme.example]", ""),
        ("Your time zone", "America/New_York"),
        ("Your working hours", "Mon-Fri 09:00-12:30, 13:30-18:00"),
        ("Which are contractors?", "1-2"),
        ("Name, first name first [Maria Santos]", ""),
        ("What they do", "virtual assistant"),
        ("Time zone [Asia/Manila]", ""),
        ("Working hours, by their own clock", "Mon-Fri 21:00-06:00"),
        ("Name, first name first [Ben Okafor]", ""),
        ("What they do", ""),
        ("Time zone [Africa/Lagos]", ""),
        ("Working hours, by their own clock", ""),
        ("another contractor", ""),
        ("Write ", ""),
        ("Try it now?", ""),
    ]


CTRL_C, CTRL_D = "\x03", "\x04"
WRITES = 21  # the question "Write rules.yaml?"


def daemon(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [
        sys.executable,
        ROOT / "daemon.py",
        "--rules",
        folder / "rules.yaml",
        "--data",
        folder / "data",
        *words,
    ]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_year_of_mail_becomes_rules_that_check_accepts(real_mail, tmp_path: Path) -> None:
    a_year(real_mail.dovecot)
    terminal = Terminal(tmp_path)
    for question, answer in questions(real_mail):
        terminal.answer(question, answer)
    assert terminal.end() == 0, terminal.screen
    assert real_mail.password not in terminal.screen
    rules = (tmp_path / "rules.yaml").read_text()
    assert real_mail.password not in rules
    assert (tmp_path / "keepwarm-password").stat().st_mode & 0o777 == 0o600
    checked = daemon(tmp_path, "check")
    assert checked.returncode == 0, checked.stdout
    assert "2 contractors" in checked.stdout
    assert "news@shop.example" not in terminal.screen
    assert (
        re.search(r"sent 0|0 sent", terminal.screen)
        or "sent" not in terminal.screen.partition("Try it")[2][:80]
    )
    ledger = daemon(tmp_path, "ledger", "--json").stdout.splitlines()
    assert len(ledger) > 50, "the dry-run read the history"
    assert real_mail.mailbox(MARIA) == [], "and sent nothing"
    print(terminal.screen)


def test_a_wrong_password_is_said_and_can_be_mended(real_mail, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for question, answer in questions(real_mail, "wrong horse")[:6]:
        terminal.answer(question, answer)
    terminal.expect("refuses the login")
    terminal.answer("try again?", "y")
    terminal.answer(f"Mail is read from [{real_mail.imap_url}]")
    terminal.answer("Letters are handed to")
    terminal.answer("The user name there")
    terminal.answer("Where shall it lie?")
    terminal.answer("you will not see it", real_mail.password)
    terminal.expect("Sending mail: the login works.")
    terminal.expect("Read these")
    terminal.type("\x03")
    assert terminal.end() == 1
    assert "wrong horse" not in terminal.screen
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_host_is_said(real_mail, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.answer("address of the shared inbox", TEAM)
    terminal.answer("Mail is read from", "imap://127.0.0.1:9")
    for question, answer in questions(real_mail)[2:6]:
        terminal.answer(question, answer)
    terminal.expect("refuses connections")
    terminal.answer("try again?", "n")
    assert terminal.end() == 1
    assert list(tmp_path.iterdir()) == []


def test_a_mailbox_without_history_asks_for_addresses(real_mail, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for question, answer in questions(real_mail)[:8]:
        terminal.answer(question, answer)
    terminal.answer(f"Your addresses [{TEAM}]", DANA)
    for question, answer in questions(real_mail)[9:11]:
        terminal.answer(question, answer)
    terminal.expect("Nobody was found")
    terminal.answer("another contractor", "not an address")
    terminal.expect("not an e-mail address")
    terminal.answer("another contractor", MARIA)
    terminal.answer("Name, first name first [Maria]", "Maria: the 'best' #1")
    terminal.answer("What they do")
    terminal.answer("Time zone", "Manila")
    terminal.expect('Did you mean "Asia/Manila"?')
    terminal.answer("Time zone", "Asia/Manila")
    terminal.answer("Working hours")
    terminal.answer("another contractor")
    terminal.answer("Write ")
    terminal.answer("Try it now?", "n")
    assert terminal.end() == 0, terminal.screen
    assert daemon(tmp_path, "check").returncode == 0
    assert "the 'best' #1" in (tmp_path / "rules.yaml").read_text()


@pytest.mark.parametrize("count", range(23))
def test_ctrl_c_and_ctrl_d_at_every_question(real_mail, tmp_path: Path, count: int) -> None:
    if count > 6:
        a_year(real_mail.dovecot)
    terminal = Terminal(tmp_path)
    asked = questions(real_mail)
    for question, answer in asked[:count]:
        terminal.answer(question, answer)
    terminal.expect(asked[count][0])
    terminal.type(CTRL_C if count % 2 else CTRL_D)
    terminal.stops_calmly()
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == (["keepwarm-password", "rules.yaml"] if count > WRITES else [])


LIES = "Where shall it lie?"
DETOURS = {  # the questions that only some are asked: the answers before, and the question itself
    "env": ([(LIES, "env")], "you will not see it"),
    "command": ([(LIES, "command")], "The command that prints it"),
    "command again": ([(LIES, "command"), ("The command that prints it", "/bin/false")], LIES),
    "who": ([(LIES, "oauth")], "Who gives permission?"),
    "tenant": ([(LIES, "oauth"), ("Who gives permission?", "microsoft")], "Your tenant"),
    "client": ([(LIES, "oauth"), ("Who gives permission?", "google")], "The client id"),
    "client secret": (
        [(LIES, "oauth"), ("Who gives permission?", "google"), ("The client id", "x")],
        "Where its secret lies",
    ),
    "browser": (
        [
            (LIES, "oauth"),
            ("Who gives permission?", "google"),
            ("The client id", "x"),
            ("Where its secret lies", ""),
        ],
        "(From another machine",
    ),
    "again": ([(LIES, "file"), ("you will not see it", "wrong horse")], "try again?"),
    "folders": ([(LIES, "file"), ("you will not see it", "{password}"), ("Read these", "n")], "Which ones?"),
}


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("detour", DETOURS)
def test_at_the_questions_that_only_some_are_asked(real_mail, tmp_path: Path, detour: str, keys: str) -> None:
    if detour == "browser" and keys == CTRL_D:
        pytest.skip("there it waits for the browser, and reads no key but Ctrl-C")
    answers, last = DETOURS[detour]
    terminal = Terminal(tmp_path)
    for question, answer in [*questions(real_mail)[:4], *answers]:
        terminal.answer(question, answer.format(password=real_mail.password))
    terminal.expect(last)
    terminal.type(keys)
    terminal.stops_calmly()
    assert list(tmp_path.iterdir()) == []


def test_who_leaves_the_sent_mail_out_is_asked_once_more(real_mail, tmp_path: Path) -> None:
    a_year(real_mail.dovecot)
    terminal = Terminal(tmp_path)
    login = [*questions(real_mail)[:6], ("Read these", "n"), ("Which ones?", "INBOX")]
    for question, answer in [
        *login,
        ("Without Sent your own answers are not seen", ""),
        ("Which ones?", "Sent, INBOX"),
    ]:
        terminal.answer(question, answer)
    terminal.expect("Your name")
    terminal.type(CTRL_C)
    terminal.stops_calmly()

    terminal = Terminal(tmp_path)
    for question, answer in [*login, ("Leave it out?", "y")]:
        terminal.answer(question, answer)
    terminal.expect("Your name")
    terminal.type(CTRL_C)
    terminal.stops_calmly()


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_at_the_question_whether_to_replace(tmp_path: Path, keys: str) -> None:
    (tmp_path / "rules.yaml").write_text("mine\n")
    terminal = Terminal(tmp_path)
    terminal.expect("Replace it at the end?")
    terminal.type(keys)
    terminal.stops_calmly()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine\n"]


def test_a_folder_that_cannot_be_written_is_said_before_the_first_question(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    mounted = subprocess.run(("mount", "-t", "tmpfs", "-o", "ro", "none", str(locked)), capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        done = daemon(locked, "init")
    finally:
        subprocess.run(("umount", "-l", str(locked)), check=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "cannot be written" in done.stderr
    assert "shared inbox" not in done.stdout.partition("Ctrl-C")[2]


def test_names_in_every_script_in_eighty_columns(real_mail, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(NAMES, MARIA, "María de los Ángeles Ñúñez-Óbrego y Castañeda del Río")
    monkeypatch.setitem(NAMES, BEN, "山田太郎")
    a_year(real_mail.dovecot)
    terminal = Terminal(tmp_path, columns=80)
    for question, answer in questions(real_mail)[:11]:
        terminal.answer(question, answer)
    terminal.expect("Which are contractors?")
    table = terminal.screen.partition("You write most to:")[2].partition("Which are")[0]
    assert max(map(len, table.splitlines())) <= 80
    for shown in (MARIA, "Asia/Manila", "山田太郎", BEN):
        assert shown in table, table
    terminal.type("1-2\n")
    for _ in (MARIA, BEN):
        for question in ("Name, first name first", "What they do", "Time zone", "Working hours, by"):
            terminal.answer(question)
    terminal.answer("another contractor")
    terminal.answer("Write ")
    terminal.answer("Try it now?", "n")
    assert terminal.end() == 0, terminal.screen
    rules = (tmp_path / "rules.yaml").read_text()
    assert NAMES[MARIA] in rules and NAMES[BEN] in rules
    assert daemon(tmp_path, "check").returncode == 0


def test_nothing_is_replaced_unasked(real_mail, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine\n")
    (tmp_path / "keepwarm-password").write_text("of another mailbox\n")
    terminal = Terminal(tmp_path)
    terminal.answer("Replace it at the end?")
    assert terminal.end() == 1
    assert (tmp_path / "rules.yaml").read_text() == "mine\n"
    terminal = Terminal(tmp_path)
    terminal.answer("Replace it at the end?", "y")
    for question, answer in questions(real_mail)[:8]:
        terminal.answer(question, answer)
    terminal.answer("Your addresses", DANA)
    for question, answer in questions(real_mail)[9:11]:
        terminal.answer(question, answer)
    terminal.answer("another contractor")
    terminal.answer("Write ")
    terminal.answer("Try it now?", "n")
    assert terminal.end() == 0, terminal.screen
    assert (tmp_path / "rules.yaml.old").read_text() == "mine\n"
    assert (tmp_path / "keepwarm-password").read_text() == "of another mailbox\n"
    assert (tmp_path / "keepwarm-password-2").read_text() == f"{real_mail.password}\n"
    assert f"password: file:{tmp_path}/keepwarm-password-2" in (tmp_path / "rules.yaml").read_text()


def test_a_closed_terminal_ends_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "daemon.py", "--rules", tmp_path / "rules.yaml", "init"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == "Stopped; nothing was written."
