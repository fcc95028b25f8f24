"""The laws of clocks: those that the machine knows, or those of the pinned package where it knows newer ones.

Countries change their clocks' laws at short notice, and a machine that is seldom updated does not hear of it: letters
and calls would lie an hour off. The source file of the zones names its release in its first line ("# version 2025b").
"""

import os
import zoneinfo
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

SOURCE = "tzdata.zi"


def take_the_newer() -> None:
    """Before any zone is used. Who sets PYTHONTZPATH has chosen."""
    ours: str = import_module("tzdata").IANA_VERSION
    if "PYTHONTZPATH" not in os.environ and release(zoneinfo.TZPATH, ours) < ours:
        zoneinfo.reset_tzpath(to=())  # then the package is all there is


def release(folders: Iterable[str], unknown: str) -> str:
    """The release of the machine's zones, such as "2026f"; `unknown` where it does not say."""
    for source in (Path(folder, SOURCE) for folder in folders):
        try:
            with source.open(encoding="ascii", errors="replace") as file:
                mark, _, version = file.readline().strip().partition("version ")
        except OSError:
            continue
        return version if mark == "# " and version else unknown
    return unknown
