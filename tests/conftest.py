"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from commands.demo_servers import EmbeddedMail

# No test asserts a wall-clock time: a busy machine is no fault.
settings.register_profile("keepwarm", deadline=None)
settings.load_profile("keepwarm")

TEAM, MARIA = "team@acme.example", "maria@contract.example"


@pytest.fixture
def embedded_mail() -> Iterator[EmbeddedMail]:
    """An IMAP and an SMTP server in this process: a shared inbox and one contractor, passwords "secret"."""
    with EmbeddedMail({TEAM: "secret", MARIA: "secret"}, aliases={"maria.s@mail.example": MARIA}) as mail:
        yield mail
