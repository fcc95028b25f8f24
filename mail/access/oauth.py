"""OAuth 2 for mail: getting permission (RFC 8628 on a second device, RFC 8252 in a browser here) and renewing it.

These are four forms sent by POST, so no library is asked: Authlib has no device flow and brings requests and
cryptography (30 MB of memory in a daemon), msal speaks to Microsoft alone, and a provider of one's own (Keycloak,
Authentik before Dovecot) would need a third way. Secrets travel in the body of the request over TLS, never in an
address.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from mail.access.secrets import remember
from relationship.domains import is_loopback

PATIENCE = 20.0  # seconds for an answer
LARGEST = 1_000_000  # bytes of one
SLOWER = 5.0  # seconds more between two questions, when the server asks for it (RFC 8628, 3.5)


class OAuthError(Exception):
    """There is no permission; the message is one sentence that says what to do, without any secret."""


class Withdrawn(OAuthError):  # noqa: N818 - a thing that happened, said in its name
    """The permission was withdrawn, or has run out: only the owner can give it anew."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who gives permission. `device` is "" where this must be done in a browser on the same machine."""

    name: str
    token: str
    scope: str
    authorize: str = ""
    device: str = ""


_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"


def provider(name: str, tenant: str = "organizations") -> Provider:
    """Google's or Microsoft's addresses. Google's device flow does not give access to mail; a browser does."""
    if name == "google":
        return Provider(
            "google",
            "https://oauth2.googleapis.com/token",
            "https://mail.google.com/",
            authorize="https://accounts.google.com/o/oauth2/v2/auth",
        )
    base = _MICROSOFT.format(tenant=tenant)
    scopes = (
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
    )
    return Provider("microsoft", f"{base}/token", scopes, f"{base}/authorize", f"{base}/devicecode")


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows us by: the owner's own registration."""

    id: str
    secret: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """As they go into a form."""
        return {"client_id": self.id, **({"client_secret": self.secret} if self.secret else {})}


Answer = Mapping[str, Any]


def by_device(who: Provider, client: Client, show: Callable[[str, str], None]) -> Answer:
    """Ask the owner to enter a code on any device, and wait until they did (RFC 8628)."""
    asked = _post(who.device, {"client_id": client.id, "scope": who.scope})
    show(str(asked.get("verification_uri", asked.get("verification_url", ""))), str(asked["user_code"]))
    every, left = float(asked.get("interval", 5)), float(asked.get("expires_in", 900))
    form = {
        **client.fields,
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": str(asked["device_code"]),
    }
    while left > 0:
        time.sleep(every)
        left -= every
        answer = _post(who.token, form, waiting=True)
        if "access_token" in answer:
            return answer
        every += SLOWER if answer["error"] == "slow_down" else 0
    raise OAuthError("The code was not entered in time; begin again with `login`.")


def challenge() -> tuple[str, str]:
    """A verifier and its challenge (RFC 7636, 4.1 and 4.2): who stole the code cannot use it."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def address(who: Provider, client: Client, redirect: str, state: str, challenged: str, hint: str = "") -> str:
    """The page on which the owner says yes."""
    form = {
        "client_id": client.id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": who.scope,
        "state": state,
        "code_challenge": challenged,
        "code_challenge_method": "S256",
        "access_type": "offline",  # Google gives a refresh token only then
        "prompt": "consent",
        "login_hint": hint,
    }
    return f"{who.authorize}?{urlencode({key: value for key, value in form.items() if value})}"


def by_code(who: Provider, client: Client, code: str, redirect: str, verifier: str) -> Answer:
    """Exchange the code that came back for tokens (RFC 6749, 4.1.3)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    return _post(who.token, {**client.fields, **form})


def renew(token_address: str, client: Client, refresh_token: str, scope: str) -> Answer:
    """New tokens for an old permission (RFC 6749, 6); `Withdrawn` where it is none any more."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": scope}
    return _post(token_address, {**client.fields, **form})


def allowed(url: str) -> bool:
    """Whether secrets may go there: TLS, or this very machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def _post(url: str, form: Mapping[str, str], waiting: bool = False) -> Answer:
    if not allowed(url):
        raise OAuthError(f"{url} is not encrypted; write an address with https://.")
    import urllib.error
    import urllib.request  # large, and many mailboxes need no OAuth

    headers = {"Accept": "application/json", "User-Agent": "keepwarm"}
    request = urllib.request.Request(url, urlencode(form).encode(), headers)  # noqa: S310 - see allowed()
    host = urlsplit(url).hostname
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310 - see allowed()
            return _read(reply.read(LARGEST), host)
    except urllib.error.HTTPError as error:
        with error:
            answer = _read(error.read(LARGEST), host)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise OAuthError(f"The login server {host} cannot be reached: {reason}.") from None
    if waiting and answer.get("error") in ("authorization_pending", "slow_down"):
        return answer
    raise _refusal(host, answer)


def _read(body: bytes, host: str | None) -> Answer:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise OAuthError(f"The login server {host} does not answer in a way that can be understood.")
    for name in ("access_token", "refresh_token", "device_code"):
        remember(str(answer.get(name, "")))
    return answer


def _refusal(host: str | None, answer: Answer) -> OAuthError:
    code = str(answer.get("error", "unknown"))
    said = " ".join(str(answer.get("error_description", "")).split())[:300]
    if code in ("invalid_grant", "interaction_required", "consent_required"):
        return Withdrawn(
            f"The permission to use the mailbox was withdrawn or has run out ({host}: {said or code}); "
            "give it anew with the command `login`."
        )
    if code in ("access_denied", "authorization_declined"):
        return OAuthError("The permission was refused; begin again with `login`.")
    return OAuthError(f"The login server {host} refuses ({code}): {said or 'it gives no reason'}")
