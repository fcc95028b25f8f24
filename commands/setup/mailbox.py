"""The first half of `init`: address, servers, login, folders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer

from commands.house import House
from commands.output import complain
from commands.setup import asking
from commands.setup.finding import find, guess
from commands.setup.passwords import Password, ask_password
from commands.setup.providers import Servers
from commands.setup.writing import Lines
from mail.imap.inbox import Inbox, InboxError
from mail.imap.inbox import settings_from_url as imap_settings
from mail.smtp.delivery import Postman
from mail.smtp.submission import DeliveryError
from mail.smtp.submission import settings_from_url as smtp_settings
from rules.format.people import address as an_address
from rules.format.servers import url

PATIENCE = 20.0  # seconds: somebody waits before the screen


@dataclass(frozen=True)
class Found:
    """A mailbox whose logins work."""

    address: str
    servers: Servers
    login: str
    password: Password
    inbox: Inbox  # connected

    def lines(self, folders: Sequence[str]) -> Lines:
        """As they stand in rules.yaml."""
        return {
            "address": self.address,
            "imap": self.servers.imap,
            "smtp": self.servers.smtp,
            "login": "" if self.login == self.address else self.login,
            "password": self.password.where,
            "oauth": self.password.oauth,
            "folders": list(folders),
        }


def ask_mailbox(house: House) -> Found:
    """Ask until both logins work."""
    address = asking.ask("The address of the shared inbox", check=an_address)
    domain = address.partition("@")[2]
    typer.echo(f"Looking for the mail servers of {domain} ...")
    servers = find(domain) or guess(domain)
    typer.echo(f"These are from {servers.source}.")
    if servers.note:
        typer.echo(f"Note: {servers.note}")
    login = address
    while True:
        servers = Servers(
            asking.ask("Mail is read from", servers.imap, url("imap")),
            asking.ask("Letters are handed to", servers.smtp, url("smtp")),
        )
        login = asking.ask("The user name there", login)
        password = ask_password(house, login, urlsplit(servers.imap).hostname or "")
        inbox = _logged_in(servers, login, password)
        if inbox:
            return Found(address, servers, login, password, inbox)
        if not asking.yes("Change something, and try again?"):
            raise typer.Abort


def _logged_in(servers: Servers, login: str, password: Password) -> Inbox | None:
    secret, tokens = password.secret, password.tokens
    inbox = Inbox(imap_settings(servers.imap, login, secret, timeout=PATIENCE, tokens=tokens))
    try:
        inbox.connect()
        typer.echo("Reading mail: the login works.")
        postman = Postman(smtp_settings(servers.smtp, login, secret, timeout=PATIENCE, tokens=tokens))
        postman.connect()
        postman.close()
    except (InboxError, DeliveryError) as error:
        complain(str(error))
        inbox.close()
        return None
    typer.echo("Sending mail: the login works.\n")
    return inbox


def ask_folders(inbox: Inbox) -> tuple[str, ...]:
    """The folders that are read; () for the usual ones."""
    usual, every = inbox.folders(), inbox.every_folder()
    typer.echo(f"The mailbox has these folders: {', '.join(every)}.")
    if asking.yes(f"Read these: {', '.join(usual)}?"):
        return ()

    def check(answer: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in answer.split(",") if name.strip())
        unknown = [name for name in names if name not in every]
        if unknown or not names:
            raise ValueError(f"There is no folder {', '.join(unknown) or 'named'}; write them as above.")
        return names

    sent = inbox.sent_folders().intersection(usual)
    while True:
        chosen = asking.ask(
            "Which ones? With commas between them; your sent mail must be among them", check=check
        )
        if not sent or sent.intersection(chosen) or _unsent(sent):
            return chosen


def _unsent(sent: Iterable[str]) -> bool:
    """Whether to go without them: some have a copy of all that they write in the inbox, most have not."""
    return asking.yes(
        f"Without {', '.join(sorted(sent))} your own answers are not seen, and you are told that you owe them. "
        "Leave it out?",
        default=False,
    )
