"""Keeping a permission, and having a fresh access token at hand: renewed ahead of time, by one process at a time."""

import fcntl
import importlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mail.access.oauth import Answer, Client, OAuthError, Provider, Withdrawn, renew
from mail.access.secrets import remember

# Before a token ends it is renewed, so that it never ends in the middle of a tick.
AHEAD = timedelta(minutes=5)
NO_PERMISSION = "There is no permission yet to use the mailbox by OAuth 2; give it with the command `login`."


@dataclass(frozen=True)
class Permission:
    """What is kept. The access token lives an hour, the refresh token until it is withdrawn."""

    provider: str
    client_id: str
    client_secret: str
    token_url: str
    scope: str
    refresh_token: str
    access_token: str
    expires_at: str  # ISO 8601, UTC

    def __repr__(self) -> str:
        return f"Permission({self.provider}, until {self.expires_at})"


def granted(who: Provider, client: Client, answer: Answer, now: datetime) -> Permission:
    """A permission from the answer to a login."""
    if not answer.get("refresh_token"):
        raise OAuthError(
            "The login server gave no lasting permission (no refresh token); allow offline access there, "
            "and begin again with `login`."
        )
    first = Permission(who.name, client.id, client.secret, who.token, who.scope, "", "", "")
    return _renewed(first, answer, now)


class Keep:
    """Where the permission lies: a file that only its owner can read, or the keyring, to which the file points."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path, self._name = folder / "oauth.json", name

    def load(self) -> Permission:
        """The permission; OAuthError where there is none."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept.get("keyring"):
                with _ring() as ring:
                    text = ring.get_password("keepwarm-oauth", self._name)
                kept = json.loads(text or "")
            found = Permission(**kept)
        except FileNotFoundError:
            raise OAuthError(NO_PERMISSION) from None
        except (ValueError, TypeError, AttributeError):
            raise OAuthError(
                f"{self._path} cannot be understood; give permission anew with `login`."
            ) from None
        for secret in (found.refresh_token, found.access_token, found.client_secret):
            remember(secret)
        return found

    def save(self, permission: Permission, keyring: bool | None = None) -> None:
        """Keep it, in the keyring if asked, or if it was there before."""
        text = json.dumps(asdict(permission), indent=1)
        if self._in_keyring() if keyring is None else keyring:
            with _ring() as ring:
                ring.set_password("keepwarm-oauth", self._name, text)
            text = json.dumps({"keyring": True})
        self._replace(text)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time: a refresh token may be good for one use only."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            self._give_to_its_owner(lock.fileno())
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _in_keyring(self) -> bool:
        try:
            return bool(json.loads(self._path.read_text(encoding="utf-8")).get("keyring"))
        except (OSError, ValueError, AttributeError):
            return False

    def _replace(self, text: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".oauth.")  # 0600 from the first moment
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            self._give_to_its_owner(handle)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._path)

    def _give_to_its_owner(self, made: int) -> None:
        """What root makes in a daemon's folder is the daemon's: `sudo keepwarm login` must not lock it out."""
        if os.geteuid() == 0:
            folder = self._path.parent.stat()
            os.chown(made, folder.st_uid, folder.st_gid)


class Tokens:
    """Gives out access tokens; `now` is the house's clock."""

    def __init__(self, keep: Keep, now: Callable[[], datetime]) -> None:
        self._keep, self._now = keep, now

    def __call__(self, refused: str = "") -> str:
        """A token that is good for some minutes; another one than `refused`, which a server did not take."""
        found = self._keep.load()
        if self._fresh(found, refused):
            return found.access_token
        with self._keep.alone():
            found = self._keep.load()  # another process may have been quicker
            if not self._fresh(found, refused):
                client = Client(found.client_id, found.client_secret)
                answer = renew(found.token_url, client, found.refresh_token, found.scope)
                found = _renewed(found, answer, self._now())
                self._keep.save(found)
        return found.access_token

    def _fresh(self, found: Permission, refused: str) -> bool:
        if not found.access_token or found.access_token == refused:
            return False
        return datetime.fromisoformat(found.expires_at) - AHEAD > self._now()


def _renewed(before: Permission, answer: Answer, now: datetime) -> Permission:
    """The refresh token stays the same where the answer has none (RFC 6749, 6)."""
    token = str(answer.get("access_token", ""))
    if not token:
        raise Withdrawn("The login server gave no token; give permission anew with the command `login`.")
    seconds = int(answer.get("expires_in", 3600))
    return replace(
        before,
        access_token=token,
        refresh_token=str(answer.get("refresh_token") or before.refresh_token),
        expires_at=(now + timedelta(seconds=seconds)).isoformat(),
    )


@contextmanager
def _ring() -> Iterator[Any]:
    """The keyring package, loaded only when it is used; OAuthError where there is none, or it cannot be opened."""
    try:
        yield importlib.import_module("keyring")
    except ImportError:
        raise OAuthError("The keyring needs one more package: pip install keyring.") from None
    except Exception as error:  # every backend has errors of its own
        raise OAuthError(
            f"The keyring cannot be opened ({type(error).__name__}); unlock it, or give permission anew with the "
            "command `login`, which keeps it in a file."
        ) from None
