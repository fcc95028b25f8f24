"""How people are read: addresses, working hours, holidays, languages, pay days."""

import re
from typing import Annotated

from relationship.clocks.daysoff import check_holidays
from relationship.clocks.weeks import parse_hours
from relationship.domains import on_the_wire
from rules.format.fields import told, worded
from rules.format.problems import Fault, found
from rules.format.suggest import closest
from rules.format.zones import zone
from rules.rhythm import WEEKDAYS, parse_clock

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")
_NAMED_ADDRESS = re.compile(r"(?:.*<|mailto:)([^<>\s,;]+@[^<>\s,;]+?)>?\s*")
_PAY = re.compile(r"([1-9]|[12][0-9]|3[01])(st|nd|rd|th)?")
# ISO 639-1, and Filipino, which has three letters.
_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv
    dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie
    ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv
    mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm
    rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts
    tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ceb fil
    """.split()  # noqa: SIM905 - a table is read more easily than a list of 190 quoted words
)
_LANGUAGE_NAMES = {
    "english": "en",
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "portuguese": "pt",
    "tagalog": "tl",
    "filipino": "fil",
    "hindi": "hi",
    "ukrainian": "uk",
}


def address(words: str) -> str:
    """One e-mail address, in lower case, as it goes over the wire."""
    words = on_the_wire(words) or words
    if named := _NAMED_ADDRESS.fullmatch(words):
        raise Fault(f"{found(words)} is more than an address.", f"Write only {named[1]}")
    several = [one for one in re.split(r"[\s,;]+", words) if one]
    if len(several) > 1 and all(_ADDRESS.fullmatch(one) for one in several):
        raise Fault(f"{found(words)} is more than one address.", f"Write a list: [{', '.join(several)}]")
    if not words.isascii() and "@" in words:
        raise Fault(
            f"{found(words)} has letters that mail cannot be sent to from everywhere.",
            "Write another address of theirs, with the letters a to z",
        )
    if not _ADDRESS.fullmatch(words) or ".." in words or len(words) > 254:
        raise Fault(f"{found(words)} is not an e-mail address.", "Write it like maria@example.com")
    local, host = words.rsplit("@", 1)
    if (
        local.startswith(".")
        or local.endswith(".")
        or any(part[0] == "-" or part[-1] == "-" for part in host.split("."))
    ):
        raise Fault(f"{found(words)} is not an e-mail address.", "Write it like maria@example.com")
    if "." not in host and host.lower() != "localhost":
        raise Fault(f"{found(words)} has no ending, such as .com, after the @.")
    return words.lower()


def hours(words: str) -> str:
    """Working hours, as written."""
    parse_hours(words)
    return words


def holidays(words: str) -> str:
    """A country, or a country and its part, whose public holidays count."""
    if words in ("no", "No"):
        raise Fault(
            f"{found(words)} is no holiday calendar.", "Where there are none, remove the line; Norway is NO."
        )
    if words.lower() in ("yes", "true"):
        raise Fault(
            f"{found(words)} is no holiday calendar.", "Write whose: a country, such as PH, or US-NY."
        )
    check_holidays(words)
    return words


def language(words: str) -> str:
    """A language, such as en or pt-BR."""
    first, *rest = words.split("-")
    if (
        first not in _LANGUAGES
        or len(rest) > 2
        or not all(re.fullmatch(r"[A-Z]{2}|[A-Z][a-z]{3}", part) for part in rest)
    ):
        raise Fault(f"{found(words)} is not a language code.", _language_hint(words))
    return words


def _language_hint(words: str) -> str:
    named = _LANGUAGE_NAMES.get(words.lower()) or _corrected(words)
    return f'Did you mean "{named}"?' if named else "Write it like en, es, en-US or pt-BR."


def _corrected(words: str) -> str:
    """`en_us` is `en-US`."""
    first, _, region = words.replace("_", "-").partition("-")
    if first.lower() not in _LANGUAGES or not re.fullmatch(r"[A-Za-z]{2}", region):
        return ""
    return f"{first.lower()}-{region.upper()}"


def pay_day(words: str) -> str:
    """A day of the month on which a contractor is paid: "15th", or "last day"."""
    word = " ".join(words.lower().split())
    match = _PAY.fullmatch(word)
    if word == "last day":
        return word
    if not match:
        raise Fault(f"{found(words)} is not a day of the month.", 'Write it like "15th" or "last day".')
    return f"{match[1]}{_ending(int(match[1]))}"


def _ending(number: int) -> str:
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def digest(words: str) -> str:
    """When the weekly digest goes out: "Monday 08:00"; "" where it is off."""
    if words.lower() == "off":
        return ""
    weekday, _, clock = words.replace(" at ", " ").partition(" ")
    if weekday.lower() not in WEEKDAYS:
        raise Fault(f"{found(words)} is not a time of the week.", _digest_hint(weekday, clock))
    return f"{weekday.capitalize()} {parse_clock(clock.strip()):%H:%M}"


def _digest_hint(weekday: str, clock: str) -> str:
    near = closest(weekday, WEEKDAYS)
    try:
        parse_clock(clock.strip())
    except ValueError:
        near = None
    return f'Did you mean "{near.capitalize()} {clock}"?' if near else 'Write it like "Monday 08:00", or off.'


Address = Annotated[str, told(worded(address), type="string", format="email", examples=["maria@example.com"])]
Zone = Annotated[
    str, told(worded(zone), type="string", examples=["America/New_York", "Asia/Manila", "Europe/Berlin"])
]
Hours = Annotated[
    str,
    told(
        worded(hours),
        type="string",
        examples=["Mon-Fri 09:00-17:00", "Mon-Fri 09:00-12:30, 13:30-18:00; Sat 10:00-12:00"],
    ),
]
Holidays = Annotated[str, told(worded(holidays), type="string", examples=["US", "US-NY", "PH", "DE-BY"])]
Language = Annotated[str, told(worded(language), type="string", examples=["en", "es", "pt-BR"])]
PayDay = Annotated[str, told(worded(pay_day), type=["string", "integer"], examples=["15th", "last day"])]
Digest = Annotated[str, told(worded(digest), type="string", examples=["Monday 08:00", "off"])]
