"""`login`: gives Keepwarm permission to use the mailbox by OAuth 2, or renews it."""

from typing import Annotated

import typer

from commands.house import House
from commands.output import complain, plainly
from commands.setup import asking
from commands.setup.permission import obtain, own_server
from mail.access.oauth import Client, OAuthError, provider
from mail.access.secrets import reveal
from mail.access.tokens import Keep, granted

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
Port = Annotated[
    int, typer.Option("--port", help="Where the browser comes back to; 0 for any.", min=0, max=65535)
]


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
    who = own_server(mailbox.oauth, server) if server else provider(mailbox.oauth, tenant)
    keep = Keep(house.data, mailbox.address)
    client = _client(keep, client_id, client_secret)
    try:
        answer = obtain(who, client, mailbox.login, browser, port)
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
            return Client(before.client_id, _secret(client_secret) or before.client_secret)
    return Client(client_id, _secret(client_secret))


def _secret(where: str) -> str:
    return reveal(where, "--client-secret") if where else ""
