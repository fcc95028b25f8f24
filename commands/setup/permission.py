"""How the owner gives permission by OAuth 2: by a code on any device, or in a browser on this machine."""

import http.server
import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import typer

from commands.setup import asking
from mail.access.oauth import (
    Answer,
    Client,
    OAuthError,
    Provider,
    address,
    allowed,
    by_code,
    by_device,
    challenge,
    provider,
)
from mail.access.secrets import reveal
from mail.access.tokens import Permission, granted

WAITING = 900  # seconds for the owner to say yes in the browser


def ask_permission(user: str, usual: str, now: Callable[[], datetime]) -> Permission:
    """Ask for the registration, and then for permission; nothing is kept yet."""
    typer.echo("You need a registration of your own with the provider; docs/oauth.md tells how.")
    question = "Who gives permission? (google, microsoft, or the address of a login server of your own)"
    who = asking.ask(question, usual, _provider)
    client_id: str = asking.ask("The client id of your registration")
    where = asking.maybe("Where its secret lies, such as file:PATH (Enter: it has none)")
    client = Client(client_id, reveal(where, "The answer") if where else "")
    return granted(who, client, obtain(who, client, user), now())


def _provider(answer: str) -> Provider:
    if answer.lower() == "google":
        return provider("google")
    if answer.lower() == "microsoft":
        return provider("microsoft", asking.ask("Your tenant: its name or number", "organizations"))
    try:
        return own_server("microsoft", answer)
    except OAuthError as error:
        raise ValueError(str(error)) from None


def own_server(name: str, server: str) -> Provider:
    """A login server of one's own, with its usual addresses."""
    base = server.rstrip("/")
    if not allowed(base):
        raise OAuthError(f"{server} is no address that begins with https://.")
    return Provider(
        name, f"{base}/token", "openid email offline_access", f"{base}/authorize", f"{base}/device"
    )


def _show(where: str, code: str) -> None:
    typer.echo(f"On any device, open   {where}\nlog in as the mailbox's user, and enter the code   {code}")


class _Back(http.server.HTTPServer):
    """Waits on this machine for the browser to come back (RFC 8252, 7.3)."""

    answer: dict[str, list[str]]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Back

    def do_GET(self) -> None:
        """Take the answer out of the address, and say goodbye."""
        query = parse_qs(urlsplit(self.path).query)
        known = "state" in query
        if known:
            self.server.answer = query
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(
            b"You can close this page, and go back to Keepwarm.\n" if known else b"Nothing here.\n"
        )

    def log_message(self, *_: object) -> None:
        """The code is a secret."""


def obtain(who: Provider, client: Client, user: str, browser: bool = False, port: int = 0) -> Answer:
    """Ask the owner for permission: by a code where that is possible, else in a browser on this machine."""
    if browser or not who.device:
        return _in_browser(who, client, user, port)
    return by_device(who, client, _show)


def _in_browser(who: Provider, client: Client, user: str, port: int) -> Answer:
    state = secrets.token_urlsafe(24)
    verifier, challenged = challenge()
    with _Back(("127.0.0.1", port), _Handler) as back:
        redirect = f"http://127.0.0.1:{back.server_port}/"
        back.answer, back.timeout = {}, WAITING
        typer.echo("In a browser on this machine, log in as the mailbox's user at this address:\n")
        typer.echo(address(who, client, redirect, state, challenged, user))
        typer.echo(f"\n(From another machine: ssh -L {back.server_port}:127.0.0.1:{back.server_port} first.)")
        for _ in range(20):  # browsers ask for icons, too
            if back.answer:
                break
            back.handle_request()
    if not back.answer:
        raise OAuthError("Nobody came back from the browser in time; begin again with `login`.")
    if not secrets.compare_digest(back.answer["state"][0], state):
        raise OAuthError("Another answer came back than was asked for; begin again with `login`.")
    if "code" not in back.answer:
        raise OAuthError("The permission was refused; begin again with `login`.")
    return by_code(who, client, back.answer["code"][0], redirect, verifier)
