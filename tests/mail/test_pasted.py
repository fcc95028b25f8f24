"""What a contractor delivers or plans asks the owner nothing, whatever it sounds like."""

from collections.abc import Callable

import pytest

from mail.reading.text.pasted import without_pasted
from relationship.facts.messages import Message

Read = Callable[..., dict[str, Message]]
DATED = "Message-ID: <m1@x>\nDate: Mon, 09 Nov 2026 11:57:00 +0000\nSubject: Logo\n"
FROM_MARIA = f"From: Maria Santos <maria@contract.example>\nTo: team@acme.example\n{DATED}"
FROM_DANA = f"From: Dana <dana@acme.example>\nTo: Maria <maria@contract.example>\n{DATED}"
UTF_8 = "Content-Type: text/plain; charset=utf-8\n"


def asks(read: Read, text: str, head: str = FROM_MARIA) -> bool:
    return read(f"{head}{UTF_8}\n{text}\n")["maria"].asks


@pytest.mark.parametrize(
    "text",
    [
        'Mon: "Tired of scrubbing? Let our team do it."\nWed: "What would you do with a free Saturday?"',
        'The form asks now: "Do you want our newsletter?" with the box unticked.',
        'I answered the reviewer ("why is there no VAT\non invoice 12?") and she was happy with it.',
        "El titular queda así: «¿Listo para dormir mejor?». Ya está maquetado.",
        "Die Überschrift lautet jetzt: „Bereit für besseren Schlaf?“ Ist schon gesetzt.",
        "Nagłówek brzmi teraz: „Gotowi na lepszy sen?”. Jest już na stronie.",
        "Overskriften er nu: »Klar til bedre søvn?« Den er sat.",
        "The button says “Can we help?” now.",
        "Q: why is the site slow?\nA: The images weren't resized. They are now.",
        "Q1. Which font?\n\nA1. The one of the guide.",
    ],
)
def test_delivered_wording_asks_nothing(text: str, read: Read) -> None:
    assert not asks(read, text)


@pytest.mark.parametrize(
    "text",
    [
        'You wrote "send it to the printer". Do you mean the local one?',
        'Is "Tired of scrubbing?" too negative?',
        'What does "N/A" mean?',
        '"Can you send the file again?"',
        'The frame is 5" wide. Should I make the other one 6"?',
        'I have a 5" and a 7" version, can you tell me which one fits\nthe 8" frame',
        'The caption is "Tired?',  # a mark that nothing closes
        'It says "hello.\n\nCan you check?\n\nIt is the "new" one.',
        "Q1: Which font?\nQ2: Which size?",
        "Q: Which font?\nA:\n",
        "Q: Which font?\n\nAnd who prints it",
    ],
)
def test_a_question_beside_it_asks(text: str, read: Read) -> None:
    assert asks(read, text)


def test_what_the_owner_quotes_is_wanted(read: Read) -> None:
    assert asks(read, 'The client says: "Can we get it by Friday?"', FROM_DANA)


@pytest.mark.parametrize(
    "text",
    [
        "To do tomorrow:\n- confirm the venue with the hotel\n- call me a cab",
        "Done:\n- Replied to 12 tickets\n\nFor tomorrow:\n- Follow up on unpaid invoices",
        "*Next steps*\n1. Make sure that the form works\n2. Send over the report to Ben",
        "EOD report\nPending:\n- Refund for order 10233 (waiting for warehouse)",
    ],
)
def test_a_list_of_ones_own_tasks_asks_nothing(text: str, read: Read) -> None:
    assert not asks(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "To do tomorrow:\n- call the printer\n- can you send me the fonts?",
        "Pending:\n- your approval of the draft, please",
        "To do for you:\n- confirm the venue with the hotel",
        "Next steps:\n- call the printer\n\nFrom you:\n- confirm the venue",
        "To do:\nConfirm the venue with the hotel",
    ],
)
def test_what_the_owner_has_to_do_asks(text: str, read: Read) -> None:
    assert asks(read, text)


def test_the_owners_list_is_what_they_want_done(read: Read) -> None:
    assert asks(read, "To do tomorrow:\n- confirm the venue with the hotel", FROM_DANA)


@pytest.mark.parametrize(
    "text",
    [
        '"a ' * 33_000,
        '"' * 100_000,
        "“„«»" * 25_000,
        ("“" + "a" * 298) * 330,
        "q: a?\n" * 16_000,
        "- \n" * 33_000,
    ],
)
def test_no_text_makes_it_slow(text: str) -> None:
    assert without_pasted(f"{text}\n?")


@pytest.mark.parametrize(
    ("asking", "telling"),
    [
        ("Dana, wann brauchst du die Texte spätestens", "Dana, danke dir fürs Bild."),
        ("Dana - which one is it", "Claro, podemos hacerlo el martes sin problema."),
    ],
)
def test_a_question_begins_behind_the_name_of_who_is_asked(asking: str, telling: str, read: Read) -> None:
    assert asks(read, asking)
    assert not asks(read, telling)
