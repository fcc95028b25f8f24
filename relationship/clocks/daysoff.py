"""Public holidays, by the `holidays` package: "PH", or with a region "US-NY".

The package is large: it is imported where somebody has holidays, and of its countries those that are asked for.
"""

import sys
import warnings
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any


def check_holidays(code: str) -> None:
    """ValueError where there is no such holiday calendar; "" means none and is fine."""
    if code:
        _entity(code)


@lru_cache(maxsize=4096)
def holiday_dates(code: str, year: int) -> frozenset[date]:
    """The holidays of one year, observed ones included; none where the package knows nothing of that year."""
    if not code:
        return frozenset()
    country, region = _entity(code)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some calendars warn of years before their beginning
        days = _library().country_holidays(country, subdiv=region, years=year)
        return frozenset(day for day in days if day.year == year)


@lru_cache(maxsize=1024)
def _entity(code: str) -> tuple[str, str | None]:
    """Country and region, in the package's own spelling."""
    country, _, region = (part.strip() for part in code.strip().partition("-"))
    known = tuple(_library().registry.EntityLoader.get_country_codes())
    if country.upper() not in known:
        raise ValueError(f"{code!r} is no holiday calendar; {_country_hint(code, country, known)}")
    country = country.upper()
    if not region:
        return country, None
    regions = {name.upper(): name for name in getattr(_library(), country).subdivisions}
    if region.upper() not in regions:
        hint = _region_hint(country, region, regions)
        raise ValueError(f"{code!r} is no holiday calendar: {country} has no region {region!r}; {hint}")
    return country, regions[region.upper()]


@cache
def _library() -> Any:
    """The package, without the import of all 250 countries that its list of them begins with."""
    spec = find_spec("holidays.countries")
    if spec:
        sys.modules.setdefault("holidays.countries", module_from_spec(spec))
    return import_module("holidays")


def _country_hint(found: str, country: str, known: Iterable[str]) -> str:
    """What was probably meant: one country of several, a country by its name, or none at all."""
    if "," in found or "+" in found or "&" in found:
        return "name one country; write the other's holidays as `away:` days"
    if found.casefold() in ("none", "off", "never"):
        return "where there are none, remove the line"
    for module, (_, code, *_) in _library().registry.COUNTRIES.items():
        if found.casefold().replace(" ", "_") == module:
            return f"did you mean {code!r}?"
    return f"{country!r} is not a known country; {_hint(country, known if len(country) < 4 else ())}"


def _region_hint(country: str, region: str, known: Iterable[str]) -> str:
    """What was probably meant: a region by its name, or with a slip in its letters; a name is near to no letters."""
    for name, code in getattr(_library(), country).subdivisions_aliases.items():
        if region.casefold() == name.casefold():
            return f"did you mean '{country}-{code}'?"
    return _hint(region, known if len(region) < 4 else ())


def _hint(found: str, known: Iterable[str]) -> str:
    near = get_close_matches(found.upper(), known, n=1, cutoff=0.5)
    usage = "write a country's two letters, such as PH, or US-NY with a region"
    return f"did you mean {near[0]!r}? ({usage})" if near else usage
