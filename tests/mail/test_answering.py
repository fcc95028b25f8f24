"""Short mails that answer something, read as the daemon reads them."""

from collections.abc import Callable

import pytest

from relationship.facts.messages import Message, is_thanks

Read = Callable[..., dict[str, Message]]
HEAD = (
    "From: Dana Reyes <dana@acme.example>\nTo: Maria Santos <maria@contract.example>\nMessage-ID: <a@acme.example>\n"
    "In-Reply-To: <q@x>\nDate: Mon, 09 Nov 2026 11:57:00 +0000\nSubject: Re: Logo\n"
    "Content-Type: text/plain; charset=utf-8\n\n"
)
FROM_MARIA = HEAD.replace(
    "From: Dana Reyes <dana@acme.example>", "From: Maria Santos <maria@contract.example>"
).replace("To: Maria Santos <maria@contract.example>", "To: team@acme.example")


@pytest.mark.parametrize(
    "text",
    [
        "The 14:00, please.",
        "Blue please",
        "Tuesday please.",
        "Please do.",
        "Go ahead, please.",
        "No, please don't.",
        "Funny, please.",
        "The first one, please, thanks!",
        "The blue one pls, Maria!",
        "Hi Maria,\n\nthe blue one, please 🙂\n\nDana",
        "Please go with option B.",
        "To accounts@acme.example, please.",
        "El azul, por favor.",
        "Die blaue bitte.",
        "Ja, mach das bitte.",
        "La bleue, s'il te plaît.",
        "Le premier svp, merci !",
        "Quella blu, per favore.",
        "De blauwe, alsjeblieft.",
        "De blauwe graag.",
        "O azul, por favor.",
        "Yung blue po, please.",
        "Ten niebieski, proszę.",
        "Синий, пожалуйста.",
    ],
)
def test_please_behind_an_answer_is_all_that_asks(text: str, read: Read) -> None:
    for head in (HEAD, FROM_MARIA):
        message = read(f"{head}{text}\n")["maria"]
        assert (message.asks, message.asks_only) == (True, "please")


@pytest.mark.parametrize(
    "text",
    [
        "Please send the logo.",
        "Please, the blue one and the source file.",
        "Send me the file please.",
        "The blue one, please. And what about the footer?",
        "The blue one, please let me know when it is out.",
        "Please do the header too.",
        "Please reply.",
        "Please confirm!",
        "Please update.",
        "Since the blue one is good and the other is far too dark, please\nrepeat it for the shop.",
        "Please go ahead and let me know when it is done.",
        "Can you redo it please",
        "Bitte schick mir die Datei.",
        "Por favor envíame el archivo.",
        "S'il te plaît envoie le fichier.",
        "Per favore mandami il file.",
        "Graag je reactie.",
        "Pakisend yung file please.",
        f"The blue one, please. {'The other is too dark for the shop. ' * 5}",
    ],
)
def test_a_request_asks_by_itself(text: str, read: Read) -> None:
    message = read(f"{HEAD}{text}\n")["maria"]
    assert (message.asks, message.asks_only) == (True, "")


@pytest.mark.parametrize(
    "text",
    [
        "Never mind, found it!",
        "Never mind.",
        "Forget it, I have it.",
        "No longer needed, thanks.",
        "Not needed any more, thanks",
        "Found it, ignore my mail.",
        "Please ignore my last mail.",
        "Sorted, thanks!",
        "Scratch that.",
        "Hi Maria,\n\nnever mind, I found it in the folder. Sorry for the noise!\n\nDana",
        "Never mind!\n\nDana Reyes\nAcme Design\n+1 212 555 0100",
        "Hat sich erledigt.",
        "Das hat sich inzwischen erledigt. Danke dir!",
        "Ya lo encontré, olvídalo.",
        "Laat maar, al gevonden.",
        "Lascia stare, trovato.",
        "Laisse tomber, j'ai trouvé",
        "Deixa pra lá, já achei",
        "Wag na, nakita ko na",
    ],
)
def test_what_takes_a_question_back_closes_and_asks_nothing(text: str, read: Read) -> None:
    message = read(f"{HEAD}{text}\n")["maria"]
    assert (message.takes_back, message.closes, message.asks) == (True, True, False)
    assert not is_thanks(message), "it praises nobody"


@pytest.mark.parametrize(
    "text",
    [
        "Never mind the logo, do the banner first.",
        "Never mind, use the old one.",
        "Never mind, did you find it?",
        "Found it. The banner is too dark.",
        "Forget it, we go with Ben.",
        "Sorted the files by date.",
        "Sorted, thanks! The next one is the footer.",
        "Ignore that layer",
        "Sorry!",
        "Thanks!",
        "It was in the folder",
        "Never mind.\n\nDue: 12 Dec 2026",
    ],
)
def test_what_says_more_takes_nothing_back(text: str, read: Read) -> None:
    assert not read(f"{HEAD}{text}\n")["maria"].takes_back


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("Will do.\n\nDue: 14 Oct 2027", "date"),
        ("I can have it by then.\n\n#due 14 Oct 2027\n\nMaria", "date"),
        ("Could I have until then?\n\nDue: 14 Oct 2027", ""),
        ("A bit later, please.\n\nDue: 14 Oct 2027", ""),
    ],
)
def test_a_day_may_be_all_that_asks(text: str, only: str, read: Read) -> None:
    message = read(f"{FROM_MARIA}{text}\n")["maria"]
    assert (message.asks, message.asks_only) == (True, only)


@pytest.mark.parametrize(
    "text",
    [
        "Here is the finished banner, attached. Done!",
        "Here is the finished banner, attached. Done!\n\nMaria",
        "Done! The banner is attached.",
        "Hi Dana, done! The banner is in the drive.",
        "All done. The banner and the footer are in the drive.",
        "I uploaded the files. Finished!",
        "Here it is. Done! Thanks, Maria",
        "Aquí está el banner. ¡Listo!",
        "Anbei das Banner. Fertig!",
        "Voici la bannière. C'est fait.",
        "Ecco il banner. Fatto!",
        "Hier is de banner. Klaar!",
        "Aqui está o banner. Pronto!",
        "Nasa drive na po ang banner. Tapos na po.",
    ],
)
def test_a_sentence_at_either_end_says_that_it_is_done(text: str, read: Read) -> None:
    assert read(f"{FROM_MARIA}{text}\n")["maria"].tags == ("done",)
    assert read(f"{HEAD}{text}\n")["maria"].tags == (), "only who delivers says so in words"


@pytest.mark.parametrize(
    "text",
    [
        "Done with the first part.",
        "Here is the banner. Done with it.",
        "Here is the banner. Done?",
        "Here is the banner. Not done.",
        "Here is the banner. Almost done!",
        "Done! The footer is not done yet.",
        "Done, but the footer is missing.",
        "The header. Done. The footer is next on my list.",
        "I will send the invoice tomorrow. Done!",
        "¡Listo! Mañana te lo mando.",
        "Listo. Lo veo y te cuento.",
        "Pronto! Vou fazer.",
        "Erledigt! Den Rest mache ich morgen.",
    ],
)
def test_what_goes_on_or_leaves_work_is_not_done(text: str, read: Read) -> None:
    assert read(f"{FROM_MARIA}{text}\n")["maria"].tags == ()
