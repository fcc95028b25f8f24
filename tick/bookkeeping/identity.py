"""Whose story is whose: the key of each contractor in rules.yaml, as names and addresses change there.

A story follows the address, since a name may be spelt anew. Of several that know an address it is the one of that
name: an address may have been handed on. Who has another address, and the name of somebody who has just left the file,
is that person: the owner was asked for the new address perhaps. No story is two people's. Whose file is damaged is no
newcomer, whatever else has changed: nobody is welcomed twice.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from relationship.facts import Profile
from relationship.parties import Contractor
from store.keys import like_a_new_one, new_key

# The damaged aggregate of whoever has one of these addresses.
Damaged = Callable[[Collection[str]], str | None]
# The keys that a contractor may have, the likeliest first.
Way = Callable[[Contractor], list[str]]


def keys_of(
    contractors: Iterable[Contractor], profiles: Mapping[str, Profile], damaged_of: Damaged = lambda _: None
) -> dict[str, Contractor]:
    """Every contractor, in the file's order, by the stable key of their aggregate; a new one where there is none."""
    everybody = list(contractors)
    taken: set[str] = set()
    found: dict[int, str] = {}  # by the place in the file
    for way in _ways(profiles):
        for place, who in enumerate(everybody):
            free = [key for key in way(who) if key not in taken]
            if place not in found and free:
                found[place] = free[0]
                taken.add(free[0])
    for place, who in enumerate(everybody):
        if place not in found:
            lost = damaged_of(who.addresses)
            known = lost if lost not in taken else None
            found[place] = known or new_key(who.name, who.addresses, {*taken, *profiles})
            taken.add(found[place])
    return {found[place]: who for place, who in enumerate(everybody)}


def _ways(profiles: Mapping[str, Profile]) -> tuple[Way, ...]:
    """The ways in which a contractor may be known, the surest first."""
    knowing: dict[str, list[tuple[bool, int, bool, int, str]]] = defaultdict(list)
    called: dict[str, list[str]] = defaultdict(list)
    for key, profile in sorted(profiles.items()):
        called[profile.name].append(key)
        for place, address in enumerate(profile.addresses):  # today's stand before those of earlier days
            knowing[address].append((not profile.history_read, place, *_may_be_a_copy(key)))

    def by_address(who: Contractor) -> list[str]:
        return [key for a in who.addresses for *_, key in sorted(knowing[a])]

    def by_both(who: Contractor) -> list[str]:
        return [key for key in by_address(who) if profiles[key].name == who.name]

    def by_name(who: Contractor) -> list[str]:
        return [key for key in called[who.name] if profiles[key].history_read]

    return by_both, by_address, by_name


def _may_be_a_copy(key: str) -> tuple[bool, int, str]:
    """Of equal files the one first that we named: a copy that somebody left beside it is called otherwise."""
    return not like_a_new_one(key), len(key), key
