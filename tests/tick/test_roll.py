"""Whose story is whose, as rules.yaml changes: by address, and where that changes, by name."""

import pytest

from store.tinydb_store import TinyStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
HERS = ("email: [maria@contract.example]", "email: [maria@contract.example, desk@contract.example]")
WHERE = "timezone: Europe/Madrid, hours: Mon-Fri 09:00-18:00"
LUIS = ("limits:", f"  - {{name: Luis Prado, email: desk@contract.example, {WHERE}}}\nlimits:")


def answered(scene, who, subject):
    question = scene.writes(DANA, who, subject, "Could you send it?")
    scene.writes(who, TEAM, f"Re: {subject}", "Here it is.", answers=question)


def people(scene):
    """Everybody in the rules, with what their ledger tells of."""
    books = scene.keepwarm.books
    return {
        who.name: sorted({one.subject for one in books.story(key).ledger.exchanges})
        for key, who in books.people.contractors.items()
    }


def begun(scene, *edits):
    """Both have answered one question."""
    scene.policy(scene.rules_text, *edits)
    scene.tick()
    scene.at("2026-03-02 10:00")
    answered(scene, MARIA, "Logo")
    answered(scene, BEN, "Flyer")
    scene.tick()


def test_who_gets_another_address_keeps_the_history_and_is_nobody_new(scene):
    begun(scene)
    scene.policy(scene.rules_text, ("maria@contract.example", "maria@new.example"))
    scene.at("2026-03-03 10:00")
    scene.tick()
    assert people(scene) == {"Maria Santos": ["Logo"], "Ben Okafor": ["Flyer"]}
    assert "Welcome" not in {letter.rule for letter in scene.out}


def test_an_address_that_is_handed_on_leaves_each_their_own_history(scene):
    begun(scene, HERS)
    scene.policy(scene.rules_text, LUIS)
    scene.at("2026-03-03 10:00")
    scene.tick()
    assert people(scene) == {"Maria Santos": ["Logo"], "Ben Okafor": ["Flyer"], "Luis Prado": []}


def test_who_comes_later_and_is_called_the_same_is_somebody_new(scene):
    begun(scene)
    before, _, rest = scene.rules_text.partition("  - name: Maria")
    scene.policy(before + rest[rest.index("  - name: Ben Okafor") :])
    scene.at("2026-03-03 10:00")
    scene.tick()
    scene.policy(scene.rules_text, ("maria@contract.example", "maria@new.example"))
    scene.at("2026-03-04 10:00")
    scene.tick()
    assert people(scene) == {"Maria Santos": [], "Ben Okafor": ["Flyer"]}


@pytest.mark.parametrize("named", ["maria", "{}-copy", "backup-of-{}"])
def test_a_copy_of_a_file_that_lies_beside_it_is_not_taken_for_it(scene, named):
    scene.store = TinyStore(scene.folder / "data")
    begun(scene)
    contractors = scene.folder / "data" / "contractors"
    [path] = contractors.glob("maria*.json")
    path.with_name(f"{named.format(path.stem)}.json").write_bytes(path.read_bytes())
    scene.at("2026-03-03 10:00")
    answered(scene, MARIA, "Card")
    scene.tick()
    scene.store.close()
    scene.store = TinyStore(scene.folder / "data")
    scene.restart()
    scene.tick()
    assert people(scene) == {"Maria Santos": ["Card", "Logo"], "Ben Okafor": ["Flyer"]}
