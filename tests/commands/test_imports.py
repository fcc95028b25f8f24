"""What a command does not need is not loaded: the daemon stays small, and every command begins at once."""

import subprocess
import sys

import pytest

# Large, or with a whole world behind them; each is loaded where it is used.
PICTURES = ("matplotlib", "numpy", "PIL")
DAYS = ("holidays", "dateparser")
LETTERS = ("icalendar", "markdown_it")
SERVERS = ("pymap", "aiosmtpd", "asyncio", "multiprocessing")
OTHERS = ("rich", "selectolax", "urllib.request", "keyring")

ASKED = """
import sys
sys.argv = ["daemon.py", *sys.argv[1:]]
import daemon
try:
    daemon.main()
except SystemExit as end:
    assert not end.code, end.code
print("\\nLOADED", *sys.modules)
"""

HOLIDAYS = """
import sys
from relationship.clocks.daysoff import check_holidays, holiday_dates
check_holidays("US-NY")
print("LOADED", *sys.modules)
assert len(holiday_dates("AS", 2026)) > 5, "the calendar of American Samoa is made of that of the United States"
import holidays
assert len(holidays.list_supported_countries()) > 200
"""


def loaded(code: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("LOADED ")[2].split())


def test_the_daemon_begins_with_what_it_needs() -> None:
    names = loaded("import sys, daemon, commands.run; print('LOADED', *sys.modules)")
    assert "imapclient" in names, "this would notice"
    assert not names & {*PICTURES, *DAYS, *LETTERS, *SERVERS, *OTHERS}
    assert not {name for name in names if name.startswith("commands.demo")}


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("health", "--help")])
def test_help_loads_no_pictures_and_no_calendars(arguments: tuple[str, ...]) -> None:
    names = loaded(ASKED, *arguments)
    assert "typer" in names
    assert not names & {*PICTURES, *DAYS}
    if arguments != ("--help",):  # that lists the demo, too
        assert not names & {*SERVERS, "icalendar"}


def test_of_the_holidays_only_the_countries_asked_for_are_loaded() -> None:
    countries = {name for name in loaded(HOLIDAYS) if name.startswith("holidays.countries.")}
    assert countries == {"holidays.countries.united_states"}
