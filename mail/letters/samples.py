"""Sample facts, of an invented relationship: with them templates are checked, and shown by `preview`."""

from collections.abc import Mapping

from mail.letters.facts import FACTS, Fact, sample_link
from mail.letters.markdown import Markdown
from relationship.parties import language_alone

# Where a letter has a case of its own to show.
_OTHERS: Mapping[str, dict[str, object]] = {
    "owner/digest": {"week": {"quiet": None}},
    "owner/escalation": {"away_until": None},
    "reminders/firm": {"away_until": None},
    "owner/owner-first": {"check_in": None, "deadline": None},
    "owner/warm-again": {"temperature": "warm", "reasons": ("answers take 3 working hours this month",)},
    "owner/bundle": {
        "items": (
            {
                "heading": "Maria is waiting for you: Invoice template",
                "text": Markdown(
                    "Maria asked on **Tuesday, March 3**, 3 working days ago, and asked again once.\n\n"
                    f"[It is settled, no answer needed]({sample_link('settled')})"
                ),
            },
            {
                "heading": "You and Ben have gone quiet",
                "text": Markdown("Neither of you has written for **15 days**. A line is enough."),
            },
        )
    },
}


def sample_facts(name: str = "", language: str = "en") -> dict[str, object]:
    """Facts of an invented relationship, for any template; `name` is that of one with other examples."""
    facts = _samples(FACTS, language)
    for key, other in _OTHERS.get(name, {}).items():
        known = facts[key]
        facts[key] = known | other if isinstance(known, dict) and isinstance(other, dict) else other
    return facts


def _samples(facts: Mapping[str, Fact], language: str) -> dict[str, object]:
    return {name: _sample(fact, language) for name, fact in facts.items()}


def _sample(fact: Fact, language: str) -> object:
    if fact.parts:
        inside = _samples(fact.parts, language)
        return (inside,) if fact.many else inside
    if callable(fact.sample):
        return fact.sample(language)
    return fact.spanish if language_alone(language) == "es" and fact.spanish is not None else fact.sample
