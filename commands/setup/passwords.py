"""Where the password will lie: asked once, tried at once, and kept only when everything else was answered."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from commands.house import House
from commands.output import complain, print_paragraph
from commands.setup import asking
from commands.setup.permission import ask_permission
from commands.setup.writing import write_whole
from mail.access.bearer import Tokens
from mail.access.oauth import OAuthError
from mail.access.secrets import SecretError, remember, reveal
from mail.access.tokens import Keep

WAYS = ("file", "env", "keyring", "command", "oauth")
VARIABLE = "KEEPWARM_PASSWORD"


@dataclass(frozen=True)
class Password:
    """The secret itself, where rules.yaml says that it lies, and how it gets there."""

    secret: str
    where: str
    keep: Callable[[], None]
    advice: str = ""  # what the owner has to do, each time
    oauth: str = ""  # who gives permission instead of a password
    tokens: Tokens | None = None

    def __repr__(self) -> str:
        return f"Password({self.where})"


def ask_password(house: House, address: str, host: str) -> Password:
    """Ask where it shall lie, and for the password, which is not shown; or for permission by OAuth 2."""
    folder, usual = house.rules.parent, _giver(host)
    ways = {"file": _file, "env": _env, "keyring": _keyring, "command": _command}
    print_paragraph(
        "The password never stands in rules.yaml. It can lie in a file that only you can read, in the environment, in "
        "the keyring of this machine, or come from a command such as: pass show mail. Or choose oauth: you give "
        "permission without any password."
    )
    while True:
        way = asking.one_of("Where shall it lie?", WAYS, "oauth" if usual == "microsoft" else "file")
        try:
            if way == "oauth":
                return _oauth(house, address, usual)
            return ways[way](folder, address)
        except (SecretError, OAuthError) as error:
            complain(str(error))


def _giver(host: str) -> str:
    """Who gives permission for a server; "" for one of the owner's own."""
    known = {"google": ("gmail.com", "googlemail.com"), "microsoft": ("office365.com", "outlook.com")}
    return next((name for name, ends in known.items() if host.endswith(ends)), "")


def _oauth(house: House, address: str, usual: str) -> Password:
    given = ask_permission(address, usual, house.now)

    def keep() -> None:
        Keep(house.data, address).save(given)

    return Password("", "", keep, oauth=given.provider, tokens=lambda refused: given.access_token)


def _file(folder: Path, address: str) -> Password:
    secret = _typed(address)
    path = _free(folder.absolute() / "keepwarm-password", secret)
    return Password(secret, f"file:{path}", lambda: write_whole(path, secret + "\n"))


def _free(path: Path, secret: str) -> Path:
    """Where nothing lies yet, or this very password: another mailbox may have its own beside it."""
    names = (path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 1000)))
    return next(name for name in names if not name.exists() or name.read_bytes() == f"{secret}\n".encode())


def _env(folder: Path, address: str) -> Password:
    advice = f"Before each start: export {VARIABLE}=...   (read it without showing it: read -rs {VARIABLE})"
    if os.environ.get(VARIABLE):
        typer.echo(f"{VARIABLE} is set, and will be used.")
        return Password(reveal(f"env:{VARIABLE}"), f"env:{VARIABLE}", _nothing, advice)
    secret = _typed(address)

    def keep() -> None:
        os.environ[VARIABLE] = secret  # for the rest of this very command

    return Password(secret, f"env:{VARIABLE}", keep, advice)


def _keyring(folder: Path, address: str) -> Password:
    try:
        ring = importlib.import_module("keyring")
    except ImportError:
        raise SecretError("The keyring needs one more package: pip install keyring.") from None
    secret = _typed(address)

    def keep() -> None:
        try:
            ring.set_password("keepwarm", address, secret)
        except Exception as error:  # every backend has errors of its own
            raise SecretError(
                f"The keyring does not take it ({type(error).__name__}); run `init` again, and choose another way."
            ) from None

    return Password(secret, f"keyring:keepwarm/{address}", keep)


def _command(folder: Path, address: str) -> Password:
    line: str = asking.ask("The command that prints it")
    return Password(reveal(f"command:{line}"), f"command:{line}", _nothing)


def _typed(address: str) -> str:
    return remember(asking.secret(f"Password for {address} (you will not see it)"))


def _nothing() -> None:
    pass
