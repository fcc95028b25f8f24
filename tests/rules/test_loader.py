"""The policy that a good file becomes: every line does what it says, and what is left out is filled in."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from relationship.clocks.durations import Duration
from relationship.occasions import FINDERS
from relationship.templates import TemplateIndex
from rules.format.loader import examine, load
from rules.format.zones import BY_OTHER_NAMES, zone
from rules.matching import CONDITIONS
from rules.policy import Count, Policy, Rate, Took
from rules.triggers import TRIGGERS

EXAMPLE = Path(__file__).with_name("rules.example.yaml")


@pytest.fixture(scope="module")
def example(every_letter: TemplateIndex) -> Policy:
    return load(EXAMPLE.read_bytes(), every_letter)


def changed(good: str, letters: TemplateIndex, *replacements: tuple[str, str]) -> Policy:
    for old, new in replacements:
        assert old in good
        good = good.replace(old, new)
    return load(good, letters)


def test_the_example_says_where_the_mail_is(example: Policy) -> None:
    mailbox = example.mailbox
    assert (mailbox.address, mailbox.login, mailbox.smtp_login) == ("team@acme.example",) * 3
    assert mailbox.password == mailbox.smtp_password == "env:KEEPWARM_PASSWORD"
    assert mailbox.folders == ("INBOX", "Sent")
    assert (mailbox.poll, mailbox.history) == (Duration(60, "seconds"), Duration(180, "days"))
    assert (mailbox.copies, mailbox.trust, example.mode) == ("bcc", "mx.acme.example", "live")


@pytest.mark.parametrize("name", ["thanks", "Thank you", "$label1", "Gràcies", "team/thanks"])
def test_a_label_may_stand_for_the_star(letters: TemplateIndex, good: str, name: str) -> None:
    assert changed(good, letters).mailbox.starred == ""
    edited = changed(good, letters, ("mailbox:\n", f"mailbox:\n  starred: {name}\n"))
    assert edited.mailbox.starred == name


def test_the_example_says_who_takes_part(example: Policy) -> None:
    maria, ben = example.contractors
    assert example.owner.addresses == ("dana@acme.example", "dana.reyes@gmail.example")
    assert (example.owner.team, example.owner.mailbox) == (("lee@acme.example",), ("team@acme.example",))
    assert (example.owner.holidays, example.owner.locale, example.digest) == (
        "US-NY",
        "en-US",
        "Monday 08:00",
    )
    assert maria.away == ((date(2026, 12, 24), date(2027, 1, 2)),)
    assert (maria.pay, maria.tags, maria.not_for) == (("15th", "last day"), ("key",), ("bookkeeping",))
    assert maria.phase_on(date(2026, 10, 30)) == "onboarding"
    assert maria.phase_on(date(2026, 10, 31)) == "active"
    assert (ben.fixed_phase, ben.hours, ben.language) == ("backup", "Mon-Fri 09:00-17:00", "en")


def test_the_example_sets_limits(example: Policy) -> None:
    limits = example.limits
    assert limits.per_contractor == (
        Rate(1, timedelta(days=1), "1 a day"),
        Rate(3, timedelta(days=7), "3 a week"),
    )
    assert limits.in_total == (Rate(30, timedelta(hours=1), "30 an hour"),)
    assert (limits.any_time, limits.owner_first) == (False, True)
    assert limits.stale_after == Duration(2, "days", working=True)
    assert limits.in_doubt == Duration(15, "minutes")
    assert example.words.closers == ("salamat", "cheers")
    assert example.temperature.signals == {"silence 14 days": 20, "check-in missed": 20}
    assert dict(example.check_ins.cadence) == {
        "onboarding": "every week",
        "active": "every month",
        "backup": "every 3 months",
    }


def test_the_example_has_rules(example: Policy) -> None:
    rules = {rule.name: rule for rule in example.rules}
    assert len(rules) == 24
    quick = rules["Thank a quick answer"]
    assert quick.conditions == {
        "took": Took("under", Duration(2, "hours", working=True)),
        "phase": ("onboarding", "active"),
    }
    assert quick.at_most == Rate(1, timedelta(weeks=2), "once in 2 weeks")
    assert (quick.any_time, quick.approve, quick.invite) == (None, False, False)
    chase = rules["Chase an unanswered question"]
    assert [str(step.after) for step in chase.steps] == ["1 working day", "3 working days", "5 working days"]
    assert [step.send.startswith("owner/") for step in chase.steps] == [False, False, True]
    assert rules["Thank what I starred"].any_time is True
    assert rules["Delivered on time"].conditions == {"on time": True}
    assert rules["Delivered on time"].approve
    assert rules["Five in a row"].conditions == {"deliveries on time": 5}
    assert rules["Check-in"].invite
    assert rules["Check-in"].steps[0].send == "check-ins/agenda"
    assert rules["Deadline ahead"].steps[0].before == Duration(2, "days", working=True)
    assert rules["Keep the backup warm"].conditions == {"phase": ("backup",)}
    assert rules["Ask for ideas"].rhythm is not None
    assert rules["A brief without a deadline"].conditions == {"lacks": ("deadline",)}


def test_every_trigger_and_every_condition_acts() -> None:
    """A rule that loads and is silently ignored would be worse than none."""
    assert set(TRIGGERS) <= {*FINDERS, "every", "streak"}
    assert {name for trigger in TRIGGERS.values() for name in trigger.conditions} == set(CONDITIONS)


def test_numbers_are_what_they_look_like(good: str, letters: TemplateIndex) -> None:
    """YAML 1.1 would read sexagesimal numbers, dates and truths here."""
    policy = changed(
        good,
        letters,
        (
            "    since: 2026-09-01",
            "    since: 2026-09-01\n    holidays: NO\n    role: on\n    tags: [yes, 21:00]",
        ),
    )
    maria = policy.contractors[0]
    assert (maria.holidays, maria.role, maria.tags) == ("NO", "on", ("yes", "21:00"))


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", True), ("no", False), ("true", True), ("False", False), ("No", False)]
)
def test_yes_and_no_are_words(good: str, letters: TemplateIndex, word: str, meant: bool) -> None:
    policy = changed(good, letters, ("limits:\n", f"limits:\n  owner first: {word}\n"))
    assert policy.limits.owner_first is meant


@pytest.mark.parametrize(
    ("host", "copies"),
    [
        ("smtp.gmail.com", "server"),
        ("smtp.office365.com:587", "server"),
        ("SMTP.Gmail.com", "server"),
        ("smtp.notgmail.com", "bcc"),
        ("smtp.acme.example", "bcc"),
    ],
)
def test_providers_that_keep_copies_are_known(
    good: str, letters: TemplateIndex, host: str, copies: str
) -> None:
    policy = changed(good, letters, ("smtp+starttls://smtp.acme.example", f"smtp+starttls://{host}"))
    assert policy.mailbox.copies == copies


@pytest.mark.parametrize("host", ["127.0.0.1:1143", "127.9.9.9", "[::1]:1143", "localhost:1143"])
def test_plain_text_is_for_this_machine(good: str, letters: TemplateIndex, host: str) -> None:
    policy = changed(good, letters, ("imaps://imap.acme.example", f"imap://{host}"))
    assert policy.mailbox.imap == f"imap://{host}"


@pytest.mark.parametrize(
    "host", ["128.0.0.1", "localhost.evil.example", "[::2]", "127.0.0.1.evil.example", "0.0.0.0"]
)
def test_plain_text_is_for_no_other_machine(good: str, letters: TemplateIndex, host: str) -> None:
    findings = examine(good.replace("imaps://imap.acme.example", f"imap://{host}"), letters)
    assert [problem.path for problem in findings.errors] == ["mailbox.imap"]


def test_a_server_that_asks_for_no_login(good: str, letters: TemplateIndex) -> None:
    policy = changed(good, letters, ("  password:", "  smtp login: none\n  password:"))
    assert (policy.mailbox.smtp_login, policy.mailbox.smtp_password) == ("", "")
    assert policy.mailbox.login == "team@acme.example"


def test_what_is_left_out_is_filled_in(good: str, letters: TemplateIndex) -> None:
    policy = changed(good, letters, ("limits:\n  per contractor: [1 a day, 3 a week]\n", ""))
    assert [rate.text for rate in policy.limits.per_contractor] == ["1 a day", "3 a week"]
    assert [rate.text for rate in policy.limits.in_total] == ["30 an hour"]
    assert policy.contractors[1].hours == "Mon-Fri 09:00-17:00"
    assert policy.contractors[1].onboarding_lasts == Duration(60, "days")
    assert policy.mailbox.folders == ()
    assert policy.mailbox.poll == Duration(60, "seconds")
    assert policy.digest == "Monday 08:00"


def test_defaults_hold_for_those_who_say_nothing_else(good: str, letters: TemplateIndex) -> None:
    lines = (
        "timezone: Asia/Singapore",
        "hours: Mon 10:00-12:00",
        "language: es",
        "onboarding lasts: 2 weeks",
    )
    defaults = "defaults:\n" + "".join(f"  {line}\n" for line in lines)
    policy = changed(
        good,
        letters,
        ("    timezone: Africa/Lagos\n", ""),
        ("    hours: Mon-Fri 21:00-06:00\n", ""),
        ("limits:\n", defaults + "limits:\n"),
    )
    maria, ben = policy.contractors
    assert (maria.timezone, ben.timezone) == ("Asia/Manila", "Asia/Singapore")
    assert {(who.hours, who.language, who.onboarding_lasts) for who in (maria, ben)} == {
        ("Mon 10:00-12:00", "es", Duration(2, "weeks"))
    }


def test_addresses_are_lower_case_and_stand_once(good: str, letters: TemplateIndex) -> None:
    policy = changed(
        good,
        letters,
        ("email: maria@contract.example", "email: [Maria@Contract.example, maria@contract.example]"),
    )
    assert policy.contractors[0].addresses == ("maria@contract.example",)


def test_a_domain_is_spelt_as_it_goes_over_the_wire(good: str, letters: TemplateIndex) -> None:
    policy = changed(good, letters, ("email: maria@contract.example", "email: Maria@Bücher.example"))
    assert policy.contractors[0].addresses == ("maria@xn--bcher-kva.example",)


def test_blocks_whose_lines_are_commented_out_count_as_not_written(good: str, letters: TemplateIndex) -> None:
    policy = changed(
        good, letters, ("  per contractor:", "#  per contractor:"), ("limits:\n", "closers:\nlimits:\n")
    )
    assert len(policy.limits.per_contractor) == 2
    assert policy.words.closers == ()
    rules = good.index("rules:")
    assert load(good[:rules] + "rules:\n", letters).rules == ()


def test_a_lone_value_is_a_list_of_one(good: str, letters: TemplateIndex) -> None:
    policy = changed(
        good,
        letters,
        ("[1 a day, 3 a week]", "2 a week"),
        ("{took: under 2 working hours}", "{phase: active}"),
    )
    assert policy.limits.per_contractor == (Rate(2, timedelta(weeks=1), "2 a week"),)
    assert policy.rules[0].conditions == {"phase": ("active",)}


def test_anchors_work_where_they_are_modest(good: str, letters: TemplateIndex) -> None:
    policy = changed(
        good,
        letters,
        ("hours: Mon-Fri 09:00-17:00", "hours: &usual Mon-Fri 10:00-16:00"),
        ("Mon-Fri 21:00-06:00", "*usual"),
    )
    assert policy.contractors[0].hours == "Mon-Fri 10:00-16:00"


@pytest.mark.parametrize(
    ("written", "count", "seconds"),
    [
        ("1 a day", 1, 86400),
        ("3 a week", 3, 604800),
        ("30 an hour", 30, 3600),
        ("once in 2 weeks", 1, 1209600),
        ("twice a month", 2, 30 * 86400),
        ("twice in a month", 2, 30 * 86400),
        ("5 per week", 5, 604800),
        ("3 times in 10 days", 3, 864000),
    ],
)
def test_rates(good: str, letters: TemplateIndex, written: str, count: int, seconds: int) -> None:
    policy = changed(
        good, letters, ("    send: appreciation", f"    at most: {written}\n    send: appreciation")
    )
    assert policy.rules[0].at_most == Rate(count, timedelta(seconds=seconds), written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2", Count("at least", 2)),
        ("over 1", Count("over", 1)),
        ("under 3", Count("under", 3)),
        ("at least 4", Count("at least", 4)),
    ],
)
def test_chasers(good: str, letters: TemplateIndex, written: str, meant: Count) -> None:
    policy = changed(good, letters, ("{took: under 2 working hours}", f"{{chasers: {written}}}"))
    assert policy.rules[0].conditions == {"chasers": meant}


def test_counts_compare() -> None:
    assert [Count("at least", 2).holds(n) for n in (1, 2, 3)] == [False, True, True]
    assert [Count("over", 2).holds(n) for n in (1, 2, 3)] == [False, False, True]
    assert [Count("under", 2).holds(n) for n in (1, 2, 3)] == [True, False, False]


def test_an_empty_index_refuses_every_letter(good: str) -> None:
    assert {problem.path for problem in examine(good, {}).errors} == {
        "rules[0].send",
        "rules[1].steps[0].send",
        "rules[1].steps[1].send",
    }


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("mode: dry-run\n", "", "There is no `mode:`"),
        ("email: [dana@acme", "email: [team@acme", "will land in the shared inbox"),
        ("Mon-Fri 21:00-06:00", "Mon-Fri 09:00-17:00", "never meet"),
        (
            "hours: Mon-Fri 09:00-17:00\n",
            "hours: Mon-Fri 09:00-12:00\ncheck-ins: {length: 4 hours}\n",
            "Your hours never last as long as a check-in: 4 hours.",
        ),
        ("Asia/Manila", "Etc/GMT-8", "is 8 hours ahead of Greenwich"),
        ("{took: under", "{role: plumber, took: under", "can never act"),
        ("{took: under", "{phase: paused, took: under", "can never act"),
        ("when: contractor replied", "when: owner replied", "is written for “contractor replied”"),
        (
            "when: waiting on contractor",
            "when: waiting on owner",
            "with “waiting on owner” it says what is not so",
        ),
        ("{took: under", "{phase: backup, contractor: Ben, took: under", "can never act"),
        (
            "when: waiting on contractor",
            "when: waiting on contractor\n    at most: once in 2 weeks",
            "drops this step",
        ),
        ("after: 3 working days", "after: 43 working days", "is given up"),
        ("after: 3 working days", "after: 60 days", "is given up"),
        (
            "send: appreciation/quick-answer\n",
            "send: appreciation/quick-answer\n  - {name: Paid, when: payment due, send: owner/reward}\n",
            "has `pay:`",
        ),
        ("limits:", "closers: salamat, cheers\nlimits:", "counts as one, commas and all"),
        ("    since: 2026-09-01", "    tags: key, night", "counts as one, commas and all"),
        ("hours: Mon-Fri 09:00-17:00", "hours: Mon-Fri 9:00-5:00", "goes on through the whole night"),
        ("limits:", "defaults: {hours: Mon-Fri 9:00-5:00}\nlimits:", "goes on through the whole night"),
    ],
)
def test_what_is_doubtful_is_a_warning_not_an_error(
    good: str, letters: TemplateIndex, old: str, new: str, warning: str
) -> None:
    assert old in good
    findings = examine(good.replace(old, new), letters)
    assert findings.errors == ()
    assert [problem for problem in findings.warnings if warning in problem.message]


@pytest.mark.parametrize("own", ["every week", "never"])
def test_hours_too_short_for_a_check_in_are_doubted_where_one_is_wanted(
    good: str, letters: TemplateIndex, own: str
) -> None:
    text = good.replace("Mon-Fri 21:00-06:00", f"Mon-Fri 21:00-21:20\n    check-ins: {own}")
    warnings = examine(text, letters).warnings
    doubted = [x for x in warnings if "never last as long as a check-in" in x.message]
    assert bool(doubted) is (own != "never")


@pytest.mark.parametrize(
    ("hours", "afternoons"),
    [
        ("Mon-Fri 9:00-5:00", ["09:00-17:00"]),
        ("Mon-Fri 8:30-5:30; Sat 9:00-1:00", ["08:30-17:30", "09:00-13:00"]),
        ("Mon-Fri 9:00-12:30, 1:30-6:00", ["13:30-18:00"]),
        ("Mon-Fri 21:00-06:00", []),
        ("Mon-Fri 20:00-04:00, 05:00-07:00", []),
        ("Mon-Fri 22:00-24:00, 00:30-06:00", []),
        ("Mon-Fri 12:00-02:00", []),
        ("Mon-Fri 13:00-17:00, 08:00-12:00", []),
        ("Mon-Fri 18:00-22:00, 06:00-10:00", []),
        ("Mon-Sun 00:00-24:00", []),
        ("Mon-Sun 08:00-00:00", []),  # until midnight
    ],
)
def test_an_afternoon_that_is_written_as_a_morning_is_told(
    good: str, letters: TemplateIndex, hours: str, afternoons: list[str]
) -> None:
    text = good.replace("Mon-Fri 09:00-17:00", hours)
    told = [problem.hint for problem in examine(text, letters).warnings if problem.path == "owner.hours"]
    assert told == [f"If the afternoon is meant, write {meant}." for meant in afternoons]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 hrs", "2 hours"),
        ("48h", "48 hours"),
        ("90 min", "90 minutes"),
        ("1 workday", "1 working day"),
        ("2 business days", "2 working days"),
        ("two working-days", "2 working days"),
        ("a week", "1 week"),
        ("1.5 hours", "90 minutes"),
        ("half an hour", "30 minutes"),
        ("2 months", "60 days"),
        ("2 Wroking days", "2 working days"),
        ("0h", ""),
        ("1.5 working days", ""),
        ("2 working bananas", ""),
        ("never", ""),
    ],
)
def test_a_duration_in_other_words_is_guessed(
    good: str, letters: TemplateIndex, written: str, meant: str
) -> None:
    text = good.replace("limits:", f"limits:\n  stale after: {written}")
    [problem] = examine(text, letters).errors
    assert problem.hint == (f'Did you mean "{meant}"?' if meant else "")
    assert not meant or not examine(text.replace(f": {written}", f": {meant}"), letters).errors


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SGT", "Asia/Singapore"),
        ("AEST", "Australia/Sydney"),
        ("Pacific Time", "America/Los_Angeles"),
        ("Germany", "Europe/Berlin"),
        ("manila", "Asia/Manila"),
        ("UTC+8", ""),
        ("-05:00", ""),
        ("local", ""),
        ("XYZ", ""),
    ],
)
def test_a_zone_by_another_name_is_guessed_and_no_wrong_one(
    good: str, letters: TemplateIndex, written: str, meant: str
) -> None:
    text = good.replace("Asia/Manila", written)
    [problem] = examine(text, letters).errors
    assert ("Did you mean" in problem.hint) == bool(meant)
    assert meant in problem.hint


def test_every_zone_that_is_guessed_is_one() -> None:
    assert {zone(name) for name in BY_OTHER_NAMES.values()} == set(BY_OTHER_NAMES.values())


def test_hours_that_meet_only_in_summer_meet(good: str, letters: TemplateIndex) -> None:
    """Mon 09:00-10:00 in New York is 14:00 UTC in winter, 13:00 in summer; Lagos has no summer time."""
    text = good.replace("Mon-Fri 09:00-17:00", "Mon 09:00-10:00").replace(
        "Africa/Lagos", "Africa/Lagos\n    hours: Mon 14:00-15:00"
    )
    assert not [w for w in examine(text, letters).warnings if "Ben" in w.message]


def test_a_first_name_of_two_is_a_warning(good: str, letters: TemplateIndex) -> None:
    text = good.replace("Ben Okafor", "Maria Okafor").replace(
        "{took: under", "{contractor: Maria, took: under"
    )
    [warning] = examine(text, letters).warnings
    assert (warning.line, warning.message.split(",")[0]) == (
        26,
        '"Maria" is the first name of several contractors',
    )
    assert examine(text.replace("contractor: Maria,", "contractor: Maria Santos,"), letters).warnings == ()


@pytest.mark.parametrize(
    ("language", "there", "doubted"),
    [
        ("tl", {"en", "es"}, True),
        ("es-MX", {"en", "es"}, False),
        ("pt-BR", {"en", "pt-BR"}, False),
        ("pt", {"en", "pt-BR"}, True),
        ("en-GB", {"en"}, False),
        ("tl", {"en", ""}, False),  # a letter of the owner's own may be in any
    ],
)
def test_a_language_without_letters_is_a_warning(
    good: str, letters: TemplateIndex, language: str, there: set[str], doubted: bool
) -> None:
    text = good.replace("Asia/Manila", f"Asia/Manila\n    language: {language}")
    index = {name: replace(info, languages=frozenset(there)) for name, info in letters.items()}
    said = [x.message for x in examine(text, index).warnings]
    told = f'No letter of these rules is there in "{language}": Maria Santos gets English ones.'
    assert said == ([told] if doubted else [])


def test_lists_in_brackets_and_roles_with_a_comma_are_no_warning(good: str, letters: TemplateIndex) -> None:
    text = good.replace("limits:", 'closers: ["ok, thanks", cheers]\nlimits:').replace(
        "since: 2026-09-01", "role: writer, editor\n    tags: [key, night]"
    )
    assert examine(text, letters).warnings == ()


def test_a_key_twice_is_no_forgotten_dash(good: str, letters: TemplateIndex) -> None:
    text = good.replace("  - name: Ben Okafor\n", "  - name: Ben Okafor\n    name: Benjamin Okafor\n")
    [problem] = examine(text, letters).errors
    assert (problem.message, problem.hint) == ('"name" stands twice; first in line 18.', "")


BOOK = "  - {name: Book, when: check-in due, invite: check-ins/agenda}\n"
NEVER = "check-ins: {onboarding: never, active: never, backup: never}\nlimits:"


@pytest.mark.parametrize(
    "edits",
    [
        # Calls with one of them alone.
        [
            ("limits:", NEVER),
            ("since: 2026-09-01", "check-ins: every 2 weeks"),
            ("  - name: Chase", BOOK + "  - name: Chase"),
        ],
        # The steps are further apart than the rate's window.
        [
            ("when: waiting on contractor", "when: waiting on contractor\n    at most: once a day"),
            ("3 working", "4 working"),
        ],
        [("when: waiting on contractor", "when: waiting on contractor\n    at most: twice in 2 weeks")],
    ],
)
def test_what_can_act_is_no_warning(good: str, letters: TemplateIndex, edits: list[tuple[str, str]]) -> None:
    for old, new in edits:
        assert old in good
        good = good.replace(old, new, 1)
    findings = examine(good, letters)
    assert (findings.errors, findings.warnings) == ((), ())


def test_words_that_are_as_near_are_both_named(good: str, letters: TemplateIndex) -> None:
    """Who takes the only suggestion that there is gets another rule than they meant."""
    for written, hint in (
        ("contractor answers", 'Did you mean "contractor added" or "contractor replied"?'),
        ("contracter replied", 'Did you mean "contractor replied"?'),
    ):
        [problem] = examine(good.replace("when: contractor replied", f"when: {written}"), letters).errors
        assert problem.hint == hint
