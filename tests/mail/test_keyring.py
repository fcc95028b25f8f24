"""Passwords and permissions in the keyring, through the real package with a backend that keeps them in a file."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from mail.access.oauth import OAuthError
from mail.access.secrets import SecretError, redact, reveal
from mail.access.tokens import Keep, Permission, Tokens

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "r1ng-of-keys"
BACKEND = """
import json, pathlib
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 9
    path = pathlib.Path(__file__).with_name("ring.json")
    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}
    def get_password(self, service, name):
        return self._all().get(f"{service}/{name}")
    def set_password(self, service, name, secret):
        self.path.write_text(json.dumps({**self._all(), f"{service}/{name}": secret}))
"""


class Ring(KeyringBackend):
    """Secrets in memory; `locked` as where nobody is logged in to the desktop."""

    priority = 9

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def _open(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked(f"locked; it holds {SECRET}")


@pytest.fixture
def ring():
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_a_password_of_a_service_and_a_name(ring: Ring) -> None:
    ring.kept = {("mail", "team@acme.example"): SECRET, ("mail", "mail"): "an0ther"}
    assert reveal("keyring:mail/team@acme.example") == SECRET
    assert reveal("keyring: mail") == "an0ther"
    assert SECRET not in redact(f"LOGIN team {SECRET}")


@pytest.mark.parametrize(("locked", "said"), [(False, "keyring set mail team"), (True, "cannot be opened")])
def test_what_is_missing_or_locked_is_said_in_one_sentence(ring: Ring, locked: bool, said: str) -> None:
    ring.locked = locked
    with pytest.raises(SecretError, match=said) as caught:
        reveal("keyring:mail/team")
    assert SECRET not in str(caught.value)


def permission(token: str) -> Permission:
    ends = "2026-03-02T13:00:00+00:00"
    return Permission(
        "microsoft", "id", "", "http://127.0.0.1:9/token", "mail", f"rt-{token}", f"at-{token}", ends
    )


def test_a_permission_in_the_keyring_leaves_no_token_in_the_file(ring: Ring, tmp_path: Path) -> None:
    keep = Keep(tmp_path, "team@acme.example")
    keep.save(permission("one"), keyring=True)
    assert json.loads((tmp_path / "oauth.json").read_text()) == {"keyring": True}
    assert keep.load() == permission("one")
    assert Tokens(keep, lambda: NOW)() == "at-one"
    keep.save(permission("two"))  # renewed: it stays where it was
    assert "at-two" not in (tmp_path / "oauth.json").read_text()
    assert "at-two" in ring.kept["keepwarm-oauth", "team@acme.example"]
    keep.save(permission("three"), keyring=False)
    assert json.loads((tmp_path / "oauth.json").read_text())["access_token"] == "at-three"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_permission_that_root_gives_in_the_folder_of_a_daemon_is_the_daemons(tmp_path: Path) -> None:
    data = tmp_path / "data"
    keep = Keep(data, "team@acme.example")
    keep.save(permission("one"), keyring=False)
    assert data.stat().st_mode & 0o777 == 0o700
    os.chown(data, 65534, 65534)
    with keep.alone():
        keep.save(permission("two"))
    assert {path.stat().st_uid for path in data.iterdir()} == {65534}


def test_a_keyring_that_is_locked_or_empty_is_no_permission(ring: Ring, tmp_path: Path) -> None:
    keep = Keep(tmp_path, "team@acme.example")
    keep.save(permission("one"), keyring=True)
    ring.kept.clear()
    with pytest.raises(OAuthError, match="`login`"):
        keep.load()
    ring.locked = True
    for use in (keep.load, lambda: keep.save(permission("two"))):
        with pytest.raises(OAuthError, match="keyring") as caught:
            use()
        assert SECRET not in str(caught.value)


def test_check_takes_the_password_from_the_keyring(embedded_mail, tmp_path: Path) -> None:
    (tmp_path / "rings.py").write_text(BACKEND)
    (tmp_path / "ring.json").write_text(json.dumps({"mail/team@acme.example": "secret"}))
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        f"mailbox:\n  address: team@acme.example\n  imap: {embedded_mail.imap_url}\n"
        f"  smtp: {embedded_mail.smtp_url}\n  password: keyring:mail/team@acme.example\n"
        "owner: {name: Dana Reyes, email: dana@acme.example, timezone: UTC}\n"
        "contractors:\n  - {name: Maria Santos, email: maria@contract.example, timezone: Asia/Manila}\n"
    )
    line = [sys.executable, ROOT / "daemon.py", "--rules", rules, "--data", tmp_path / "data", "check"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "rings.Ring"}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    (tmp_path / "ring.json").write_text("{}")
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"{rules}: line 5, column 13: The keyring holds no password" in done.stdout
