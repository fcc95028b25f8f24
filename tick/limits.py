"""The total limit: where it holds letters back, the owner is told, as a rule may be catching more than it should."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mail.letters.rendering import Templates
from relationship.decisions import Verdict
from rules.gates.limits import TOTAL_LIMIT
from rules.policy import Rate
from tick.books import Books
from tick.decide import Judged
from tick.owner.mail import alert, told_lately

TEMPLATE = "owner/limit-reached"
A_DAY = timedelta(days=1)  # an hourly limit that is reached every hour is one piece of news a day


def tell_of_limit(judged: Iterable[Judged], books: Books, templates: Templates, now: datetime) -> bool:
    """Write to the owner where a total limit holds something, once per window and day; whether it was written."""
    rate = next((rate for one in judged if (rate := _reached(one, books))), None)
    if rate is None or told_lately(books, TEMPLATE, max(rate.window, A_DAY), now):
        return False
    return alert(books, templates, TEMPLATE, f"limit/{now:%Y-%m-%dT%H:%M:%S}", {"limit": rate.text}, now)


def _reached(one: Judged, books: Books) -> Rate | None:
    """The limit that holds a letter."""
    held = one.judgement
    if held.verdict is not Verdict.HOLD or held.gate != TOTAL_LIMIT:
        return None
    return next((rate for rate in books.policy.limits.in_total if held.why.endswith(f": {rate.text}")), None)
