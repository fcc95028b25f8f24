"""OAuth 2 against a real Dovecot and a real Postfix, and a login server of our own that can withdraw permission."""

import http.server
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from bench.servers.dovecot import Dovecot
from bench.servers.dovecot_settings import spoken
from bench.servers.postfix import Postfix
from commands.health import reason
from mail.access.oauth import Client, Provider, Withdrawn
from mail.access.tokens import Keep, Permission, Tokens, granted
from mail.imap.inbox import Inbox, InboxError
from mail.imap.inbox import settings_from_url as imap_settings
from mail.smtp.delivery import Outcome, Postman
from mail.smtp.submission import DeliveryError
from mail.smtp.submission import settings_from_url as smtp_settings
from store.tinydb_store import TinyStore

ROOT = Path(__file__).parents[2]
TEAM, DANA, MARIA = "team@acme.example", "dana@acme.example", "maria@contract.example"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class LoginServer(http.server.ThreadingHTTPServer):
    """Gives and withdraws permission; Dovecot asks it about each token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.good: set[str] = set()  # access tokens
        self.refresh: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.entered = False  # whether the device's code was
        self.quick = False  # it is entered at once
        self.asked: list[str] = []
        self.expires_in = 3600

    def tokens(self) -> dict[str, object]:
        access, refresh = "at-" + secrets.token_hex(8), "rt-" + secrets.token_hex(8)
        self.good.add(access)
        self.refresh = {refresh}  # the one before is spent
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }

    def withdraw(self) -> None:
        self.good.clear()
        self.refresh.clear()


class Handler(http.server.BaseHTTPRequestHandler):
    server: LoginServer

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.server.codes[code] = query
        self.send_response(302)
        self.send_header(
            "Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        )
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {key: value[0] for key, value in parse_qs(body).items()}
        status, answer = getattr(self, self.path.strip("/"))(form)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        active = form.get("token") in self.server.good
        return 200, {"active": active, "email": TEAM if active else ""}

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.server.entered = self.server.quick
        uri = f"{self.server.url}/enter"
        answer = {"device_code": "dc-1", "user_code": "ABCD-EFGH", "verification_uri": uri, "interval": 0.2}
        return 200, answer

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        kind = form["grant_type"].rpartition(":")[2]
        self.server.asked.append(kind)
        if kind == "device_code":
            if not self.server.entered:
                return 400, {"error": "authorization_pending"}
        elif kind == "authorization_code":
            if form["code_verifier"] == "" or self.server.codes.pop(form["code"], None) is None:
                return 400, {"error": "invalid_grant"}
        elif form.get("refresh_token") not in self.server.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been revoked."}
        return 200, self.server.tokens()

    def log_message(self, *_: object) -> None:
        pass


class BearerDovecot(Dovecot):
    """The usual one, and it takes tokens."""

    mechanisms = "xoauth2 oauthbearer"

    def __init__(self, root: Path, login_server: LoginServer) -> None:
        answers = (
            f"introspection_mode = post\nintrospection_url = {login_server.url}/introspect\n"
            "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
        )
        (root / "oauth2.conf.ext").write_text(answers)  # 2.4 has it in the one file
        tokens = spoken(
            "passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {root}/oauth2.conf.ext\n}\n",
            f"oauth2 {{\n{answers}}}\n",
        )
        super().__init__(
            root,
            more=f"auth_mechanisms = plain login {self.mechanisms}\nauth_cache_size = 0\nauth_failure_delay = 0\n"
            + tokens
            + "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n",
        )


class OnlyXoauth2(BearerDovecot):
    mechanisms = "xoauth2"


@pytest.fixture(scope="module")
def login_server() -> Iterator[LoginServer]:
    with LoginServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module", params=[BearerDovecot, OnlyXoauth2], ids=["OAUTHBEARER", "XOAUTH2"])
def servers(request, _rig: Path, login_server: LoginServer):
    root = Path(tempfile.mkdtemp(prefix="keepwarm-oauth-"))
    root.chmod(0o755)
    (root / "dovecot").mkdir()
    (root / "postfix").mkdir()
    dovecot = request.param(root / "dovecot", login_server)
    postfix = Postfix(root / "postfix", dovecot)
    try:
        dovecot.start()
        postfix.start()
        yield dovecot, postfix
    finally:
        postfix.stop()
        dovecot.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def keep(tmp_path: Path, login_server: LoginServer) -> Keep:
    """A permission that was given a moment ago."""
    login_server.good.clear()
    login_server.asked.clear()
    login_server.expires_in = 3600
    keep = Keep(tmp_path / "data", TEAM)
    who = Provider("microsoft", f"{login_server.url}/token", "email")
    keep.save(granted(who, Client("id"), login_server.tokens(), NOW))
    return keep


def lines(servers, tokens: Tokens) -> tuple[Inbox, Postman]:
    dovecot, postfix = servers
    return (
        Inbox(imap_settings(dovecot.url(), TEAM, "", tokens=tokens)),
        Postman(smtp_settings(postfix.url(), TEAM, tokens=tokens)),
    )


def test_both_lines_open_with_a_token(servers, keep: Keep, login_server: LoginServer) -> None:
    inbox, postman = lines(servers, Tokens(keep, lambda: NOW))
    inbox.connect()
    assert "INBOX" in inbox.folders()
    postman.connect()
    postman.close()
    inbox.close()
    assert login_server.asked == [], "the token is fresh"


def test_a_letter_goes_out_with_a_token(servers, keep: Keep) -> None:
    dovecot, postfix = servers
    _, postman = lines(servers, Tokens(keep, lambda: NOW))
    letter = f"From: {TEAM}\r\nTo: {MARIA}\r\nSubject: Hello\r\n\r\nHello.\r\n".encode()
    with postman:
        assert postman.deliver(TEAM, (MARIA,), None, letter).outcome is Outcome.ACCEPTED
    assert (
        f"sasl_method={dovecot.mechanisms.split()[-1].upper()}, sasl_username={TEAM}"
        in postfix.log.read_text()
    )


def test_a_token_is_renewed_ahead_of_time(servers, keep: Keep, login_server: LoginServer) -> None:
    before = keep.load()
    later = NOW + timedelta(minutes=56)
    inbox, postman = lines(servers, Tokens(keep, lambda: later))
    inbox.connect()
    postman.connect()
    postman.close()
    inbox.close()
    assert login_server.asked == ["refresh_token"], "once, for both lines"
    after = keep.load()
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token


def test_a_token_that_ends_early_is_renewed_in_the_middle_of_a_run(
    servers, keep: Keep, login_server: LoginServer
) -> None:
    """As when a password is changed, or somebody ends all sessions: the kept time says that it is still good."""
    tokens = Tokens(keep, lambda: NOW)
    inbox, postman = lines(servers, tokens)
    inbox.connect()
    inbox.close()
    login_server.good.clear()
    assert "INBOX" in inbox.every_folder()
    login_server.good.clear()
    postman.connect()
    postman.close()
    inbox.close()
    assert login_server.asked == ["refresh_token", "refresh_token"]


def test_a_withdrawn_permission_is_said_with_what_to_do(
    servers, keep: Keep, login_server: LoginServer
) -> None:
    kept = keep.load()
    login_server.withdraw()
    inbox, postman = lines(servers, Tokens(keep, lambda: NOW))
    for line, kind in ((inbox, InboxError), (postman, DeliveryError)):
        with pytest.raises(kind, match=r"withdrawn or has run out.*`login`") as caught:
            line.connect()
        for secret in (kept.access_token, kept.refresh_token):
            assert secret not in str(caught.value)
            assert secret not in repr(kept)


def test_a_token_for_somebody_else_is_refused(servers, keep: Keep) -> None:
    dovecot, _ = servers
    with pytest.raises(InboxError, match="does not take the OAuth 2 token"):
        Inbox(imap_settings(dovecot.url(), MARIA, "", tokens=Tokens(keep, lambda: NOW))).connect()


def test_a_server_without_oauth_is_told(dovecot, keep: Keep) -> None:
    with pytest.raises(InboxError, match="takes no OAuth 2"):
        Inbox(imap_settings(dovecot.url(), TEAM, "", tokens=Tokens(keep, lambda: NOW))).connect()


def test_the_permission_lies_where_only_its_owner_reads(keep: Keep, tmp_path: Path) -> None:
    keep.save(keep.load())
    assert (tmp_path / "data/oauth.json").stat().st_mode & 0o777 == 0o600


def test_a_spent_refresh_token_is_withdrawn(keep: Keep, login_server: LoginServer) -> None:
    login_server.withdraw()
    with pytest.raises(Withdrawn):
        Tokens(keep, lambda: NOW + timedelta(hours=2))()


RULES = """mode: live
mailbox:
  address: team@acme.example
  imap: {imap}
  smtp: {smtp}
  oauth: microsoft
  poll: 1 second
owner: {{name: Dana Reyes, email: dana@acme.example, timezone: America/New_York}}
contractors:
  - {{name: Maria Santos, email: maria@contract.example, timezone: Asia/Manila}}
rules:
  - {{name: Thank, when: contractor replied, send: appreciation/quick-answer}}
"""


class Keepwarm:
    """The command line over these servers."""

    def __init__(self, servers, folder: Path) -> None:
        dovecot, postfix = servers
        self.folder = folder
        (folder / "rules.yaml").write_text(RULES.format(imap=dovecot.url(), smtp=postfix.url()))

    def start(self, *words: str, program: str = "daemon.py") -> subprocess.Popen[str]:
        line = [sys.executable, "-u", program, "--rules", self.folder / "rules.yaml"]
        return subprocess.Popen(
            [*line, "--data", self.folder / "data", *words],
            cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def __call__(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        said, _ = process.communicate(timeout=60)
        assert "Traceback" not in said, said
        return process.returncode, said


def until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_login_by_a_code_then_a_run_then_withdrawal(
    servers, login_server: LoginServer, tmp_path: Path
) -> None:
    keepwarm = Keepwarm(servers, tmp_path)
    code, said = keepwarm("check")
    assert code == 1
    assert "There is no permission yet" in said
    login = keepwarm.start("login", "--client-id", "ours", "--server", login_server.url)
    assert "/enter" in until(login, "ABCD-EFGH")
    login_server.entered = True
    assert "Permission is given" in login.communicate(timeout=60)[0]
    assert keepwarm("check")[0] == 0
    code, said = keepwarm("run", "--once")
    assert code == 0, said
    assert keepwarm("health")[0] == 0
    kept = json.loads((tmp_path / "data/oauth.json").read_text())
    login_server.withdraw()
    code, said = keepwarm("run", "--once")
    assert code == 1
    assert "`login`" in said
    assert kept["access_token"] not in said
    beat = TinyStore(tmp_path / "data", read_only=True).heartbeat()
    later = beat.last_poll + timedelta(minutes=10)
    assert "`login`" in reason(beat, timedelta(seconds=1), later), "health turns red, and says what to do"
    login = keepwarm.start("login", "--server", login_server.url)  # the registration is remembered
    until(login, "ABCD-EFGH")
    login_server.entered = True
    assert login.wait(60) == 0
    assert keepwarm("run", "--once")[0] == 0


def test_login_in_a_browser(servers, login_server: LoginServer, tmp_path: Path) -> None:
    keepwarm = Keepwarm(servers, tmp_path)
    login = keepwarm.start("login", "--client-id", "ours", "--server", login_server.url, "--browser")
    said = until(login, "(From another machine")
    [url] = re.findall(r"^http\S+$", said, re.MULTILINE)
    port = re.search(r"redirect_uri=http%3A%2F%2F127.0.0.1%3A(\d+)", url)[1]
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/favicon.ico")  # browsers do
    assert b"close this page" in urllib.request.urlopen(url).read()
    assert login.wait(60) == 0
    assert keepwarm("check")[0] == 0


def test_an_answer_that_was_not_asked_for_is_refused(
    servers, login_server: LoginServer, tmp_path: Path
) -> None:
    keepwarm = Keepwarm(servers, tmp_path)
    login = keepwarm.start("login", "--client-id", "ours", "--server", login_server.url, "--browser")
    said = until(login, "(From another machine")
    port = re.search(r"redirect_uri=http%3A%2F%2F127.0.0.1%3A(\d+)", said)[1]
    urllib.request.urlopen(f"http://127.0.0.1:{port}/?code=theirs&state=guessed").read()
    assert "Another answer" in login.communicate(timeout=60)[0]
    assert login.returncode == 1
    assert not (tmp_path / "data/oauth.json").exists()


def test_login_is_for_mailboxes_with_oauth(servers, tmp_path: Path) -> None:
    keepwarm = Keepwarm(servers, tmp_path)
    rules = tmp_path / "rules.yaml"
    rules.write_text(rules.read_text().replace("oauth: microsoft", "password: env:X"))
    code, said = keepwarm("login")
    assert code == 1
    assert "oauth: google" in said


def test_a_running_daemon_lives_through_expiry(
    servers, login_server: LoginServer, keep: Keep, tmp_path: Path
) -> None:
    login_server.expires_in = 301  # a second more than is renewed ahead of time
    kept = keep.load()
    keep.save(Permission(**{**kept.__dict__, "expires_at": datetime.now(UTC).isoformat()}))
    keepwarm = Keepwarm(servers, tmp_path)
    daemon = keepwarm.start("run")
    end = time.monotonic() + 60
    while TinyStore(tmp_path / "data", read_only=True).heartbeat().last_poll is None:
        assert time.monotonic() < end
        time.sleep(0.2)
    login_server.good.clear()
    servers[0]._doveadm("kick", "*")  # the line dies, and the next one needs another token
    first = TinyStore(tmp_path / "data", read_only=True).heartbeat().last_poll
    renewals = len(login_server.asked)
    while len(login_server.asked) == renewals or not (
        (beat := TinyStore(tmp_path / "data", read_only=True).heartbeat()).last_poll > first
        and not beat.failing_since
    ):
        assert time.monotonic() < end
        time.sleep(0.2)
    daemon.terminate()
    assert daemon.wait(30) == 0


def test_of_a_withdrawn_permission_the_owner_is_told_once_with_what_to_do(
    servers, login_server: LoginServer, keep: Keep, tmp_path: Path
) -> None:
    """Here mail can still go out: the way out wants no login."""
    dovecot, _ = servers
    keep.save(Permission(**{**keep.load().__dict__, "expires_at": "2999-01-01T00:00:00+00:00"}))
    keepwarm = Keepwarm(servers, tmp_path)
    rules = tmp_path / "rules.yaml"
    rules.write_text(rules.read_text().replace("oauth: microsoft", "oauth: microsoft\n  smtp login: none"))
    before = len(dovecot.mailbox(DANA))
    daemon = keepwarm.start("run", program="tests/interop/odd_daemon.py")
    end = time.monotonic() + 60
    while TinyStore(tmp_path / "data", read_only=True).heartbeat().last_poll is None:
        assert time.monotonic() < end
        time.sleep(0.2)
    login_server.withdraw()
    dovecot._doveadm("kick", "*")
    while len(dovecot.mailbox(DANA)) == before:
        assert time.monotonic() < end
        time.sleep(0.2)
    time.sleep(4)  # as long again as it took until the owner was told
    daemon.terminate()
    said = daemon.communicate(timeout=30)[0]
    [told] = dovecot.mailbox(DANA)[before:]
    text = message_from_bytes(told.content, policy=policy.default).get_body(("plain",)).get_content()
    assert "withdrawn or has run out" in " ".join(text.split())
    assert "`login`" in text
    assert keep.load().refresh_token not in said + text
    assert keepwarm("health")[0] == 0, "it is red once the last good poll is old"
    beat = TinyStore(tmp_path / "data", read_only=True).heartbeat()
    assert "`login`" in reason(beat, timedelta(seconds=1), beat.last_poll + timedelta(minutes=10))


def test_init_asks_for_permission_where_there_is_no_password(
    servers, login_server: LoginServer, tmp_path: Path
) -> None:
    dovecot, postfix = servers
    login_server.quick, login_server.expires_in = True, 3600
    mailbox = [TEAM, dovecot.url(), postfix.url(), "", "oauth", login_server.url, "keepwarm", ""]
    people = [
        "",
        "Dana Reyes",
        "dana@acme.example",
        "America/New_York",
        "",
        MARIA,
        "Maria",
        "",
        "Asia/Manila",
        "",
    ]
    line = [
        sys.executable,
        "daemon.py",
        "--rules",
        tmp_path / "rules.yaml",
        "--data",
        tmp_path / "data",
        "init",
    ]
    done = subprocess.run(
        line, cwd=ROOT, input="\n".join([*mailbox, *people, "", "", "y"]) + "\n",
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    login_server.quick = False
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ABCD-EFGH" in done.stdout
    rules = (tmp_path / "rules.yaml").read_text()
    assert "oauth: microsoft" in rules
    assert "password:" not in rules
    assert (tmp_path / "data/oauth.json").stat().st_mode & 0o777 == 0o600
    keepwarm = [*line[:-1], "check"]
    assert subprocess.run(keepwarm, cwd=ROOT, capture_output=True, timeout=60).returncode == 0
