"""How this program was called: commands that are shown to be typed begin like the one that was typed."""

import shlex
import shutil
import sys
from pathlib import Path

from commands.house import House


def called(house: House) -> str:
    """Such as "keepwarm", or "python daemon.py --rules mine.yaml": with the options that name its files."""
    options = (("--rules", house.rules, "rules.yaml"), ("--data", house.data, "data"))
    told = (f" {option} {shlex.quote(str(path))}" for option, path, usual in options if path != Path(usual))
    return _program(Path(sys.argv[0])) + "".join(told)


def _program(typed: Path) -> str:
    if typed.suffix == ".py":
        return f"{_python()} {typed}"
    found = shutil.which(typed.name)
    return typed.name if found and typed.exists() and typed.samefile(found) else str(typed)


def _python() -> str:
    """The interpreter as one would type it here: the one of the project's environment, or any."""
    own = Path(sys.executable)
    return str(own.relative_to(Path.cwd())) if own.is_relative_to(Path.cwd()) else "python"
