"""The mail's final bytes: what mail programs, threads and robots make of them."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.letters.composing import MAX_REFERENCES, compose, flowed, threaded
from mail.letters.links import all_answers, answer
from mail.letters.markdown import one_line
from mail.letters.rendering import Rendered, RenderingError, Templates
from mail.letters.samples import sample_facts
from relationship.subjects import token_in

SHIPPED = Templates()
GOLDEN = Path(__file__).parent.parent / "golden" / "mails"
TOKEN = "Zk3-q_vT8x0aLrPw"
AT = datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
PAUSE = answer("pause", "team@acme.example", TOKEN)


def rendered(name: str = "reminders/gentle", language: str = "en", **facts: object) -> Rendered:
    return SHIPPED.render(name, language, 0, {**sample_facts(name, language), **facts})


def composed(said: Rendered | None = None, **options: object) -> bytes:
    known: dict[str, object] = {
        "sender": ("Dana Reyes", "team@acme.example"),
        "to": ("Maria Santos", "maria@contract.example"),
        "token": TOKEN,
        "message_id": f"{TOKEN}@acme.example",
        "at": AT,
        "pause_link": PAUSE,
    }
    return compose(said or rendered(), **{**known, **options})  # type: ignore[arg-type]


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


THREADED = {
    "in_reply_to": "q2@contract.example",
    "references": ("q1@acme.example", "q2@contract.example"),
    "conversation_subject": "Invoice template",
}
MAILS = {
    "reminder": lambda: composed(**THREADED),
    "bienvenida": lambda: composed(
        rendered("onboarding/welcome", "es"), pause_link=answer("pause", "team@acme.example", TOKEN, "es")
    ),
    "bundle": lambda: composed(
        rendered("owner/bundle"),
        sender=("Keepwarm", "team@acme.example"),
        to=("Dana Reyes", "dana@acme.example"),
        pause_link="",
    ),
}


@pytest.mark.parametrize("name", MAILS)
def test_golden(name: str) -> None:
    """Whole mails, byte by byte. KEEPWARM_GOLDEN=write writes them anew."""
    golden = GOLDEN / f"{name}.eml"
    if os.environ.get("KEEPWARM_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(MAILS[name]())
    assert MAILS[name]() == golden.read_bytes()


def test_it_is_ascii_with_crlf_and_short_lines() -> None:
    content = composed(rendered("reminders/gentle", subject="Ünïcödé " * 20), **THREADED)
    content.decode("ascii")
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998


def test_it_says_that_a_machine_wrote_it() -> None:
    message = read(composed())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Keepwarm-Letter"] == TOKEN
    assert message["Message-ID"] == f"<{TOKEN}@acme.example>"
    assert message["Date"].datetime == AT
    assert message["MIME-Version"] == "1.0"


def test_inside_a_conversation() -> None:
    message = read(composed(**THREADED))
    assert message["Subject"] == "Re: Invoice template"
    assert message["In-Reply-To"] == "<q2@contract.example>"
    assert message["References"].split() == ["<q1@acme.example>", "<q2@contract.example>"]


def test_where_a_new_one_starts() -> None:
    message = read(composed())
    assert message["Subject"] == "A small reminder: Invoice template"
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_text_and_html_say_the_same() -> None:
    message = read(composed())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text = _joined(body(message, "plain"))
    words = re.sub(r"<style.*?</style>|<title>.*?</title>|<[^>]+>", "", body(message, "html"))
    without_links = re.sub(r" <mailto:[^>]+>", "", text)
    assert re.findall(r"\w+", words.replace("&amp;", "&")) == re.findall(r"\w+", without_links)


def _joined(flowing: str) -> str:
    """What a mail program shows of format=flowed (RFC 3676, 4.2)."""
    unstuffed = re.sub(r"^ ", "", flowing.replace("\r\n", "\n"), flags=re.M)
    return re.sub(r"(?<!^--) \n", " ", unstuffed, flags=re.M)


def test_nothing_is_fetched() -> None:
    html = body(read(composed()), "html")
    assert not re.search(r"<(img|link|script|iframe)|src=|url\(|@import", html)


def test_who_it_is_from_and_that_a_person_reads_the_answer() -> None:
    message = read(composed())
    assert message["From"] == "Dana Reyes <team@acme.example>"
    assert message["Reply-To"] is None
    footer = _joined(body(message, "plain")).split("\n-- \n")[1]
    assert "for Dana Reyes" in footer
    assert "Dana reads it" in footer


def test_the_pause_link_is_in_both_parts_and_no_tag_is() -> None:
    message = read(composed())
    assert f"<{PAUSE}>" in body(message, "plain")
    assert f'href="{PAUSE.replace("&", "&amp;")}"' in body(message, "html")
    assert "#pause" not in body(message, "plain") + body(message, "html").replace("#767676", "").replace(
        "#b0b0b0", ""
    )
    assert PAUSE.endswith("body=%23pause")


def test_a_letter_to_the_owner_has_no_pause_link() -> None:
    said = rendered("owner/you-owe", links=all_answers("team@acme.example", TOKEN))
    text = body(read(composed(said, pause_link=PAUSE)), "plain")
    assert "pause" not in text
    assert "body=%23settled" in text
    assert "to you alone" in _joined(text)


def test_the_token_comes_back() -> None:
    for tag in ("settled", "pause", "held", "paid", "news"):
        subject = re.search(r"subject=([^&]+)", answer(tag, "team@acme.example", TOKEN))
        assert subject
        assert token_in(f"Re: {unquote(subject[1])}") == TOKEN
    assert token_in("Re: Invoice template (kw-)") == ""


@given(st.text(max_size=120), st.text(max_size=80))
def test_any_subject_and_any_name_come_back_as_they_are(subject: str, name: str) -> None:
    message = read(composed(conversation_subject=subject, to=(name, "maria@contract.example")))
    expected = re.sub(r"\s+", " ", f"Re: {one_line(subject)}".strip())
    assert re.sub(r"\s+", " ", str(message["Subject"])) == expected
    assert [a.addr_spec for a in message["To"].addresses] == ["maria@contract.example"]
    assert set(message.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        "X-Keepwarm-Letter", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ['Reyes, Dana "D" <x@evil.example>', "José Ñandú " * 8, "=?utf-8?q?a=0D=0ABcc:?=", ""]
)
def test_hostile_and_long_names(name: str) -> None:
    message = read(composed(sender=(name, "team@acme.example")))
    (address,) = message["From"].addresses
    assert address.addr_spec == "team@acme.example"
    # The standard library reads a name in two encoded words with a blank too many (RFC 2047, 6.2).
    assert address.display_name.replace(" ", "") == one_line(name)[:100].replace(" ", "")


@pytest.mark.parametrize(
    "address", ["no address", "a@b@c", "a b@c.example", "a@b.example>\r\nBcc: <c@d.example", ""]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(RenderingError, match="is not an address"):
        composed(to=("Maria", address))


def test_an_international_domain() -> None:
    assert read(composed(to=("M", "m@bücher.example")))["To"].addresses[0].domain == "xn--bcher-kva.example"


IDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), min_size=1, max_size=240
)


@given(st.lists(IDS, max_size=60), st.none() | IDS)
def test_references_keep_the_root_and_the_last(references: list[str], parent: str | None) -> None:
    kept = threaded(parent, references)
    known = list(dict.fromkeys([*references, *([parent] if parent else [])]))
    assert kept[:1] == known[:1]
    assert kept[1:] == known[len(known) - len(kept) + 1 :]
    assert len("References:") + sum(len(one) + 5 for one in kept) <= MAX_REFERENCES
    content = composed(in_reply_to=parent, references=references)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    raw = re.search(rb"^References:((?:.*\r\n )*.*)\r\n", content, re.M)
    assert [i.decode()[1:-1] for i in (raw[1].split() if raw else [])] == kept


def test_a_long_history_keeps_the_root_and_the_last() -> None:
    history = [f"{n:02}{'r' * 80}@contract.example" for n in range(40)]
    kept = threaded(history[-1], history)
    assert kept[0] == history[0]
    assert kept[1:] == history[-8:]
    assert len("References:") + sum(len(one) + 5 for one in kept) <= MAX_REFERENCES


def test_ids_that_are_none_are_left_out() -> None:
    assert threaded("a b", ("x>\r\nBcc: y", "", "ok@x.example", "é@x", "z" * 300)) == ["ok@x.example"]
    assert b"Bcc" not in composed(in_reply_to="x>\r\nBcc: y", references=("a>\r\nBcc: z",))
    with pytest.raises(RenderingError, match="Message-ID"):
        composed(message_id="a b")


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert composed(**THREADED) == composed(**THREADED)
    assert composed() != composed(token="another-token-0001")


@given(st.text(st.sampled_from("ab >.F\n-"), max_size=300) | st.text(max_size=300))
def test_flowed_text_is_joined_again(text: str) -> None:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    plain = "\n".join(line for line in lines if not line.startswith(">") and line != "--")
    assert _unflowed(flowed(plain)) == plain


def _unflowed(flowing: str) -> str:
    joined: list[str] = []
    soft = False
    for line in flowing.split("\n"):
        whole = line.removeprefix(" ")
        joined = [*joined[:-1], joined[-1] + whole] if soft else [*joined, whole]
        soft = line.endswith(" ") and line != "-- "
    return "\n".join(joined)


def test_what_is_written_from_right_to_left_begins_on_the_right() -> None:
    points = '<ul style="margin:0;padding-left:22px"><li>padding-left: 1</li></ul>'
    page = body(read(composed(replace(rendered(), language="he", html=points))), "html")
    turned = '<ul style="margin:0;padding-right:22px"><li>padding-left: 1'
    assert f'<div dir="rtl" style="text-align:right">\n{turned}' in page.replace("\r\n", "\n")
    assert "dir=" not in body(read(composed()), "html")
