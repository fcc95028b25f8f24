"""People who write in other languages, read as the daemon reads them: what asks, what closes, and what does neither."""

from collections.abc import Callable

import pytest

from relationship.facts.messages import Kind, Message

Read = Callable[..., dict[str, Message]]
HEAD = (
    "From: Maria Santos <maria@contract.example>\nTo: team@acme.example\nMessage-ID: <m1@x>\n"
    "In-Reply-To: <q@acme.example>\nDate: Mon, 09 Nov 2026 11:57:00 +0000\nSubject: Re: Logo\n"
    "Content-Type: text/plain; charset=utf-8\n\n"
)

ASKS = [
    ("de", "Guten Morgen,\n\nhast du schon eine Rückmeldung vom Kunden bekommen\n\nMaria"),
    ("de", "Schick mir doch bitte noch die Farbcodes.\nMaria"),
    ("fr", "Pourrais-tu m'envoyer les codes couleur\n\nMaria"),
    ("fr", "Merci de bien vouloir valider avant vendredi.\n\nCordialement"),
    ("es", "Podrías pasarme los códigos de color\n\nMaria"),
    ("pt", "Você poderia me passar os códigos de cor\n\nMaria"),
    ("it", "Hai già sentito il cliente?\n\nMaria"),
    ("nl", "Wil jij de kleurcodes nog doorgeven\nMaria"),
    ("pl", "Czy mogłabyś przesłać kody kolorów\nMaria"),
    ("pl", "Bardzo proszę o akceptację projektu.\nMaria"),
    ("cs", "Prosím pošli mi kódy barev.\nMaria"),
    ("cs", "Ozvi se mi, až budeš vědět víc.\nMaria"),
    ("sv", "Skulle du kunna skicka färgkoderna\nMaria"),
    ("sv", "Har du hört något från kunden\nMaria"),
    ("da", "Kan du sende farvekoderne\nMaria"),
    ("no", "Har du hørt noe fra kunden\nMaria"),
    ("fi", "Voitko lähettää värikoodit\nMaria"),
    ("tr", "Renk kodlarını gönderir misiniz\nMaria"),
    ("ru", "Пришлите, пожалуйста, коды цветов.\nМария"),
    ("ru", "Вы уже слышали что-нибудь от клиента?\nМария"),
    ("uk", "Чи можете надіслати коди кольорів\nМарія"),
    ("el", "Μπορείς να μου στείλεις τους κωδικούς χρωμάτων;\nΜαρία"),
    ("el", "Τι νέα από τον πελάτη;\n\nΦιλικά\nΜαρία"),
    ("ro", "Îmi poți da codurile de culoare\nMaria"),
    ("hu", "Kérlek küldd el a színkódokat.\nMaria"),
    ("ja", "お手数ですが、カラーコードをお送りください。\nマリア"),
    ("ja", "いつ頃ご確認いただけますか。\nマリア"),
    ("zh", "请把色号发给我。\nMaria"),
    ("zh", "客户那边有消息了吗\nMaria"),
    ("ko", "색상 코드를 보내주시면 감사하겠습니다.\n마리아"),
    ("vi", "Bạn gửi giúp mình mã màu với\nMaria"),
    ("id", "Boleh minta kode warnanya\nMaria"),
    ("tl", "Pwede po bang pa-send ng color codes\nMaria"),
    ("ar", "هل يمكنك إرسال أكواد الألوان\nماريا"),
    ("he", "תוכלי לשלוח לי את קודי הצבע\nמריה"),
    ("de", "Anbei der Entwurf. Über eine kurze Rückmeldung bis Freitag würde ich mich freuen.\n\nMaria"),
    ("pt", "Diz-me qual das versões preferes.\n\nMaria"),
    ("it", "Mi servirebbero le foto in alta risoluzione per domani.\nMaria"),
    ("nl", "Heb jij de factuur al betaald\nMaria"),
    ("pl", "Będę wdzięczna za informację zwrotną do środy.\n\nZ poważaniem\nMaria"),
    ("pl", "Potrzebuję jeszcze dostępu do panelu.\n\nMaria"),
    ("cs", "Dej mi vědět, jestli to takhle stačí.\nMaria"),
    ("cs", "Potřebovala bych ještě přístup do administrace.\n\nMaria"),
    ("no", "Si ifra om det er noe som må endres.\nMaria"),
    ("fi", "Kerro, kumpi versio sopii paremmin.\nMaria"),
    ("tr", "Sunucu şifresini iletmenizi rica ederim.\n\nSaygılarımla\nMaria"),
    ("el", "Πες μου αν σου αρέσει.\nΜαρία"),
    ("el", "Πότε θα έχουμε την έγκριση;\n\nΜαρία"),
    ("hu", "Várom a visszajelzésedet.\n\nÜdvözlettel\nMaria"),
    ("he", "אשמח אם תשלחי לי את הטקסטים לדף הבית.\n\nתודה\nמריה"),
    ("vi", "Bạn gửi giúp mình nội dung trang chủ nhé.\n\nCảm ơn\nMaria"),
    ("pl", "Tak, proszę o przesłanie faktury."),
    ("pl", "W razie potrzeby proszę poprawić tekst i odesłać go do piątku."),
    ("cs", "Ano, prosím o zaslání faktury."),
    ("cs", "V případě potřeby prosím opravte text a pošlete ho zpět."),
    ("ru", "Да, пожалуйста, отправьте договор по почте."),
    ("ru", "Если что-то из этого не подходит, пришлите, пожалуйста, правки до среды."),
    ("uk", "Якщо щось не так, надішліть, будь ласка, правки."),
    ("ja", "ご希望の日程をお伝えください。"),
    ("ja", "公開前にロゴを変更しないでください。"),
    ("ja", "早めに送っていただけると助かります。"),
    ("zh", "请查收附件并回复。"),
    ("zh", "请查收附件，签字后寄回。"),
    ("es", "Por favor, encuentra un hueco para llamarme mañana."),
    ("pt", "Vê o texto e diz-me se está bem."),
    ("pt", "Diz-me o que achas."),
    ("ro", "Când este gata"),
    ("ro", "Așteptăm răspunsul dumneavoastră."),
    ("hu", "Várjuk a jóváhagyását."),
    ("ko", "회신 부탁드려요."),
    ("id", "Bisa telepon saya nanti sore"),
]
WAITING = [
    "Wir warten noch auf deine Freigabe.",
    "On attend toujours ta validation.",
    "Stiamo ancora aspettando la tua approvazione.",
    "Nadal czekamy na Twoją akceptację.",
    "Stále čekáme na vaše schválení.",
    "Vi väntar fortfarande på ditt godkännande.",
    "Vi venter stadig på din godkendelse.",
    "Мы всё ещё ждём вашего согласования.",
    "Ми досі чекаємо на ваше погодження.",
    "我们还在等您的确认。",
    "Ich warte auf die Rückmeldung von dir.",
    "Ich warte noch auf die Antwort von Ihnen.",
    "Ich warte noch auf die Zugangsdaten.",
]
WAITING_FOR_OTHERS = [
    "Wir warten noch auf die Freigabe des Kunden.",
    "On attend toujours la validation du client.",
    "Stiamo ancora aspettando il cliente.",
    "Nadal czekamy na akceptację klienta.",
    "Vi väntar fortfarande på kunden.",
    "Жду ответа от клиента, потом доделаю.",
    "我们还在等客户的确认。",
    "Așteptăm răspunsul clientului, apoi continuăm.",
    "Așteptăm aprobarea băncii, durează două zile.",
    "Περιμένω απάντηση από τον πελάτη και σου λέω αύριο.",
    "אני מחכה לתשובה מהלקוח ואעדכן אותך מחר.",
    "Saya masih menunggu balasan dari klien, besok saya kabari.",
    "Ich habe dem Kunden geschrieben und warte noch auf seine Antwort.",
    "Ich warte auf die Freigabe der Bank.",
    "Wir warten noch auf Rückmeldung vom Kunden.",
]
CLOSES = [
    ("de", "Danke dir, passt so!\n\nViele Grüße\nMaria"),
    ("fr", "Merci pour ton retour rapide !\n\nBonne soirée\nMaria"),
    ("es", "Genial, gracias por la respuesta.\n\nUn saludo,\nMaria"),
    ("pt", "Perfeito, obrigada pelo retorno!\n\nAbs\nMaria"),
    ("it", "Grazie per la risposta!\n\nBuona serata\nMaria"),
    ("nl", "Fijn, dank je wel!\n\nGroetjes\nMaria"),
    ("pl", "Dziękuję za szybką odpowiedź!\n\nPozdrawiam serdecznie\nMaria Santos"),
    ("cs", "Děkuji za rychlou odpověď!\n\nHezký den\nMaria"),
    ("sv", "Tack för snabbt svar!\n\nVänliga hälsningar\nMaria"),
    ("da", "Super, mange tak!\n\nHilsen Maria"),
    ("no", "Den er god, takk!\n\nHilsen Maria"),
    ("fi", "Selvä, kiitos!\n\nTerv. Maria"),
    ("tr", "Harika, çok teşekkür ederim!\n\nİyi çalışmalar\nMaria"),
    ("ru", "Спасибо за быстрый ответ!\n\nС уважением, Мария"),
    ("ru", "Хорошо, поняла, спасибо!\n\nМария"),
    ("uk", "Добре, дякую!\n\nМарія"),
    ("el", "Τέλεια, σε ευχαριστώ πολύ!\n\nΜαρία"),
    ("ro", "Super, mulțumesc mult!\n\nO zi bună\nMaria"),
    ("hu", "Rendben, köszönöm!\n\nÜdv,\nMaria"),
    ("ja", "かしこまりました。ありがとうございます。\n\nマリア"),
    ("zh", "收到，谢谢！\n\n玛丽亚"),
    ("ko", "네, 감사합니다!\n\n마리아 드림"),
    ("vi", "Dạ em nhận được rồi, cảm ơn chị!\n\nMaria"),
    ("id", "Oke, terima kasih banyak Kak!\n\nMaria"),
    ("ar", "تمام، شكرا جزيلا!\n\nماريا"),
    ("he", "סבבה, תודה רבה!\n\nמריה"),
    ("es", "Gracias por el envío de los archivos.\nMaria"),
]
# Offers to answer questions, apologies, promises, what somebody else asked.
NEITHER = [
    (
        "de",
        "Hallo Dana,\n\nich habe mich sehr über deine Rückmeldung gefreut und alles eingebaut.\n\nLG Maria",
    ),
    ("de", "Ich bitte um Entschuldigung für die Verspätung, die Datei liegt jetzt im Ordner.\n\nMaria"),
    ("de", "Der Kunde fragte, ob wir das Logo ändern können. Ich habe es ihm erklärt.\n\nMaria"),
    (
        "de",
        "Anbei die Unterlagen. Melden Sie sich gerne bei Fragen.\n\nMit freundlichen Grüßen\nMaria Santos",
    ),
    (
        "fr",
        "Bonjour,\n\nVeuillez trouver ci-joint le devis signé. N'hésitez pas à me contacter si besoin.\n\nCordialement",
    ),
    ("fr", "Je vous prie de m'excuser pour le retard, tout est livré.\n\nMaria"),
    ("fr", "Je reviens vers vous dès que j'ai la réponse du client.\n\nBelle journée,\nMaria"),
    ("es", "Disculpa la demora, ya está todo en la carpeta. Cualquier cosa me avisas.\n\nSaludos"),
    ("es", "Por favor, encuentra adjunta la factura.\n\nSaludos cordiales,\nMaria"),
    ("es", "Te aviso cuando lo tenga listo.\nMaria"),
    ("pt", "Peço desculpa pelo atraso, os ficheiros já estão na pasta.\n\nCumprimentos\nMaria"),
    ("pt", "Qualquer coisa me avisa!\n\nAbraço"),
    ("pt", "Te aviso assim que estiver pronto.\nMaria"),
    ("it", "Le chiedo scusa per il ritardo, ho caricato tutto.\n\nMaria"),
    ("it", "Ti faccio sapere appena ho novità dal cliente.\nMaria"),
    ("it", "Se hai bisogno di altro, scrivimi pure.\n\nCiao\nMaria"),
    ("nl", "Excuses voor de late reactie, alles staat klaar.\n\nGroet Maria"),
    ("nl", "Ik laat het je weten zodra ik meer weet.\nMaria"),
    (
        "pl",
        "Dzień dobry,\n\nw załączeniu przesyłam fakturę. Proszę o kontakt w razie pytań.\n\nPozdrawiam\nMaria",
    ),
    ("pl", "Przepraszam za opóźnienie, wszystko jest już w folderze. Dam znać, jak skończę resztę.\nMaria"),
    ("pl", "Proszę bardzo, oto poprawiony plik.\nMaria"),
    ("pl", "Klient pytał, kiedy będzie gotowe. Powiedziałam, że jutro.\nMaria"),
    ("cs", "V příloze posílám fakturu. V případě dotazů mě prosím kontaktujte.\n\nS pozdravem\nMaria"),
    ("cs", "Omlouvám se za zpoždění, všechno je ve složce. Dám vědět, až bude zbytek.\nMaria"),
    ("sv", "Hej! Ursäkta dröjsmålet, allt ligger i mappen. Jag hör av mig när resten är klart.\nMaria"),
    ("sv", "Bifogat hittar du offerten. Tveka inte att höra av dig om du undrar något.\n\nMvh Maria"),
    ("da", "Undskyld ventetiden, det hele ligger i mappen. Jeg giver lyd, når resten er klar.\nMaria"),
    ("da", "Her er tilbuddet. Sig endelig til, hvis der er noget.\n\nVh Maria"),
    ("no", "Beklager forsinkelsen, alt ligger i mappen. Jeg sier ifra når resten er klart.\nMaria"),
    ("no", "Vedlagt er tilbudet. Bare si ifra om det er noe!\n\nMvh Maria"),
    ("fi", "Pahoittelut viivästyksestä, kaikki on kansiossa. Ilmoitan kun loput on valmiina.\nMaria"),
    ("fi", "Liitteenä tarjous. Ota rohkeasti yhteyttä, jos sinulla on kysyttävää.\n\nTerveisin Maria"),
    ("tr", "Gecikme için kusura bakmayın, dosyalar klasörde.\nMaria"),
    ("tr", "Fatura ektedir. Sorunuz olursa lütfen bana ulaşın.\n\nSaygılarımla\nMaria"),
    ("tr", "Bitince haber veririm.\nMaria"),
    ("ru", "Извините за задержку, всё лежит в папке. Сообщу, когда закончу остальное.\nМария"),
    ("ru", "Высылаю счёт. Если возникнут вопросы, пожалуйста, обращайтесь.\n\nС уважением,\nМария Сантос"),
    ("ru", "Пожалуйста! Рада была помочь, файлы обновила.\nМария"),
    ("ru", "Жду ответа от клиента, потом доделаю.\nМария"),
    ("uk", "Надсилаю рахунок. Якщо виникнуть запитання, будь ласка, звертайтеся.\n\nЗ повагою,\nМарія"),
    ("uk", "Коли буде готово, напишу.\nМарія"),
    (
        "el",
        "Επισυνάπτω την προσφορά. Αν έχετε ερωτήσεις, παρακαλώ επικοινωνήστε μαζί μου.\n\nΜε εκτίμηση\nΜαρία",
    ),
    ("el", "Συγγνώμη για την καθυστέρηση, όλα είναι στον φάκελο.\nΜαρία"),
    ("ro", "Atașez oferta. Dacă aveți întrebări, vă rog să mă contactați.\n\nCu stimă\nMaria"),
    ("ro", "Când termin, îți scriu.\nMaria"),
    ("hu", "Csatolom az ajánlatot. Kérdés esetén kérem, keressen bizalommal.\n\nÜdvözlettel\nMaria"),
    ("hu", "Elnézését kérem a késésért, minden a mappában van.\nMaria"),
    (
        "ja",
        "お世話になっております。\n修正版を添付いたします。ご不明な点がございましたら、お気軽にお知らせください。",
    ),
    ("ja", "ご連絡ありがとうございます。対応しました。良い週末をお過ごしください。\nマリア"),
    ("ja", "申し訳ありません、明日までお待ちください。\nマリア"),
    ("ja", "データをアップロードしました。ご参考までにご覧ください。\nマリア"),
    ("zh", "报价单已发到您邮箱，如有任何问题请随时联系我。\n\n祝好\nMaria"),
    ("zh", "文件已经上传，请放心。\nMaria"),
    ("zh", "不好意思晚了，请见谅。全部弄好了。\nMaria"),
    ("zh-tw", "報價單如附件，若有任何問題請隨時與我聯絡。\n\nMaria"),
    (
        "ko",
        "견적서 첨부합니다. 궁금하신 점이 있으시면 언제든지 연락 주시기 바랍니다.\n\n감사합니다.\n마리아 드림",
    ),
    ("ko", "늦어서 죄송합니다. 파일은 폴더에 있습니다. 참고 부탁드립니다.\n마리아"),
    ("vi", "Mình gửi báo giá đính kèm. Nếu có thắc mắc, vui lòng liên hệ với mình.\n\nTrân trọng\nMaria"),
    ("vi", "Xin lỗi vì trả lời muộn, mọi thứ đã xong.\nMaria"),
    ("id", "Mohon maaf atas keterlambatannya, semua file sudah di folder.\n\nSalam\nMaria"),
    ("id", "Terlampir penawaran. Jika ada pertanyaan, mohon hubungi saya.\n\nMaria"),
    ("tl", "Pasensya na po sa delay, nasa folder na lahat.\nMaria"),
    ("ar", "مرفق عرض السعر. إذا كان لديكم أي استفسار يرجى التواصل معي.\n\nمع التحية\nماريا"),
    ("ar", "أعتذر عن التأخير، كل الملفات في المجلد.\nماريا"),
    ("he", "מצורפת הצעת המחיר. אם יש שאלות אנא פני אליי.\n\nבברכה\nמריה"),
    ("he", "סליחה על העיכוב, הכול בתיקייה.\nמריה"),
    ("fi", "Kiitos, lähetän sen huomenna.\nMaria"),
    ("ja", "ありがとうございます。明日お送りします。\nマリア"),
    ("ru", "Спасибо!\n\nМакет готов"),
    ("zh", "谢谢！\n\n明天上午发给你"),
    ("ru", "Пожалуйста! Рада была помочь, файлы обновила.\nМария"),
    ("pl", "Tak, proszę. Wyślę na adres biura."),
    ("uk", "Мені потрібен ще один день, надішлю в середу."),
    ("ja", "まだ途中ですが、心配しないでください。"),
    ("ja", "皆様によろしくお伝えください。"),
    ("es", "Por favor, encuentre adjunto el contrato."),
    ("pt", "O cliente diz-me que está tudo bem com o site."),
    ("ro", "Când este gata, îți scriu."),
    ("ru", "Где можно, я поправил сам."),
    ("ko", "앞으로도 잘 부탁드리겠습니다."),
    ("id", "Maaf, saya belum bisa kasih kabar hari ini."),
    ("id", "Kemarin saya tidak bisa hubungi dia, besok saya coba lagi."),
]
# Letters of vacation programs without any mark of theirs.
VACATIONS = [
    (
        "pl",
        "Dzień dobry,\n\ndziękuję za wiadomość. Jestem na urlopie. W pilnych sprawach proszę o kontakt z Anną.",
    ),
    ("ru", "Здравствуйте! Спасибо за ваше письмо. Я в отпуске и отвечу после возвращения."),
    ("sv", "Hej! Tack för ditt mejl. Jag är på semester. Vid brådskande ärenden kontakta Eva."),
    ("fi", "Kiitos viestistäsi. Olen lomalla. Kiireellisissä asioissa ota yhteyttä Eevaan."),
    ("tr", "E-postanız için teşekkürler. Şu anda izindeyim. Acil durumlarda Ali Bey'i arayabilirsiniz."),
]
# People who bring their work and announce a holiday.
HOLIDAYS = [
    ("pl", "Przesyłam poprawki. Od jutra jestem na urlopie do 20 listopada.\nMaria"),
    ("ru", "Высылаю правки. С завтрашнего дня я в отпуске до 20 ноября.\nМария"),
    ("ja", "修正版をお送りします。明日から休暇をいただきます。\nマリア"),
    ("sv", "Här kommer ändringarna. Jag är på semester från imorgon.\nMaria"),
]


@pytest.mark.parametrize(("language", "text"), ASKS)
def test_requests(language: str, text: str, read: Read) -> None:
    message = read(HEAD + text)["maria"]
    assert (message.kind, message.asks, message.closes) == (Kind.HUMAN, True, False)


@pytest.mark.parametrize("text", WAITING)
def test_who_still_waits_for_the_reader_asks(text: str, read: Read) -> None:
    assert read(HEAD + text)["maria"].asks


@pytest.mark.parametrize("text", WAITING_FOR_OTHERS)
def test_who_waits_for_somebody_else_does_not(text: str, read: Read) -> None:
    assert not read(HEAD + text)["maria"].asks


@pytest.mark.parametrize(
    "text",
    [
        "Ваш запрос выполнен, баннер в папке.",
        "Ditt ärende är klart.",
        "受付の件、対応しました。",
        "Váš požadavek byl splněn, formulář funguje.",
        "您的工单已完成，网站恢复了。",
    ],
)
def test_a_number_in_the_subject_makes_no_receipt_of_a_persons_words(text: str, read: Read) -> None:
    head = HEAD.replace("Re: Logo", "[WEB-12] Banner").replace("In-Reply-To: <q@acme.example>\n", "")
    assert read(head + text)["maria"].kind is Kind.HUMAN


@pytest.mark.parametrize(("language", "text"), CLOSES)
def test_closers(language: str, text: str, read: Read) -> None:
    message = read(HEAD + text)["maria"]
    assert (message.kind, message.asks, message.closes) == (Kind.HUMAN, False, True)


@pytest.mark.parametrize(("language", "text"), NEITHER)
def test_what_neither_asks_nor_closes(language: str, text: str, read: Read) -> None:
    message = read(HEAD + text)["maria"]
    assert (message.kind, message.asks, message.closes) == (Kind.HUMAN, False, False)


@pytest.mark.parametrize(("language", "text"), VACATIONS)
def test_vacation_letters_without_a_mark(language: str, text: str, read: Read) -> None:
    assert read(HEAD + text)["maria"].kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(("language", "text"), HOLIDAYS)
def test_who_brings_work_is_a_person(language: str, text: str, read: Read) -> None:
    assert read(HEAD + text)["maria"].kind is Kind.HUMAN


def test_who_announces_days_off_and_brings_work_is_a_person(read: Read) -> None:
    head = HEAD.replace("Re: Logo", "年末年始休業のお知らせ").replace("In-Reply-To: <q@acme.example>\n", "")
    away = "年末年始は休業とさせていただきます。"
    assert read(head + away)["maria"].kind is Kind.AUTO_REPLY
    assert read(f"{head}{away}今月の原稿は25日に納品します。")["maria"].kind is Kind.HUMAN


@pytest.mark.parametrize(
    "below", ["Мария", "С уважением, Мария", "З повагою, Марія", "Μαρία", "マリア", "玛丽亚", "ماريا", "מריה"]
)
def test_thanks_signed_in_letters_that_the_headers_do_not_use_close(below: str, read: Read) -> None:
    assert read(f"{HEAD}Super!\n\n{below}\n")["maria"].closes


@pytest.mark.parametrize(
    "below",
    [
        "Макет готов",
        "макет",
        "Готово?",
        "3 файла",
        "文件已经上传到文件夹了",
        "Прислать ещё файлы",
        "Wednesday",
    ],
)
def test_what_is_no_name_says_something(below: str, read: Read) -> None:
    assert not read(f"{HEAD}Super!\n\n{below}\n")["maria"].closes


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Zgłoszenie #771] Logo", "Twoje zgłoszenie zostało przyjęte i otrzymało numer 771."),
        ("Заявка №4411", "Ваша заявка принята, ей присвоен номер 4411."),
        ("[Ärende 5521] Logo", "Vi har tagit emot ditt ärende och återkommer så snart vi kan."),
        ("[Požadavek #771] Logo", "Váš požadavek byl zaregistrován pod číslem 771."),
        ("[工单 #771] Logo", "您的工单已受理。"),
        ("[#771] Logo", "문의가 등록되었습니다."),
        ("既読: Logo", "次のメッセージ\n\n宛先: Maria\n\nは開封されました。"),
        ("읽음: Logo", "보낸 메시지가\n2026년 11월 9일에 읽음."),
        ("Rappel : Logo", "Maria Santos souhaite rappeler le message « Logo »."),
        (
            "Logo",
            "Ihre Nachricht wird erst zugestellt, wenn Sie bestätigen, dass Sie kein Spammer sind: https://x.example",
        ),
    ],
)
def test_receipts_recalls_and_challenges(subject: str, text: str, read: Read) -> None:
    head = HEAD.replace("Re: Logo", subject).replace("In-Reply-To: <q@acme.example>\n", "")
    assert read(head + text)["maria"].kind is Kind.AUTO_REPLY
