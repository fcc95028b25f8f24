"""How a time zone is read, and which one was probably meant."""

import re
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rules.format.problems import Fault, found
from rules.format.suggest import closest

_NO_SUMMER = {"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu"}
# Names that people use, by what each of them means: the first zone of a country that has several is left out.
_MEANT = {
    "America/New_York": "ET EDT EASTERN",
    "America/Chicago": "CT CDT CST CENTRAL",
    "America/Denver": "MT MDT MOUNTAIN",
    "America/Los_Angeles": "PT PDT PST PACIFIC",
    "America/Bogota": "COT COLOMBIA",
    "America/Argentina/Buenos_Aires": "ART ARGENTINA",
    "America/Sao_Paulo": "BRT",
    "Europe/London": "BST UK ENGLAND",
    "Europe/Berlin": "CEST MEZ MESZ GERMANY MUNICH",
    "Europe/Paris": "FRANCE",
    "Europe/Madrid": "SPAIN",
    "Europe/Warsaw": "POLAND",
    "Europe/Kyiv": "EEST UKRAINE",
    "Europe/Moscow": "MSK",
    "Africa/Lagos": "WAT NIGERIA",
    "Africa/Nairobi": "EAT KENYA",
    "Africa/Johannesburg": "SAST",
    "Asia/Dubai": "GST",
    "Asia/Karachi": "PKT PAKISTAN",
    "Asia/Kolkata": "IST INDIA MUMBAI DELHI BANGALORE",
    "Asia/Dhaka": "BANGLADESH",
    "Asia/Bangkok": "ICT THAILAND",
    "Asia/Ho_Chi_Minh": "VIETNAM",
    "Asia/Jakarta": "WIB",
    "Asia/Manila": "PH PHT PHILIPPINES",
    "Asia/Singapore": "SGT",
    "Asia/Shanghai": "CHINA BEIJING",
    "Asia/Tokyo": "JST",
    "Asia/Seoul": "KST",
    "Australia/Perth": "AWST",
    "Australia/Sydney": "AEST AEDT",
    "Pacific/Auckland": "NZST NZDT",
}
BY_OTHER_NAMES = {**_NO_SUMMER, **{name: zone for zone, names in _MEANT.items() for name in names.split()}}
_OFFSET = re.compile(r"(?:GMT|UTC|UT|Z)?\s*[-+−]?\s*\d{1,2}(?:[:.]?\d\d)?\s*(?:H|HOURS)?", re.IGNORECASE)
_HELP = "Write it like America/New_York or Asia/Manila: area/city."
_NO_PLACES = ("localtime", "posixrules", "Factory")
_SHORT = 4  # letters: so few are as near to one abbreviation as to another


def zone(words: str) -> str:
    """The name of a time zone (IANA)."""
    if words in _NO_SUMMER:
        raise Fault(f"{found(words)} knows no summer time.", f'Did you mean "{_NO_SUMMER[words]}"?')
    try:
        known = ZoneInfo(words).key == words and words not in _NO_PLACES
    except (OSError, ValueError, KeyError):
        known = False
    if not known:
        raise Fault(f"{found(words)} is not a time zone.", _zone_hint(words))
    return words


def _zone_hint(words: str) -> str:
    if _OFFSET.fullmatch(words):
        return f"Hours from Greenwich know no summer time. {_HELP}"
    place = words.upper().removesuffix(" TIME").rsplit("/", 1)[-1].strip()
    near = BY_OTHER_NAMES.get(place) or _nearest(words)
    return f'Did you mean "{near}"?' if near else _HELP


def _nearest(words: str) -> str | None:
    """The zone whose name, or whose city's, looks most like it."""
    near = closest(words, _zones(), 0.8) if len(words) > _SHORT else None
    city = None if near else closest(words, _cities(), 0.7 if len(words) > _SHORT else 1)
    return near or (_cities()[city] if city else None)


@cache
def _zones() -> frozenset[str]:
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "System"))
    )


@cache
def _cities() -> dict[str, str]:
    return {name.rsplit("/", 1)[1].replace("_", " "): name for name in sorted(_zones()) if "/" in name}
