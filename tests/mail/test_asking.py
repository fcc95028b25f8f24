"""What asks, what closes and what is bad news, in the languages that contractors write."""

import pytest

from mail.reading.asking import (
    MoreWords,
    asks,
    bare,
    closes,
    is_bad_news,
    lists_for,
    needs_no_reply,
    says_done,
)

LISTS = lists_for(MoreWords())

ASKS = [
    "Is the logo ready?",
    "準備はできましたか？",
    "هل هو جاهز؟",
    "¿Está listo",
    "Could you send me the file",
    "Please send the file",
    "Let me know when it is ready",
    "Any update on the logo",
    "I need the file by tomorrow",
    "¿Podrías enviarme el archivo",
    "Por favor envíame el archivo",
    "Podrias mandarme el archivo",
    "Avísame cuando esté",
    "Você pode me enviar o arquivo",
    "Voce pode me enviar o arquivo",
    "Fico no aguardo",
    "Pakisend po yung file",
    "Pwede bang makuha ang file",
    "Könntest du mir die Datei schicken",
    "Bitte schick mir die Datei",
    "Gib mir Bescheid, wenn es fertig ist",
    "Pourriez-vous m'envoyer le fichier",
    "Merci de m’envoyer le fichier",
    "Peux-tu regarder",
    "Puoi mandarmi il file",
    "Kun je het bestand sturen",
]
ASKS_NOTHING = [
    "Here it is.",
    "Thanks! Have a nice weekend!",
    "Please find attached the report.",
    "I have uploaded the second draft.",
    "See https://x.example/page?id=4 for the draft.",
    "Let me know if you have any questions.",
    "Anbei die Datei.",
    "Veuillez trouver ci-joint le fichier.",
    "Te adjunto el archivo.",
    "Segue o arquivo.",
    "Nasa folder na po ang file.",
    "Hier ist die Datei. Bei Fragen melde dich gern.".replace(" melde dich gern", ""),
    "",
]
CLOSERS = [
    "Thanks!",
    "thank you so much 🙏",
    "great, got it",
    "Got it, thanks!",
    "OK",
    "Sounds good.",
    "Perfect, will do!",
    "👍",
    "🎉🎉",
    ":)",
    "Thx :-)",
    "Noted with thanks",
    "Thanks! Have a nice weekend!",
    "Hi Dana,\n\nThanks!",
    "Muchas gracias por todo",
    "¡Perfecto, gracias!",
    "Obrigada!",
    "Muito obrigado pela ajuda",
    "Salamat po!",
    "Sige po, noted",
    "Maraming salamat po ulit",
    "Vielen Dank für die schnelle Antwort!",
    "Alles klar, danke",
    "Merci beaucoup !",
    "Bien reçu, merci",
    "Parfait, ça marche",
    "Grazie mille",
    "Dank je wel!",
    "Спасибо!",
    "ありがとうございます。",
    "谢谢！",
]
CLOSES_NOT = [
    "Thanks, can you send it?",
    "Thanks, the second one is better",
    "OK, I'll send it on Friday",
    "1500",
    "+63 900 123",
    "",
    "Great work on the logo, the blue suits it very well",
    "No",
    "Blue",
]
BAD_NEWS = [
    "Unfortunately the server is down",
    "I am in the hospital",
    "My grandmother passed away",
    "I have decided to resign",
    "Lamentablemente no puedo",
    "Infelizmente não consegui",
    "Naospital po ako",
    "Leider bin ich krank",
    "Malheureusement je suis malade",
    "Purtroppo sono malato",
]


@pytest.mark.parametrize("text", ASKS)
def test_asks(text: str) -> None:
    assert asks(text, LISTS)


@pytest.mark.parametrize("text", ASKS_NOTHING)
def test_asks_nothing(text: str) -> None:
    assert not asks(text, LISTS)


@pytest.mark.parametrize("text", CLOSERS)
def test_closes(text: str) -> None:
    assert closes(text, LISTS, {"dana", "maria"})


@pytest.mark.parametrize("text", CLOSES_NOT)
def test_closes_not(text: str) -> None:
    assert not closes(text, LISTS, {"dana", "maria"})


@pytest.mark.parametrize("text", BAD_NEWS)
def test_bad_news(text: str) -> None:
    assert is_bad_news(text, LISTS)


@pytest.mark.parametrize(
    "text", ["Here is the file.", "All went well!", ("The operation is complete"), "Todo bien", "Alles gut"]
)
def test_no_bad_news(text: str) -> None:
    assert not is_bad_news(text, LISTS)


@pytest.mark.parametrize(
    "text", ["Done.", "Hi,\nAll done!\nMaria", "Tapos na po.", "Erledigt!", "Listo ✅", "C'est fait"]
)
def test_done_on_a_line(text: str) -> None:
    assert says_done(text, LISTS)


@pytest.mark.parametrize("text", ["Done with the first part", "It is not done", "When will it be done"])
def test_done_in_a_line_is_not_said(text: str) -> None:
    assert not says_done(text, LISTS)


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("FYI: the logo", "x", True),
        ("Logo", "FYI, we took the blue one.", True),
        ("Logo", "Zur Info: wir nehmen Blau.", True),
        ("Logo", "No reply needed.\nWe took the blue one.", True),
        ("Logo", "We took the blue one. FYI", False),
        ("Re: fyi", "x", False),
    ],
)
def test_fyi(subject: str, text: str, expected: bool) -> None:
    assert needs_no_reply(subject, text, LISTS) is expected


def test_the_owners_words_come_on_top() -> None:
    lists = lists_for(MoreWords(closers=("Daghang Salamat",), asks=("palihug",), bad_news=("gubot",)))
    assert closes("daghang salamat!", lists)
    assert asks("Palihug ko ani", lists)
    assert not asks("Palihug ko ani", LISTS)
    assert bare("Listo ✅ :-)") == "listo"


@pytest.mark.parametrize("text", ["Have a nice weekend!", "Schönes Wochenende!", "Buen fin de semana"])
def test_a_wish_alone_neither_asks_nor_closes(text: str) -> None:
    assert not closes(text, LISTS)
    assert not asks(text, LISTS)
