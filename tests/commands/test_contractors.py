"""Whom a command means by a name."""

from commands.contractors import named_among


def test_a_title_is_no_first_name() -> None:
    names = {
        "maria": ("Dr. Maria Santos", "maria@contract.example"),
        "ben": ("Okafor, Ben", "ben@contract.example"),
    }
    assert (named_among(names, "maria"), named_among(names, "Ben")) == ("maria", "ben")
