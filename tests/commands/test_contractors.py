"""Whom a command means by a name."""

import pytest
import typer

from commands.contractors import named_among


def test_a_title_is_no_first_name() -> None:
    names = {
        "maria": ("Dr. Maria Santos", "maria@contract.example"),
        "ben": ("Okafor, Ben", "ben@contract.example"),
    }
    assert (named_among(names, "maria"), named_among(names, "Ben")) == ("maria", "ben")


def test_a_keyboard_without_accents_can_say_every_name(capsys: pytest.CaptureFixture[str]) -> None:
    names = {
        "t": ("Tomás Herrera", "tomas@contract.example"),
        "j": ("María José Peña", "mj@contract.example"),
    }
    for typed, key in (("tomas", "t"), ("TOMAS  HERRERA", "t"), ("maria jose pena", "j"), ("Maria", "j")):
        assert named_among(names, typed) == key, typed
    with pytest.raises(typer.Exit):
        named_among(names, "maria jose")
    assert "Did you mean María José Peña?" in capsys.readouterr().err


def test_who_is_called_exactly_so_is_meant_before_who_has_an_accent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = {"plain": ("Jose Lim", "lim@contract.example"), "accent": ("José Ruiz", "ruiz@contract.example")}
    assert (named_among(names, "jose"), named_among(names, "josé")) == ("plain", "accent")
    names["third"] = ("José Paz", "paz@contract.example")
    del names["plain"]
    with pytest.raises(typer.Exit):
        named_among(names, "jose")
    assert "several contractors" in capsys.readouterr().err
    for nobody in ("", "\u0301"):
        with pytest.raises(typer.Exit):
            named_among(names, nobody)
