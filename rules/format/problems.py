"""Problems: what is wrong with the rules file, where, and what would be right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, for a person who is no programmer."""

    line: int  # counted from 1; 0 where it is no place in the file (the file is missing, a login fails)
    column: int  # counted from 1, in characters; 0 likewise
    path: str  # "rules[3].steps[0].after"; "" for the file as a whole
    message: str  # what was found and why that is wrong
    hint: str = ""  # what is allowed, or what was probably meant

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.words}" if self.line else self.words

    @property
    def words(self) -> str:
        """Message and hint."""
        return f"{self.message} {self.hint}".rstrip()


class PolicyErrors(Exception):  # noqa: N818 - it holds several
    """The rules file cannot be used; every problem is listed, in the order of the file, after the file's name."""

    def __init__(self, problems: tuple[Problem, ...], file: str = "") -> None:
        super().__init__("\n".join(f"{file}: {x}" if file and x.line else str(x) for x in problems))
        self.problems = problems


class Fault(ValueError):  # noqa: N818 - a fault in a value, not of the program
    """One value is not what it should be; whoever knows the position makes a `Problem` of it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".rstrip())
        self.message = message
        self.hint = hint


Path = tuple[str | int, ...]


def spell(path: Path) -> str:
    """A path as people write it: ("rules", 3, "steps", 0, "after") is "rules[3].steps[0].after"."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def found(value: object) -> str:
    """What stands in the file, in few words; text is quoted and cut short."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return 'a block of "key: value" lines'
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'
