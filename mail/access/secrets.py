"""Secrets are never in rules.yaml; it says where they are: `env:`, `file:`, `command:` or `keyring:`."""

import base64
import importlib
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import Field, replace
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

PATIENCE = 30  # seconds for a command, which may have to unlock something first
REDACTED = "[secret]"
SHORTEST = 4  # what is shorter stands in many words by chance

_revealed: set[str] = set()


class Login(Protocol):
    """Settings with a password, and where it lies ("" for nowhere)."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def password(self) -> str:
        """As it is known."""

    @property
    def password_at(self) -> str:
        """Such as `file:PATH`."""


C = TypeVar("C")
S = TypeVar("S", bound=Login)


class SecretError(Exception):
    """The secret cannot be had; the message is one sentence that says why, and never holds the secret."""


def reveal(where: str, named: str = "`password:`") -> str:
    """The secret that a setting points to; `named` is what the owner calls that setting, for what is wrong with it.

    `env:NAME`, `file:PATH` (its first line; variables such as `$CREDENTIALS_DIRECTORY` are filled in),
    `command:PROGRAM ARGUMENTS` (the first line it prints), `keyring:SERVICE/NAME`, or `keyring:SERVICE` where
    both are the same.
    """
    kind, _, rest = where.partition(":")
    find = _KINDS.get(kind.strip())
    rest = rest.strip()
    if find is None or not rest:
        secret = "password" if "password" in named else "secret"
        raise SecretError(
            f"{named} says where the {secret} is, never the {secret} itself; "
            "write env:NAME, file:PATH, command:PROGRAM or keyring:SERVICE."
        )
    return remember(find(rest, named))


def logged_in(connect: Callable[[S], C], settings: S, refused: type[Exception]) -> tuple[C, S]:
    """A connection, and the settings that it was made with: who changes the password need not start us again.

    The password is looked for anew only where it is `refused`, so that no command runs at every connection.
    """
    try:
        return connect(settings), settings
    except refused:
        password = _by_now(settings)
        if password == settings.password:
            raise
        settings = replace(settings, password=password)
        return connect(settings), settings


def _by_now(settings: Login) -> str:
    """The password that lies in its place by now; the known one where none can be had."""
    try:
        return reveal(settings.password_at) if settings.password_at else settings.password
    except SecretError:
        return settings.password


def remember(secret: str) -> str:
    """From now on `redact` knows this secret; the secret itself again."""
    if len(secret) >= SHORTEST:
        _revealed.update((secret, base64.b64encode(secret.encode()).decode()))
    return secret


def redact(text: str) -> str:
    """The text without any secret that was revealed so far: for logs, and for errors that quote a server."""
    known = "|".join(re.escape(secret) for secret in sorted(_revealed, key=len, reverse=True))
    return re.sub(known, REDACTED, text) if known else text


def _from_environment(name: str, named: str) -> str:
    return os.environ.get(name) or _none(f"The environment variable {name}, which {named} names, is not set.")


def _from_file(path: str, named: str) -> str:
    try:
        text = Path(os.path.expandvars(path)).expanduser().read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        _none(f"The file {path}, which {named} names, is not a text file.")
    except OSError as error:
        _none(f"The file {path}, which {named} names, cannot be read: {error.strerror}.")
    return _first_line(text) or _none(f"The file {path}, which {named} names, has an empty first line.")


def _from_command(line: str, named: str) -> str:
    try:
        words = shlex.split(line)
        done = subprocess.run(words, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603 - the owner's own
        printed = done.stdout.decode()
    except subprocess.CalledProcessError as error:
        _none(f"The command that {named} names failed with exit code {error.returncode}: {line}")
    except subprocess.TimeoutExpired:
        _none(f"The command that {named} names did not end within {PATIENCE} seconds: {line}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it cannot be understood"
        _none(f"The command that {named} names cannot be run ({reason}): {line}")
    return _first_line(printed) or _none(f"The command that {named} names prints no password: {line}")


def _from_keyring(where: str, named: str) -> str:
    service, _, name = where.partition("/")
    try:
        secret = importlib.import_module("keyring").get_password(service, name or service)
    except ImportError:
        _none(f"The keyring, which {named} names, needs one more package: pip install keyring.")
    except Exception as error:  # every backend has errors of its own
        _none(f"The keyring cannot be opened ({type(error).__name__}); use env:, file: or command: instead.")
    return str(secret or "") or _none(
        f"The keyring holds no password for {where}, which {named} names; "
        f"store one: keyring set {service} {name or service}."
    )


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0]


def _none(sentence: str) -> NoReturn:
    raise SecretError(sentence) from None


_KINDS = {
    "env": _from_environment,
    "file": _from_file,
    "command": _from_command,
    "keyring": _from_keyring,
}
