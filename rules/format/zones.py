"""How a time zone is read, and which one was probably meant."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rules.format.problems import Fault, found
from rules.format.suggest import closest

_NO_SUMMER = {"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu"}
_ZONES = {
    **_NO_SUMMER,
    "ET": "America/New_York",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
    "PHT": "Asia/Manila",
    "BST": "Europe/London",
    "CEST": "Europe/Berlin",
}


def zone(words: str) -> str:
    """The name of a time zone (IANA)."""
    if words in _NO_SUMMER:
        raise Fault(f"{found(words)} knows no summer time.", f'Did you mean "{_NO_SUMMER[words]}"?')
    try:
        known = ZoneInfo(words).key == words and words not in ("localtime", "posixrules", "Factory")
    except (OSError, ValueError, KeyError):
        known = False
    if not known:
        raise Fault(f"{found(words)} is not a time zone.", _zone_hint(words))
    return words


def _zone_hint(words: str) -> str:
    near = _ZONES.get(words.upper()) or closest(words, _zones()) or closest(words, _cities())
    near = _cities().get(near, near) if near else None
    return f'Did you mean "{near}"?' if near else "Write it like America/New_York or Asia/Manila: area/city."


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if not name.startswith(("Etc/", "System")))


@cache
def _cities() -> dict[str, str]:
    return {name.rsplit("/", 1)[1].replace("_", " "): name for name in sorted(_zones()) if "/" in name}
