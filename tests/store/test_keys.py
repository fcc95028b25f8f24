"""Keys of aggregates: readable, and safe as file names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.keys import checked, new_key
from store.protocol import OWNER


def test_a_key_tells_whose_it_is() -> None:
    assert new_key("José Ångström", ["jose@x.example"], set()).startswith("jose-angstrom-")


@given(
    name=st.text(max_size=80), addresses=st.lists(st.text(max_size=9), max_size=2), taken=st.integers(0, 3)
)
def test_any_name_makes_a_safe_key_that_is_free(name: str, addresses: list[str], taken: int) -> None:
    used: set[str] = set()
    for _ in range(taken + 1):
        key = new_key(name, addresses, used)
        assert key not in used
        assert checked(key) == key
        assert key != OWNER
        used.add(key)


def test_the_same_person_gets_the_same_key_again() -> None:
    assert new_key("Ben", ["b@x"], ()) == new_key("Ben", ["b@x"], ())
    assert new_key("Ben", ["b@x"], ()) != new_key("Ben", ["c@x"], ())


@pytest.mark.parametrize("key", ["owner", "maria-1f3a9c", "a", "0"])
def test_keys_that_are_fine(key: str) -> None:
    assert checked(key) == key
