"""The house holds: imports run one way, and clocks, sockets and databases stay in the rooms that own them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("relationship", "rules", "mail", "store", "tick", "commands", "daemon")

# Which rooms each room may import.
MAY_IMPORT = {
    "relationship": set(),
    "rules": {"relationship"},
    "mail": {"relationship"},
    "store": {"relationship"},
    "tick": {"relationship", "rules", "mail", "store"},
    "commands": {"relationship", "rules", "mail", "store", "tick"},
    "daemon": {"relationship", "rules", "mail", "store", "tick", "commands"},
}

# Inside some rooms, from the ground up: each folder or module may import those before it.
FLOORS = {
    "relationship": (
        "values clocks subjects domains facts parties templates invitations correspondence story "
        "folding deadlines check_ins occasions warmth agenda"
    ),
    "mail/reading": (
        "words syntax meaning text classifying authenticity who contents to_us concern riddles sifting understanding"
    ),
    "tick": "work bookkeeping deciding composing owner delivering collecting recording wake rehearsal",
}

# Who owns what reaches outside: a clock, a socket, a database.
OWNERS = {
    "imapclient": {"mail"},
    "smtplib": {"mail"},
    "socket": {"mail", "commands"},
    "tinydb": {"store"},
}

# The heart and the rules open nothing at all.
PURE = ("relationship", "rules")
IMPURE_MODULES = {
    "socket",
    "imaplib",
    "smtplib",
    "imapclient",
    "tinydb",
    "subprocess",
    "urllib",
    "requests",
    "shutil",
}
PURE_PARTS = {"urllib.parse"}
IMPURE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}


def modules(room: str) -> list[Path]:
    return [ROOT / "daemon.py"] if room == "daemon" else sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("room", ROOMS)
def test_there_is_something_to_look_at(room: str) -> None:
    assert modules(room)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room: str) -> None:
    for path in modules(room):
        for name in imports(path):
            other = name.partition(".")[0]
            assert other not in ROOMS or other == room or other in MAY_IMPORT[room], f"{path} imports {name}"


@pytest.mark.parametrize("room", FLOORS)
def test_imports_inside_a_room_run_one_way(room: str) -> None:
    floors, inside = FLOORS[room].split(), f"{room.replace('/', '.')}."
    for path in modules(room):
        own = path.relative_to(ROOT / room).parts[0].removesuffix(".py")
        for name in imports(path):
            if name.startswith(inside):
                other = name.removeprefix(inside).partition(".")[0]
                assert floors.index(other) <= floors.index(own), f"{path} imports {name}"


@pytest.mark.parametrize("module", OWNERS)
def test_each_library_has_its_room(module: str) -> None:
    for room in ROOMS:
        for path in modules(room):
            found = {name.partition(".")[0] for name in imports(path)}
            assert module not in found or room in OWNERS[module], f"{path} imports {module}"


@pytest.mark.parametrize("room", PURE)
def test_the_heart_opens_nothing(room: str) -> None:
    for path in modules(room):
        found = {name.partition(".")[0] for name in imports(path) if name not in PURE_PARTS}
        assert not found & IMPURE_MODULES, path
        assert not set(calls(path)) & IMPURE_CALLS, path


def clocks(path: Path) -> list[int]:
    """Lines that read a clock: datetime.now, utcnow, today, time.time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr)
        in {
            ("datetime", "now"),
            ("datetime", "utcnow"),
            ("datetime", "today"),
            ("date", "today"),
            ("time", "time"),
        }
    ]


# The daemon owns the clock; the embedded servers stamp mail with it unless they are told another.
CLOCK_OWNERS = {ROOT / "daemon.py", ROOT / "commands" / "demo_servers.py"}


def test_one_room_reads_the_clock() -> None:
    for room in ROOMS:
        for path in modules(room):
            assert path in CLOCK_OWNERS or not clocks(path), f"{path} reads a clock"


def test_the_guards_would_notice(tmp_path: Path) -> None:
    """A test that cannot fail is a defect: the same functions find what is forbidden in a file that does it."""
    bad = tmp_path / "bad.py"
    bad.write_text("import smtplib\nfrom tinydb import TinyDB\nx = datetime.now()\nopen('y')\n")
    assert set(imports(bad)) == {"smtplib", "tinydb"}
    assert clocks(bad) == [3]
    assert "open" in set(calls(bad))
