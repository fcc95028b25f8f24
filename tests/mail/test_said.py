"""Tags, commands and due dates in fresh text; days as people write them; absences."""

from datetime import UTC, date, datetime

import pytest

from mail.reading.meaning.absence import back_on
from mail.reading.meaning.days import day_in, order_of
from mail.reading.meaning.said import COMMANDS, FACTS, what_is_said
from relationship.facts.messages import Side
from relationship.subjects import TAGS

MONDAY = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)


def tags(text: str, side: Side = Side.CONTRACTOR) -> tuple[str, ...]:
    return what_is_said(text, side, MONDAY, "Asia/Manila", "en", "en-US").tags


def due(text: str, locale: str = "en-US") -> date | None:
    return what_is_said(text, Side.OWNER, MONDAY, "America/New_York", "en", locale).due


def test_subjects_are_shown_without_any_of_them() -> None:
    assert frozenset(TAGS) == frozenset(["due"]).union(*FACTS.values(), *COMMANDS.values())


def test_facts_stand_anywhere_in_a_line() -> None:
    assert tags("The logo is in the folder #done, and #IDEA: a mug") == ("done", "idea")
    assert tags("#settled #nrn", Side.OWNER) == ("settled", "nrn")


def test_each_side_says_its_own() -> None:
    assert tags("#paid #idea") == ("idea",)
    assert tags("#paid #idea", Side.OWNER) == ("paid",)
    assert tags("#news", Side.CONTRACTOR) == ()
    assert tags("#news", Side.OWNER) == ("news",)


@pytest.mark.parametrize(
    "text", ["https://x.example/#done", "x#done", "#done-ish", "#doneness", "&#done;", "a#nrn"]
)
def test_what_is_no_tag(text: str) -> None:
    assert tags(text) == ()


def test_commands_stand_alone_on_the_first_line() -> None:
    assert tags("#pause\nI need a break") == ("pause",)
    assert tags("#Resume.") == ("resume",)
    assert tags("Please #pause this") == ()
    assert tags("Hi\n#pause") == ()
    assert tags("#held") == ("held",)


def test_in_a_mail_that_a_link_filled_in_they_stand_alone_on_any_line() -> None:
    said = what_is_said(
        "Hi,\n#held\n#missed", Side.OWNER, MONDAY, "Asia/Manila", "en", "en-US", filled_in=True
    )
    assert said.tags == ("held",)
    said = what_is_said(
        "Please #pause me", Side.CONTRACTOR, MONDAY, "Asia/Manila", "en", "en-US", filled_in=True
    )
    assert said.tags == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#due 12 Dec", date(2026, 12, 12)),
        ("Due: 12 Dec 2026", date(2026, 12, 12)),
        ("**Due:** 12 Dec 2026", date(2026, 12, 12)),
        ("Please do this, #due Friday, thanks", date(2026, 11, 13)),
        ("Due by: tomorrow 5pm", date(2026, 11, 10)),
        ("due date: 2027-01-31", date(2027, 1, 31)),
        ("#due 12 Dec\n#due 15 Dec", date(2026, 12, 15)),
        ("New banner.\n- Due: 2026-12-01\n- three sizes", date(2026, 12, 1)),
        ("• Due: 12 Dec", date(2026, 12, 12)),
        ("- **Due:** 12 Dec", date(2026, 12, 12)),
        ("📅 Due: 12 Dec", date(2026, 12, 12)),
        ("⏰  __Due__: 12 Dec", date(2026, 12, 12)),
        ("He wrote: due: 12 Dec", None),
        ("(due: he knows) 12 Dec", None),
        ("/due: 12 Dec", None),
        ('"Due: 12 Dec" was a typo', None),
        ("„Due: 12 Dec“ stand da", None),
        ("~~Due: 12 Dec~~", None),
        ("✅ Due: 12 Dec", None),
        ("The rent is due: soon", None),
        ("Due diligence: 3 Dec", None),
        ("#due whenever", None),
        ("#due 12", None),
    ],
)
def test_due_dates(text: str, expected: date | None) -> None:
    assert due(text) == expected


def test_the_owners_locale_orders_day_and_month() -> None:
    assert due("#due 03/04") == date(2027, 3, 4)
    assert due("#due 03/04", "en-GB") == date(2027, 4, 3)
    assert due("#due 25/12") == date(2026, 12, 25)
    assert order_of("fil-PH") == "MDY" and order_of("de-DE") == "DMY" and order_of("ja") == "YMD"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("9 Nov", "en", date(2026, 11, 9)),
        ("8 Nov", "en", date(2026, 11, 8)),
        ("3. Januar", "de", date(2027, 1, 3)),
        ("3 de enero", "es", date(2027, 1, 3)),
        ("el viernes", "es", date(2026, 11, 13)),
        ("amanhã", "pt", date(2026, 11, 10)),
        ("le 3 janvier", "fr", date(2027, 1, 3)),
        ("12.12.", "de", date(2026, 12, 12)),
        ("the 12th of December. Call Ben", "en", date(2026, 12, 12)),
        ("two of them", "en", None),
        ("1 January 1999", "en", None),
        ("Freitag 17 Uhr", "de", date(2026, 11, 13)),
        ("17 Uhr am Freitag", "de", date(2026, 11, 13)),
        ("vendredi 17h30", "fr", date(2026, 11, 13)),
        ("viernes a las 17 horas", "es", date(2026, 11, 13)),
        ("sexta às 17h", "pt", date(2026, 11, 13)),
        ("Friday at 5, please", "en", date(2026, 11, 13)),
        ("at 12 Dec", "en", date(2026, 12, 12)),
    ],
)
def test_days_in_words(text: str, language: str, expected: date | None) -> None:
    assert day_in(text, MONDAY, "Europe/Berlin", language, "de-DE") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/12/01", date(2026, 12, 1)),
        ("2026.12.01", date(2026, 12, 1)),
        ("2026. 12. 1.", date(2026, 12, 1)),
        ("20261201", date(2026, 12, 1)),
        ("a week from today", date(2026, 11, 16)),
        ("a week from Friday", None),
        ("in a month", date(2026, 12, 9)),
        ("December", date(2026, 12, 31)),
        ("end of the month", date(2026, 11, 30)),
        ("EOM", date(2026, 11, 30)),
        ("end of November", date(2026, 11, 30)),
        ("the end of February 2027", date(2027, 2, 28)),
        ("Ende Dezember", date(2026, 12, 31)),
        ("fin de diciembre", date(2026, 12, 31)),
        ("fim de janeiro", date(2027, 1, 31)),
        ("end of the week", date(2026, 11, 13)),
        ("EOW, please", date(2026, 11, 13)),
        ("end of the year", date(2026, 12, 31)),
        ("end of the project", None),
        ("Montag, den 30. November", date(2026, 11, 30)),
        ("lunes, el 30 de noviembre", date(2026, 11, 30)),
        ("end of marketing sprint", None),
        ("fin de semana", None),
        ("EOD", date(2026, 11, 9)),
        ("COB Thurs", date(2026, 11, 12)),
        ("Weds", date(2026, 11, 11)),
        ("next Friday", date(2026, 11, 20)),
        ("next Monday", date(2026, 11, 16)),
        ("first thing Monday", date(2026, 11, 16)),
        ("midday tomorrow", date(2026, 11, 10)),
        ("the 15th", date(2026, 11, 15)),
        ("on the 5th, please", date(2026, 12, 5)),
        ("31st", date(2026, 12, 31)),
        ("dia 15", date(2026, 11, 15)),
        ("the 2nd draft", None),
        ("version 1.2", None),
        ("Fr 13.11.", date(2026, 11, 13)),
        ("Do. 12.11.26 um 12 Uhr", date(2026, 11, 12)),
        ("am nächsten Freitag", date(2026, 11, 13)),
        ("pasado mañana", date(2026, 11, 11)),
        ("depois de amanhã", date(2026, 11, 11)),
        ("bukas", date(2026, 11, 10)),
        ("12月15日", date(2026, 12, 15)),
        ("12월 15일", date(2026, 12, 15)),
    ],
)
def test_days_as_people_jot_them_down(text: str, expected: date | None) -> None:
    assert day_in(text, MONDAY, "Europe/Berlin", "en", "en-GB") == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("3/4", "ja-JP", date(2027, 3, 4)),
        ("3/4", "zh-CN", date(2027, 3, 4)),
        ("12. 15.", "hu-HU", date(2026, 12, 15)),
        ("3/4", "sv-SE", date(2027, 4, 3)),
        ("15 Dec", "sv-SE", date(2026, 12, 15)),
        ("15 Dec", "ja-JP", date(2026, 12, 15)),
        ("12月15日", "ja-JP", date(2026, 12, 15)),
    ],
)
def test_where_the_year_comes_first_so_does_the_month(text: str, locale: str, expected: date) -> None:
    assert day_in(text, MONDAY, "Asia/Tokyo", locale[:2], locale) == expected


TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday 6th", date(2026, 3, 6)),
        ("Friday the 6th, please", date(2026, 3, 6)),
        ("Tuesday 10th", date(2026, 3, 10)),
        ("Thursday 12th at 5", date(2026, 3, 12)),
        ("Saturday 28", date(2026, 3, 28)),
        ("Friday 6 March", date(2026, 3, 6)),
        ("Friday 5", date(2026, 3, 6)),  # at five: the 5th is a Thursday
        ("Friday 6-8pm", date(2026, 3, 6)),
        ("Friday 5-6", date(2026, 3, 6)),
        ("Friday 6.30", date(2026, 3, 6)),
        ("Mon 31st", None),  # the 31st is a Tuesday
        ("Thursday 2", None),  # at two, or the 2nd of April
        ("Fri 3/6", date(2026, 3, 6)),
        ("Fri 6/3", date(2026, 3, 6)),  # the 3rd of June is a Wednesday
        ("Fri 3/7", date(2026, 3, 7)),
        ("Tuesday 1st December", date(2026, 12, 1)),
        ("Dienstag, 1. Dezember", date(2026, 12, 1)),
        ("Friday the 22nd of January", date(2027, 1, 22)),
        ("vendredi 1er janvier", date(2027, 1, 1)),
        ("Friday in the morning", date(2026, 3, 6)),
        ("vendredi en fin de journée", date(2026, 3, 6)),
        ("Friday in two weeks", None),
        ("2026-03-20 - 5pm", date(2026, 3, 20)),
        ("Fri March 20 - 3pm", date(2026, 3, 20)),
        ("today 3rd", date(2026, 3, 3)),
        ("March 15 and 20 more drafts", date(2026, 3, 15)),
        ("Dec 31 and 1 Jan", date(2026, 12, 31)),
        ("Friday, next week I am away", date(2026, 3, 6)),
        ("Friday for next week's campaign", date(2026, 3, 6)),
        ("Friday next week", date(2026, 3, 13)),
        ("next week, on Friday", date(2026, 3, 13)),
        ("Freitag nächste Woche", date(2026, 3, 13)),
        ("viernes la próxima semana", date(2026, 3, 13)),
        ("March 12, next week", date(2026, 3, 12)),
        ("next week", None),
        ("Friday week", None),
        ("next Friday, March 6", date(2026, 3, 6)),
        ("next Friday at 6", date(2026, 3, 13)),
    ],
)
def test_a_weekday_and_what_stands_beside_it_go_together(text: str, expected: date | None) -> None:
    assert day_in(text, TUESDAY, "America/New_York", "en", "en-US") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 6-8", date(2026, 3, 8)),
        ("March 6–8", date(2026, 3, 8)),
        ("6-8 March", date(2026, 3, 8)),
        ("6 or 7 March", date(2026, 3, 7)),
        ("Sept 5-7, 2026", date(2026, 9, 7)),
        ("March 6-8pm", date(2026, 3, 6)),
        ("2026-03-06 March", date(2026, 3, 6)),
        ("8-10 pages", None),
        ("8-10 am", None),
        ("2.5k words", None),
        ("1/2 day", None),
        ("3/6 5pm", date(2026, 3, 6)),
        ("close of business Friday", date(2026, 3, 6)),
        ("may be later", None),
        ("May 5", date(2026, 5, 5)),
        ("last Friday of March", None),
    ],
)
def test_several_days_are_the_last_of_them_and_amounts_are_none(text: str, expected: date | None) -> None:
    assert day_in(text, TUESDAY, "America/New_York", "en", "en-US") == expected


def test_a_day_is_the_writers_own() -> None:
    late = datetime(2026, 11, 9, 23, 30, tzinfo=UTC)  # already Tuesday in Manila
    assert day_in("tomorrow", late, "Asia/Manila", "en", "en-US") == date(2026, 11, 11)
    assert day_in("tomorrow", late, "America/New_York", "en", "en-US") == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Automatic reply", "I am away and will be back on Monday, 16 November.", date(2026, 11, 16)),
        (
            "Automatic reply",
            "I am out of the office until Tuesday, November 17. If urgent call Ben.",
            date(2026, 11, 17),
        ),
        ("Automatic reply", "I am away from 9 Nov until 12 Nov, back on 16 Nov.", date(2026, 11, 16)),
        ("Automatic reply", "I am on leave through 20 November.", date(2026, 11, 21)),
        ("AUTO: Jo is out of the office (returning 11/16/2026)", "", date(2026, 11, 16)),
        ("Automatische Antwort", "Ich bin bis zum 16.11. nicht im Büro.", date(2026, 11, 16)),
        ("Automatische Antwort", "Ich bin ab dem 16. November wieder erreichbar.", date(2026, 11, 16)),
        ("Réponse automatique", "Je serai de retour le 16 novembre.", date(2026, 11, 16)),
        ("Respuesta automática", "Estaré de vuelta el 16 de noviembre.", date(2026, 11, 16)),
        ("Resposta automática", "Estarei de volta em 16 de novembro.", date(2026, 11, 16)),
        ("Automatic reply", "I am away from December 20 to January 4.", date(2027, 1, 5)),
        ("Automatic reply", "We are closed between 24 December and 1 January.", date(2027, 1, 2)),
        ("Automatic reply", "Out of office from Mon 11/9 to Fri 11/13, back on 11/16.", date(2026, 11, 16)),
        ("Automatic reply", "I am away until 12 December inclusive.", date(2026, 12, 13)),
        ("Respuesta automática", "Estaré fuera del 20/12 al 04/01. Saludos", date(2027, 1, 5)),
        ("Respuesta automática", "De vacaciones del 20 al 31 de diciembre.", date(2027, 1, 1)),
        ("Réponse automatique", "Je suis absent du 20 décembre au 4 janvier.", date(2027, 1, 5)),
        ("Réponse automatique", "Je suis absent jusqu'au 12 décembre inclus.", date(2026, 12, 13)),
        ("Automatische Antwort", "Ich bin vom 20.12. bis 04.01. nicht da.", date(2027, 1, 5)),
        ("Resposta automática", "Estarei de férias de 20/12 a 04/01.", date(2027, 1, 5)),
        ("Risposta automatica", "Sono assente dal 20 dicembre al 4 gennaio.", date(2027, 1, 5)),
        ("Automatic reply", "Our hours are from 9am to 5pm, and I work from 9 to 5.", None),
        ("Automatische Antwort", "Ich bin von 9 bis 17 Uhr erreichbar.", None),
        (
            "Automatic reply",
            "I'm away until 13 November. We are open from Monday to Friday 9-17.",
            date(2026, 11, 14),
        ),
        (
            "Automatic reply",
            "I'm away until 18 November. From Monday to Friday 9-5 call Ben.",
            date(2026, 11, 18),
        ),
        (
            "Autoodpowiedź",
            "Jestem na urlopie do 13 listopada. Biuro czynne od poniedziałku do piątku 9-17.",
            date(2026, 11, 13),
        ),
        (
            "Respuesta automática",
            "Regreso el 16 de noviembre. Horario: del lunes al viernes, de 9 a 18.",
            date(2026, 11, 16),
        ),
        ("Automatische Antwort", "Danke! Unsere Öffnungszeiten: Mo. bis Fr. 8-18 Uhr.", None),
        ("Automatic reply", "I'm away from Monday, February 8 to February 10-12.", date(2027, 2, 13)),
        ("Automatic reply", "I moved from Flat 20 to 31 December Street.", None),
        ("Automatic reply", "I am away. Nobody knows until when.", None),
        ("Automatic reply", "I was back on 3 January 2020.", None),
        ("Automatic reply", "I'll be away this week, back next Monday.", date(2026, 11, 16)),
        ("Automatic reply", "My first day back is November 16.", date(2026, 11, 16)),
        ("Automatic reply", "I will be back at my desk on Monday the 16th.", date(2026, 11, 16)),
        ("Automatic reply", "I will resume work on November 16.", date(2026, 11, 16)),
        ("Automatic reply", "Out of office: 9 November 2026 to 15 November 2026", date(2026, 11, 16)),
        ("Automatic reply", "Please call back on 555 1234.", None),
        ("Automatische Antwort", "Ich kehre am 16. November zurück.", date(2026, 11, 16)),
        ("Respuesta automática", "Me reincorporo el 16 de noviembre.", date(2026, 11, 16)),
        ("Automatisch antwoord", "Ik ben afwezig tot en met 15 november.", date(2026, 11, 16)),
    ],
)
def test_absences(subject: str, text: str, expected: date | None) -> None:
    assert back_on(subject, text, MONDAY, "Europe/Berlin", "en", "en-US") == expected


VACATIONS = [
    ("en", "I am on leave until the end of November.", date(2026, 12, 1)),
    ("en", "I'm off until the end of the week.", date(2026, 11, 14)),
    ("de", "Ab Montag, den 30. November, bin ich wieder für Sie da.", date(2026, 11, 30)),
    ("de", "Am 30. November bin ich zurück.", date(2026, 11, 30)),
    ("de", "Ich bin bis Ende November im Urlaub.", date(2026, 12, 1)),
    ("fr", "Je suis absent jusqu'à lundi 30 novembre.", date(2026, 11, 30)),
    ("fr", "Je serai joignable à compter du 30 novembre.", date(2026, 11, 30)),
    ("es", "Estoy fuera hasta finales de noviembre.", date(2026, 12, 1)),
    ("es", "Me reincorporo el próximo lunes 30 de noviembre.", date(2026, 11, 30)),
    ("pt", "Volto ao escritório em 30 de novembro.", date(2026, 11, 30)),
    ("it", "Sarò assente fino a lunedì 30 novembre.", date(2026, 11, 30)),
    ("nl", "Op 30 november ben ik weer terug.", date(2026, 11, 30)),
    ("pl", "Jestem na urlopie do 27 listopada włącznie.", date(2026, 11, 28)),
    ("pl", "Wrócę do biura 30.11.2026.", date(2026, 11, 30)),
    ("cs", "Vrátím se 30. listopadu.", date(2026, 11, 30)),
    ("sv", "Jag är ledig t.o.m. 27 november.", date(2026, 11, 28)),
    ("da", "Jeg er tilbage den 30. november.", date(2026, 11, 30)),
    ("nb", "Tilbake 30. november.", date(2026, 11, 30)),
    ("fi", "Olen lomalla 27.11.2026 asti.", date(2026, 11, 27)),
    ("tr", "30 Kasım tarihine kadar izindeyim.", date(2026, 11, 30)),
    ("ru", "Я в отпуске с 16 по 27 ноября.", date(2026, 11, 28)),
    ("ru", "Вернусь 30 ноября.", date(2026, 11, 30)),
    ("uk", "Я у відпустці до 30 листопада.", date(2026, 11, 30)),
    ("id", "Saya akan kembali pada 30 November 2026.", date(2026, 11, 30)),
    ("vi", "Tôi nghỉ phép đến hết ngày 27/11/2026.", date(2026, 11, 28)),
    ("ja", "11月30日（月）まで休暇をいただいております。", date(2026, 11, 30)),
    ("ja", "11月30日より通常業務に戻ります。", date(2026, 11, 30)),
    ("zh", "我正在休假，11月30日回来。", date(2026, 11, 30)),
    ("zh", "11月16日至11月27日休假。", date(2026, 11, 28)),
    ("ko", "11월 30일까지 휴가입니다.", date(2026, 11, 30)),
    ("ar", "أنا في إجازة حتى 30 نوفمبر 2026.", date(2026, 11, 30)),
    ("ro", "Revin pe 30 noiembrie.", date(2026, 11, 30)),
    ("hu", "Szabadságon vagyok november 27-ig.", date(2026, 11, 27)),
    ("el", "Λείπω μέχρι 30 Νοεμβρίου.", date(2026, 11, 30)),
    ("tl", "Babalik po ako sa Nov 30.", date(2026, 11, 30)),
    ("he", "אני בחופשה עד 30.11.2026.", date(2026, 11, 30)),
    ("he", "אני בחופשה עד 30 בנובמבר.", date(2026, 11, 30)),
    ("nb", "Tilbake mandag 30. november.", date(2026, 11, 30)),
    ("vi", "Tôi trở lại làm việc vào ngày 30 tháng 11.", date(2026, 11, 30)),
    ("de", "Ich kehre am Montag, den 30.11. zurück.", date(2026, 11, 30)),
    ("fr", "Je vous répondrai à mon retour, le 30/11/2026.", date(2026, 11, 30)),
    ("pt", "Estarei ausente até ao dia 27 de novembro, com regresso previsto no dia 30.", date(2026, 11, 30)),
    ("it", "Rientrerò in ufficio lunedì 30 novembre.", date(2026, 11, 30)),
    ("it", "Sarò di nuovo operativa da lunedì 30 novembre.", date(2026, 11, 30)),
    ("pl", "Będę dostępna od poniedziałku, 30 listopada.", date(2026, 11, 30)),
    ("he", "אחזור למשרד ב-30 בנובמבר.", date(2026, 11, 30)),
    ("it", "Sono in ferie e rientrerò in ufficio il 30 novembre.", date(2026, 11, 30)),
    ("pl", "Jestem nieobecna w biurze od 9 do 27 listopada 2026.", date(2026, 11, 28)),
    ("da", "Jeg holder ferie til og med fredag den 27. november.", date(2026, 11, 28)),
    ("ru", "Буду на рабочем месте с 30 ноября.", date(2026, 11, 30)),
    ("es", "No podré responder hasta el 30 de noviembre.", date(2026, 11, 30)),
    ("nl", "Vanaf 30 november ben ik weer terug.", date(2026, 11, 30)),
    ("el", "Θα επιστρέψω τη Δευτέρα 30 Νοεμβρίου.", date(2026, 11, 30)),
    ("sv", "Jag är åter på kontoret den 1 december.", date(2026, 12, 1)),
    ("pt", "Estou de férias e retorno no dia 30/11.", date(2026, 11, 30)),
    ("tr", "30 Kasım 2026 tarihinde ofiste olacağım.", date(2026, 11, 30)),
    ("en", "Our office is closed for a week and will reopen on Monday, November 30.", date(2026, 11, 30)),
    ("en", "We are closed, reopening on 30 November.", date(2026, 11, 30)),
    ("en", "Normal business resumes on 30 November.", date(2026, 11, 30)),
    ("de", "Wir haben Betriebsurlaub vom 16.11. – 29.11.2026.", date(2026, 11, 30)),
    ("fr", "Nous sommes fermés et rouvrirons le 30 novembre.", date(2026, 11, 30)),
    ("es", "Cerrado por vacaciones. Volvemos el 30 de noviembre.", date(2026, 11, 30)),
    ("pt", "Estamos em recesso até 27/11 e voltamos no dia 30 de novembro.", date(2026, 11, 30)),
    ("it", "Siamo chiusi. Riapertura il 30 novembre.", date(2026, 11, 30)),
    ("tl", "Sarado kami hanggang Nob 27. Magbubukas muli sa Nobyembre 30.", date(2026, 11, 30)),
    ("en", "Closed for Thanksgiving. Normal hours resume November 30.", date(2026, 11, 30)),
    ("en", "I'll be out until the 30th (Monday).", date(2026, 11, 30)),
    ("es", "Regreso el 30. Para urgencias, Ana.", date(2026, 11, 30)),
    ("es", "Regreso el 30 a las 9:00.", date(2026, 11, 30)),
    ("fr", "Je serai de retour le 30 à 9h.", date(2026, 11, 30)),
    ("pt", "Volto dia 30 às 9.", date(2026, 11, 30)),
    ("it", "Torno il 30 alle 9", date(2026, 11, 30)),
    ("nl", "Ik ben terug op de 30e om 9 uur.", date(2026, 11, 30)),
    ("es", "Estoy de vacaciones del 20 al 27.", date(2026, 11, 28)),
    ("fr", "De retour le 1er, merci de votre patience.", date(2026, 12, 1)),
    ("fr", "Absente jusqu'au 27 inclus.", date(2026, 11, 28)),
    ("it", "Torno il 30!", date(2026, 11, 30)),
    ("pt", "Volto no dia 30.", date(2026, 11, 30)),
    ("de", "Ich bin bis zum 27. nicht im Büro.", date(2026, 11, 27)),
    ("de", "Ab dem 30. wieder da", date(2026, 11, 30)),
    ("nl", "Vanaf de 30e ben ik er weer.", date(2026, 11, 30)),
]
NO_VACATIONS = [
    ("ja", "11月16日にお送りいただいたメールを受け取りました。営業時間は9時から18時までです。"),
    ("zh", "您于11月16日发送的邮件已收到，我们会在3天内回复。"),
    ("pl", "Biuro czynne od poniedziałku do piątku, od 9 do 17."),
    ("de", "Am 24. Dezember haben wir geschlossen."),
    ("en", "Do reply to Ben, do 2 of them."),
    ("en", "Answer this mail to reopen the ticket 4711."),
    ("de", "Wir sind vom 9. Stock – bitte klingeln."),
    ("id", "Email Anda sudah sampai."),
    ("de", "Sie finden uns ab dem 2. Stock."),
    ("fr", "Je suis de retour au 2e étage."),
    ("fr", "Je reviens le 2 fois par jour."),
    ("pt", "Atendimento a partir de 18:00."),
]


@pytest.mark.parametrize(("language", "text", "expected"), VACATIONS)
def test_when_they_are_back_in_the_languages_of_vacation_letters(
    language: str, text: str, expected: date
) -> None:
    assert back_on("", text, MONDAY, "Europe/Berlin", language, language) == expected
    order = "en-GB"  # whatever the rules say of the language of letters to them
    assert back_on("", text, MONDAY, "Europe/Berlin", "en", order) == expected


@pytest.mark.parametrize(("language", "text"), NO_VACATIONS)
def test_a_day_that_is_no_return_is_none(language: str, text: str) -> None:
    assert back_on("", text, MONDAY, "Europe/Berlin", language, language) is None
    assert back_on("", text, MONDAY, "Europe/Berlin", "en", "en-US") is None
