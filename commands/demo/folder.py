"""The demo's folder: rules that point at the embedded servers, the data, and every letter that was sent."""

import re
import shutil
from email.parser import BytesHeaderParser
from email.policy import default
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.demo.post import html_of, text_of
from commands.demo.view import Sent
from mail.letters.wording import moment
from relationship.facts.messages import Side
from relationship.parties import Owner

MARK = "# Made by the demo, which begins anew each time: what is changed here is lost.\n"
PASSWORD = "nobody lives here"  # noqa: S105 - of invented people, on loopback, for some seconds

_INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Letters of the demo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; margin: 2em auto;
       max-width: 60em; padding: 0 1em; color-scheme: light dark }}
table {{ border-collapse: collapse }}
td {{ vertical-align: top; padding: .4em 1em .4em 0; border-top: 1px solid #8884 }}
td:nth-child(-n+2) {{ white-space: nowrap }}
small {{ color: #767676 }}
</style></head><body>
<h1>{count} letters</h1>
<p>You are the owner; the times are yours ({zone}).</p>
<table>
{rows}</table>
</body></html>
"""


class Folder:
    """Where everything of the demo lies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rules, self.data, self.letters = path / "rules.yaml", path / "data", path / "letters"
        self._password = path / "password"

    def refusal(self) -> str:
        """Why nothing may be done here, in a sentence; "" where the folder is new, or our own."""
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            return ""
        if self.rules.is_file() and self.rules.read_text(encoding="utf-8", errors="replace").startswith(MARK):
            return ""
        return (
            f"{self.path} is there already, and not from the demo: move it away, or name another with --into."
        )

    def begin(self, rules: str, imap: str, smtp: str) -> None:
        """Empty it, and write the rules anew, with these servers in place of theirs."""
        for old in (self.data, self.letters):
            shutil.rmtree(old, ignore_errors=True)
        self.letters.mkdir(parents=True)
        self._password.write_text(PASSWORD + "\n", encoding="utf-8")
        self.rules.write_text(MARK + self._pointed(rules, imap, smtp), encoding="utf-8")

    def _pointed(self, rules: str, imap: str, smtp: str) -> str:
        settings = {"imap": imap, "smtp": smtp, "password": f"file:{self._password.resolve()}"}
        for name, value in settings.items():
            rules = re.sub(rf"^(  {name}: )\S+.*$", rf"\g<1>{value}", rules, count=1, flags=re.MULTILINE)
        return re.sub(r"\A# yaml-language-server:.*\n", "", rules)

    def keep(self, letters: list[Sent], zone: ZoneInfo) -> None:
        """Write the letters down: as they travelled, as pages, and as text under the reasons.

        Their names begin with a number and the day in one zone, the owner's, and so lie in the order of sending.
        """
        rows = []
        for number, sent in enumerate(letters, 1):
            name = _name(number, sent, zone)
            (self.letters / f"{name}.eml").write_bytes(sent.content)
            (self.letters / f"{name}.html").write_text(html_of(sent.content), encoding="utf-8")
            (self.letters / f"{name}.txt").write_text(_as_text(sent), encoding="utf-8")
            rows.append(_row(name, sent, zone))
        page = _INDEX.format(count=len(letters), zone=zone, rows="".join(rows))
        (self.letters / "index.html").write_text(page, encoding="utf-8")


def _name(number: int, sent: Sent, zone: ZoneInfo) -> str:
    """Such as "017-2026-09-03-ben-reminders-gentle"."""
    who = sent.reader.addresses[0].partition("@")[0]
    return f"{number:03}-{sent.at.astimezone(zone):%Y-%m-%d}-{who}-{sent.letter.template.replace('/', '-')}"


def _as_text(sent: Sent) -> str:
    headers = BytesHeaderParser(policy=default).parsebytes(sent.content)
    shown = [f"{name}: {headers[name]}" for name in ("From", "To", "Cc", "Subject") if headers[name]]
    sent_at = moment(sent.at, sent.reader.timezone, "en", _locale(sent))
    shown.append(f"Sent: {sent_at} ({sent.reader.timezone})")
    return "\n".join([*shown, *_reasons(sent), "", text_of(sent.content).rstrip(), ""])


def _locale(sent: Sent) -> str:
    """The owner's way of writing dates; contractors have none of their own."""
    return sent.reader.locale if isinstance(sent.reader, Owner) else ""


def _reasons(sent: Sent) -> list[str]:
    """One line for each part: the rule, the letter, and why."""
    return [
        f"Why: {part.rule or 'Keepwarm itself'} ({part.template}){': ' if why else ''}{why}"
        for part, why in zip(sent.parts, sent.whys, strict=True)
    ]


def _row(name: str, sent: Sent, zone: ZoneInfo) -> str:
    who = "you" if sent.letter.reader is Side.OWNER else sent.reader.first_name
    why = "<br>".join(escape(line.removeprefix("Why: ")) for line in _reasons(sent))
    return (
        f"<tr><td>{sent.at.astimezone(zone):%Y-%m-%d %H:%M}</td><td>to {escape(who)}</td>"
        f'<td><a href="{name}.html">{escape(sent.letter.subject)}</a><br><small>{why}</small></td>'
        f'<td><a href="{name}.txt">text</a> <a href="{name}.eml">mail</a></td></tr>\n'
    )
