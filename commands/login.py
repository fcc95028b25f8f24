"""`login`: gives Keepwarm permission to use the mailbox by OAuth 2, or renews it."""

import http.server
import secrets
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from commands.house import House
from commands.output import complain, plainly
from commands.setup import asking
from mail.oauth import (
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
from mail.secrets import reveal
from mail.tokens import Keep, granted

WAITING = 900  # seconds for the owner to say yes in the browser

ClientId = Annotated[
    str, typer.Option("--client-id", help="What the provider knows your registration of Keepwarm by.")
]
ClientSecret = Annotated[
    str, typer.Option("--client-secret", help="Where its secret lies: env:, file:, command: or keyring:.")
]
Tenant = Annotated[str, typer.Option("--tenant", help="Microsoft: your tenant's name or number.")]
Browser = Annotated[
    bool, typer.Option("--browser", help="Say yes in a browser on this machine instead of entering a code.")
]
Keyring = Annotated[bool, typer.Option("--keyring", help="Keep it in the keyring, not in a file.")]
Server = Annotated[
    str, typer.Option("--server", help="A login server of your own, where /token, /device, /authorize are.")
]
Port = Annotated[int, typer.Option("--port", help="Where the browser comes back to; 0 for any.")]


@plainly
def login(
    context: typer.Context,
    client_id: ClientId = "",
    client_secret: ClientSecret = "",
    tenant: Tenant = "organizations",
    browser: Browser = False,
    keyring: Keyring = False,
    server: Server = "",
    port: Port = 0,
) -> None:
    """Give permission to use the mailbox by OAuth 2 (`oauth:` in rules.yaml), or renew it."""
    house: House = context.obj
    mailbox = house.policy(house.templates()).mailbox
    if not mailbox.oauth:
        complain(
            "`mailbox:` in rules.yaml says `password:`; write `oauth: google` or `oauth: microsoft` there."
        )
        raise typer.Exit(1)
    who = _own(mailbox.oauth, server) if server else provider(mailbox.oauth, tenant)
    keep = Keep(house.data, mailbox.address)
    client = _client(keep, client_id, client_secret)
    try:
        by_browser = browser or not who.device
        answer = (
            _in_browser(who, client, mailbox.login, port) if by_browser else by_device(who, client, _show)
        )
    except KeyboardInterrupt:
        complain("Stopped; nothing was kept.")
        raise typer.Exit(1) from None
    with keep.alone():
        keep.save(granted(who, client, answer, house.now()), keyring)
    typer.echo("Permission is given, and kept. Try it: check")


def _client(keep: Keep, client_id: str, client_secret: str) -> Client:
    """The registration: as given, else as before, else as asked."""
    if not client_id:
        try:
            before = keep.load()
        except OAuthError:
            client_id = asking.ask("The client id of your registration (see docs/oauth.md)")
        else:
            return Client(before.client_id, reveal(client_secret) if client_secret else before.client_secret)
    return Client(client_id, reveal(client_secret) if client_secret else "")


def _own(name: str, server: str) -> Provider:
    base = server.rstrip("/")
    if not allowed(base):
        raise OAuthError("`--server` needs an address that begins with https://.")
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
