"""Forget, as the others live on with what is left: nothing comes back, and no letter shows the gap."""

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN = "maria@contract.example", "ben@contract.example"


def without_maria(scene, text):
    """The rules in which she is no longer."""
    before, _, rest = text.partition("  - name: Maria")
    return before + rest[rest.index("  - name: Ben Okafor") :]


def forgotten(scene, text):
    """She is taken out of the rules, and forgotten."""
    [key] = [name for name in scene.store.names() if name.startswith("maria")]
    scene.policy(without_maria(scene, text))
    scene.store.request("forget", key)
    scene.tick()


def test_a_name_that_somebody_no_longer_has_is_found_as_well(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, BEN, "Maria Santos or Maria Reyes", "Could you ask her?")
    scene.tick()
    married = scene.rules_text.replace("Maria Santos", "Maria Reyes")
    scene.policy(married)
    scene.tick()
    forgotten(scene, married)
    [wait] = scene.story("Ben").ledger.waits
    assert wait.subject == "(forgotten) or (forgotten)"


def test_no_contractor_reads_a_subject_in_which_somebody_was_forgotten(scene):
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, BEN, "Ask Maria Santos for the files", "Could you ask her?")
    scene.writes(DANA, BEN, "The flyer", "Could you print it?")
    scene.tick()
    forgotten(scene, scene.rules_text)
    scene.live("2026-03-12 10:00")
    assert scene.subjects(BEN) == ["Re: The flyer", "Re: The flyer"]
    whys = {why for verdict, why in scene.why("Chase", "Ben") if verdict == "suppress"}
    assert whys == {"it would show where somebody was named who has been forgotten"}
    escalated = [out.subject for out in scene.out if out.template == "owner/escalation"]
    assert "No answer from Ben yet: Ask (forgotten) for the files" in escalated


def test_an_agenda_leaves_out_what_names_somebody_who_was_forgotten(scene):
    rules = (
        scene.rules_text
        + """
  - name: Check-in
    when: check-in due
    invite: check-ins/agenda
"""
    )
    scene.policy(rules)
    scene.tick()
    scene.at("2026-03-02 10:00")
    scene.writes(DANA, BEN, "Ask Maria Santos for the files", "Could you ask her?")
    scene.writes(DANA, BEN, "The flyer", "Could you print it?")
    scene.tick()
    forgotten(scene, rules)
    scene.live("2026-04-20 10:00")
    invitation = next(out for out in scene.out if out.rule == "Check-in" and out.to == BEN)
    assert "forgotten" not in invitation.text
