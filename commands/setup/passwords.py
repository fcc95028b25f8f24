"""Where the password will lie: asked once, tried at once, and kept only when everything else was answered."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from commands.output import complain
from commands.setup import asking
from commands.setup.writing import write_whole
from mail.secrets import SecretError, remember, reveal

WAYS = ("file", "env", "keyring", "command")
VARIABLE = "KEEPWARM_PASSWORD"


@dataclass(frozen=True)
class Password:
    """The secret itself, where rules.yaml says that it lies, and how it gets there."""

    secret: str
    where: str
    keep: Callable[[], None]
    advice: str = ""  # what the owner has to do, each time

    def __repr__(self) -> str:
        return f"Password({self.where})"


def ask_password(folder: Path, address: str) -> Password:
    """Ask where it shall lie, and for the password, which is not shown."""
    ways = {"file": _file, "env": _env, "keyring": _keyring, "command": _command}
    typer.echo("The password never stands in rules.yaml. It can lie in a file that only you can read, in the")
    typer.echo("environment, in the keyring of this machine, or come from a command such as: pass show mail")
    while True:
        way = asking.one_of("Where shall it lie?", WAYS, "file")
        try:
            return ways[way](folder, address)
        except SecretError as error:
            complain(str(error))


def _file(folder: Path, address: str) -> Password:
    path = (folder / "keepwarm-password").absolute()
    secret = _typed(address)
    return Password(secret, f"file:{path}", lambda: write_whole(path, secret + "\n", 0o600))


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
