"""Questions in a plain terminal: a default in brackets, asked again until the answer can be used."""

from collections.abc import Callable, Sequence
from getpass import getpass
from typing import TypeVar

import typer

from commands.output import complain, ended
from rules.format.problems import Fault

T = TypeVar("T")


def ask(question: str, default: str = "", check: Callable[[str], T] = str) -> T:  # type: ignore[assignment]
    """An answer that `check` accepts; its ValueError is shown, and the question comes again."""
    while True:
        answer = typer.prompt(question, default=default or None, type=str).strip()
        try:
            return check(answer)
        except ValueError as error:
            complain(_sentence(error))


def maybe(question: str, check: Callable[[str], T] = str) -> T | None:  # type: ignore[assignment]
    """An answer, or None for an empty one."""
    while True:
        answer = typer.prompt(question, default="", show_default=False).strip()
        if not answer:
            return None
        try:
            return check(answer)
        except ValueError as error:
            complain(_sentence(error))


def secret(question: str) -> str:
    """What nobody sees while it is typed: the echo is off before the question stands there, also for who pastes."""
    while not (answer := getpass(f"{question}: ").strip()):
        pass
    return answer


def yes(question: str, default: bool = True) -> bool:
    """Yes or no."""
    return typer.confirm(question, default=default)


def one_of(question: str, allowed: Sequence[str], default: str) -> str:
    """One of these words."""

    def check(answer: str) -> str:
        word = answer.lower()
        if word not in allowed:
            raise ValueError(f"Write one of: {', '.join(allowed)}.")
        return word

    return ask(f"{question} ({', '.join(allowed)})", default, check)


def numbers(question: str, count: int) -> list[int]:
    """Numbers from 1 to `count`, such as "1, 3-5"; none for an empty answer."""

    def check(answer: str) -> list[int]:
        found: list[int] = []
        for part in answer.replace(",", " ").split():
            first, _, last = part.partition("-")
            if not (first.isdecimal() and (last or first).isdecimal()) or int(last or first) < int(first):
                raise ValueError("Write their numbers, such as: 1, 3-5.")
            if not 1 <= int(first) <= int(last or first) <= count:
                raise ValueError(f"The numbers go from 1 to {count}.")
            found += range(int(first), int(last or first) + 1)
        return list(dict.fromkeys(found))

    return maybe(question, check) or []


def _sentence(error: ValueError) -> str:
    text = f"{error.message} {error.hint}".strip() if isinstance(error, Fault) else str(error)
    return ended(text[:1].upper() + text[1:])
