"""From raw mail to messages in stories: who, to whom, of what kind, and what it says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mail.raw import RawMail
from mail.reading.concern import may_concern, wants_more
from mail.reading.syntax.parsing import parse
from mail.reading.understanding import understand
from mail.reading.who import author_of, directory
from relationship.facts.messages import Bounce, Kind, Message, Rsvp, Side
from relationship.parties import People
from rules.policy import Words

Read = Callable[..., dict[str, Message]]
MakeRaw = Callable[..., RawMail]
DATED = "Message-ID: <m1@x>\nDate: Mon, 09 Nov 2026 11:57:00 +0000\nSubject: Logo\n"
FROM_MARIA = f"From: Maria <maria@contract.example>\nTo: team@acme.example\n{DATED}"
FROM_DANA = f"From: Dana <dana@acme.example>\nTo: Maria <maria@contract.example>\n{DATED}"


class TestWho:
    @pytest.mark.parametrize(
        "sender",
        [
            "maria@contract.example",
            "Maria Santos <MARIA@Contract.Example>",
            '"Santos, Maria" <maria+jobs@contract.example>',
            "=?utf-8?q?Mar=C3=ADa_Santos=2C_VA?= <maria.s@gmail.example>",
            "maria@contract.example (Maria Santos)",
            '"dana@acme.example" <maria@contract.example>',
            "<maria@contract.example>",
        ],
    )
    def test_the_contractor_by_any_of_their_addresses(self, sender: str, read: Read) -> None:
        found = read(f"From: {sender}\nTo: team@acme.example\n{DATED}\nHi")
        assert set(found) == {"maria"}
        assert found["maria"].side is Side.CONTRACTOR
        assert found["maria"].sender in ("maria@contract.example", "maria.s@gmail.example")

    @pytest.mark.parametrize(
        "sender",
        [
            '"maria@contract.example" <evil@x.example>',
            "maria@contract.example <evil@x.example>",
            "<maria@contract.example> <evil@x.example>",
            "=?utf-8?q?maria=40contract=2Eexample?= <evil@x.example>",
            "evil@x.example (maria@contract.example)",
            "Maria <evil@x.example>",
            "maria@contract.example.evil.example",
            "",
        ],
    )
    def test_a_display_name_is_nobody(self, sender: str, read: Read) -> None:
        assert read(f"From: {sender}\nTo: team@acme.example\n{DATED}\nHi") == {}

    def test_from_counts_and_sender_does_not(self, read: Read) -> None:
        text = (
            f"From: dana@acme.example\nSender: ben@contract.example\nTo: maria@contract.example\n{DATED}\nHi"
        )
        assert read(text)["maria"].sender == "dana@acme.example"
        assert (
            read(f"From: x@x.example\nSender: maria@contract.example\nTo: team@acme.example\n{DATED}\nHi")
            == {}
        )

    def test_of_several_writers_the_sender_says_which(self, read: Read) -> None:
        both = f"From: ben@contract.example, maria@contract.example\nTo: team@acme.example\n{DATED}"
        assert set(read(f"{both}\nHi")) == {"ben"}
        assert set(read(f"Sender: maria@contract.example\n{both}\nHi")) == {"maria"}

    def test_the_team_and_the_mailbox_are_the_owner(self, read: Read) -> None:
        for sender in ("lee@acme.example", "team+jobs@acme.example", "dana.reyes@gmail.example"):
            assert (
                read(f"From: {sender}\nTo: maria@contract.example\n{DATED}\nHi")["maria"].side is Side.OWNER
            )

    def test_a_forward_to_a_third_person_is_no_message_to_the_contractor(self, read: Read) -> None:
        text = (
            "From: dana@acme.example\nTo: printer@x.example\nSubject: Fwd: Logo\n\nFrom: "
            "maria@contract.example\n"
        )
        assert read(text) == {}

    def test_one_message_for_each_contractor_and_cc_is_not_handed_the_ball(self, read: Read) -> None:
        text = (
            f"From: dana@acme.example\nTo: maria@contract.example\nCc: Ben "
            f"<ben@contract.example>\n{DATED}\nCould you?"
        )
        found = read(text)
        assert {key: (m.handed, m.also_asked) for key, m in found.items()} == {
            "maria": (True, ()),
            "ben": (False, ("maria@contract.example",)),
        }

    def test_two_who_are_asked_know_of_each_other(self, read: Read) -> None:
        found = read(
            f"From: dana@acme.example\nTo: maria@contract.example, ben@contract.example\n{DATED}\nWho?"
        )
        assert found["maria"].also_asked == ("ben@contract.example",)
        assert found["ben"].also_asked == ("maria@contract.example",)

    def test_what_one_contractor_asks_another_the_owner_is_not_asked(self, read: Read) -> None:
        head = "From: maria@contract.example\nCc: team@acme.example\n"
        for to, asks in (
            ("Ben <ben@contract.example>", False),
            ("ben@contract.example, dana@acme.example", True),
            ("ben@contract.example, printer@x.example", True),
            ("maria.s@gmail.example", True),
        ):
            assert read(f"{head}To: {to}\n{DATED}\nBen, could you?")["maria"].asks is asks

    def test_mail_in_bcc_is_still_the_contractors(self, read: Read) -> None:
        found = read(f"From: maria@contract.example\nTo: undisclosed-recipients:;\n{DATED}\nHi")
        assert found["maria"].handed

    def test_mail_through_the_mailboxs_own_group_is_human(self, read: Read) -> None:
        listed = f"List-Id: <team.acme.example>\nPrecedence: list\n{FROM_MARIA}\nHere it is."
        assert read(listed)["maria"].kind is Kind.HUMAN
        foreign = f"List-Id: <dev.elsewhere.example>\n{FROM_MARIA}\nHere it is."
        assert read(foreign)["maria"].kind is Kind.LIST

    def test_an_answer_with_a_link_to_unsubscribe_is_human(self, read: Read) -> None:
        answer = f"List-Unsubscribe: <https://crm.example/u>\nIn-Reply-To: <a@acme.example>\n{FROM_MARIA}\nHere it is."
        assert read(answer)["maria"].kind is Kind.HUMAN
        for other in ("List-Id: <x.crm.example>\n", "Precedence: bulk\n", "Auto-Submitted: auto-replied\n"):
            assert read(other + answer)["maria"].kind is not Kind.HUMAN
        assert read(answer.replace("In-Reply-To: <a@acme.example>\n", ""))["maria"].kind is Kind.LIST

    def test_a_group_that_rewrites_from_is_traced_back(self, read: Read) -> None:
        head = (
            "From: \"'Maria' via Team\" <team@acme.example>\nX-Original-From: Maria "
            "<maria@contract.example>\n"
        )
        found = read(f"{head}List-Id: <team.acme.example>\nTo: team@acme.example\n{DATED}\nDone?")
        assert (found["maria"].side, found["maria"].kind) == (Side.CONTRACTOR, Kind.HUMAN)

    @pytest.mark.parametrize(
        "more",
        [
            "Reply-To: team@acme.example\nCc: Ben <ben@contract.example>, Maria Santos <maria@contract.example>\n",
            "Reply-To: team@acme.example\nX-MailFrom: maria@contract.example\n",
        ],
    )
    def test_so_is_one_whose_answers_go_to_the_group(self, more: str, read: Read) -> None:
        head = f"From: Maria Santos via Team <team@acme.example>\n{more}List-Id: Team <team.acme.example>\n"
        found = read(f"{head}To: team@acme.example\n{DATED}\nDone?")
        assert {key: (m.side, m.kind, m.asks) for key, m in found.items()} == {
            "maria": (Side.CONTRACTOR, Kind.HUMAN, True)
        }

    def test_what_a_stranger_says_through_the_group_is_no_word_of_the_owners(self, read: Read) -> None:
        head = (
            "From: \"'A Customer' via Team\" <team@acme.example>\nX-Original-From: A Customer <c@shop.example>\n"
            "List-Id: <team.acme.example>\nTo: team@acme.example, maria@contract.example\n"
        )
        assert read(f"{head}{DATED}\nCould you send it? #settled") == {}
        for owner in ("Dana <dana@acme.example>", "Team <team@acme.example>", ""):
            found = read(f"{head.replace('A Customer <c@shop.example>', owner)}{DATED}\nCould you send it?")
            assert (found["maria"].side, found["maria"].sender) == (Side.OWNER, "team@acme.example")


class TestWhereAnswersGo:
    @pytest.mark.parametrize(
        ("head", "folder", "expected"),
        [
            ("From: dana.reyes@gmail.example\nTo: maria@contract.example\n", "INBOX", False),
            ("From: dana.reyes@gmail.example\nTo: maria@contract.example\n", "Sent", True),
            ("From: team@acme.example\nTo: maria@contract.example\n", "INBOX", True),
            (
                "From: dana@acme.example\nReply-To: team@acme.example\nTo: maria@contract.example\n",
                "INBOX",
                True,
            ),
            ("From: dana@acme.example\nTo: maria@contract.example\nCc: team@acme.example\n", "INBOX", True),
            ("From: dana@acme.example\nTo: maria@contract.example\nCc: lee@acme.example\n", "INBOX", False),
        ],
    )
    def test_the_shared_mailbox_gets_them_or_not(
        self, head: str, folder: str, expected: bool, read: Read
    ) -> None:
        assert read(f"{head}{DATED}\nCould you?", folder=folder)["maria"].reaches_us is expected


class TestTheFacts:
    def test_of_the_headers(self, read: Read) -> None:
        text = f"{FROM_MARIA}References: <a@x>\n <b@x>\nIn-Reply-To: <c@x>\nThread-Index: {'QUJD' * 8}\n\nHi"
        message = read(text)["maria"]
        assert message.message_id == message.key == "m1@x"
        assert message.parents == ("a@x", "b@x", "c@x")
        assert message.hints == ("thread-index:" + "414243" * 7 + "41",)
        assert message.dated == datetime(2026, 11, 9, 11, 57, tzinfo=UTC)
        assert message.at == datetime(2026, 11, 9, 11, 58, tzinfo=UTC)
        assert (message.subject, message.folders, message.sender) == (
            "Logo",
            ("INBOX",),
            "maria@contract.example",
        )

    def test_mail_that_was_moved_has_the_time_of_its_received_line(self, read: Read) -> None:
        received = "Received: from a by b with ESMTP id 1;\n Sun, 01 Nov 2026 08:00:00 -0500 (EST)\n"
        assert read(f"{received}{FROM_MARIA}\nHi")["maria"].at == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)

    def test_mail_without_an_id_gets_a_key_of_its_own(self, read: Read) -> None:
        head = "From: maria@contract.example\nTo: team@acme.example\n"
        one, other = read(f"{head}Subject: a\n\nHi")["maria"], read(f"{head}Subject: b\n\nHi")["maria"]
        assert one.key and other.key and one.key != other.key

    def test_in_reply_to_may_hold_prose(self, read: Read) -> None:
        head = 'In-Reply-To: Message from "Dana" <dana@acme.example> of "Mon, 9 Nov" <real@x>\n'
        assert read(f"{head}{FROM_MARIA}Cc: dana@acme.example\n\nHi")["maria"].parents == ("real@x",)
        assert (
            read(f"In-Reply-To: <dana@x.example>'s message of Monday\n{FROM_MARIA}\nHi")["maria"].parents
            == ()
        )

    def test_bodies_say_nothing_in_mail_of_other_kinds(self, read: Read) -> None:
        message = read(f"Auto-Submitted: auto-generated\n{FROM_MARIA}\nCould you?\n#done\n")["maria"]
        assert (message.kind, message.asks, message.tags) == (Kind.AUTO_REPLY, False, ())


class TestAuthenticity:
    @pytest.mark.parametrize(
        ("results", "trust", "expected"),
        [
            ("Authentication-Results: mx.acme.example; dmarc=fail header.from=x\n", "mx.acme.example", False),
            (
                "Authentication-Results: mx.acme.example 1; spf=pass; DMARC = fail (p=none)\n",
                "mx.acme.example",
                False,
            ),
            ("Authentication-Results: mx.acme.example; dmarc=pass\n", "mx.acme.example", True),
            ("Authentication-Results: mx.acme.example; dmarc=fail\n", "", True),
            ("Authentication-Results: mx.acme.example; dmarc=fail\n", "none", True),
            ("Authentication-Results: other.example; dmarc=fail\n", "mx.acme.example", True),
            ("Authentication-Results: spf=pass; dmarc=fail action=none\n", "topmost", False),
            ("Authentication-Results: spf=pass (dmarc=fail); dmarc=pass\n", "topmost", True),
            ('Authentication-Results: a; spf=pass smtp.mailfrom="; dmarc=fail"\n', "topmost", True),
            (
                "Authentication-Results: a; dmarc=pass\nAuthentication-Results: b; dmarc=fail\n",
                "topmost",
                True,
            ),
            (
                "Authentication-Results: mx.acme.example; dmarc=fail\n"
                "Authentication-Results: mx.acme.example; dmarc=pass\n",
                "mx.acme.example",
                False,
            ),
            ("Authentication-Results: mx.acme.example; dmarc=temperror\n", "mx.acme.example", True),
            *(
                (
                    "Authentication-Results: mx.acme.example; dkim=none\n"
                    "Authentication-Results: mx.acme.example; dmarc=fail\n",
                    trust,
                    False,
                )
                for trust in ("mx.acme.example", "topmost")
            ),
            (
                "Authentication-Results: mx.acme.example; dkim=none\nAuthentication-Results: b; dmarc=fail\n",
                "topmost",
                True,
            ),
            ("", "topmost", True),
            # Senders choose some of it: the address in smtp.mailfrom, and what a comment says of it.
            *(
                (f"Authentication-Results: mx.acme.example; {results}\n", "mx.acme.example", expected)
                for results, expected in (
                    (r'spf=pass smtp.mailfrom="a\""@x.example; dmarc=fail reason="not aligned"', False),
                    (r'spf=softfail (domain of "a@x.example) ; dmarc=fail; dkim=pass header.b="ab"', False),
                    (r"spf=pass (domain of a\(b@x.example) ; dmarc=fail (p=none)", False),
                    ("spf=pass smtp.mailfrom=a(b@x.example; dmarc=fail", False),
                    ('spf=pass smtp.mailfrom=a"b@x.example; dmarc=fail', False),
                    ("dmarc/1 = (policy) fail", False),
                    (r'spf=pass smtp.mailfrom="a\" dmarc=fail"@x.example; dmarc=pass', True),
                    ("arc=pass (i=1 spf=pass (x) dmarc=fail); dmarc=pass", True),
                    ('dmarc=pass reason="was dmarc=fail"', True),
                )
            ),
        ],
    )
    def test_only_our_own_server_is_believed(
        self, results: str, trust: str, expected: bool, read: Read
    ) -> None:
        assert read(f"{results}{FROM_MARIA}\nHi", trust=trust)["maria"].authentic is expected

    @pytest.mark.parametrize(
        ("names", "judged", "expected"),
        [
            (
                "From: eve@evil.example, maria@contract.example\nSender: maria@contract.example\n",
                "evil.example",
                False,
            ),
            ("From: maria@contract.example\nFrom: eve@evil.example\n", "evil.example", False),
            ("From: <eve@evil.example\nFrom: maria@contract.example\n", "evil.example", False),
            ("From: maria@contract.example, eve@evil.example\n", "", False),
            ("From: maria@contract.example, eve@evil.example\n", "contract.example", True),
            ("From: maria@contract.example, jo@contract.example\n", "", True),
            ("From: <eve@evil.example\nSender: maria@contract.example\n", "evil.example", False),
            ("Sender: maria@contract.example\n", "evil.example", False),
            ('From: "eve@evil.example, Maria" <maria@contract.example>\n', "", True),
            ("From: maria@contract.example\nSender: eve@evil.example\n", "contract.example", True),
            # Google's groups write their own address into From, and judge the mail before or after.
            ("From: team@acme.example\nX-Original-From: maria@contract.example\n", "contract.example", True),
            ("From: team@acme.example\nX-Original-From: maria@contract.example\n", "acme.example", True),
        ],
    )
    def test_of_several_writers_the_one_that_was_judged(
        self, names: str, judged: str, expected: bool, read: Read
    ) -> None:
        result = f"dmarc=pass (p=none) header.from={judged}" if judged else "spf=pass"
        text = f"Authentication-Results: mx.acme.example; {result}\n{names}To: dana@acme.example\n\nHi"
        assert read(text, trust="mx.acme.example")["maria"].authentic is expected
        assert read(text, trust="")["maria"].authentic


class TestMachines:
    def test_a_bounce_is_the_failed_contractors(self, read: Read) -> None:
        text = (
            "From: MAILER-DAEMON@mx.example\nTo: team@acme.example\nSubject: Undelivered Mail "
            "Returned to Sender\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nFailed.\n--b\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; "
            "Maria@contract.example\nAction: failed\nStatus: 5.1.1\n--b\nContent-Type: message/rfc822\n\n"
            "Message-ID: <letter@acme.example>\nTo: maria@contract.example\n--b--\n"
        )
        message = read(text)["maria"]
        assert message.kind is Kind.BOUNCE
        assert message.bounce == Bounce("maria@contract.example", "5.1.1", True, "letter@acme.example")
        assert read(text.replace("Maria@contract", "someone@contract")) == {}

    def test_an_absence_is_its_writers(self, read: Read) -> None:
        text = FROM_MARIA.replace("Subject: Logo", "Subject: Automatic reply: Logo")
        message = read(f"{text}\nI am out of the office and will be back on Monday, 16 November.")["maria"]
        assert (message.kind, message.back_on) == (Kind.AUTO_REPLY, date(2026, 11, 16))

    def test_our_own_letter_concerns_its_reader(self, read: Read) -> None:
        head = "From: team@acme.example\nX-Keepwarm-Letter: tok123\nAuto-Submitted: auto-generated\n"
        found = read(f"{head}To: maria@contract.example\n{DATED}\nThank you")
        assert found["maria"].kind is Kind.OWN
        assert "letter:tok123" in found["maria"].hints
        assert read(f"{head}To: dana@acme.example\n{DATED}\nYou owe") == {}

    def test_nobody_else_writes_our_letters(self, read: Read) -> None:
        assert read(f"X-Keepwarm-Letter: tok123\n{FROM_MARIA}\nHi")["maria"].kind is Kind.HUMAN


RSVP = (
    "Content-Type: text/calendar; method={method}; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:{method}\n"
    "BEGIN:VEVENT\nUID:checkin-1@acme\n .example\nSEQUENCE:2\nDTSTAMP:20261109T113000Z\n"
    '{start}ATTENDEE;CN="X; Y: Z";PARTSTAT={answer}:MAILTO:{who}\nEND:VEVENT\nEND:VCALENDAR\n'
)


class TestAnswersToInvitations:
    @pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
    def test_are_read(self, answer: str, read: Read) -> None:
        text = FROM_MARIA + RSVP.format(method="REPLY", answer=answer, who="Maria@contract.example", start="")
        message = read(text)["maria"]
        stamp = datetime(2026, 11, 9, 11, 30, tzinfo=UTC)
        assert message.kind is Kind.RSVP
        assert message.rsvp == Rsvp(
            "checkin-1@acme.example", 2, "maria@contract.example", answer.lower(), stamp
        )

    def test_a_counter_proposal_has_its_start(self, read: Read) -> None:
        start = "DTSTART;TZID=America/New_York:20261112T100000\n"
        text = RSVP.format(method="COUNTER", answer="TENTATIVE", who="maria@contract.example", start=start)
        rsvp = read(FROM_MARIA + text)["maria"].rsvp
        assert rsvp is not None
        assert (rsvp.answer, rsvp.proposed) == ("counter", datetime(2026, 11, 12, 15, 0, tzinfo=UTC))

    def test_from_a_calendars_own_address_they_are_the_attendees(self, read: Read) -> None:
        text = RSVP.format(method="REPLY", answer="ACCEPTED", who="maria@contract.example", start="")
        found = read(f"From: calendar@provider.example\nTo: team@acme.example\n{DATED}{text}")
        assert found["maria"].side is Side.CONTRACTOR

    def test_the_owners_own_answer_finds_its_story_by_uid(
        self, raw: MakeRaw, people: People, now: datetime
    ) -> None:
        text = RSVP.format(method="REPLY", answer="DECLINED", who="dana@acme.example", start="")
        mail = raw(f"From: dana@acme.example\nTo: team@acme.example\n{DATED}{text}")
        assert understand(mail, people, Words(), "", now) == ()
        routes = {"checkin-1@acme.example": "ben"}
        [(key, message)] = understand(mail, people, Words(), "", now, routes=routes)
        assert (key, message.side, message.rsvp and message.rsvp.answer) == ("ben", Side.OWNER, "declined")


class TestWhatItSays:
    def test_asks_tags_and_dates(self, read: Read) -> None:
        message = read(f"{FROM_DANA}\nThe new logo, in blue.\n#due 12 Dec\n#nrn is not meant here")["maria"]
        assert (message.due, message.tags, message.closes, message.asks) == (
            date(2026, 12, 12),
            ("nrn",),
            True,
            False,
        )

    def test_a_due_date_asks(self, read: Read) -> None:
        message = read(f"{FROM_DANA}\nThe new logo, in blue.\nDue: 12 Dec 2026\n")["maria"]
        assert (message.due, message.asks) == (date(2026, 12, 12), True)

    def test_nothing_is_read_from_quotes(self, read: Read) -> None:
        quoted = (
            "\n\nOn Mon, 9 Nov 2026, Dana wrote:\n> Could you?\n> #done\n> Due: 12 Dec\n> unfortunately\n"
        )
        message = read(f"{FROM_MARIA}\nHere it is.{quoted}")["maria"]
        assert (message.asks, message.tags, message.due, message.bad_news) == (False, (), None, False)

    def test_fyi_closes_unless_it_asks(self, read: Read) -> None:
        fyi = FROM_DANA.replace("Subject: Logo", "Subject: FYI: the new logo")
        assert read(f"{fyi}\nThis is what we took.")["maria"].closes
        asking = read(f"{fyi}\nWhat do you think?")["maria"]
        assert (asking.closes, asking.asks) == (False, True)

    def test_names_of_the_two_are_no_news(self, read: Read) -> None:
        assert read(f"{FROM_DANA}\nThanks, Maria!")["maria"].closes
        assert read(f"{FROM_MARIA}\nHi Dana,\n\nthank you so much!\n\nBest regards,\nMaria Santos")[
            "maria"
        ].closes
        assert not read(f"{FROM_DANA}\nThanks, Logo!")["maria"].closes

    def test_the_owners_words_count(self, read: Read) -> None:
        words = Words(
            closers=("daghang salamat",), asks=("how about",), done=("humana",), bad_news=("gubot",)
        )
        assert read(f"{FROM_MARIA}\nDaghang salamat!", words=words)["maria"].closes
        assert read(f"{FROM_MARIA}\nHow about Friday", words=words)["maria"].asks
        assert read(f"{FROM_MARIA}\nHumana!", words=words)["maria"].tags == ("done",)
        assert read(f"{FROM_MARIA}\nGubot kaayo", words=words)["maria"].bad_news

    def test_done_on_a_line_of_its_own_is_the_contractors_fact(self, read: Read) -> None:
        assert read(f"{FROM_MARIA}\nDone!\nFile attached.")["maria"].tags == ("done",)
        assert read(f"{FROM_MARIA}\nDone with the first part.")["maria"].tags == ()
        assert read(f"{FROM_DANA}\nDone!")["maria"].tags == ()

    def test_unsuited_work_is_named(self, read: Read) -> None:
        assert read(f"{FROM_DANA}\nCould you do the Bookkeeping?")["maria"].unsuited == ("bookkeeping",)
        assert read(f"{FROM_MARIA}\nThe bookkeeping?")["maria"].unsuited == ()

    @pytest.mark.parametrize(
        "kind",
        [
            "multipart/encrypted; boundary=b",
            "application/pkcs7-mime",
            "application/octet-stream; name=smime.p7m",
        ],
    )
    def test_sealed_mail_is_unreadable(self, kind: str, read: Read) -> None:
        assert not read(f"{FROM_MARIA}Content-Type: {kind}\n\n--b\nContent-Type: x/y\n\nqwe\n--b--\n")[
            "maria"
        ].readable

    def test_so_is_mail_that_pgp_sealed_in_its_text(self, read: Read) -> None:
        assert not read(f"{FROM_MARIA}\n-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n")[
            "maria"
        ].readable

        greeted = "Hi Dana,\n\n-----BEGIN PGP MESSAGE-----\nComment: why?\n\nhQ\n-----END PGP MESSAGE-----\n"
        assert not read(f"{FROM_MARIA}\n{greeted}")["maria"].readable

    def test_so_is_a_sealed_mail_that_a_server_took_apart(self, read: Read) -> None:
        parts = "--b\n\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n"
        sealed = read(f"{FROM_MARIA}Content-Type: multipart/mixed; boundary=b\n\n{parts}")["maria"]
        assert not sealed.readable

    def test_so_is_a_protected_message_that_only_says_where_it_can_be_read(self, read: Read) -> None:
        parts = "--b\n\nMaria sent you a protected message. Could you sign in?\n--b\nContent-Type: "
        parts += "application/x-microsoft-rpmsg-message; name=message.rpmsg\n\nx\n--b--\n"
        sealed = read(f"{FROM_MARIA}Content-Type: multipart/mixed; boundary=b\n\n{parts}")["maria"]
        assert (sealed.readable, sealed.asks) == (False, False)

    @pytest.mark.parametrize(
        "body",
        [
            "\n👍\n\nMaría ha reaccionado\n<https://x.example/?utm_campaign=emojireactionemail>\n\n> Could you?\n",
            'Content-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"👍","version":1}\n',
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n👍 by Maria\n--b\n"
            'Content-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"👍","version":1}\n--b--\n',
        ],
    )
    def test_gmails_reactions_close_as_a_lone_emoji_does(self, body: str, read: Read) -> None:
        reaction = read(FROM_MARIA + body)["maria"]
        assert (reaction.closes, reaction.asks) == (True, False)

    def test_html_alone_is_read_without_its_quote(self, read: Read) -> None:
        body = (
            "<p>Could you?</p><p>#nrn</p><div class=gmail_quote>On x "
            "wrote:<blockquote>#done</blockquote></div>"
        )
        message = read(f"{FROM_MARIA}Content-Type: text/html\n\n{body}")["maria"]
        assert (message.tags, message.readable) == (("nrn",), True)


class TestWhatMoreIsWanted:
    LONG = "A line of the brief that goes on.\n" * 60

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f"{FROM_MARIA}\n{LONG}", True),
            (f"{FROM_MARIA}\nHere.\n\nOn Mon, 9 Nov 2026, Dana wrote:\n> {LONG}", False),
            (f"{FROM_MARIA}\nHere.\n-- \nMaria\n{LONG}", False),
            (f"{FROM_MARIA}Content-Type: text/html\n\n<p>{LONG}", True),
            (f"{FROM_MARIA}Content-Transfer-Encoding: base64\n\n{'QUJD' * 400}", True),
            (
                (
                    f"{FROM_MARIA}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nHere.\n"
                    f"--b\nContent-Type: text/html\n\n<p>"
                ),
                False,
            ),
            (
                (
                    f"{FROM_MARIA}Content-Type: multipart/alternative; boundary=b\n\n--b\n"
                    f"Content-Type: text/calendar\n\nBEGIN"
                ),
                True,
            ),
            (f"{FROM_MARIA}Content-Type: multipart/report; boundary=b\n\n--b\n\nHere.\n--b\n", True),
            (
                (
                    f"{FROM_MARIA}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
                    f"image/png\n\nAAAA"
                ),
                True,
            ),
        ],
    )
    def test_it_depends_on_where_the_fresh_text_ends(self, text: str, expected: bool, raw: MakeRaw) -> None:
        assert wants_more(raw(text, complete=False)) is expected
        assert not wants_more(raw(text))

    def test_strangers_mail_is_not_fetched_whole(self, raw: MakeRaw, people: People) -> None:
        stranger = FROM_MARIA.replace("maria@contract.example", "x@x.example")
        assert wants_more(raw(f"{FROM_MARIA}\n{self.LONG}", complete=False), people)
        assert not wants_more(raw(f"{stranger}\n{self.LONG}", complete=False), people)


def test_what_concerns_nobody_is_told_by_its_headers(raw: MakeRaw, people: People) -> None:
    def concerns(one: RawMail, people: People) -> bool:
        mail, known = parse(one), directory(people)
        return may_concern(mail, author_of(mail, known), known)

    assert concerns(raw(f"{FROM_MARIA}\nHi"), people)
    assert concerns(raw(f"{FROM_DANA}\nHi"), people)
    assert concerns(raw("From: MAILER-DAEMON@x.example\nSubject: x\n\nx"), people)
    assert not concerns(raw("From: x@x.example\nTo: team@acme.example\nSubject: x\n\nx"), people)
    assert not concerns(raw("From: dana@acme.example\nTo: x@x.example\nSubject: x\n\nx"), people)


def test_a_mail_with_a_future_date_came_when_it_was_seen(raw: MakeRaw, people: People, now: datetime) -> None:
    mail = replace(raw(f"{FROM_MARIA}\nHi"), internal_date=datetime(2030, 1, 1, tzinfo=UTC))
    [(_, message)] = understand(mail, people, Words(), "", now)
    assert message.at <= now


class TestSignaturesOfOffices:
    @pytest.mark.parametrize(
        "below",
        [
            "\nMaria Santos\nVirtual Assistant | Contract Ltd\nM: +63 900 111\nwww.contract.example<http://x.example>",
            "Maria Santos\nDesigner",
            "Maria Santos (she/her)\nDesigner",
            "Best,\nMaria\n\n-- \nMaria Santos",
            "\n*Maria Santos*\nContract Ltd\nWhat can I do for you? https://x.example",
        ],
    )
    def test_thanks_above_a_name_and_what_is_on_a_card_closes(self, below: str, read: Read) -> None:
        message = read(f"{FROM_MARIA}\nThanks Dana!\n{below}\n")["maria"]
        assert (message.closes, message.asks) == (True, False)

    @pytest.mark.parametrize(
        "below",
        [
            "\nMaria\n\nP.S. the invoice is attached, 500 EUR.",
            "\nMaria\n\nCan you pay it?",
            "\nDana,\nthe blue one",
            "Please use the blue one and send it by Friday.\nMaria",
        ],
    )
    def test_what_says_more_below_thanks_does_not(self, below: str, read: Read) -> None:
        assert not read(f"{FROM_MARIA}\nThanks!\n{below}\n")["maria"].closes

    @pytest.mark.parametrize(
        "card",
        [
            "Maria Santos\nVirtual Assistant | Contract Ltd\nhttps://cal.example/maria\n"
            "Need help? Call us at +63 917 555 0101",
            "Maria Santos\nContract Ltd\n1200 Main St, Suite 4\n"
            "Questions? Reply to this email or visit our help center.",
            "Maria Santos\nDesigner\n+63 917 555 0101\nLooking for a fresh look? I've got you covered!",
            "Maria Santos | Video Editor\nT: +63 917 555 0101 | W: contract.example | A: 12 Main Street, Manila\n"
            "Know someone who needs a video? Refer them and get 10% off!",
            "Maria Santos\nTraductora\nmaria@contract.example\n¿Buscas una traductora? ¡Aquí estoy!",
            'Maria Santos\nCopywriter\n"If not now, when?" - Hillel',
            "Maria Santos\nMy working hours may not be yours. Please do not feel obligated to reply out of hours.",
            "Maria Santos, MSc | Bookkeeping | +63 917 555 0101 | www.contract.example | Have you read my blog?",
        ],
    )
    @pytest.mark.parametrize("formula", ["", "Best regards,\n", "Thanks,\n", "Viele Grüße\n", "-- \n"])
    def test_what_a_card_asks_of_everybody_nobody_is_asked(self, card: str, formula: str, read: Read) -> None:
        def message(text: str) -> Message:
            return read(
                f"{FROM_MARIA.replace('Maria <', 'Maria Santos <')}\nHi Dana,\n\n{text}\n\n{formula}{card}\n"
            )["maria"]

        told, asked, thanks = map(message, ["The files are up.", "Could you send the logo?", "Thanks!"])
        assert (told.asks, told.closes) == (False, False)
        assert asked.asks
        assert (thanks.asks, thanks.closes) == (False, True)

    def test_a_row_of_columns_begins_a_card(self, read: Read) -> None:
        card = "Maria Santos | Bookkeeper | Advisor\nLooking for fresh eyes on your numbers? Ask me!\ncal.example/m"
        assert not read(f"{FROM_MARIA}\nThe files are up.\n\nBest regards,\n\n{card}\n")["maria"].asks

    def test_of_a_card_in_html_the_sources_line_ends_are_no_blank_lines(self, read: Read) -> None:
        lines = [
            "The files are up.",
            "<br>",
            "Maria Santos",
            "Brand designer",
            "Why brand? It lasts.",
            "www.m.example",
        ]
        html = "\n".join(f"<div>{line}</div>" for line in lines)
        head = FROM_MARIA.replace("Maria <", "Maria Santos <")
        assert not read(f"{head}Content-Type: text/html\n\n{html}\n")["maria"].asks

    @pytest.mark.parametrize(
        "below",
        [
            "Best regards,\nMaria Santos\n+63 917 555 0101\n\nAlso, did you get my invoice?",
            "Best regards,\nMaria Santos\nDid you get my invoice?",
            "Thanks!\nhttps://docs.example/x\nCan you approve it?",
            "Thanks,\nmy new number is +63 917 555 0101\nwhen can you call?",
            "Maria Santos\n\nBy the way, is Monday a holiday?",
            "Maria Santos\nDesigner\n\nBy the way, is Monday a holiday?",
            "Tasks:\n\nMaria\nfinish the header\nDana\ncould you send the fonts?",
            "Best,\nMaria\nhttps://figma.example/file/abc\nIs this version ok?",
            "Best,\nMaria\n+63 917 555 0101\nCan I call you?",
            "Thanks!\nMy slots are\n30.11.2026 10:00\nWhich one works for you?",
            "Maria Santos\nContract Ltd\nCould you send the logo?",
            "Maria Santos\nContract Ltd\n\nCould you send the logo",
            "Maria Santos\n+63 917 555 0101\nplease send the logo",
            "[image missing, can you resend it?]",
            "[Image 3: please make it bigger]",
            "My working hours may change, is Tuesday ok?",
            "We work flexibly next month.\nCan we move the call?",
            "Typed on my phone, sorry. Can you call me?",
            "Best,\nMaria Santos | +63 917 555 0101\n\nAlso, did you get my invoice?",
            "Best,\nMaria Santos | +63 917 555 0101\nDid you get my invoice?",
            "Maria Santos | +63 917 555 0101\n\nOne more thing. Could you send the logo? It is for the cover.",
        ],
    )
    def test_a_question_below_a_name_that_no_card_asks_is_one(self, below: str, read: Read) -> None:
        head = FROM_MARIA.replace("Maria <", "Maria Santos <")
        assert read(f"{head}\nHi Dana,\n\nThe files are up.\n\n{below}\n")["maria"].asks

    @pytest.mark.parametrize(
        "text", ["Got it!\n\nM.", "Thanks!\n\nMS", "❤️\n\nMaria", "🎉 Maria", "Great, thanks x"]
    )
    def test_initials_and_emoji_with_a_name_say_no_more(self, text: str, read: Read) -> None:
        assert read(f"{FROM_MARIA.replace('Maria <', 'Maria Santos <')}\n{text}\n")["maria"].closes

    @pytest.mark.parametrize(
        "below",
        [
            "[image: Logo.png]",
            "[cid:image001.png@01DA8F3C.6E1B2A50]",
            "[Bild]<https://x.example/a>\n<image001.png>",
            "Gruß, Maria",
            "Groetjes Maria",
            "Un abbraccio\nMaria",
            "İyi çalışmalar,\nMaria",
        ],
    )
    def test_pictures_and_closings_beside_thanks_say_no_more(self, below: str, read: Read) -> None:
        assert read(f"{FROM_MARIA}\nThanks, got it!\n\n{below}\n")["maria"].closes
        assert not read(f"{FROM_MARIA}\nHere it is, got it!\n\n{below}\n")["maria"].closes
        assert read(f"{FROM_MARIA}\nWhich one?\n\n{below}\n")["maria"].asks

    @pytest.mark.parametrize(
        "text",
        [
            "Thanks in advance!",
            "Alvast bedankt!",
            "Thanks! [the blue one]",
            "Thanks! " + "[image]" * 3000 + "x>",  # is told in time
        ],
    )
    def test_thanks_in_advance_and_what_stands_in_brackets_say_more(self, text: str, read: Read) -> None:
        assert not read(f"{FROM_MARIA}\n{text}\n")["maria"].closes

    @pytest.mark.parametrize(
        "text",
        [
            "Maria Santos reacted to your message:",
            "Maria Santos hat auf Ihre Nachricht reagiert:",
            "Maria Santos a réagi à votre message :",
            "Maria Santos reaccionó a tu mensaje:",
            "Maria Santos reagiu à sua mensagem:",
            "Maria Santos ha reagito al messaggio:",
            "Maria Santos heeft gereageerd op uw bericht:",
        ],
    )
    def test_a_reaction_of_outlooks_says_no_more(self, text: str, read: Read) -> None:
        rest = (
            "________________________________\nFrom: Dana\nSent: Monday\nTo: Maria\nSubject: Logo\n\nCan you?"
        )
        assert read(f"{FROM_MARIA}\n{text}\n{rest}\n")["maria"].closes
        assert not read(f"{FROM_MARIA}\nThe client {text[13:]} blue.\n")["maria"].closes

    @pytest.mark.parametrize("text", ["Maria", "M.", "B", "🎉 blue", "Thanks, b"])
    def test_but_a_letter_and_a_name_alone_are_an_answer(self, text: str, read: Read) -> None:
        assert not read(f"{FROM_MARIA}\n{text}\n")["maria"].closes

    def test_a_request_below_a_card_keeps_thanks_above_it_from_closing(self, read: Read) -> None:
        head = FROM_MARIA.replace("Maria <", "Maria Santos <")
        message = read(
            f"{head}\nGot it!\n\nMaria Santos | Designer\n+63 917 555 0101\nplease send the logo\n"
        )["maria"]
        assert message.asks
        assert not message.closes

    def test_a_request_below_thanks_asks(self, read: Read) -> None:
        text = "Thanks!\nPlease use the blue one and send it by Friday.\nMaria"
        assert read(f"{FROM_MARIA}\n{text}\n")["maria"].asks
        text = "Here it is.\n\nThanks,\nMaria\n\nP.S. please also send the fonts by Friday."
        assert read(f"{FROM_MARIA}\n{text}\n")["maria"].asks

    @pytest.mark.parametrize(
        "text", ["Thanks, Lee!", "Thank you, Mr. Wong!", "Ok, thanks Lee\n\nMaria S. Cruz\nDesigner"]
    )
    def test_names_in_the_headers_are_names(self, text: str, read: Read) -> None:
        head = FROM_MARIA.replace("Maria <", '"Cruz, Maria S." <').replace("team@", "Lee Wong <lee@", 1)
        head = head.replace("lee@acme.example", "lee@acme.example>")
        assert read(f"{head}\n{text}\n")["maria"].closes
        assert not read(f"{head}\nThanks, blue!\n")["maria"].closes


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Could you call me? (EOM)", "", True),
        ("Could you call me? #idea", "", True),
        ("Re: Could you call me?", "", False),
        ("Fwd: Could you call me?", "", False),
        ("Could you call me?", "> quoted\n", False),
        ("Here is the logo", "", False),
    ],
)
def test_a_mail_without_text_says_what_its_subject_says(
    subject: str, text: str, expected: bool, read: Read
) -> None:
    head = FROM_MARIA.replace("Subject: Logo", f"Subject: {subject}")
    assert read(f"{head}\n{text}")["maria"].asks is expected
