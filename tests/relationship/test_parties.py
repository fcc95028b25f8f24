"""How people are greeted."""

import pytest

from relationship.parties import first_name_of


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Maria Santos", "Maria"),
        ("Dr. Maria Santos", "Maria"),
        ("Prof. Dr. Jan de Vries", "Jan"),
        ("MRS Maria Santos", "Maria"),
        ("Sra. María Santos", "María"),
        ("Santos, Maria", "Maria"),
        ("Maria Santos, Jr.", "Maria"),
        ("Maria Santos, Designer", "Maria"),
        ("Chris, PhD", "Chris"),
        ("Li, Ma", "Ma"),
        ("Med Amine Ben Ali", "Med"),
        ("de la Cruz, Maria", "Maria"),
        ("van der Berg, Dr. Jan", "Jan"),
        ("Maria Santos, Ph.D., MBA", "Maria"),
        ("J. Robert Lee", "Robert"),
        ("J. R. Lee", "J. R. Lee"),
        ("M. Dupont", "M. Dupont"),
        ("Mme Claire Dupont", "Claire"),
        ("Herr Dipl.-Ing. Hans Meier", "Hans"),
        ("“Maria” Santos", "Maria"),
        ("🎨 Maria", "Maria"),
        ("田中 愛子", "田中 愛子"),
        ("김 민수", "김 민수"),
        ("Dr.", "Dr."),
        ("李小龙", "李小龙"),
        ("", ""),
    ],
)
def test_a_letter_greets_by_the_first_name(name: str, first: str) -> None:
    assert first_name_of(name) == first
