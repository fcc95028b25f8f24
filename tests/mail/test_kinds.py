"""Kinds: a mail of our own making for every rule of the table, and people's mail that comes close to each."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mail.reading.classifying.kinds import TABLE, kind_of
from mail.reading.syntax.files import find_mails
from mail.reading.syntax.parsing import Mail, parse
from relationship.facts.messages import Kind

MakeMail = Callable[[str], Mail]
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
PERSON = "From: Jo <jo@x.example>\nTo: team@acme.example\n"
REPORT = (
    "Content-Type: multipart/report; report-type={type}; boundary=b\n\n--b\n\nWords.\n--b\n"
    "Content-Type: message/{part}\n\n{text}\n--b--\n"
)
CALENDAR = (
    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nJo has answered.\n--b\n"
    "Content-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n--b--\n"
)

# By the rule's reason: mails that it, and no rule above it, recognises.
MAILS: dict[str, list[str]] = {
    "one of Keepwarm's own letters": [
        PERSON + "X-Keepwarm-Letter: abc\nAuto-Submitted: auto-generated\nSubject: Thanks\n\nThanks."
    ],
    "a delivery report": [
        "From: postmaster@x.example\n"
        + REPORT.format(
            type="delivery-status", part="delivery-status", text="Final-Recipient: rfc822; a@b.example"
        ),
        "From: Mail Delivery System <>\nSubject: Delivery Status Notification (Failure)\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nText\n--b\nContent-Type: "
        "message/delivery-status\n\n"
        "Action: failed\n--b--\n",
        "From: x@x.example\nContent-Type: message/delivery-status\n\nAction: failed\n",
    ],
    "a provider's notice of a bounce": [
        "From: SES <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\n"
        'X-AMZ-SNS-Message-Id: ad6b\n\n{"notificationType":"Bounce","bounce":{"bouncedRecipients":'
        '[{"emailAddress":"a@b.example"}]}}',
    ],
    "it asks to prove that a person wrote": [
        PERSON + "Subject: Re: Draft\n\nJo here,\n\nI'm protecting myself from receiving junk mail.\n\n"
        "Just this once, click the link below so I can receive your emails.\n",
        PERSON
        + "Subject: Re: x\n\nBonjour,\n\nVotre message a été mis en attente. Merci de vous authentifier ici.",
        PERSON + "Subject: Please confirm\n\nYour message attached below is being held because the address "
        "<dana@acme.example> has not been verified.\n",
    ],
    "X-Failed-Recipients": [PERSON + "X-Failed-Recipients: a@b.example\nSubject: x\n\nx"],
    "a mail server's report": [
        (
            "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\nHi. This is the qmail-send "
            "program at x.example.\n"
        ),
        (
            "From: MAILER-DAEMON (Mail Delivery System)\nSubject: Undelivered Mail Returned to "
            "Sender\n\nThis is it."
        ),
        "From: System Administrator <postmaster@x.example>\nSubject: Unzustellbar: Angebot\n\n"
        "Ihre Nachricht konnte nicht zugestellt werden.\n",
        "From: <E500_SMTP_Mail_Service@x.example>\nSubject: Returned Mail - Error During Delivery\n\nFailed.",
        "Return-Path: <>\nFrom: support@x.example\nSubject: Mail to you\n\n"
        "Your message could not be delivered to the following recipients: a@b.example\n",
        "From: gateway@x.example\nSubject: Mail delivery failed: returning message to sender\n\n"
        "This message was created automatically by mail delivery software.\n",
        "From: MAILER-DAEMON <>\nSubject: **Message you sent blocked by our bulk email filter**\n\nYour message "
        "was blocked by our Spam Firewall.",
        "From: <>\nAuto-Submitted: auto-replied\nIn-Reply-To: <a@b>\n\nYou sent mail to a@b.example. That's "
        "not a valid user here.",
        "From: mailer-daemon\nPrecedence: list\nSubject: There was an error sending your mail\n\nWe had trouble "
        "delivering your message.",
        "From: post_master@x.example\nIn-Reply-To: <a@b>\nSubject: Re:Test\n\nError: Invalid user address\n\n"
        "Error message below:\n550 - Requested action not taken: no such user here",
        "From: no-reply@x.example\nSubject: メールエラー通知\n\n送信できませんでした。\nCould not be delivered to: a@b",
        "From: dev-admin@x.example\nSubject: NOT MEMBER article from <team@acme.example> (dev ML)\n\n"
        "You <team@acme.example> are not member of this mailing list.",
        (
            "From: Mail Router <x@x.example>\nSubject: Non remis : Facture\n\nVotre message n'a pas "
            "pu être remis."
        ),
    ],
    "an answer to an invitation": [
        PERSON + CALENDAR.format(method="REPLY"),
        PERSON + CALENDAR.format(method="REPLY").replace("; method=REPLY", "; name=r.ics"),
        PERSON + CALENDAR.format(method="REPLY").replace("text/calendar; method=REPLY", "application/ics"),
        PERSON + "Auto-Submitted: auto-generated\n" + CALENDAR.format(method="REPLY"),
        PERSON + "Content-Class: urn:content-classes:calendarmessage\nSubject: Accepted: Logo call\n"
        "Content-Type: application/ms-tnef; name=winmail.dat\n\nx",
    ],
    "an invitation or its change": [
        *(PERSON + CALENDAR.format(method=method) for method in ("REQUEST", "CANCEL", "COUNTER", "ADD")),
        PERSON
        + CALENDAR.format(method="REQUEST").replace("text/calendar; method=REQUEST", "application/ics"),
    ],
    "a notice that it was passed on": [
        PERSON + "Subject: Meeting Forward Notification: Jo and Dana\n\nYour meeting was forwarded\n\n"
        "Jo has forwarded your meeting request to additional recipients.",
    ],
    "Auto-Submitted: auto-replied": [
        PERSON + "Auto-Submitted: auto-replied (zimbra; vacation)\nSubject: Re: x\n\nAway.",
        PERSON + 'Auto-submitted: AUTO-REPLIED; owner-email="jo@x.example"\nSubject: x\n\nAway.',
    ],
    "a read receipt": [
        PERSON
        + REPORT.format(
            type="disposition-notification", part="disposition-notification", text="Disposition: x"
        ),
        PERSON  # its boundary is lost
        + "Content-Type: multipart/report; report-type=disposition-notification;\nboundary=b\n\n--b\n\nIt was read.\n",
    ],
    "a read receipt in words": [
        PERSON + f"Subject: {subject}\n\n{text}\n\n    To: Dana\n    Subject: Logo\n\n..."
        for subject, text in (
            ("Read: Logo", "Your message"),
            ("Gelesen: Logo", "Ihre Nachricht"),
            ("Lu : Logo", "Votre message"),
            ("Leído: Logo", "Su mensaje"),
            ("Læst: Logo", "Din meddelelse"),
            ("Luettu: Logo", "Viestisi"),
            ("Přečteno: Logo", "Vaše zpráva"),
            ("Nicht gelesen: Logo", "Ihre Nachricht"),
            (
                "Return Receipt (displayed) - Logo",
                "This is a Return Receipt for the mail that you sent to Jo.",
            ),
        )
    ],
    "an abuse report": [
        "From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.1\nContent-Type: multipart/mixed; "
        "boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: team@acme.example\n\nHi\n--b--\n",
        PERSON + REPORT.format(type="feedback-report", part="feedback-report", text="Version: 1"),
    ],
    "an autoresponder's own header": [
        PERSON + f"{header}\nSubject: x\n\nx"
        for header in (
            "X-Autoreply: yes",
            "X-Autorespond: x",
            "X-Autoresponder: me",
            "X-AutoReply-From: a@b.example",
            "X-Mail-Autoreply: 1",
            "X-Autogenerated: Reply",
            "X-POST-MessageClass: 9; Autoresponder",
            "X-Apple-Action: VACATION",
            "X-FC-MachineGenerated: true",
            "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
            "Delivered-To: Autoresponder",
        )
    ],
    "Exchange's inbox rule answered": [
        PERSON
        + "X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: jo@x.example\nSubject: x\n\nx"
    ],
    "Precedence: auto_reply": [
        PERSON + "Precedence: auto_reply\nSubject: x\n\nx",
        PERSON + "X-Precedence: auto-reply\nSubject: x\n\nx",
    ],
    "an autoresponder's address": [
        "From: auto-reply@x.example\nSubject: x\n\nx",
        "From: autoresponder@x.example\nSubject: x\n\nx",
    ],
    "an automatic answer's subject": [
        PERSON + f"Subject: {subject}\n\nText."
        for subject in (
            "Automatic reply: Logo",
            "Yahoo! Auto Response",
            "AutoReply: Logo",
            "Out of Office AutoReply: Logo",
            "Automatische Antwort: Logo",
            "Abwesenheitsnotiz: Logo",
            "Réponse automatique : Logo",
            "Reponse automatique: Logo",
            "Respuesta automática: Logo",
            "Resposta automática: Logo",
            "Risposta automatica: Logo",
            "Automatisch antwoord: Logo",
            "Автоответ: Logo",
            "Automatyczna odpowiedź: Logo",
            "自動応答: Logo",
            "自动回复: Logo",
            "자동 회신: Logo",
            "[ext] Automatic reply: Logo",
            "[Auto Reply] Logo",
            "[Auto-Reply] Re: Logo",
            "Balasan Automatik: Logo",
            "Аутоматски одговор: Logo",
            "Risposta Non al computer: Logo",
            "[AUTO GENERATED] Logo",
            "Logo 【自動返信】",
            "Auto response from Jo",
            "Out of Office AutoReply Re: Logo",
        )
    ],
    "an out-of-office subject": [
        PERSON + "Subject: Out of Office: Logo\n\nHunting lions until February.",
        PERSON + "Subject: Out of office\n\nText",
        PERSON + "Subject: Vacation\n\nI am on vacation until Monday.",
        PERSON + "Subject: away from my mail\nPrecedence: bulk\n\nYour mail will be read when I am back.",
        PERSON + "Subject: Re:   Logo (Automatic Response)\n\nI am away on vacation until December 20th.",
        PERSON + "Subject: Absent\n\nJe suis absent jusqu'au 12 mai.",
        PERSON + "Subject: Jo Doe/MAIL/ACME is out of the office\n\nI will be out of the office from Monday.",
        PERSON
        + "Subject: AUTO: Jo Doe is out of the office (returning 03/01/2012)\n\nI am out of the office.",
        PERSON + "Subject: AUTO: Doe, Jo is out of the office. (returning 05/01/2010)\n\nBack on 5th Jan.\n\n"
        'Note: This is an automated response to your message "Lunch?" sent on 04/01/2010.',
    ],
    "a mailing list's header": [
        PERSON + "List-Id: <dev.x.example>\nSubject: x\n\nx",
        PERSON + "List-Unsubscribe: <mailto:x@x.example>\nSubject: x\n\nx",
    ],
    "sent in bulk as an answer": [
        PERSON + "Precedence: bulk\nIn-Reply-To: <a@b>\nSubject: Re: x\n\nYour mail will be read.",
        "Return-Path: <>\n"
        + PERSON
        + "Precedence: bulk\nSubject: Thank you for your mail\n\nI will reply soon.",
    ],
    "sent in bulk": [
        PERSON + "Sender: owner-dev@x.example\nPrecedence: bulk\nIn-Reply-To: <a@b>\nSubject: Re: x\n\nx",
        PERSON + "Precedence: bulk\nSubject: x\n\nx",
        PERSON + "Precedence: List\nSubject: x\n\nx",
        PERSON + "X-Precedence: junk\nSubject: x\n\nx",
    ],
    "a newsletter's Feedback-ID": [PERSON + "Feedback-ID: 12:campaign:mailer\nSubject: News\n\nx"],
    "a list manager's address": [
        "From: LISTSERV@x.example\nSubject: x\n\nx",
        "From: dev-request@x.example\nSubject: x\n\nx",
        "From: owner-dev@x.example\nSubject: x\n\nx",
    ],
    "Auto-Submitted": [PERSON + "Auto-Submitted: auto-generated\nSubject: x\n\nx"],
    "a program's header": [
        PERSON + "X-Cron-Env: <SHELL=/bin/sh>\nSubject: x\n\nx",
        PERSON + "X-OTRS-Loop: yes\nSubject: x\n\nx",
        PERSON + "X-Mailer: SuperAutoResponder 2\nSubject: x\n\nx",
    ],
    "from an address that takes no answers": [
        f"From: {sender}\nTo: team@acme.example\nSubject: x\n\nx"
        for sender in (
            '"Jo Doe (via Google Docs)" <drive-shares-dm-noreply@google.com>',
            "Jo Doe via Dropbox <no-reply@dropbox.com>",
            "Shop <donotreply@x.example>",
            "Laden <nicht-antworten@x.example>",
            "Shop <noreply+12@x.example>",
        )
    ],
    "sent by nobody": ["Return-Path: <>\n" + PERSON + "Subject: x\n\nHello."],
    "it says that it was written automatically": [
        PERSON + "Subject: x\n\nThis is an automated response.\n\nWe are closed.",
        PERSON + "Subject: x\n\nDies ist eine automatische Antwort auf Ihre Nachricht.",
        PERSON
        + "Subject: Re: x\n\nHi there,\n\nThis auto-reply is just to let you know that we got your mail.",
        PERSON + 'Subject: Recall: Logo\n\nJo Doe would like to recall the message, "Logo".',
        PERSON
        + "Subject: x\n\n*** This is an automatically generated email, please do not reply ***\nYour order",
    ],
    "a help desk's receipt": [
        PERSON + "Subject: Re: Logo\n\nWe received your message and will reply as soon as possible.\n\n"
        "This is an automatic message.",
        PERSON
        + "Subject: Logo\n\nThanks for contacting us! We've received your request, and a ticket has been created.",
        PERSON
        + "Subject: SUP-123 Logo\n\nReply above this line.\n\nJust confirming that we got your request.",
        PERSON + "Subject: [Desk #7] Logo\n\nHemos recibido su solicitud y se ha creado el ticket #7.",
        PERSON + "Subject: [Ticket#4711] Logo\n\nIhre Anfrage ist bei uns eingegangen und wird bearbeitet.",
    ],
    "a ticket system's receipt": [
        PERSON + "Subject: [Ticket #4711] Logo\n\nYour request has been received and will be answered soon."
    ],
    "a vacation letter from beginning to end": [
        PERSON + "In-Reply-To: <a@b>\nSubject: Re: Logo\n\n" + text
        for text in (
            "Thank you for your email. I am out of the office until Monday, with limited access to email.",
            "Hi,\n\nI am on vacation until Monday and answer on my return. For urgent matters call Joe.\n\n> ok?",
            "Vielen Dank für Ihre Nachricht. Ich bin derzeit nicht im Büro. In dringenden Fällen hilft Ihnen Jan.",
            "Je suis absent du bureau jusqu'au 12 mai. En cas d'urgence, appelez Marie. Je réponds à mon retour.",
            "Gracias por su mensaje. Me encuentro de vacaciones. Para asuntos urgentes puede contactar a Ana.",
            "Obrigado pelo seu e-mail. Estou de férias até 5 de maio, com acesso limitado ao e-mail.",
            "Dziękuję za wiadomość. Jestem na urlopie do 16 listopada. W pilnych sprawach proszę pisać do Anny.",
            "Tack för ditt mejl. Jag har semester till 16 november. Vid brådskande ärenden kontakta Anna.",
            "Thank you for your email. Naka-leave po ako until Nov 16. For urgent concerns, please contact Ana.",
            "Thank you for your email. I am currently on maternity leave. For urgent matters please contact Ana.",
            "Thank you for your email. Jo Doe is no longer with X Ltd. For assistance please contact info@x.example.",
            "Thank you for your email! I check my inbox twice daily and will reply within 24 hours.",
        )
    ],
    "an absence, and nothing else": [
        PERSON
        + "Subject: Re: Logo\nX-Auto-Response-Suppress: All\nIn-Reply-To: <a@b>\n\nI am out of the office.",
        PERSON
        + "Subject: Ārpus biroja atbilde: Logo\nThread-Topic: Logo\n\nI am out of office, back on Monday.",
    ],
}
PEOPLE = [
    "Subject: Re: Logo (Automatic reply)\n\nGood to know, then next week.",
    "Subject: Re: Automatic reply: Logo\n\nWhen are you back?",
    "Subject: Re: Undelivered Mail Returned to Sender\n\nDid you get my mail? It came back:\n> failed",
    (
        "Subject: Fwd: Undeliverable: Logo\n\nThis came back, what now?\n\nYour message did not "
        "reach some recipients."
    ),
    "Subject: Mail could not be delivered\n\nHi Dana, I get this when I write to you: your "
    "message could not be "
    "delivered. Do you know why?",
    "Subject: Out of office next week\n\nI am out of the office next week. Can we move the call?",
    "Subject: Re: Logo\n\nI'm away next week, but here is the file.",
    "Subject: Re: Logo\n\nHi Dana, I'm on vacation until Monday and will look at it when I'm back. Have fun!",
    "Subject: Re: Logo\n\nHi Dana, thanks for your email. I am out of office today, but the logo is attached.",
    "Subject: Leave\n\nI will be on leave from 3 May. During my absence Ana will cover. Is that ok?",
    "Subject: Automatic reply from the form is broken\n\nPlease look at it.",
    "Subject: Re: Logo\n\nWe have received your request and will get back to you within the day. Jo",
    "Subject: Payment\n\nThis is to confirm that we have received your payment of $500.",
    "Subject: [#4711] Logo\n\nHi Dana, I looked at your request, the logo is attached.",
    "Subject: Ticket 4711\n\nWe received your request and I have assigned it to Maria, she asks: which size?",
    "Subject: Re: Logo\n\nHi Dana, I have received your message, thanks! Will start tomorrow.",
    "Subject: Re: Logo\n\nThank you for contacting us about the logo. I can do it for 300 EUR by Friday.",
    "Subject: Re: [Ticket#4711] Logo\n\nThanks, that works. Your request has been received well.",
    "Subject: Holiday\n\nI am on holiday from Monday, here are the last files.",
    "Subject: Re: Logo\n\nThank you for your message, I am on vacation until Monday. I attach the draft, so you can "
    "start. Ana answers in my absence.",
    "Subject: Read: the brief\n\nI have read the brief. Your message was clear.",
    "Subject: Delivered\n\nThe crates are delivered.",
    "Subject: Re: Meeting Forward Notification: Jo and Dana\n\nWhom did you ask along?",
    "Subject: Accepted: your offer\n\nHi Dana, I accept your offer.",
    "Subject: Vacation plans\n\nShall we talk about August?",
    "Subject: Auto-reply settings in the help desk\n\nI have changed them.",
    "Subject: complaint about message from Joe\n\nHe wrote again.",
    "Subject: Ticket by unknown user\n\nThe user unknown to us wrote again, it was rejected.",
    "Subject: x\nX-Auto-Response-Suppress: DR, OOF, AutoReply\n\nHere is the file.",
    "Subject: x\nAuto-Submitted: no\n\nHere is the file.",
    "Subject: Re: [Auto-Reply] Re: Logo\n\nYou were away, so here is the file once more.",
    "Subject: Holiday\n\nI'm on vacation from Monday. The files are in the folder, ask Ben for the rest.",
    "Subject: Away from office\n\nHi Dana, I'm away from the office tomorrow; here is the logo.",
    "Subject: Fraværende: Maria\n\nJeg er fraværende mandag. Her er logoen.",
    "Subject: Férias\n\nOlá, estarei de férias na próxima semana. Mando o logo antes.",
    "Subject: Re: Logo\n\nThanks for your message. Jo is no longer with us, so I did the logo, it is attached.",
    "Subject: Re: Logo\n\nHi Dana, I check my email twice a day, so no worries. The logo is in the folder.",
    "Subject: x\nX-Autoreply: no\n\nHere is the file.",
    "Subject: Re: Logo\nX-Autogenerated: Redirect\n\nHere is the file.",
    "Subject: x\nFeedback-ID: i1:Fastmail\n\nHere is the file.",
    "Subject: x\nFeedback-ID: rr0801:zu0801:rf0801:ZohoMail\n\nHere is the file.",
    "Subject: x\nFeedback-ID: :jo@x.example:x.example:flockmailId\n\nHere is the file.",
    "Subject: x\nFeedback-ID: 682:100:null:purelymail\n\nHere is the file.",
    "Subject: x\nFeedback-ID: esmtpsz:x.example:qybglogicsvrgz:qybglogicsvrgz8a-1\n\nHere is the file.",
    "Subject: x\nFeedback-ID: webmail:x.example:bgforeign:bgforeign11\n\nHere is the file.",
    "Subject: x\nFeedback-ID: s5244416-_:s5244416:a182037:postmark\n\nHere is the file.",
    "Subject: x\nFeedback-ID: mb86144:19e267:587f4d46:mbaby\n\nHere is the file.",
    "Subject: x\nFeedback-ID: m101:x.example\n\nHere is the file.",
    "Subject: x\nFeedback-ID: 510616m:510616apGKSTK:510616svbvckzTFf\n\nHere is the file.",
    "Subject: Re: x\nIn-Reply-To: <a@b>\nFeedback-ID: 1:x:y\n\nHere is the file.",
    "Subject: The build\n\nThis is an automated message that the build server used to send, any idea why?",
    "Subject: [Ticket #4711] Logo\n\nI looked into it and it works again.",
    "Subject: The event\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHere is the event.\n--b\n"
    "Content-Type: text/calendar; name=e.ics\nContent-Disposition: attachment\n\n"
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\n"
    "END:VCALENDAR\n--b--\n",
    "Subject: Re: It came back\nIn-Reply-To: <a@b>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
    "See the report.\n--b\nContent-Type: message/delivery-status\nContent-Disposition: "
    "attachment\n\nAction: failed\n--b--\n",
    "Subject: It came back\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\n"
    "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON\nSubject: failure notice\n\nThis is the "
    "qmail-send program\n--b--\n",
]


def mails_with_reasons() -> list[tuple[str, str]]:
    return [(reason, text) for reason, texts in MAILS.items() for text in texts]


def test_every_rule_has_a_mail() -> None:
    assert set(MAILS) == {rule.reason for rule in TABLE}
    assert all(rule.source for rule in TABLE)


@pytest.mark.parametrize(("reason", "text"), mails_with_reasons())
def test_the_rule_recognises_its_mail(reason: str, text: str, mail: MakeMail) -> None:
    verdict = kind_of(mail(text))
    assert verdict.reason == reason
    assert verdict.kind is next(rule.kind for rule in TABLE if rule.reason == reason)


@pytest.mark.parametrize("text", PEOPLE)
def test_people_who_come_close_are_human(text: str, mail: MakeMail) -> None:
    assert kind_of(mail(PERSON + text)).kind is Kind.HUMAN


def test_precedence_that_a_forwarding_host_added_says_nothing(mail: MakeMail) -> None:
    text = "Subject: Re: x\nIn-Reply-To: <a@b>\n\nHere is the draft."
    hop = "Received: from a.example by b.example; Sat, 5 Jan 2013 17:59:14 -0800\n"
    assert kind_of(mail("Precedence: bulk\n" + hop + PERSON + text)).kind is Kind.HUMAN
    assert kind_of(mail(hop + "Precedence: bulk\n" + PERSON + text)).kind is Kind.AUTO_REPLY


def test_mail_that_an_inbox_rule_of_exchange_passed_on_stays_what_it_was(mail: MakeMail) -> None:
    marks = (
        "Auto-Submitted: auto-generated\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n"
        "X-MS-Exchange-Inbox-Rules-Loop: dana@old.example\nX-Auto-Response-Suppress: DR, OOF, AutoReply\n"
    )
    redirected = f"Resent-From: <Dana@old.example>\n{marks}{PERSON}"
    absence = "X-MS-Exchange-Inbox-Rules-Loop: jo@x.example\n"
    program = "Auto-Submitted: auto-generated\n"
    assert kind_of(mail(f"{redirected}Subject: Re: Logo\n\nHere is the file.")).kind is Kind.HUMAN
    assert kind_of(mail(f"{absence}{redirected}Subject: x\n\nBack soon.")).kind is Kind.AUTO_REPLY
    assert kind_of(mail(f"{program}{redirected}Subject: x\n\nDone.")).kind is Kind.AUTO_REPLY
    assert kind_of(mail(f"{marks}{PERSON}Subject: x\n\nBack soon.")).kind is Kind.AUTO_REPLY
    unnamed = marks.replace("dana@old.example", "")
    assert kind_of(mail(f"{unnamed}{PERSON}Subject: x\n\nBack soon.")).kind is Kind.AUTO_REPLY


def test_people_who_write_through_a_service_are_human(mail: MakeMail) -> None:
    head = "From: Jo Doe <no-reply@x.example>\nTo: team@acme.example\n"
    assert kind_of(mail(f"{head}Subject: Re: Logo\n\nHere is the draft.")).kind is Kind.HUMAN
    assert kind_of(mail(f"{head}In-Reply-To: <a@b>\nSubject: Logo\n\nHere is it.")).kind is Kind.HUMAN
    for sender in ("norman@x.example", "technoreply@x.example", "reply+a1@x.example"):
        assert kind_of(mail(f"From: Jo <{sender}>\nSubject: Logo\n\nHere is it.")).kind is Kind.HUMAN


@pytest.mark.parametrize("sender", ["postmaster@x.example", "Postmaster <admin@x.example>"])
def test_a_postmaster_who_answers_is_a_person(sender: str, mail: MakeMail) -> None:
    text = (
        f"From: {sender}\nSubject: Re: Mail rejected\nIn-Reply-To: <a@b>\n\nYour mail was "
        f"rejected by our filter."
    )
    assert kind_of(mail(text)).kind is Kind.HUMAN


def corpus_rows(name: str) -> list[dict[str, str]]:
    if not (CORPUS / name).exists():
        pytest.skip("the corpus of real mail is not here")
    with (CORPUS / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_real_mail_is_judged_as_labelled() -> None:
    """Every automatic and every human mail as labelled; one "bounce" in the collection is a person's mail."""
    found: Counter[tuple[str, str]] = Counter()
    for row in corpus_rows("mail.tsv"):
        for one in find_mails(CORPUS / row["file"]):
            found[row["kind"], kind_of(parse(one.raw)).kind.value] += 1
    labelled = {
        kind: {k[1]: n for k, n in found.items() if k[0] == kind}
        for kind in ("human", "auto-reply", "invitation")
    }
    assert labelled == {
        "human": {"human": 71},
        "auto-reply": {"auto-reply": 13},
        "invitation": {"invitation": 12},
    }
    assert found["bounce", "bounce"] >= 174
    assert found["bounce", "human"] <= 1


def test_real_list_mail_without_its_list_headers_is_human() -> None:
    listed = ("list-", "precedence", "x-beenthere", "mailing-list", "x-mailing-list", "sender", "errors-to")
    for row in corpus_rows("threads.tsv"):
        for one in find_mails(CORPUS / row["file"]):
            mail = parse(one.raw)
            for name in list(mail.headers.fields):
                if name.decode().startswith(listed):
                    del mail.headers.fields[name]
            assert kind_of(mail).kind is Kind.HUMAN, row["file"]
