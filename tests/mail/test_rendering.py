"""Letters: which are there, what they say, and that no template and no fact can do more than be read."""

import os
import re
from collections.abc import Callable, Mapping
from email import message_from_bytes
from pathlib import Path

import pytest
import yaml

from mail.letters.facts import ALWAYS, FACTS, GIVEN, Fact
from mail.letters.rendering import BUILT_IN, RenderingError, Templates
from mail.letters.rewording import reworded
from mail.letters.samples import sample_facts
from mail.letters.sandbox import MAX_CHARS
from relationship.facts.messages import Side

SHIPPED = Templates()
LETTERS = sorted(SHIPPED.index())
GOLDEN = Path(__file__).parent.parent / "golden" / "letters"
EXAMPLE = Path("../shared/rules.example.yaml")
TO_CONTRACTORS = sorted(n for n, info in SHIPPED.index().items() if info.reader is Side.CONTRACTOR)
Write = Callable[..., Templates]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Own templates: name and text of each; the folder comes before the built-in one."""

    def written(built_in: bool = False, **files: str) -> Templates:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Templates([tmp_path, *([BUILT_IN] if built_in else [])])

    return written


def letter(body: str, subject: str = "Hello", to: str = "contractor") -> str:
    return f"To: {to}\nSubject: {subject}\n\n{body}\n"


def problems(templates: Templates, name: str = "mine") -> tuple[str, ...]:
    return templates.index()[name].problems


# The letters that are built in


@pytest.mark.parametrize("name", LETTERS)
def test_a_built_in_letter_has_no_problems(name: str) -> None:
    assert SHIPPED.index()[name].problems == ()


@pytest.mark.parametrize(
    ("name", "language"), [*((n, "en") for n in LETTERS), *((n, "es") for n in TO_CONTRACTORS)]
)
def test_golden(name: str, language: str) -> None:
    """Every letter in every wording, compared whole. KEEPWARM_GOLDEN=write writes them anew."""
    templates = SHIPPED
    facts = sample_facts(name, language)
    said = [templates.render(name, language, n, facts) for n in range(templates.wordings(name, language))]
    text = "\n\n=====\n\n".join(f"Subject: {one.subject}\n\n{one.text}" for one in said) + "\n"
    golden = GOLDEN / language / f"{name}.txt"
    if os.environ.get("KEEPWARM_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LETTERS)
def test_no_letter_shows_a_literal_tag(name: str) -> None:
    templates = SHIPPED
    for language in ("en", "es"):
        for wording in range(templates.wordings(name, language)):
            said = templates.render(name, language, wording, sample_facts(name, language))
            assert not re.search(
                r"#(due|done|idea|nrn|settled|paid|pause|resume|news|held|late|missed)", said.text
            )


@pytest.mark.parametrize("name", TO_CONTRACTORS)
def test_letters_to_contractors_speak_spanish_and_have_wordings(name: str) -> None:
    templates = SHIPPED
    assert templates.render(name, "es", 0, sample_facts(name, "es")).language == "es"
    count = templates.wordings(name, "es")
    assert count == templates.wordings(name, "en")
    if name.startswith(("appreciation/", "reminders/")):
        assert count >= 3
    assert len({templates.render(name, "en", n, sample_facts(name)).text for n in range(count)}) == count


def test_every_letter_of_the_example_is_there() -> None:
    if not EXAMPLE.exists():
        pytest.skip("the example lies beside the project only where it is developed")
    named = re.findall(r"(?:send|invite): ([a-z/-]+)", EXAMPLE.read_text(encoding="utf-8"))
    assert len(named) > 20
    assert set(named) <= set(LETTERS)


def test_a_letter_to_the_owner_lies_in_the_owners_folder() -> None:
    assert {n for n in LETTERS if n.startswith("owner/")} == set(LETTERS) - set(TO_CONTRACTORS)


@pytest.mark.parametrize("wording", range(3))
def test_firm_claims_an_earlier_reminder_only_if_one_was_sent(wording: int) -> None:
    facts = sample_facts()
    earlier = r"earlier note|wrote again|I have written"
    assert re.search(earlier, SHIPPED.render("reminders/firm", "en", wording, {**facts, "reminders": 1}).text)
    assert not re.search(
        earlier, SHIPPED.render("reminders/firm", "en", wording, {**facts, "reminders": 0}).text
    )


@pytest.mark.parametrize("wording", range(3))
def test_delivered_claims_punctuality_only_if_it_was(wording: int) -> None:
    facts = {**sample_facts(), "on_time": None}
    assert not re.search(
        r"on time|the date|as planned|promised|March 6",
        SHIPPED.render("appreciation/delivered", "en", wording, facts).text,
    )


# Facts


NEEDED = {
    "appreciation/quick-answer": "took",
    "appreciation/delivered": "delivered",
    "appreciation/starred": "subject",
    "appreciation/anniversary": "years",
    "reminders/gentle": "since",
    "reminders/firm": "since",
    "reminders/deadline": "deadline",
    "reminders/check-in": "check_in",
    "reminders/overdue": "deadline",
    "check-ins/missed": "check_in",
    "check-ins/another-time": "check_in",
    "owner/you-answered": "took",
    "news/forward": "paragraphs",
    "owner/you-owe": "waiting",
    "owner/escalation": "reminders",
    "owner/gone-quiet": "silent_days",
}


@pytest.mark.parametrize(("name", "fact"), NEEDED.items())
@pytest.mark.parametrize("empty", [None, "gone"])
def test_without_its_fact_a_letter_is_not_written(name: str, fact: str, empty: object) -> None:
    facts = sample_facts(name)
    if empty is None:
        facts[fact] = None
    else:
        del facts[fact]
    with pytest.raises(RenderingError, match=name):
        SHIPPED.render(name, "en", 0, facts)


def test_a_letter_that_is_itself_written_from_right_to_left_keeps_the_order_of_its_words(
    write: Write,
) -> None:
    """Set apart, a word between two names in Latin letters is a mere mark there: who sent what to whom turned round."""
    templates = write(mine=letter("Logo אל {{ contractor.name }}"), ours=letter("To {{ contractor.name }}"))
    pages = {
        (letter, name): templates.render(letter, "en", 0, {"contractor": {"name": name}}).html
        for letter in ("mine", "ours")
        for name in ("Maria", "מריה")
    }
    assert {key for key, page in pages.items() if "\u2068" in page} == {("ours", "מריה")}


def test_what_the_owner_says_instead_of_a_letter_keeps_the_order_of_its_words() -> None:
    content = b"Subject: x\r\nMIME-Version: 1.0\r\n\r\nx"
    told = message_from_bytes(reworded(content, "Logo אל Maria", "x", "Dana", "mailto:t@x.example", "en"))
    page = next(part for part in told.walk() if part.get_content_type() == "text/html")
    shown = page.get_payload(decode=True)
    assert isinstance(shown, bytes)
    assert "Logo אל Maria" in shown.decode()


def test_what_is_missing_is_named(write: Write) -> None:
    templates = write(mine=letter("{{ contractor.role }}"))
    with pytest.raises(RenderingError, match="it states 'role', which is not known here"):
        templates.render("mine", "en", 0, {"contractor": {"name": "Maria", "role": ""}})


@pytest.mark.parametrize("body", ["{{ contractor }}", "{{ reasons }}"])
def test_a_whole_group_says_nothing(write: Write, body: str) -> None:
    for subject in ("Hello", body):
        with pytest.raises(RenderingError):
            write(mine=letter(body, subject)).render("mine", "en", 0, sample_facts())


def test_what_is_missing_can_be_asked_for(write: Write) -> None:
    templates = write(mine=letter("{% if took %}took{% else %}no{% endif %} {{ 's' if years }}."))
    assert templates.render("mine", "en", 0, {}).text == "no ."


HOSTILE = [
    "{{ 7 * 7 }}{% for i in range(10) %}",
    "<script>alert(1)</script><img src=x>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "x\r\nBcc: everybody@evil.example\r\n\r\nbody",
    "# Heading\n\n- item\n1. one\n> quote\n---\n***",
    "**bold** _it_ `code` ~~x~~ &lt;b&gt; \\",
    "\u202eevil\u2066 \x00\x07\ud800",
]


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_facts_are_shown_as_text(name: str, evil: str) -> None:
    tame = SHIPPED.render(name, "en", 0, _poisoned(sample_facts(name), "tame"))
    said = SHIPPED.render(name, "en", 0, _poisoned(sample_facts(name), evil))
    assert "\n" not in said.subject
    assert "\r" not in said.subject
    assert _elements(said.html) == _elements(tame.html)
    assert said.text.count("\n") == tame.text.count("\n") or "---" in said.text
    said.text.encode("utf-8")


def _poisoned(facts: Mapping[str, object], evil: str) -> dict[str, object]:
    def poison(name: str, value: object) -> object:
        if name == "links":
            return value
        if isinstance(value, Mapping):
            return {n: poison(n, v) for n, v in value.items()}
        if isinstance(value, tuple):
            return tuple(poison("", v) for v in value)
        return evil if type(value) is str and value else value

    return {name: poison(name, value) for name, value in facts.items()}


def _elements(html: str) -> list[str]:
    return [re.sub(r"<(/?\w+).*", r"\1", tag, flags=re.S) for tag in re.findall(r"<[^>]+>", html)]


def test_a_fact_is_words_and_nothing_that_has_methods(write: Write) -> None:
    with pytest.raises(TypeError, match="a fact is words"):
        write(mine=letter("x")).render("mine", "en", 0, {"subject": object()})


# Templates


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{{ subjet }}", "line 4: unknown variable `subjet` (did you mean `subject`?)"),
        ("{{ first_name }}", "line 4: unknown variable `first_name` (did you mean `contractor.first_name`?)"),
        ("{{ message }}", "line 4: unknown variable `message`"),  # a part of a list stands for itself nowhere
        ("x\n{{ contractor.nmae }}", "line 5: unknown variable `contractor.nmae` (did you mean `name`?)"),
        ("x\n---\ny\n{{ nothing_at_all }}", "line 7: unknown variable `nothing_at_all`"),
        ("{% for point in check_in.agenda %}{{ point.x }}{% endfor %}", "line 4: unknown variable `point.x`"),
        ("{% if x", "line 4: "),
        ("{% for a in subject %}{% endfor %}", "line 4: `for` goes through one of the documented lists"),
        ("{{ subject|uper }}", "line 4: `uper` is not possible in a letter (did you mean `upper`?)"),
    ],
)
def test_a_faulty_template_is_named_with_its_line(write: Write, body: str, problem: str) -> None:
    templates = write(mine=letter(body))
    assert any(found.startswith(problem) for found in problems(templates)), problems(templates)
    with pytest.raises(RenderingError, match="the letter mine has a problem"):
        templates.render("mine", "en", 0, sample_facts())


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ contractor.__init__.__globals__ }}",
        "{{ subject.format(subject) }}",
        "{{ subject['__class__'] }}",
        "{{ subject|attr('__class__') }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for a in 'x' * 10**9 %}{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ 10**10**10 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 'x'.ljust(10**9) }}",
        "{{ 'x'|center(10**9) }}",
        "{% set a = 'x' %}{% set a = a ~ a %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% include 'owner/bundle' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{{ self }}{{ config }}{{ lipsum() }}{{ cycler.__init__ }}",
        "{% for a in items recursive %}{{ loop(items) }}{% endfor %}",
        "{{ '<script>'|safe }}",
        "{% autoescape false %}{{ subject }}{% endautoescape %}",
        "{{ _turns }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if subject %}" * 200 + "{% endif %}" * 200,
        "{{ " + "9" * 5000 + " }}",
        "{% if 1 == " + "9" * 5000 + " %}x{% endif %}",
        "{{ " + "9" * 4300 + " + " + "9" * 4300 + " }}",
        "{{ 1.5 + " + "9" * 400 + " }}",
    ],
)
def test_a_hostile_template_never_runs(write: Write, body: str) -> None:
    templates = write(mine=letter(body), other=letter("x", subject=body.replace("\n", " ")))
    for name in ("mine", "other"):
        with pytest.raises(RenderingError):
            templates.render(name, "en", 0, sample_facts())


@pytest.mark.timeout(20)
@pytest.mark.parametrize("typed", ["{{", "{", "{ ", "{% ", "{# ", "{{ a", "{a.a", "#pause "])
def test_a_template_is_looked_at_in_no_longer_than_its_length(write: Write, typed: str) -> None:
    """Patterns that go back and forth would need half a minute here; the test's time-out is what fails."""
    assert write(mine=letter(typed * (60_000 // len(typed)))).index()["mine"] is not None


def test_turns_through_lists_are_counted(write: Write) -> None:
    inner = "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}"
    facts = {**sample_facts(), "items": tuple({"heading": "x", "text": "y"} for _ in range(100))}
    with pytest.raises(RenderingError, match="more than 2000 times"):
        write(mine=letter(inner + "x")).render("mine", "en", 0, facts)


def test_output_is_bounded(write: Write) -> None:
    facts = {**sample_facts(), "items": tuple({"heading": "x" * 4000, "text": "y"} for _ in range(100))}
    with pytest.raises(RenderingError, match=f"longer than {MAX_CHARS // 1000} KB"):
        write(mine=letter("{% for a in items %}{{ a.heading }} {% endfor %}")).render("mine", "en", 0, facts)


def test_news_of_many_lines_is_passed_on_whole() -> None:
    lines = tuple(f"- point {n}." for n in range(900))
    for name in ("news/forward", "owner/confirm-news"):
        said = SHIPPED.render(name, "en", 0, {**sample_facts(name), "paragraphs": lines})
        assert all(f"point {n}." in said.text for n in range(900))


def test_a_subject_is_one_line_and_not_endless(write: Write) -> None:
    templates = write(mine=letter("x", subject="About {{ subject }}"))
    said = templates.render("mine", "en", 0, {"subject": "a\r\nBcc: x\n" + "y" * 1000})
    assert said.subject.startswith("About a Bcc: x yyy")
    assert len(said.subject) <= 200


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: `To:`"),
        ("To: nobody\nSubject: x\n\ny", "line 1: `To:` must be contractor or owner, found 'nobody'"),
        ("To: owner\n\ny", "line 2: `Subject:` is missing"),
        ("To: owner\nSubject: a\nSubject: b\n\ny", "line 3: `Subject:` stands there twice"),
        ("To: owner\nSubject: a\nCc: b\n\ny", "line 3: expected"),
        ("To: owner\nSubject: a\n\ny\n---\n", "line 6: this wording is empty"),
    ],
)
def test_a_file_that_is_no_letter(write: Write, text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(write(mine=text))), problems(write(mine=text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "latin.md").write_bytes(b"To: owner\nSubject: \xe9\n\nx")
    (tmp_path / "long.md").write_text("x" * 70_000)
    index = Templates([tmp_path]).index()
    assert "cannot be read" in index["folder"].problems[0]
    assert "UTF-8" in index["latin"].problems[0]
    assert "longer than 64 KB" in index["long"].problems[0]


def test_an_unknown_letter() -> None:
    with pytest.raises(RenderingError, match="there is no letter 'reminders/gentel'"):
        Templates().render("reminders/gentel", "en", 0, {})


# Folders, languages, wordings


def test_the_users_own_letter_comes_first(write: Write) -> None:
    templates = write(built_in=True, reminders__gentle=letter("Mine."))
    assert templates.render("reminders/gentle", "en", 0, sample_facts()).text == "Mine."
    assert templates.render("reminders/gentle", "es", 0, sample_facts()).text == "Mine."
    assert templates.render("reminders/firm", "es", 0, sample_facts("", "es")).language == "es"


def test_in_the_projects_own_folder_the_built_in_letters_are_nobodys_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(BUILT_IN.parent)
    beside_the_rules = Templates([Path("templates"), BUILT_IN])
    assert beside_the_rules.written_in("owner/approve", "es", "es-ES") == "en"
    assert beside_the_rules.index() == SHIPPED.index()


def test_a_letter_that_is_put_among_the_built_in_ones_is_tried_like_any_of_the_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the project's own folder there is no other place beside the rules."""
    monkeypatch.setattr("mail.letters.rendering.BUILT_IN", tmp_path / "templates")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.md").write_text(letter("{{ check_in.agenda }}"))
    monkeypatch.chdir(tmp_path)
    [problem] = Templates([Path("templates"), tmp_path / "templates"]).index()["mine"].problems
    assert "a whole group or list" in problem


def test_a_folder_of_letters_that_is_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to("templates")
    with pytest.raises(OSError, match="symbolic links"):
        Templates([tmp_path / "templates", BUILT_IN]).index()


def test_languages(write: Write) -> None:
    templates = write(mine=letter("English"), es__mine=letter("Español"), fr__only=letter("Français"))
    assert templates.render("mine", "es", 0, {}).text == "Español"
    assert templates.render("mine", "es-MX", 0, {}).text == "Español"
    assert templates.render("mine", "de", 0, {}).text == "English"
    assert "is there in 'fr' only" in problems(templates, "only")[0]
    filipino = write(mine=letter("English"), fil__mine=letter("Filipino"), ceb__mine=letter("Cebuano"))
    assert [filipino.render("mine", one, 0, {}).text for one in ("fil", "ceb")] == ["Filipino", "Cebuano"]


def test_a_translation_has_the_same_reader(write: Write) -> None:
    templates = write(mine=letter("x"), es__mine=letter("x", to="owner"))
    assert "es: is to the owner" in problems(templates)[0]


def test_wordings_are_chosen_by_number(write: Write) -> None:
    templates = write(mine=letter("a\n---\nb\n---\nc"))
    said = [templates.render("mine", "en", n, {}) for n in range(4)]
    assert [(one.text, one.wording) for one in said] == [("a", 0), ("b", 1), ("c", 2), ("a", 0)]
    assert templates.wordings("mine", "en") == 3


# The table of facts


def test_every_fact_has_a_sample_and_is_documented() -> None:
    documented = Path("docs/letters.md").read_text(encoding="utf-8")

    def walk(prefix: str, facts: Mapping[str, Fact]) -> None:
        for name, fact in facts.items():
            assert f"`{prefix}{name}`" in documented, prefix + name
            assert fact.parts or fact.sample is not None
            walk(f"{prefix}{name}.", fact.parts)

    walk("", FACTS)


def test_every_rule_of_the_example_has_the_facts_of_its_letters() -> None:
    if not EXAMPLE.exists():
        pytest.skip("the example lies beside the project only where it is developed")
    for rule in yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["rules"]:
        steps = rule.get("steps", [{"send": rule.get("send") or rule.get("invite")}])
        for step in steps:
            assert rule["when"] not in SHIPPED.index()[step["send"]].lacking, (rule["name"], step)


def test_a_letter_that_a_trigger_cannot_fill() -> None:
    assert SHIPPED.index()["appreciation/quick-answer"].lacking["silence"] == ("subject", "took")
    assert "waiting on contractor" not in SHIPPED.index()["reminders/firm"].lacking


def test_every_trigger_is_documented() -> None:
    documented = Path("docs/letters.md").read_text(encoding="utf-8")
    for trigger, given in GIVEN.items():
        row = next(line for line in documented.splitlines() if line.startswith(f"| {trigger} |"))
        assert set(re.findall(r"`(\w+)`", row)) == given - ALWAYS


# What an owner types who does not know templates, and what would be seen of it

MISTYPED = [
    ("Hi {contractor.first_name}", "`{contractor.first_name}` is no fact; write it in two braces"),
    ("Hi {first_name}", "`{{ contractor.first_name }}`"),
    ("About { { subject } }", "`{{ subject }}`"),
    ("About { {subject}}", "`{{ subject }}`"),
    ("Answer #Pause to stop.", "`#Pause` may not stand in a letter"),
    ("{{ contractor.good_at }}", "it states a whole group or list"),
    ("{{ contractor.good_at|upper }}", "`upper` does not go with a whole group or list"),
    ("{{ 'For ' ~ contractor.good_at }}", "`~` does not go with a whole group or list"),
    ("{{ items|join(', ') }}", "`join` does not go with a whole group or list"),
    (
        "{% if waiting > 3 %}Long{% endif %}",
        "it compares or adds what does not fit, such as words and a number",
    ),
    ("{{ subject + 1 }}", "it compares or adds what does not fit"),
]


@pytest.mark.parametrize(("body", "problem"), MISTYPED)
def test_what_would_never_go_out_or_look_like_a_program_is_told_before(
    write: Write, body: str, problem: str
) -> None:
    [told] = problems(write(mine=letter(f"Hello\n---\n{body}")))
    assert told.startswith("line 6: ")
    assert problem in told


@pytest.mark.parametrize(
    "body",
    [
        "Use {braces}, {0} and C#; see https://x.example/#news, we are #1. {# {subject} #}",
        "{{ contractor.good_at|first|upper }} {{ contractor.good_at|join(', ')|capitalize }} {{ items|length }}",
        "{% if check_in.outside_hours %}{{ check_in.outside_hours }}{% endif %}",
        "{{ check_in.outside_hours }}",
    ],
)
def test_what_is_fine_is_not_complained_of(write: Write, body: str) -> None:
    assert problems(write(mine=letter(body))) == ()


@pytest.mark.parametrize("dashes", ["----", "------------", " ---", "  --- "])
def test_a_line_that_was_to_begin_another_wording_makes_no_heading(write: Write, dashes: str) -> None:
    [told] = problems(write(mine=letter(f"One.\n{dashes}\nTwo.")))
    assert told.startswith("line 5: three dashes at the left margin begin another wording")
