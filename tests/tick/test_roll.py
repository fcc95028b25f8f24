"""Whose story is whose, as rules.yaml changes: by address, and where that changes, by name."""

import pytest

from store.tinydb_store import TinyStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"
DESK = "desk@contract.example"
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


def open_waits(scene, name):
    return {(str(wait.party), wait.subject) for wait in scene.story(name).ledger.waits}


def test_who_stood_in_the_file_as_one_with_somebody_is_not_chased_for_what_the_other_was_asked(scene):
    scene.policy(scene.rules_text, HERS)
    scene.tick()
    scene.at("2026-03-02 10:00")
    asked = scene.writes(DANA, DESK, "Map", "Could you send the map?\nDue: 9 March 2026")
    scene.writes(DANA, MARIA, "Logo", "Could you send the logo?")
    scene.writes(DESK, TEAM, "Colours", "Which blue do you want?")
    scene.live("2026-03-02 12:00")
    scene.policy(scene.rules_text, LUIS)
    scene.live("2026-03-02 13:00")
    assert open_waits(scene, "Maria") == {("contractor", "Logo")}
    assert open_waits(scene, "Luis") == {("contractor", "Map"), ("owner", "Colours")}
    scene.writes(DESK, TEAM, "Re: Map", "Here it is.", answers=asked)
    scene.live("2026-03-11 12:00")
    told = {(out.rule, out.to) for out in scene.out if "Map" in out.subject or "Colours" in out.subject}
    assert told == set()  # to Luis it is history
    assert not {out.to for out in scene.out} & {DESK}  # whose address was seen before: nobody new to welcome
    assert [out.template for out in scene.out if out.to == MARIA] == ["reminders/gentle", "reminders/firm"]


def test_what_both_were_asked_is_asked_of_both(scene):
    scene.policy(scene.rules_text, HERS)
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, f"{DESK}, {MARIA}", "Map", "Could one of you send the map?")
    scene.live("2026-03-02 12:00")
    scene.policy(scene.rules_text, LUIS)
    scene.live("2026-03-02 13:00")
    assert open_waits(scene, "Maria") == open_waits(scene, "Luis") == {("contractor", "Map")}
