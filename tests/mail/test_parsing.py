"""Headers, addresses, dates and parts of mail that breaks the rules: each access falls back by itself."""

import quopri
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mail.raw import RawMail
from mail.reading.syntax.addresses import addresses_in, without_plus
from mail.reading.syntax.dates import parse_date
from mail.reading.syntax.headers import Headers, decode_value
from mail.reading.syntax.parsing import Mail, parse

MakeMail = Callable[[str | bytes], Mail]
MakeRaw = Callable[..., RawMail]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Logo", "Logo"),
        (b"=?utf-8?q?M=C3=BCller?=", "Müller"),
        (b"=?iso-8859-1?B?TfxsbGVy?=", "Müller"),
        (b"=?utf-8?b?w7w=?= =?utf-8?b?w7w=?=", "üü"),
        (b"=?utf-8?b?4pw=?= =?utf-8?b?kw==?=", "✓"),
        (b"=?x-no-such?q?M=C3=BCller?=", "Müller"),
        (b"=?idna?q?abc?=", "abc"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8?q?a?=b", "ab"),
        ("Müller".encode(), "Müller"),
        ("Müller".encode("latin-1"), "Müller"),
        (b"=?broken", "=?broken"),
        (b"=?utf-8?b?!!!?=", ""),
        (b"two\r\n lines", "two lines"),
        (b"nul\0l", "nul l"),
    ],
)
def test_values_are_decoded(value: bytes, text: str) -> None:
    assert decode_value(value) == text


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\r\n", b"\r"])
def test_line_ends_do_not_matter(end: bytes) -> None:
    headers = Headers(end.join([b"Subject: a", b"  b", b"From: x@y", b"subject: c"]))
    assert headers.first(b"subject") == "a b"
    assert headers.raw(b"subject") == [b"a  b", b"c"]
    assert b"from" in headers


def test_what_is_no_header_is_passed_over() -> None:
    headers = Headers(b"From jo@x Mon Jan 5 2026\nno colon here\nSubject : a\n: b\nX\xff: c\nTo: d")
    assert headers.first(b"subject") == "a"
    assert headers.first(b"to") == "d"


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"a@x, B@Y.example", ("a@x", "b@y.example")),
        (b'"a@x" <b@x>', ("b@x",)),
        (b'"Doe, Jo" <b@x>, <c@x>', ("b@x", "c@x")),
        (b"Doe, Jo <b@x>", ("b@x",)),
        (b"b@x (Jo (the) Doe)", ("b@x",)),
        (b"Team: a@x, Jo <b@x>; c@x", ("a@x", "b@x", "c@x")),
        (b"undisclosed-recipients:;", ()),
        (b"=?utf-8?q?a=40x=2C?= <b@x>", ("b@x",)),
        (b"<a@x> <b@x>", ()),
        (b"<@relay:b@x>", ("b@x",)),
        (b"mailto:b@x", ("b@x",)),
        (b"jo", ()),
        (b"", ()),
        (b"a@x, a@x", ("a@x",)),
        (b'"maria"@x', ("maria@x",)),
        (b"a@x.", ("a@x",)),
        ("Jo <jo@bücher.example>".encode(), ("jo@xn--bcher-kva.example",)),
        ("Jo <jo@BÜCHER.example>".encode(), ("jo@xn--bcher-kva.example",)),
        ("Jo <jo@straße.example>".encode(), ("jo@straße.example",)),
        (b'"open quote <b@x>', ("b@x",)),
    ],
)
def test_addresses(value: bytes, addresses: tuple[str, ...]) -> None:
    assert addresses_in(value) == addresses


def test_subaddresses() -> None:
    assert without_plus("maria+jobs@x") == "maria@x"
    assert without_plus("+x@x") == "+x@x"
    assert without_plus("maria@x+y") == "maria@x+y"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (b"Mon, 09 Nov 2026 11:57:00 +0100", datetime(2026, 11, 9, 10, 57, tzinfo=UTC)),
        (b"9 Nov 2026 11:57 GMT", datetime(2026, 11, 9, 11, 57, tzinfo=UTC)),
        (b"Mon, 9 Nov 26 11:57:00 EST", datetime(2026, 11, 9, 16, 57, tzinfo=UTC)),
        (b"Mon, 09 Nov 2026 11:57:00 -0000", datetime(2026, 11, 9, 11, 57, tzinfo=UTC)),
        (b"Mon, 09 Nov 2026 11:57:60 +0000", datetime(2026, 11, 9, 11, 57, 59, tzinfo=UTC)),
        (b"Mon, 32 Nov 2026 11:57:00 +0000", None),
        (b"Mon, 09 Foo 2026 11:57:00 +0000", None),
        (b"Thu, 01 Jan 1970 00:00:00 +0000", None),
        (b"Thu, 01 Jan 9999 00:00:00 +0000", None),
        (b"yesterday", None),
        (b"\xff\xfe", None),
        (b"", None),
        (b"Mon, 09 Nov 2026 11:57:00 +9999", datetime(2026, 11, 5, 7, 18, tzinfo=UTC)),
    ],
)
def test_dates(value: bytes, moment: datetime | None) -> None:
    assert parse_date(value) == moment


class TestIds:
    def test_are_found_by_pattern(self, mail: MakeMail) -> None:
        one = mail("Message-ID: <a@x> (added by relay)\nReferences: <b@x><c@x>\n\t<d@x>, junk\n\n")
        assert (one.message_id, one.parents) == ("a@x", ("b@x", "c@x", "d@x"))

    def test_in_odd_forms(self, mail: MakeMail) -> None:
        assert mail("Message-ID: a@x\n\n").message_id == "a@x"
        assert mail("Message-ID: <no-at-sign>\n\n").message_id == "no-at-sign"
        assert mail("Message-ID: <a b@x>\n\n").message_id == "ab@x"
        assert mail("Message-ID: <>\n\n").message_id == ""
        assert mail("References: =?us-ascii?q?=3Ca=40x=3E?=\n\n").parents == ("a@x",)

    def test_a_mail_is_not_its_own_parent_and_people_are_no_parents(self, mail: MakeMail) -> None:
        one = mail("Message-ID: <a@x>\nFrom: jo@x\nReferences: <a@x> <jo@x> <b@x>\nIn-Reply-To: <b@x>\n\n")
        assert one.parents == ("b@x",)


class TestParts:
    def test_text_is_found_wherever_it_lies(self, mail: MakeMail) -> None:
        inner = "--i\nContent-Type: text/html\n\n<p>html\n--i\n\nplain\n--i--\n"
        one = mail(
            f"Content-Type: multipart/mixed; boundary=o\n\npreamble\n--o\nContent-Type: "
            f"multipart/alternative; "
            f'boundary="i"\n\n{inner}\n--o\nContent-Disposition: attachment\n\nfile\n--o--\nepilogue'
        )
        assert (one.plain_text, one.html.strip(), len(one.parts)) == ("plain", "<p>html", 3)

    @pytest.mark.parametrize(
        ("encoding", "body", "text"),
        [
            ("quoted-printable", "M=C3=BCller=\n!", "Müller!"),
            ("base64", "TcO8bGxl\ncg==", "Müller"),
            ("BASE64", "TcO8bGxlc", "Mülle"),
            ("x-unknown", "Müller", "Müller"),
            ("8bit", "Müller", "Müller"),
        ],
    )
    def test_encodings(self, encoding: str, body: str, text: str, mail: MakeMail) -> None:
        head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
        assert mail(head + body).text == text

    @pytest.mark.parametrize("charset", ["no-such", "idna", "base64", "", "x" * 500, "utf-16", "\xff"])
    def test_unknown_charsets_do_no_harm(self, charset: str, mail: MakeMail) -> None:
        assert mail(f"Content-Type: text/plain; charset={charset}\n\nabc").broken == []

    @pytest.mark.parametrize(
        ("claimed", "written", "text"),
        [
            ("Shift_JIS", "cp932", "㈱アクメ様 パスワードを教えてください。"),
            ("gb2312", "gb18030", "请发给朱镕基。"),
            ("GBK", "gb18030", "请发给我。"),
            ("euc-kr", "cp949", "똠방각하 알려주세요."),
            ("cp-1251", "cp1251", "Спасибо!"),
            ("windows-874", "cp874", "ขอบคุณครับ"),
            ("iso-8859-8-i", "iso-8859-8", "תודה רבה"),
            ("iso-8859-1", "utf-8", "Könntest du das schicken"),
            ("iso-8859-1", "cp1252", "Könntest du das „heute“ schicken"),
            ("windows-1252", "cp1252", "Là où ça va"),
            ("windows-1251", "cp1251", "Пришлите, пожалуйста"),
            ("utf-8", "cp1252", "Schöne Grüße, können wir?"),
            ("us-ascii", "utf-8", "Пришлите, пожалуйста"),
        ],
    )
    def test_what_programs_write_under_a_charset(
        self, claimed: str, written: str, text: str, raw: MakeRaw
    ) -> None:
        head = f"Content-Type: text/plain; charset={claimed}\nContent-Transfer-Encoding: 8bit\n\n"
        assert parse(raw(head.encode() + text.encode(written))).text == text

    @pytest.mark.parametrize("claimed", ["us-ascii", "utf-8", "no-such"])
    def test_what_nobody_can_read_holds_no_question_marks_of_its_own(
        self, claimed: str, raw: MakeRaw
    ) -> None:
        head = f"Content-Type: text/plain; charset={claimed}\nContent-Transfer-Encoding: 8bit\n\n"
        text = parse(raw(head.encode() + "Її роботи вже готові, її звіт теж.".encode("cp1251"))).text
        assert "¿" not in text
        assert text.count("\ufffd") > 10

    @pytest.mark.parametrize("encoding", ["8bit", "quoted-printable"])
    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "koi8-r"])
    @pytest.mark.parametrize("cap", range(40, 60))
    def test_a_text_that_is_cut_within_a_character_is_read(
        self, cap: int, charset: str, encoding: str, raw: MakeRaw
    ) -> None:
        """Taken for Windows-1252, half of a Russian mail would be question marks that stand on their heads."""
        head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
        body = ("Спасибо! до" + " свидания" * 10).encode(charset)
        sent = quopri.encodestring(body).replace(b"=\n", b"") if encoding != "8bit" else body
        cut = raw(head.encode() + sent[:cap], complete=False)
        text = parse(cut).text
        assert ("Спасибо! до" + " свидания" * 10).startswith(text)
        assert len(text) > cap // 12

    def test_boundaries_in_rfc_2231_form(self, mail: MakeMail) -> None:
        head = "Content-Type: multipart/mixed;\n boundary*0*=us-ascii''ab%20;\n boundary*1=cd\n\n"
        assert mail(f"{head}--ab cd\n\ntext\n--ab cd--").text == "text"

    def test_a_thousand_levels_end_at_the_twentieth(self, mail: MakeMail) -> None:
        text = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1000))
        assert len(mail(text + "\nhello").parts) == 1

    def test_many_parts_end_somewhere(self, mail: MakeMail) -> None:
        assert len(mail("Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 10_000).parts) <= 200


def test_empty_mail(mail: MakeMail) -> None:
    one = mail(b"")
    assert (one.message_id, one.subject, one.from_, one.text, one.dated, one.broken) == (
        "",
        "",
        (),
        "",
        None,
        [],
    )
