"""What the tests of the rules share: a small good file, and letters that it may send."""

from pathlib import Path

import pytest

from relationship.facts.messages import Side
from relationship.templates import TemplateIndex, TemplateInfo

HERE = Path(__file__).parent
UNKNOWN = 'line 5: there is no "contracter"; did you mean "contractor"?'


class Anything(dict[str, TemplateInfo]):
    """An index that knows every letter."""

    def __missing__(self, name: str) -> TemplateInfo:
        return TemplateInfo(name, Side.OWNER if name.startswith("owner/") else Side.CONTRACTOR)

    def get(self, name: str, default: object = None) -> TemplateInfo:  # type: ignore[override]
        return self[name]


@pytest.fixture(scope="session")
def every_letter() -> TemplateIndex:
    """Every letter there could be."""
    return Anything()


@pytest.fixture(scope="session")
def letters() -> TemplateIndex:
    """Letters for both readers, one that is broken, and one that lies in the wrong folder."""
    theirs = ("appreciation/quick-answer", "appreciation/starred", "reminders/gentle", "reminders/firm")
    ours = ("owner/escalation", "owner/gone-quiet", "owner/reward")
    index = {name: TemplateInfo(name, Side.CONTRACTOR) for name in (*theirs, "check-ins/agenda")}
    index |= {name: TemplateInfo(name, Side.OWNER) for name in ours}
    index["reminders/broken"] = TemplateInfo("reminders/broken", Side.CONTRACTOR, (UNKNOWN,))
    index["owner/astray"] = TemplateInfo("owner/astray", Side.CONTRACTOR)
    return index


@pytest.fixture(scope="session")
def good() -> str:
    """A short file without a fault; each file in bad/ is this one with a single fault."""
    return (HERE / "good.yaml").read_text(encoding="utf-8")
