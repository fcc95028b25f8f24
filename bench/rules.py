"""The rules file of a measurement: the project's own rules, for as many contractors as are wanted."""

from pathlib import Path
from typing import Any

import yaml

from bench.mailboxes import DANA, TEAM, address
from bench.servers.dovecot import PASSWORD

OWN = Path(__file__).parent.parent / "rules.yaml"
ZONES = ("Asia/Manila", "Africa/Lagos", "Europe/Madrid", "America/Sao_Paulo", "Asia/Tokyo")


def write(folder: Path, imap: str, smtp: str, contractors: int, **changes: Any) -> Path:
    """Write rules.yaml into a folder; `changes` take the place of whole sections."""
    rules: dict[str, Any] = yaml.load(OWN.read_text(), yaml.BaseLoader)
    (folder / "password").write_text(PASSWORD)
    rules["mode"] = "live"
    rules["mailbox"] = {
        "address": TEAM, "imap": imap, "smtp": smtp, "password": f"file:{folder / 'password'}"
    }  # fmt: skip
    rules["owner"] |= {"name": "Dana Reyes", "email": [DANA]}
    rules["contractors"] = [_contractor(number) for number in range(contractors)]
    for section, value in changes.items():
        rules[section.replace("_", "-")] = value if isinstance(value, list | str) else rules[section] | value
    path = folder / "rules.yaml"
    path.write_text(yaml.dump(rules, sort_keys=False, allow_unicode=True))
    return path


def _contractor(number: int) -> dict[str, Any]:
    return {
        "name": f"Person{number} Number",
        "email": address(number),
        "role": "designer",
        "timezone": ZONES[number % len(ZONES)],
        "hours": "Mon-Fri 09:00-17:00",
        "since": "2024-03-01",
    }
