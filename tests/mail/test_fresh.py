"""Fresh text: what the writer wrote now, and nothing of what they answer."""

import pytest

from mail.reading.fresh import find_end, fresh_text
from mail.reading.html_text import html_to_text

QUOTE_HEADERS = [
    "On Mon, 9 Nov 2026 at 10:00, Dana Reyes <dana@acme.example> wrote:",
    "On Mon, 9 Nov 2026 at 10:00, Dana Reyes\n<dana@acme.example> wrote:",
    "El lun, 9 nov 2026 a las 10:00, Dana Reyes (<dana@acme.example>) escribió:",
    "Em seg., 9 de nov. de 2026 às 10:00, Dana Reyes <dana@acme.example> escreveu:",
    "Am 09.11.26 um 10:00 schrieb Dana Reyes:",
    "Am Mo., 9. Nov. 2026 um 10:00 Uhr schrieb Dana Reyes <\ndana@acme.example>:",
    "Le lun. 9 nov. 2026 à 10:00, Dana Reyes <dana@acme.example> a écrit :",
    "Il giorno lun 9 nov 2026 alle ore 10:00 Dana Reyes <dana@acme.example> ha scritto:",
    "Op ma 9 nov 2026 om 10:00 schreef Dana Reyes <dana@acme.example>:",
    "Dana Reyes <dana@acme.example> writes:",
    "2026-11-09 10:00 GMT+08:00 Dana Reyes <dana@acme.example>:",
    '02.04.2026 14:20 пользователь "Dana" <\ndana@acme.example> написал:',
    "W dniu 9.11.2026 o 10:00, Dana Reyes pisze:",
    "Den 2026-11-09 kl. 10:00, skrev Dana Reyes:",
]


@pytest.mark.parametrize("header", QUOTE_HEADERS)
def test_quotes_go_with_the_line_above_them(header: str) -> None:
    assert fresh_text(f"Here it is.\n\n{header}\n\n> Could you?\n> Thanks\n") == "Here it is."


@pytest.mark.parametrize("header", QUOTE_HEADERS)
def test_so_does_what_follows_such_a_line_without_marks(header: str) -> None:
    assert fresh_text(f"Here it is.\n\n{header}\n\nCould you?\nThanks\n") == "Here it is."


@pytest.mark.parametrize(
    "mark",
    [
        "-----Original Message-----",
        "-------- Original Message --------",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-----Ursprüngliche Nachricht-----",
        "-----Mensaje original-----",
        "-----Message d'origine-----",
        "---------- Mensagem encaminhada ---------",
        "________________________________\nFrom: Dana Reyes\nSent: Monday\nTo: Maria",
        "From: Dana Reyes <dana@acme.example>\nSent: Monday, 9 November 2026\nTo: Maria\nSubject: Logo",
        "*From:* Dana Reyes\n*Sent:* Monday\n*To:* Maria",
        "Von: Dana Reyes\nGesendet: Montag\nAn: Maria\nBetreff: Logo",
        "De : Dana Reyes\nEnvoyé : lundi\nÀ : Maria\nObjet : Logo",
        "De: Dana Reyes\nEnviado el: lunes\nPara: Maria\nAsunto: Logo",
        "Dana Reyes <dana@acme.example>\n09/11/2026 10:00\n\nTo\nMaria\ncc\n\nSubject\nLogo",
    ],
)
def test_the_answered_mail_is_cut_off(mark: str) -> None:
    assert fresh_text(f"Here it is.\n\n{mark}\n\nCould you?\n") == "Here it is."


def test_answers_between_and_below_quotes_stay() -> None:
    text = "On Monday 9:00, Dana wrote:\n> Blue?\n\nYes.\n\n> When?\n\nFriday.\n"
    assert fresh_text(text).split() == ["Yes.", "Friday."]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nMaria Santos\nNeed help?",
        "--\nMaria Santos",
        "Best regards,\nMaria Santos\nVirtual Assistant\n+63 900 000",
        "Mit freundlichen Grüßen\n\nMaria",
        "Saludos,\nMaria",
        "Salamat po,\nMaria",
        "Sent from my iPhone",
        "Gesendet von meinem Handy",
        "This email and any attachments are confidential.\nPlease notify the sender?",
        "Please consider the environment before printing this email",
    ],
)
def test_signatures_and_notices_go(signature: str) -> None:
    assert fresh_text(f"Hi Dana,\n\nHere it is.\n\n{signature}\n") == "Hi Dana,\n\nHere it is."


def test_thanks_alone_is_the_message_and_no_signature() -> None:
    assert fresh_text("Hi Dana,\n\nThanks!\nMaria") == "Hi Dana,\n\nThanks!"


def test_a_question_below_a_closing_formula_is_said() -> None:
    assert "Friday?" in fresh_text("Here it is.\n\nThanks,\nMaria\n\nP.S. Is Friday fine? Friday?")


@pytest.mark.parametrize(
    "text",
    ["She wrote:\nHello", "Note: this works\nTo: do", "- one\n- two", "Dear Dana\nFrom: here on it is easy"],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert fresh_text(text) == text


def test_attachments_written_into_the_text_go() -> None:
    assert fresh_text("Here.\n\nbegin 644 a.doc\nM????\n`\nend\n") == "Here."


def test_what_a_signature_program_adds_goes() -> None:
    head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
    assert fresh_text(f"{head}#pause\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END") == "#pause"


def test_where_fresh_text_ends_can_be_told() -> None:
    assert find_end("Here.\n> quoted")
    assert find_end("Here.\n-- \nMaria")
    assert not find_end("A long brief that\ngoes on and on")


class TestHtml:
    def test_blocks_become_lines(self) -> None:
        html = (
            "<html><head><style>p{}</style></head><p>Hi <b>Dana</b>,<br>two</p><div>next "
            "<i>l</i>ine</div>tail"
        )
        assert html_to_text(html) == "Hi Dana,\ntwo\nnext line\ntail"

    @pytest.mark.parametrize(
        "quote",
        [
            "<blockquote type=cite>old</blockquote>",
            '<div class="gmail_attr">On x wrote:</div><blockquote class=gmail_quote>old</blockquote>',
            '<div class="yahoo_quoted">old</div>',
            '<div class="moz-cite-prefix">On x wrote:</div><blockquote>old</blockquote>',
            '<div id="appendonsend"></div><hr><div>old</div>',
            '<div id="divRplyFwdMsg">From: x</div><div>old</div>',
            '<div class="protonmail_quote">old</div>',
            '<div class="gmail_signature">old</div>',
        ],
    )
    def test_what_programs_mark_as_quoted_goes(self, quote: str) -> None:
        assert html_to_text(f"<div>new</div>{quote}") == "new"
        assert "old" in html_to_text(f"<div>new</div>{quote}", with_quotes=True)

    def test_answers_between_quotes_stay(self) -> None:
        assert html_to_text("<blockquote>a</blockquote>one<blockquote>b</blockquote>two").split() == [
            "one",
            "two",
        ]
