"""The total limit: where it holds letters back, the owner is told, as a rule may be catching more than it should."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mail.letters.rendering import Templates
from rules.gates.limits import total_limit
from tick.bookkeeping.books import Books
from tick.deciding.decide import Judged
from tick.owner.mail import alert, told_lately

TEMPLATE = "owner/limit-reached"
A_DAY = timedelta(days=1)  # an hourly limit that is reached every hour is one piece of news a day


def tell_of_limit(judged: Iterable[Judged], books: Books, templates: Templates, now: datetime) -> bool:
    """Write to the owner where a total limit holds something, once per window and day; whether it was written."""
    rates = books.policy.limits.in_total
    rate = next((rate for one in judged if (rate := total_limit(one.judgement, rates))), None)
    if rate is None or told_lately(books, TEMPLATE, max(rate.window, A_DAY), now):
        return False
    return alert(books, templates, TEMPLATE, f"limit/{now:%Y-%m-%dT%H:%M:%S}", {"limit": rate.text}, now)
