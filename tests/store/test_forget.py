"""Forget, as somebody would check it: search the whole data folder."""

import base64
import json
import quopri
import re
import unicodedata
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import pytest

from mail.letters.markdown import escape
from relationship.facts import Facts
from relationship.facts.letters import State
from relationship.facts.messages import Bounce, Message, Side
from relationship.facts.summary import Summary
from store.aggregate import every_fact
from store.person import Person
from store.protocol import OWNER, Cursor, FolderCursor, Heartbeat, StoreError
from store.tinydb_store import TinyStore

MARIA, BEN = "maria-santos-1f3a9c", "ben-77aa01"


def _lived(data: Path, make: SimpleNamespace) -> TinyStore:
    """A data folder in which Maria left traces wherever it is possible."""
    store = TinyStore(data)
    about_maria = {
        "contractor": MARIA,
        "about": "Maria Santos answered",
        "why": "maria-santos-1f3a9c was quick",
    }
    mentions = [
        make.message(11, also_asked=("maria@mail.example",)),
        make.message(
            12, subject="Ask Maria  Santos, please", bounce=Bounce("maria@mail.example", "5.1.1", True)
        ),
        make.message(13, also_asked=("anna-maria@mail.example",)),
    ]
    own = [make.message(n, side=Side.CONTRACTOR, sender="Maria@mail.example".lower()) for n in range(1, 5)]
    store.commit(MARIA, [make.profile("Maria Santos", "maria@mail.example", "m.santos@work.example"), *own])
    store.archive(MARIA, own[:2], {own[0].key: "c"})
    store.commit(BEN, [make.profile("Ben Okoye", "ben@mail.example"), *mentions, make.message(14)])
    of_her = Summary(make.start, ("3f9a 1772446500 0o - 0-O Ask Maria Santos",))
    store.archive(
        BEN, [*mentions[:1], make.message(15), replace(mentions[1], key="m16@mail.example")], left=[of_her]
    )
    store.commit(
        OWNER, [make.decision(1, **about_maria), make.decision(2, contractor=BEN, about="Ben answered")]
    )
    store.commit(OWNER, [make.letter(3, contractor=OWNER, subject="Today: Maria Santos, Ben", content="")])
    store.archive(OWNER, [make.decision(4, **about_maria), make.letter(5, contractor=MARIA)])
    store.set_aside("INBOX/Maria Santos 12", b"From: x@y.example\r\n\r\nbroken")
    store.set_aside("INBOX 13", b"From: <M.Santos@work.example>\r\n\r\nbroken")
    store.set_aside("INBOX 14", b"From: ben@mail.example\r\n\r\nbroken")
    store.request("forget", MARIA)
    store.move_cursor(Cursor({"People/Maria Santos": FolderCursor(7, 9), "INBOX": FolderCursor(8, 20)}))
    store.beat(Heartbeat(last_poll=make.start, reason="It says: 450 <maria@mail.example>: later"))
    copy = data / "contractors" / f"{BEN}.json.before-schema-1"
    copy.write_bytes((data / "contractors" / f"{BEN}.json").read_bytes())
    return store


def _search(data: Path) -> list[str]:
    """What `grep -ri` finds of her, in contents and in names; Anna-Maria is somebody else."""
    who = re.compile(rb"(?<!anna-)maria|santos", re.IGNORECASE)
    found = [path.name for path in data.rglob("*") if who.search(path.name.encode())]
    return found + [path.name for path in data.rglob("*") if path.is_file() and who.search(path.read_bytes())]


def test_a_search_of_the_data_folder_finds_no_trace(data: Path, make: SimpleNamespace) -> None:
    store = _lived(data, make)
    assert len(_search(data)) > 10
    store.forget(MARIA)
    assert _search(data) == []
    store.close()
    store = TinyStore(data)
    assert len(list((data / "set-aside").iterdir())) == 1
    assert store.cursor() == Cursor({"INBOX": FolderCursor(8, 20)})
    assert store.names() == (BEN, OWNER)
    store.close()
    assert _search(data) == []


def test_facts_that_are_called_after_somebody_get_other_names(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Maria Santos", "maria@mail.example")])
    named = make.decision(1, contractor=BEN, rule="Ask Maria Santos first")
    store.commit(BEN, [make.profile("Ben Okoye", "ben@mail.example"), named])
    store.forget(MARIA)
    assert [x.rule for x in store.load(BEN).decisions.values()] == ["Ask (forgotten) first"]
    assert b"Santos" not in (data / "contractors" / f"{BEN}.json").read_bytes()
    store.close()


@pytest.mark.parametrize("where", ["contractors", "archive/2025"])
def test_nobody_is_told_any_more_what_of_theirs_was_damaged(
    where: str, data: Path, make: SimpleNamespace
) -> None:
    _lived(data, make).close()
    (path,) = (data / where).glob(f"{MARIA}.json*")
    path.write_bytes(b"no JSON\n" + path.read_bytes())
    store = TinyStore(data)
    with suppress(StoreError):
        store.export(MARIA)
    assert list(store.damaged()) == [MARIA]
    store.forget(MARIA)
    assert (store.damaged(), store.names()) == ({}, (BEN, OWNER))
    assert store.load(MARIA) == Facts()
    store.close()


def test_the_others_ledgers_stay_as_they_were(data: Path, make: SimpleNamespace) -> None:
    store = _lived(data, make)

    def ledger_of(name: str) -> set[object]:
        messages = (
            f for f in (*store.history(name), *every_fact(store.load(name))) if isinstance(f, Message)
        )
        return {
            (m.key, m.at, m.side, m.kind, m.asks, m.handed, len(m.also_asked), m.parents) for m in messages
        }

    before = ledger_of(BEN)
    store.forget(MARIA)
    assert ledger_of(BEN) == before
    assert store.load(BEN).messages["m13@mail.example"].also_asked == ("anna-maria@mail.example",)
    assert store.load(BEN).messages["m14@mail.example"] == make.message(14)
    store.close()


@pytest.mark.parametrize(
    ("state", "then", "items"),
    [
        (State.WAITING, State.CANCELLED, ()),
        (State.DEFERRED, State.CANCELLED, ()),
        (State.ATTEMPTED, State.UNPROVABLE, ("token1", "token2")),
    ],
)
@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "7bit"])
def test_a_letter_to_the_owner_that_still_names_the_person_is_withdrawn(
    coding: str, state: State, then: State, items: tuple[str, ...], data: Path, make: SimpleNamespace
) -> None:
    def mail(text: str) -> str:
        message = EmailMessage()
        message.set_content(
            f"{text} has waited for a very long time for an answer of yours, it seems.", cte=coding
        )
        return message.as_string()

    store = TinyStore(data)
    bundle = {"contractor": OWNER, "items": ("token1", "token2"), "subject": "Today", "state": state}
    about_her, about_him = (
        make.letter(8, content=mail("Maria Santos"), **bundle),
        make.letter(9, content=mail("Ben")),
    )
    store.commit(MARIA, [make.profile("Maria Santos")])
    store.commit(OWNER, [about_her, replace(about_him, contractor=OWNER)])
    store.forget(MARIA)
    letters = store.load(OWNER).letters
    assert (letters["token8"].state, letters["token8"].content, letters["token8"].items) == (then, "", items)
    assert letters["token9"].content == about_him.content
    store.close()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Santos, Maria", "(forgotten)"),
        ("maria@mail.example", "(forgotten)"),
        ("<MARIA@mail.example>", "<(forgotten)>"),
        ("anna-maria@mail.example", "anna-maria@mail.example"),
        ("maria@mail.example.org", "maria@mail.example.org"),
        ("Write to maria@mail.example.", "Write to (forgotten)."),
        ("MARIA SANTOS' plan", "(forgotten)' plan"),
        ("Mariana Santos", "Mariana Santos"),
        ("maria-1f3a9c", "(forgotten)"),
        ("maria-1f3a9c0", "maria-1f3a9c0"),
    ],
)
def test_what_counts_as_a_mention(text: str, left: str) -> None:
    who = Person("maria-1f3a9c", frozenset({"Maria Santos"}), frozenset({"maria@mail.example"}))
    assert who.mentions.blotted(text) == left


@pytest.mark.parametrize(
    "spelt", ["Zoë Núñez", unicodedata.normalize("NFD", "Zoë Núñez"), "Zoe Nunez", "ZOE NUNEZ", "Núñez, Zoë"]
)
def test_a_name_is_found_with_its_accents_and_without(spelt: str) -> None:
    who = Person("zoe-1", frozenset({"Zoë Núñez"}), frozenset())
    assert who.mentions.blotted(f"Ask {spelt}!") == "Ask (forgotten)!"


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("Sinead O'Connor", "Sinéad O’Connor"),
        ("Sinead O'Connor", "OConnor, Sinead"),
        ("Anne-Marie Dupont", "DUPONT Anne Marie"),
        ("Anne-Marie Dupont", "Anne\u2011Marie Dupont"),
        ("Maria Santos", "maria_santos"),
        ("Maria Santos", "Maria-Santos"),
        ("Jürgen Groß", "Juergen Gross"),
        ("Juergen Gross", "JÜRGEN GROß"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("Søren Ærø", "Soren Aero"),
        ("Maria L. Santos", "Maria Santos"),
        ("Maria L. Santos", "Santos, Maria L"),
        ("Иван Королёв", "Иван Королев"),
        ("Maria Santos", "Maria L. Santos"),
        ("Maria Santos", "M. Santos"),
        ("Maria Santos", "Santos, M."),
        ("Olga Petrowna Wassiljewa", "Olga Wassiljewa"),
        ("Olga Petrowna Wassiljewa", "WASSILJEWA, Olga"),
        ("Olga Petrowna Wassiljewa", "Olga P. Wassiljewa"),
        ("José García López", "Jose Garcia"),
        ("María José García López", "María García"),
        ("María José García López", "Maria Jose Garcia"),
        ("Ludwig van der Aa", "Ludwig Aa"),
        ("Zoë O'Brien-Müller", "Zoe O’Brien"),
        ("Zoë O'Brien-Müller", "MUELLER, Zoë"),
    ],
)
def test_a_name_is_found_as_people_spell_it(name: str, spelt: str) -> None:
    who = Person("somebody-1", frozenset({name}), frozenset())
    assert who.mentions.blotted(f"Ask {spelt}!") == "Ask (forgotten)!"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Maria Santos", "Maria and Santos"),
        ("Maria Santos", "Maria e Santos"),
        ("María José García López", "María José Ruiz, Ana López"),
        ("Ludwig van der Aa", "Ludwig van Ham"),
        ("Olga Petrowna Wassiljewa", "Wassiljewa or Olga"),
        ("J. Reyes", "Dana Reyes"),
        ("Anne-Marie Dupont", "Anne Dupont"),
        ("Kim Min-jun", "Kim Min"),
        ("Zoë O'Brien-Müller", "Peter Müller"),
        ("Ana de Souza", "Ana de novo"),
    ],
)
def test_what_others_may_be_called_as_well_stays(name: str, text: str) -> None:
    assert Person("somebody-1", frozenset({name}), frozenset()).mentions.blotted(text) == text


def test_a_short_form_of_two_people_is_nobodys() -> None:
    others = frozenset({"Miguel Santos", "Maria Luisa Cruz"})
    who = Person("maria-1", frozenset({"Maria Santos", "Maria Pia Cruz"}), frozenset(), others=others)
    text = "Maria Cruz and M. Santos and Maria Luisa Cruz"
    assert who.mentions.blotted(text) == text
    assert who.mentions.blotted("Maria Pia Cruz, Maria Santos") == "(forgotten), (forgotten)"


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [("李小龙", "请问李小龙好吗", "请问(forgotten)好吗"), ("田中 太郎", "田中太郎様へ", "(forgotten)様へ")],
)
def test_a_name_is_found_where_words_have_no_blanks_between_them(name: str, text: str, left: str) -> None:
    assert Person("somebody-1", frozenset({name}), frozenset()).mentions.blotted(text) == left


@pytest.mark.parametrize(
    "text",
    ["7.maria-santos@mail.example", "1@maria-santos.example", "1@mail.maria.santos.example", "Mariasantos"],
)
def test_a_name_in_an_id_or_a_domain_stays(text: str) -> None:
    who = Person("somebody-1", frozenset({"Maria Santos"}), frozenset({"maria@mail.example"}))
    assert who.mentions.blotted(text) == text


def test_what_is_added_to_an_address_belongs_to_it() -> None:
    who = Person("somebody-1", frozenset(), frozenset({"maria@mail.example"}))
    assert who.mentions.blotted("<Maria+Jobs@mail.example>") == "<(forgotten)>"


@pytest.mark.parametrize(
    "text",
    ["Maria Santos answered", "maria@x.example", "Maria@x.example", "Maria.B=1@x.example", "1@Maria-PC"],
)
def test_a_name_of_one_word_is_left_in_other_names_and_in_addresses(text: str) -> None:
    who = Person("maria-1", frozenset({"Maria"}), frozenset(), others=frozenset({"Maria Santos", "Ben"}))
    assert who.mentions.blotted(text) == text
    assert who.mentions.blotted("Maria asked Ben") == "(forgotten) asked Ben"


def test_whoever_has_the_same_first_name_keeps_it(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Maria", "maria@mail.example")])
    store.commit(
        BEN, [make.profile("Maria Okoye", "maria@other.example"), make.message(1, subject="To Maria Okoye")]
    )
    store.archive(BEN, [make.message(2, subject="Maria Okoye again")])
    before = store.export(BEN)
    store.forget(MARIA)
    assert store.export(BEN) == before
    store.close()


def test_whoever_was_once_called_the_same_keeps_the_key(data: Path, make: SimpleNamespace) -> None:
    store, other = TinyStore(data), "maria-santos-77aa01"
    store.commit(MARIA, [make.profile("Maria Santos", "maria@mail.example")])
    store.commit(other, [make.profile("Maria Okoye", "maria@other.example")])
    store.commit(OWNER, [make.decision(1, contractor=other)])
    store.forget(MARIA)
    assert list(store.load(OWNER).decisions.values()) == [make.decision(1, contractor=other)]
    store.close()


def test_what_the_owner_was_asked_about_their_letters_goes_with_them(
    data: Path, make: SimpleNamespace
) -> None:
    store = TinyStore(data)
    to_owner = {"contractor": OWNER, "to": ("dana@acme.example",), "state": State.SENT, "content": ""}
    asked = [
        make.letter(
            n, occasion=f"approve/token1{end}", subject="May I send this to Maria? Secret plan", **to_owner
        )
        for n, end in ((21, ""), (22, "/again"))
    ]
    daily = make.letter(23, subject="Maria waits: Secret plan", items=("token1", "token9"), **to_owner)
    store.commit(MARIA, [make.profile("Maria Santos"), make.letter(1)])
    store.commit(OWNER, [asked[0], daily])
    store.archive(OWNER, [asked[1], replace(daily, token="token24")])
    store.forget(MARIA)
    assert store.load(OWNER).letters == {"token23": replace(daily, subject="(forgotten)", items=("token9",))}
    assert [letter.subject for letter in store.history(OWNER)] == ["(forgotten)"]  # type: ignore[union-attr]
    assert not [path for path in data.rglob("*.json*") if b"Secret" in path.read_bytes()]
    store.close()


def test_the_day_s_mail_that_carries_a_note_about_them_is_withdrawn(
    data: Path, make: SimpleNamespace
) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Maria Santos"), make.letter(1)])
    store.commit(
        OWNER, [make.letter(5, contractor=OWNER, items=("token1", "token9"), content="Maria waits.")]
    )
    store.forget(MARIA)
    [daily] = store.load(OWNER).letters.values()
    assert (daily.state, daily.content, daily.items) == (State.CANCELLED, "", ())
    store.close()


def _mail(text: str, coding: str) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = text if coding == "header" else "Hello"
    mail.set_content("Hello" if coding == "header" else text, cte=None if coding == "header" else coding)
    return mail.as_bytes()


@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "header"])
def test_however_a_mail_is_coded_that_was_set_aside(coding: str, data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Zoë Núñez", "zoe@mail.example")])
    store.set_aside("INBOX 1", _mail("What Zoë Núñez wrote, at length and with every detail of it", coding))
    store.set_aside("INBOX 2", _mail("What Zoë wrote", coding) + b"\xff\xfe=?x?q?=FF?= =?utf-8?b?!!!?=")
    store.forget(MARIA)
    [left] = (data / "set-aside").iterdir()
    assert b"INBOX 2" in left.read_bytes()
    store.close()


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("iso-8859-1", "Zoë Núñez"),
        ("utf-16", "Zoë Núñez"),
        ("utf-7", "Zoë Núñez"),
        ("big5", "李小龍"),
        ("koi8-r", "Анна Королёва"),
    ],
)
@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "8bit"])
def test_in_whatever_letters_a_mail_is_written_that_was_set_aside(
    coding: str, charset: str, name: str, data: Path, make: SimpleNamespace
) -> None:
    body = f"Ask {name}, please.".encode(charset)
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(coding, bytes)(body)
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    store = TinyStore(data)
    store.commit(MARIA, [make.profile(name, "zoe@mail.example")])
    store.set_aside("INBOX 1", head.encode() + coded)
    store.forget(MARIA)
    assert not list((data / "set-aside").iterdir())
    store.close()


@pytest.mark.parametrize(
    "mail",
    [
        "Subject: Zoë Núñez\r\n\r\nNo charset is told.".encode("latin-1"),
        b"Content-Type: text/plain\r\n\r\nZo\xeb N\xfa\xf1ez",
        b"Content-Type: text/plain; charset=undefined\r\n\r\nZo\xeb N\xfa\xf1ez",
        b"Content-Type: text/html\r\n\r\n<p>Zo&euml; N&uacute;&ntilde;ez</p>",
        b'Content-Type: text/html\r\n\r\n<a href="mailto:zoe%2Ehr%40mail.example">mail</a>',
        b"Content-Type: application/pdf; name*=UTF-8''Zo%C3%AB%20N%C3%BA%C3%B1ez.pdf\r\n\r\n%PDF",
    ],
)
def test_however_a_name_is_written_in_a_mail_that_was_set_aside(
    mail: bytes, data: Path, make: SimpleNamespace
) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Zoë Núñez", "zoe.hr@mail.example")])
    store.set_aside("INBOX 1", mail)
    store.forget(MARIA)
    assert not list((data / "set-aside").iterdir())
    store.close()


@pytest.mark.parametrize("named", ["Zoë O'Brien-Núñez", "zoe.hr@mail.example"])
def test_a_note_that_waits_for_the_day_s_mail_names_nobody(
    named: str, data: Path, make: SimpleNamespace
) -> None:
    """It is Markdown, in which every mark of a subject has a backslash before it."""
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Zoë O'Brien-Núñez", "zoe.hr@mail.example")])
    note = {"contractor": BEN, "state": State.BUNDLED}
    content = f"Ben has not answered your mail about “**{escape('Ask ' + named)}**”."
    store.commit(BEN, [make.profile("Ben Okoye"), make.letter(3, content=content, **note)])
    store.commit(BEN, [make.letter(4, content="Ben has not answered.", **note)])
    store.forget(MARIA)
    letters = store.load(BEN).letters
    assert (letters["token3"].state, letters["token3"].content) == (State.CANCELLED, "")
    assert letters["token4"].content == "Ben has not answered."
    store.close()


def test_an_address_in_letters_of_its_own_is_found_in_both_spellings() -> None:
    who = Person("zoe-1", frozenset(), frozenset({"zoe@xn--bcher-kva.example"}))
    told = "zoe@bücher.example, Zoe@Bücher.example, zoe@xn--bcher-kva.example, zoe@bucher.example"
    assert who.mentions.blotted(told) == "(forgotten), (forgotten), (forgotten), zoe@bucher.example"


def test_a_nickname_between_quotes_is_found_in_a_file_that_is_torn(data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile('Robert "Bob" Smith', "bob@mail.example")])
    store.commit(BEN, [make.profile("Ben Okoye"), make.message(1, subject='Ask Robert "Bob" Smith')])
    live = (data / "contractors" / f"{BEN}.json").read_bytes()
    (data / "contractors" / f"{BEN}.json.damaged-20260101T000000Z").write_bytes(live[:-9])
    store.forget(MARIA)
    assert not [path for path in data.rglob("*") if path.is_file() and b"Bob" in path.read_bytes()]
    store.close()


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("mark", [".before-schema-1", ".damaged-20260101T000000Z"])
def test_copies_are_cleaned_like_live_files(mark: str, torn: bool, data: Path, make: SimpleNamespace) -> None:
    store = TinyStore(data)
    store.commit(MARIA, [make.profile("Zoë Núñez", "zoe@mail.example"), make.letter(1)])
    content = _mail("What Zoë Núñez wrote, at length and with every detail of it", "base64").decode()
    store.commit(OWNER, [make.decision(1), make.decision(2, contractor=BEN), make.letter(2, contractor=BEN)])
    store.commit(OWNER, [make.letter(3, contractor=OWNER, content=content)])
    live = (data / "owner.json").read_bytes()
    copy = data / f"owner.json{mark}"
    copy.write_bytes(live[:-20] if torn else live)
    store.forget(MARIA)
    assert content.splitlines()[-1].encode() not in copy.read_bytes()
    assert torn or json.loads(copy.read_bytes()) == json.loads((data / "owner.json").read_bytes())
    assert not torn or len(copy.read_bytes()) > 500, "what can be read of others stays"
    store.close()


def test_a_person_without_a_name_or_address_is_known_by_the_key_alone(
    data: Path, make: SimpleNamespace
) -> None:
    store = TinyStore(data)
    store.commit(BEN, [make.profile("", "")])
    store.commit(OWNER, [make.decision(1, contractor=BEN), make.decision(2, contractor=MARIA)])
    store.forget(BEN)
    assert list(store.load(OWNER).decisions.values()) == [make.decision(2, contractor=MARIA)]
    store.close()
