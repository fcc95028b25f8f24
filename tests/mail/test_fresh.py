"""Fresh text: what the writer wrote now, and nothing of what they answer."""

import pytest

from mail.reading.syntax.html_text import html_to_text
from mail.reading.text.fresh import find_end, fresh_text

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
    "2026. 11. 09. 10:00 keltezéssel, Dana Reyes írta:",
    '02.04.2026 14:20 пользователь "Dana" <\ndana@acme.example> написал:',
    "W dniu 9.11.2026 o 10:00, Dana Reyes pisze:",
    "Den 2026-11-09 kl. 10:00, skrev Dana Reyes:",
    "On Tue, 2011-03-01 at 18:02 +0530, Dana Reyes wrote:",
    "On Jan 13, 2022, at 10:00 AM, Dana Reyes <dana@acme.example> wrote:",
    "On Thu, Jan 13, 2022 at 10:00 AM Dana Reyes <dana@acme.example> wrote:",
    "On 13/01/2022 10:00, Dana Reyes wrote:",
    "On Thursday, January 13, 2022, Dana Reyes <dana@acme.example> wrote:",
    "On Thursday, 13 January 2022 at 10:00:12 GMT+8, Dana Reyes <dana@acme.example> wrote:",
    "On Tue, Apr 29, 2014 at 4:22 PM, Dana Reyes via Team\n<reply+abc@reply.acme.example>wrote:",
    "Dana Reyes <dana@acme.example> wrote on 13/01/2022 10:00:",
    "On 2022-01-13 10:00 AM, Dana Reyes wrote:",
    'Le 4 janv. 2022 19:03, "Dana Reyes" <dana@acme.example> a écrit :',
    "Le jeu. 13 janv. 2022 à 10:00, Dana Reyes <dana@acme.example> a écrit :",
    "Le 13/01/2022 à 10:00, Dana Reyes a écrit :",
    "Le jeudi 13 janvier 2022 à 10:00:12 UTC+1, Dana Reyes <dana@acme.example> a écrit :",
    "El jue, 13 ene 2022 a las 10:00, Dana Reyes (<dana@acme.example>) escribió:",
    "El 13/1/22 a las 10:00, Dana Reyes escribió:",
    "El jueves, 13 de enero de 2022 10:00:00 CET, Dana Reyes <dana@acme.example> escribió:",
    "El 13 ene 2022, a las 10:00, Dana Reyes <dana@acme.example> escribió:",
    "Il 12/03/2020 10:33 Dana Reyes <dana@acme.example> ha scritto:",
    "Il giorno gio 13 gen 2022 alle ore 10:00 Dana Reyes <dana@acme.example> ha scritto:",
    "Op 13 jan. 2022 om 09:40 heeft Dana Reyes <dana@acme.example> het volgende geschreven:",
    "Op do 13 jan. 2022 om 10:00 schreef Dana Reyes <dana@acme.example>:",
    "Em quinta-feira, 13 de janeiro de 2022, Dana Reyes <dana@acme.example> escreveu:",
    "Em qui., 13 de jan. de 2022 às 10:00, Dana Reyes <dana@acme.example> escreveu:",
    "Em 13/01/2022 10:00, Dana Reyes escreveu:",
    "W dniu 12 grudnia 2015 10:10 użytkownik Dana Reyes <dana@acme.example> napisał:",
    "czw., 13 sty 2022 o 10:00 Dana Reyes <dana@acme.example> napisał(a):",
    "Den 12. jan. 2022 kl. 10.00 skrev Dana Reyes <dana@acme.example>:",
    "Den tors. 13. jan. 2022 kl. 10.00 skrev Dana Reyes <dana@acme.example>:",
    "tors 13 jan. 2022 kl. 10:00 skrev Dana Reyes <dana@acme.example>:",
    "to 13. tammik. 2022 klo 10.00 Dana Reyes (dana@acme.example) kirjoitti:",
    "čt 13. 1. 2022 v 10:00 odesílatel Dana Reyes <dana@acme.example> napsal:",
    "Dana Reyes <dana@acme.example>, 13 Oca 2022 Per, 10:00 tarihinde şunu yazdı:",
    "Pada Kam, 13 Jan 2022 pukul 10.00 Dana Reyes <dana@acme.example> menulis:",
    "Vào Th 5, 13 thg 1, 2022 vào lúc 10:00 Dana Reyes <dana@acme.example> đã viết:",
    "2022年1月13日(木) 10:00 Dana Reyes <dana@acme.example>:",
    "Dana Reyes <dana@acme.example> 于2022年1月13日周四 10:00写道：",
    "在 2022年1月13日，10:00，Dana Reyes <dana@acme.example> 写道：",
    "Dana Reyes <dana@acme.example> 於 2022年1月13日 週四 上午10:00寫道：",
    "2022년 1월 13일 (목) 오전 10:00, Dana Reyes <dana@acme.example>님이 작성:",
    "2022. 1. 13. 오전 10:00, Dana Reyes <dana@acme.example> 작성:",
    "чт, 13 янв. 2022 г. в 10:00, Dana Reyes <dana@acme.example>:",
    "13 янв. 2022 г., в 10:00, Dana Reyes <dana@acme.example> написал(а):",
    "13.01.2022 10:00, Dana Reyes пишет:",
    "Am 13.01.2022 um 10:00 schrieb Dana Reyes <dana@acme.example>:",
    "Am Do., 13. Jan. 2022 um 10:00 Uhr schrieb Dana Reyes <dana@acme.example>:",
    "Dana Reyes <dana@acme.example> schrieb am Do., 13. Jan. 2022, 10:00:",
    "Am 13.01.2022 10:00 schrieb Dana Reyes:",
    "Am Donnerstag, dem 13.01.2022 um 10:00 +0100 schrieb Dana Reyes:",
    "Στις Πέμ 13 Ιαν 2022 στις 10:00 π.μ., ο χρήστης Dana Reyes <dana@acme.example> έγραψε:",
    "Dana Reyes ezt írta (időpont: 2022. jan. 13., Cs, 10:00):",
    "În joi, 13 ian. 2022 la 10:00, Dana Reyes <dana@acme.example> a scris:",
    "בתאריך יום ה׳, 13 בינו׳ 2022 ב-10:00 מאת Dana Reyes <dana@acme.example>:",
    "في الخميس، 13 يناير 2022 في 10:00 ص تمت كتابة ما يلي بواسطة Dana Reyes <dana@acme.example>:",
    "ในวันที่ พฤ. 13 ม.ค. 2022 เวลา 10:00 Dana Reyes <dana@acme.example> เขียนว่า:",
    "Noong Huw, Ene 13, 2022 nang 10:00 AM, isinulat ni Dana Reyes <dana@acme.example>:",
    "Dňa št 13. 1. 2022 o 10:00 Dana Reyes <dana@acme.example> napísal(a):",
    "чт, 13 січ. 2022 р. о 10:00 Dana Reyes <dana@acme.example> пише:",
    "Missatge de Dana Reyes <dana@acme.example> del dia dj., 13 de gen. 2022 a les 10:00:",
    "---- On Mon, 09 Nov 2026 10:00:00 +0800 Dana Reyes <dana@acme.example> wrote ----",
    "---- El lun, 09 nov 2026 10:00:00 +0800 Dana Reyes <dana@acme.example> escribió ---",
    "في الاثنين، 9 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Dana\n<dana@acme.example>:",
    "\u202bבתאריך יום ב׳, 9 בנוב׳ 2026 ב-10:00 מאת \u202aDana\u202c <\u202adana@acme.example\u202c>:\u202c",
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
        "------------------ Original ------------------\nFrom: Dana\nDate: Mon, Nov 9, 2026 09:00 AM\nTo: Maria",
        "From: Dana Reyes <dana@acme.example>\nSent: Monday, 9 November 2026\nTo: Maria\nSubject: Logo",
        "*From:* Dana Reyes\n*Sent:* Monday\n*To:* Maria",
        "Von: Dana Reyes\nGesendet: Montag\nAn: Maria\nBetreff: Logo",
        "De : Dana Reyes\nEnvoyé : lundi\nÀ : Maria\nObjet : Logo",
        "De: Dana Reyes\nEnviado el: lunes\nPara: Maria\nAsunto: Logo",
        "Dana Reyes <dana@acme.example>\n09/11/2026 10:00\n\nTo\nMaria\ncc\n\nSubject\nLogo",
        "From: X\nSent: Y 13 January\nTo: Z\nSubject: Q",
        "From: X\nDate: Y 13 January\nTo: Z\nSubject: Q",
        "Von: X\nGesendet: Y\nAn: Z\nBetreff: Q",
        "De : X\nEnvoyé : Y\nÀ : Z\nObjet : Q",
        "De: X\nEnviado: Y\nPara: Z\nAsunto: Q",
        "De: X\nEnviada em: Y\nPara: Z\nAssunto: Q",
        "Da: X\nInviato: Y\nA: Z\nOggetto: Q",
        "Van: X\nVerzonden: Y\nAan: Z\nOnderwerp: Q",
        "Från: X\nSkickat: Y\nTill: Z\nÄmne: Q",
        "Fra: X\nSendt: Y\nTil: Z\nEmne: Q",
        "Lähettäjä: X\nLähetetty: Y\nVastaanottaja: Z\nAihe: Q",
        "Od: X\nWysłano: Y\nDo: Z\nTemat: Q",
        "Od: X\nOdesláno: Y\nKomu: Z\nPředmět: Q",
        "От: X\nОтправлено: Y\nКому: Z\nТема: Q",
        "Kimden: X\nGönderildi: Y\nKime: Z\nKonu: Q",
        "差出人: X\n送信日時: Y\n宛先: Z\n件名: Q",
        "发件人: X\n发送时间: Y\n收件人: Z\n主题: Q",
        "寄件者: X\n寄件日期: Y\n收件者: Z\n主旨: Q",
        "보낸 사람: X\n보낸 날짜: Y\n받는 사람: Z\n제목: Q",
        "Dari: X\nTerkirim: Y\nKepada: Z\nSubjek: Q",
        "Feladó: X\nElküldve: Y\nCímzett: Z\nTárgy: Q",
        "De la: X\nTrimis: Y\nCătre: Z\nSubiect: Q",
        "---------- Forwarded message ---------\nFrom: X",
        "---------- Forwarded message ----------\nDe: X",
        "---------- Mensaje reenviado ---------\nDe: X",
        "-------- Weitergeleitete Nachricht --------\nBetreff: X",
        "---------- Message transféré ----------\nDe : X",
        "Début du message réexpédié :\n\nDe: X",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: X",
        "Inicio del mensaje reenviado:\n\nDe: X",
        "Begin forwarded message:\n\nFrom: X",
        "Início da mensagem encaminhada:\n\nDe: X",
        "Inizio messaggio inoltrato:\n\nDa: X",
        "----- Original Message -----\nFrom: X",
        "-----Original-Nachricht-----\nBetreff: X",
        "-------- Mensaje original --------",
        "-------- Mensagem original --------",
        "-------- Message d'origine --------",
        "-------- Messaggio originale --------",
        "-------- Oorspronkelijk bericht --------",
        "-------- Исходное сообщение --------",
        "-------- 원본 메일 --------",
        "-------- 原始邮件 --------",
        "------------------ 原始邮件 ------------------",
        "----- Mail original -----\nDe: X",
        "----- Reply message -----\nFrom: X",
        "________________________________\nVon: X <x@y.example>\nGesendet: Y\nAn: Z",
        "##- Please type your reply above this line -##\nOld",
        "--- Please reply above this line ---\nOld",
        "________________________________________\nFrom: X [x@y.example]\nSent: Y",
        ">>> Dana Reyes <dana@acme.example> 11/9/2026 10:00 AM >>>",
        "Від: X\nНадіслано: Y\nКому: Z\nТема: Q",
        "Šalje: X\nPoslano: Y\nPrima: Z\nPredmet: Q",
        "Saatja: X\nSaatmisaeg: Y\nAdressaat: Z\nTeema: Q",
        "Nuo: X\nIšsiųsta: Y\nKam: Z\nTema: Q",
        "De: X\nEnviat el: Y\nPer a: Z\nTema: Q",
        "Daripada: X\nDihantar: Y\nKepada: Z\nSubjek: Q",
        "Mula kay: X\nIpinadala: Y\nPara kay: Z\nPaksa: Q",
    ],
)
def test_the_answered_mail_is_cut_off(mark: str) -> None:
    assert fresh_text(f"Here it is.\n\n{mark}\n\nCould you?\n") == "Here it is."


@pytest.mark.parametrize(
    "header",
    [
        "Dana Reyes wrote:",
        "Dana Reyes a écrit :",
        "Nov 9, 2026, 10:00 by dana@acme.example:",
        "9. Nov. 2026, 10:00 von dana@acme.example:",
        "Dana via Team wrote:",
        "Quoting Dana Reyes <dana@acme.example>:",
        "Zitat von Dana Reyes <dana@acme.example>:",
        "Вы писали 9 ноября 2026 г., 10:00:00:",
        "9 ноября 2026 г., в 10:00, Dana Reyes\n<dana@acme.example> написал(а):",
        "Dana Reyes <dana@acme.example> kirjoitti 9.11.2026\nkello 10.00:",
        "Wiadomość napisana przez Dana Reyes <dana@acme.example>\nw dniu 09.11.2026, o godz. 10:00:",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, November 9th, 2026 10:00 AM, Dana <dana@acme.example> wrote:",
    ],
)
def test_the_line_above_marked_quotes_goes_however_short_or_folded_it_is(header: str) -> None:
    assert fresh_text(f"Thanks!\n\n{header}\n\n> Could you send it?\n") == "Thanks!"


@pytest.mark.parametrize(
    "header",
    [
        "On Wed, Nov 4, 2026 at 3:59 PM, dana@acme.example wrote:",
        "--- On Wed, Nov 4, 2026 at 3:59 PM, Dana Reyes <dana@acme.example> wrote:",
        "Am 09.11.26 um 10:00 schrieb Dana Reyes:",
        "Le 9 nov. 2026 à 10:00, Dana Reyes <dana@acme.example> a écrit :",
    ],
)
def test_an_answer_in_the_same_line_stays(header: str) -> None:
    assert fresh_text(f"Can you send it? {header}\n> Which?\n") == "Can you send it?"
    assert fresh_text(f"Can you send it? {header}\n\nWhich?\n") == "Can you send it?"


def test_initials_mark_quotes_below_a_line_that_says_whose_they_are() -> None:
    """The Bat quotes so, and its people answer between the lines."""
    quote = "DR> Could you send it?\nDR>\nDR> And when?\n"
    header = "Monday, November 9, 2026, 10:00:00 AM, you wrote:"
    assert fresh_text(f"{header}\n\n{quote}\nYes, tomorrow.") == "Yes, tomorrow."
    assert fresh_text(f"Вы писали 9 ноября 2026 г., 10:00:00:\n\n{quote}\nДа.") == "Да."
    assert fresh_text("PS> dir fails: why?") == "PS> dir fails: why?"


def test_what_stands_right_above_such_a_line_stays() -> None:
    header = "Dana Reyes <dana@acme.example> wrote:"
    assert fresh_text(f"Call me at 10:30\n{header}\n> When?\n") == "Call me at 10:30"


@pytest.mark.parametrize(
    "mark",
    [
        "Original Message processed by david®\nRe: Logo 2. September 2026, 12:53 Uhr\nVon Dana",
        "[Original Message processed by david®](https://david.example)\n**Von** Dana",
        "De: Dana\nObjet: Logo\nDestinataire: Maria",
        "От кого: Dana <dana@acme.example>\nКому: Maria\nТема: Logo",
        "Gönderen: Dana <dana@acme.example>\nAlıcı: Maria\nKonu: Logo",
        "---------- Przekazana wiadomość ---------\nOd: Dana <dana@acme.example>\nDate: pon., 9 lis 2026",
    ],
)
def test_what_other_programs_put_above_the_answered_mail_ends_the_text(mark: str) -> None:
    assert fresh_text(f"Here it is.\n\n{mark}\n\nCould you call me?\n") == "Here it is."


@pytest.mark.parametrize("line", ["Could you please fix this:", "Two things about your plan:", "Due: Friday"])
def test_what_somebody_writes_right_above_a_quote_stays(line: str) -> None:
    assert fresh_text(f"{line}\n> the old line\n> and its end\n\nBen") == f"{line}\n\nBen"


def test_answers_below_a_quote_that_groupwise_has_introduced_stay() -> None:
    above = ">>> Dana Reyes <dana@acme.example> 11/9/2026 10:00 AM >>>"
    assert fresh_text(f"{above}\n> Which one?\nThe blue one.") == "The blue one."
    assert fresh_text(f"The blue one.\n\n{above}\nWhich one?") == "The blue one."


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
        "Regards\nMaria\n--------------\nThis message is confidential.\nIf you are not the recipient, why read it?",
        "__\nMaria",
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Mail for Windows 10",
        "Sent from Yahoo Mail on Android",
        "Sent with ProtonMail Secure Email.",
        "Get Outlook for iOS",
        "Get Outlook for Android<https://aka.ms/x>",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Holen Sie sich Outlook für iOS",
        "Envoyé de mon iPhone",
        "Télécharger Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Enviado desde Correo para Windows",
        "Obtener Outlook para Android",
        "Enviado do meu iPhone",
        "Obter o Outlook para iOS",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "发自我的iPhone",
        "나의 iPhone에서 보냄",
        "iPhone'umdan gönderildi",
        "Lähetetty iPhonesta",
        "Virus-free. www.avast.com",
        "Virenfrei.www.avast.com",
        "Outlook voor iOS downloaden",
        "Scarica Outlook per Android",
        "Pobierz program Outlook dla systemu iOS",
        "Excuse my brevity, sent from mobile. Questions?",
        "---\nMaria Santos | Designer\nWhat can I do for you?",
        "Best,\nMaria Santos\nNeed a call? https://cal.example/maria",
        "Warm regards,\n\nMaria Santos\nDesigner\nContract\nP: 1\nM: 2\nE: maria@contract.example\n"
        "W: contract.example\nA: 12 Street\nBook a call\nPlease leave a review!",
    ],
)
def test_signatures_and_notices_go(signature: str) -> None:
    assert fresh_text(f"Hi Dana,\n\nHere it is.\n\n{signature}\n") == "Hi Dana,\n\nHere it is."


@pytest.mark.parametrize(
    "warning",
    [
        "CAUTION: This email originated from outside of the organization. Do not click links unless you know it.",
        "[EXTERNAL] This message comes from an external sender. Please exercise caution.",
        "You don't often get email from maria@contract.example. Learn why this is important <https://aka.ms/x>",
        "[You don't often get email from maria@contract.example. Learn why this is important at https://aka.ms/x ]",
        "WARNING: This email came from outside.\nPlease do not click links.",
        "\u26a0\ufe0f External sender",
        "ACHTUNG: Diese E-Mail kommt von extern. Bitte keine Links öffnen.",
        "Sie erhalten nicht häufig E-Mails von maria@contract.example. Erfahren Sie, warum dies wichtig ist",
        "ATTENTION : Cet e-mail provient de l'extérieur. Merci de ne pas cliquer.",
        "No suele recibir correos electrónicos de maria@contract.example. Descubra por qué esto es importante",
        "CUIDADO: Este e-mail foi enviado de fora. Por favor, não clique.",
    ],
)
def test_what_a_mail_server_warns_of_is_not_written_by_the_sender(warning: str) -> None:
    assert fresh_text(f"{warning}\n\nHere it is.") == "Here it is."
    assert fresh_text(f"{warning}\nCould you check it?") == "Could you check it?"
    html = f"<table><tr><td>{warning}</td></tr></table><div>Could you check it?</div>".replace(
        "<https://aka.ms/x>", ""
    )
    assert fresh_text(html_to_text(html)).endswith("Could you check it?")


@pytest.mark.parametrize(
    "signature",
    [
        "Best,\nMaria\n\n-- \nMaria Santos\nACME",
        "Regards,\nMaria\n--\nMaria Santos",
        "此致\n敬礼\nMaria\n电话：010-55550101",
        "よろしくお願いいたします。\n------------------\nサントス マリア\nTEL: 03-5555-0101\n------------------",
        "Kind regards\n\n*Maria Santos*\n\nConnect with me: LinkedIn <https://linkedin.example/in/maria-santos> | "
        "Twitter <https://twitter.example/maria>",
    ],
)
def test_a_closing_goes_with_the_signature_below_it(signature: str) -> None:
    assert fresh_text(f"Here is the file.\n\n{signature}\n") == "Here is the file."


def test_thanks_alone_is_the_message_and_no_signature() -> None:
    assert fresh_text("Hi Dana,\n\nThanks!\nMaria") == "Hi Dana,\n\nThanks!"


def test_a_question_below_a_closing_formula_is_said() -> None:
    assert "Friday?" in fresh_text("Here it is.\n\nThanks,\nMaria\n\nP.S. Is Friday fine? Friday?")


@pytest.mark.parametrize(
    "header",
    [
        "On Mon, Nov 9, 2026 at 10:00, Dana Reyes<dana@acme.example> wrote:",
        "El lun., nov. 9, 2026 a la(s) 10:00, Dana Reyes<dana@acme.example> escribió:",
        "Am Mo., Nov. 9, 2026 um 10:00 schrieb Dana Reyes<dana@acme.example>:",
    ],
)
def test_yahoos_phones_quote_in_the_line_that_says_who_wrote(header: str) -> None:
    text = f"Ok thanks\n\nSent from Yahoo Mail on Android\n\n  {header}   Could you?\nDue: 12 Dec\n"
    assert fresh_text(text) == "Ok thanks"


@pytest.mark.parametrize(
    "text",
    [
        "Ask Ben <ben@contract.example> about this: he wrote it.",
        "On Monday I asked Ben <ben@contract.example>: no answer yet.",
        "She wrote:\nHello",
        "Note: this works\nTo: do",
        "- one\n- two",
        "Dear Dana\nFrom: here on it is easy",
        "The first page is done.\n---\nWhich one do you prefer?",
        "The first page is done.\n---\nNext steps:\nplease send the fonts",
        "Thanks,\n- please send the fonts\n- and the logo",
        f"Look at the draft.\n\nThanks!\nhttps://docs.example/{'x' * 150}\nIt needs your approval",
    ],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert fresh_text(text) == text


def test_headers_above_a_marked_quote_go_with_it() -> None:
    text = (
        "From: Joe <joe@x.example>\nDate: Sun, 14 Nov 2010 19:04:58 -0800\n\n> Which one?\n\nThe blue one.\n"
    )
    assert fresh_text(text) == "The blue one."


def test_a_help_desks_line_on_top_hides_nothing() -> None:
    line = "##- Please type your reply above this line -##"
    assert fresh_text(f"{line}\n\nHere it is, Dana.\n") == "Here it is, Dana."
    assert fresh_text(f"Which one?\n\n{line}\n\nHere it is.\n") == "Which one?"


def test_attachments_written_into_the_text_go() -> None:
    assert fresh_text("Here.\n\nbegin 644 a.doc\nM????\n`\nend\n") == "Here."


def test_what_a_signature_program_adds_goes() -> None:
    head = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
    assert fresh_text(f"{head}#pause\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END") == "#pause"


def test_where_fresh_text_ends_can_be_told() -> None:
    assert find_end("Here.\n> quoted")
    assert find_end("Here.\n-- \nMaria")
    assert not find_end("A long brief that\ngoes on and on")


@pytest.mark.parametrize(
    "above", ["", "Hi Dana,\n\n", "Hi, see my answers below.\n\n", "Antworten siehe unten\n"]
)
def test_below_a_quote_that_nothing_stands_above_there_is_more(above: str) -> None:
    assert not find_end(f"{above}On Mon, 9 Nov 2026 at 10:00, Dana <dana@acme.example> wrote:\n> one\n> two")


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
            '<div class="elementToProof" id="Signature">old</div><div id="appendonsend"></div>old',
            '<div id="x_Signature">old</div><div id="x_appendonsend"></div><hr>old',
            '<div name="messageSignatureSection">old</div>',
            '<div id="Zm-_Id_-Sgn" data-sigid="1">old</div>',
            '<div class="front-signature">old</div>',
            '<div id="composer_signature">old</div>',
            '<div style="max-height:0; DISPLAY : none">old</div>',
            '<div class="ntes-mailmaster-quote"><div>---- old</div><table></table></div>',
            '<div class="history-quote-wrapper" id="lark-mail-quote-1"><div>old</div></div>',
            '<div id="isReplyContent">old</div>',
            '<div class="missive_quote">old</div>',
            '<div name="quote"><div name="quoted-content">old</div></div>',
            '<hr id="zwchr" data-marker="__DIVIDER__"><div><b>Mittente: </b>old</div><div>old</div>',
            '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt"><p>Mittente: old</p></div>old',
        ],
    )
    def test_what_programs_mark_as_quoted_goes(self, quote: str) -> None:
        assert html_to_text(f"<div>new</div>{quote}") == "new"
        assert "old" in html_to_text(f"<div>new</div>{quote}", with_quotes=True)

    def test_what_parts_blocks_in_the_source_is_no_blank_line(self) -> None:
        html = (
            "<div>Hi <b>Dana</b> <i>Reyes</i>,</div>\r\n<div><br></div>\n  <p>two</p>\n\n"
            "<table> <tr> <td>a</td> <td>b</td>"
        )
        assert html_to_text(html) == "Hi Dana Reyes,\n\ntwo\na b"

    def test_outlooks_desktop_program_marks_nothing(self) -> None:
        html = (
            '<div class=WordSection1><p class=MsoNormal>Yes, the blue one.<o:p></o:p></p><div><div style="border:'
            'none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Dana Reyes &lt;dana@acme.example&gt;<br><b>Gesendet:'
            "</b> Montag<br><b>An:</b> Maria<br><b>Betreff:</b> Logo</p></div></div><p>Which one?</p></div>"
        )
        assert fresh_text(html_to_text(html)) == "Yes, the blue one."

    def test_plain_text_put_into_html_keeps_its_lines(self) -> None:
        html = (
            "<pre>Yes, the blue one.\n\nOn 9 Nov 2026 at 10:00, Dana wrote:\n&gt; <a>Which</a> one?\n</pre>"
        )
        assert fresh_text(html_to_text(html)) == "Yes, the blue one."
        assert html_to_text("<p>one\ntwo</p>") == "one two"

    def test_what_gmail_forwards_goes(self) -> None:
        html = (
            '<div>Look at this.<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message '
            "---------<br>From: Joe<br>Subject: Logo<br></div><br><div>Could you?</div></div></div>"
        )
        assert fresh_text(html_to_text(html)) == "Look at this."

    def test_answers_between_quotes_stay(self) -> None:
        assert html_to_text("<blockquote>a</blockquote>one<blockquote>b</blockquote>two").split() == [
            "one",
            "two",
        ]


@pytest.mark.parametrize(
    "text",
    [
        "The draft is here.\n\nThanks!\n\nI need the logo by Friday.",
        "Work is attached.\n\nThanks!\nPlease send the fonts",
        "Please finish the logo.\n\nThanks,\nDana\n\nDue: Friday",
    ],
)
def test_what_is_said_below_thanks_is_no_signature_though_one_is_marked_below_it(text: str) -> None:
    assert fresh_text(f"{text}\n\n-- \nDana Reyes\n") == text
