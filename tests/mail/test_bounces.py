"""Bounces: who failed, for good or for now, and which letter came back."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from mail.raw import RawMail
from mail.reading.classifying.bounces import read_bounces
from mail.reading.classifying.kinds import kind_of
from mail.reading.syntax.files import find_mails
from mail.reading.syntax.parsing import Mail, parse
from mail.reading.to_us import bounce_of_owner
from relationship.facts.messages import Bounce, Kind
from relationship.parties import People

MakeMail = Callable[[str], Mail]
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
HEAD = "From: MAILER-DAEMON@mx.example\nTo: team@acme.example\nSubject: {subject}\n\n"
RETURNED = "\nReceived: from x\nMessage-ID: <letter@acme.example>\nTo: maria@contract.example\n"


def report(groups: str) -> str:
    return (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; "
        "report-type=delivery-status; boundary=b\n\n"
        f"--b\n\nFailed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n"
        f"\n{groups}\n--b\n"
        "Content-Type: text/rfc822-headers\n\nMessage-ID:\n <letter@acme.example>\n--b--\n"
    )


GROUP = (
    "Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
)


@pytest.mark.parametrize(
    ("action", "status", "words", "expected", "permanent"),
    [
        ("failed", "5.1.1", "550 No such user", "5.1.1", True),
        ("failed", "5.0.0", "550 No such user here", "5.1.1", True),
        ("failed", "5.0.0", "552 Mailbox is full", "5.2.2", True),
        ("failed", "5.0.0", "554 Something else", "5.0.0", True),
        ("failed", "4.4.7", "expired", "4.4.7", False),
        ("delayed", "4.4.1", "no answer", "4.4.1", False),
        ("delayed", "5.0.0", "user unknown", "5.0.0", False),
        ("failed", "", "550 5.7.1 spam", "5.7.1", True),
        # A code that ends in 0 leaves open what failed.
        ("failed", "5.2.0", "550 Unknown user maria@contract.example", "5.1.1", True),
        ("failed", "5.3.0", "554 dd This user doesn't have a yahoo.com account", "5.1.1", True),
        ("failed", "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", "5.1.1", True),
        ("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "5.1.1", True),
        ("failed", "5.4.1", "no answer from host", "5.4.1", True),
        (
            "failed",
            "5.7.1",
            "554 5.7.1 Recipient address rejected: user maria@x does not exist",
            "5.1.1",
            True,
        ),
        ("failed", "5.7.1", "550 5.7.1 Client host blocked using a list; user unknown?", "5.7.1", True),
        ("failed", "5.7.1", "550 5.7.1 Unable to relay for maria@contract.example", "5.7.1", True),
        ("failed", "5.0.0", "550 <maria@contract.example> is not a known user", "5.1.1", True),
        ("failed", "5.0.0", "551 <maria@contract.example> is a deactivated mailbox", "5.1.1", True),
        # Who is refused is the sender, and not the recipient.
        ("failed", "5.0.0", "550 Sender address rejected: Domain not found", "5.7.1", True),
        ("failed", "5.1.0", "550 5.1.0 <team@acme.example> sender rejected", "5.7.1", True),
        ("failed", "5.0.0", "550 Sender verify failed: unknown user", "5.7.1", True),
        ("failed", "5.0.0", "554 5.7.1 Recipient address rejected: Access denied", "5.7.1", True),
        ("failed", "5.0.0", "550 Recipient address rejected: Greylisted, try later", "5.7.1", True),
        ("failed", "5.0.0", "550 Recipient address rejected: Policy restrictions", "5.7.1", True),
        ("failed", "5.0.0", "550 Helo command rejected: Host not found", "5.7.1", True),
        ("failed", "5.0.0", "554 Client host blocked using a list; unknown user?", "5.7.1", True),
        ("failed", "5.0.0", "550 mailbox unavailable: user is over quota", "5.2.2", True),
        # The code in the words tells more than the status (Exim's is always 5.0.0), in any language.
        ("failed", "5.0.0", "550 5.1.1 Adresse d au moins un destinataire invalide", "5.1.1", True),
        ("failed", "5.0.0", "554 5.7.1 <maria@contract.example>: Relay access denied", "5.7.1", True),
        ("failed", "5.0.0", "452 4.2.2 Postfach voll, retry timeout exceeded", "5.0.0", True),
        ("failed", "5.0.0", "550 Refused, see section 5.1.1.4", "5.0.0", True),
        ("delayed", "4.0.0", "550 5.1.1 Adresse invalide", "4.0.0", False),
        # Sendmail's own code for each refusal at RCPT, and what was really said.
        ("failed", "5.1.1", "550 5.7.1 Message rejected due to policy", "5.7.1", True),
        ("failed", "5.1.1", "550 5.2.2 Mailbox full", "5.2.2", True),
        ("failed", "5.1.1", "550 5.7.1 user unknown", "5.1.1", True),
        ("failed", "5.1.1", "550 5.4.1 Recipient address rejected: Access denied", "5.1.1", True),
        ("failed", "5.1.1", "550 5.5.0 Requested action not taken: mailbox unavailable", "5.1.1", True),
        ("failed", "5.1.2", "550 5.1.1 Utilisateur inconnu", "5.1.1", True),
        ("failed", "5.0.0", "550 5.4.1 Recipient address rejected: Access denied. [AM0]", "5.1.1", True),
        ("failed", "5.0.0", "550 5.7.1 Blocked by policy; mailbox unavailable", "5.7.1", True),
        # What looks like a code further on is none of the server's: a version, a section.
        ("failed", "5.1.1", "550 User unknown (Mailer 5.6.7)", "5.1.1", True),
        ("failed", "5.1.1", "550-5.1.1 No such mailbox\n 550 5.1.1 See 5.7.1 of our help", "5.1.1", True),
    ],
)
def test_reports_by_the_book(
    action: str, status: str, words: str, expected: str, permanent: bool, mail: MakeMail
) -> None:
    text = report(GROUP.format(address="Maria@contract.example", action=action, status=status, words=words))
    [bounce] = read_bounces(mail(text))
    assert bounce == Bounce("maria@contract.example", expected, permanent, "letter@acme.example")


BARE = "Final-Recipient: rfc822;{address}\nAction: failed\nStatus: {status}\n"


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        # OpenSMTPD
        ("5.0.0", "maria@contract.example: 550 5.1.1 <maria@contract.example>: User unknown", "5.1.1"),
        ("5.3.0", 'maria@contract.example: "550 5.1.1 Boîte inconnue"', "5.1.1"),
        ("5.0.0", "maria@contract.example: 550 5.7.1 Content rejected", "5.7.1"),
        (
            "5.0.0",
            "ben@contract.example: 550 No such user\nmaria@contract.example: 552 Mailbox full",
            "5.2.2",
        ),
        # Exim
        ("5.0.0", "  maria@contract.example\n    Unrouteable address", "5.1.1"),
        (
            "5.0.0",
            "  Maria@Contract.example\n    (generated from m@x.example)\n    Unrouteable address",
            "5.1.1",
        ),
        (
            "5.0.0",
            "  maria@contract.example\n    retry timeout exceeded\n  ben@x.example\n    No such user",
            "5.0.0",
        ),
        # What is said of another address, or of nobody, is not said of this one.
        ("5.0.0", "ben@contract.example: 550 No such user", "5.0.0"),
        ("5.0.0", "maria@contract.example.org: 550 No such user", "5.0.0"),
        ("5.0.0", "No such user", "5.0.0"),
        ("5.7.1", "maria@contract.example: 550 5.1.1 blocked", "5.7.1"),
    ],
)
def test_a_report_that_names_the_cause_for_people_alone(
    status: str, said: str, expected: str, mail: MakeMail
) -> None:
    text = report(BARE.format(address="maria@contract.example", status=status))
    told = f"It could not be delivered to these addresses:\n\n{said}\n\nBelow is a copy:"
    [bounce] = read_bounces(mail(text.replace("Failed.", told)))
    assert (bounce.address, bounce.status, bounce.permanent) == ("maria@contract.example", expected, True)


@pytest.mark.parametrize(
    "address",
    ["utf-8; ben@bücher.example", r"utf-8; ben@b\x{FC}cher.example", "rfc822; ben@xn--bcher-kva.example"],
)
def test_an_address_in_letters_of_its_own(address: str, mail: MakeMail) -> None:
    kind = "message/global-delivery-status"
    fields = f"Final-Recipient: {address}\nAction: failed\nStatus: 5.1.1\n"
    head = "Content-Type: multipart/report; boundary=b\n\n--b\n\nFailed.\n--b\nContent-Type: "
    (bounce,) = read_bounces(mail(f"{head}{kind}\n\nReporting-MTA: dns; mx\n\n{fields}\n--b--\n"))
    assert (bounce.address, bounce.status) == ("ben@xn--bcher-kva.example", "5.1.1")


@pytest.mark.parametrize(
    "said",
    [
        "maria@contract.example: 550 No such user",
        "On Monday Maria wrote:\n\nmaria@contract.example\n  does not exist any more, write to the other one.",
    ],
)
def test_what_was_returned_names_no_cause(said: str, mail: MakeMail) -> None:
    """Some servers return the mail as one more piece of text."""
    text = report(BARE.format(address="maria@contract.example", status="5.0.0"))
    returned = f"--b\nContent-Type: text/plain\n\n{said}\n--b\nContent-Type: text/rfc822-headers"
    [bounce] = read_bounces(mail(text.replace("--b\nContent-Type: text/rfc822-headers", returned)))
    assert (bounce.address, bounce.status, bounce.permanent) == ("maria@contract.example", "5.0.0", True)


def test_each_recipient_is_told_once_and_success_is_no_bounce(mail: MakeMail) -> None:
    groups = [
        ("maria@contract.example", "failed"),
        ("ben@contract.example", "delivered"),
        ("jo@x.example", "delayed"),
    ]
    text = report("\n".join(GROUP.format(address=a, action=b, status="", words="") for a, b in groups))
    assert [b.address for b in read_bounces(mail(text))] == ["maria@contract.example", "jo@x.example"]
    delivered = report(GROUP.format(address="x@x.example", action="delivered", status="2.0.0", words="ok"))
    assert read_bounces(mail(delivered)) == ()


def test_the_address_we_wrote_to_counts_before_the_one_it_became(mail: MakeMail) -> None:
    text = report(
        "Original-Recipient: rfc822;maria@contract.example\nFinal-Recipient: x400; /c=us/maria\n"
        "Action: failed\n"
    )
    assert [bounce.address for bounce in read_bounces(mail(text))] == ["maria@contract.example"]


OLD = {
    "qmail": "Hi. This is the qmail-send program at x.\nI'm afraid I wasn't able to deliver your "
    "message to the "
    "following addresses.\n\n<maria@contract.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    "--- Below this line is a copy of the message.\n",
    "Exim": "This message was created automatically by mail delivery software.\n\nThe following "
    "address failed:\n\n"
    "  maria@contract.example\n    Unrouteable address\n\n------ This is a copy of the message ------\n",
    "sendmail": "The original message was received at Mon\n\n   ----- The following addresses "
    "had permanent fatal "
    "errors -----\n<maria@contract.example>\n    (reason: 550 5.1.1 User unknown)\n\n   ----- "
    "Transcript of session",
    "Exchange": "Your message\n\n  To:      list@elsewhere.example\n  Subject: Logo\n\ndid not "
    "reach the following "
    "recipient(s):\n\nmaria@contract.example on Mon, 9 Nov\n    The recipient name is not "
    "recognized: unknown recipient\n",
    "Yahoo": "Message from  yahoo.com.\nUnable to deliver message to the following address(es).\n\n"
    "<maria@contract.example>:\nThis user doesn't have a yahoo.com account (maria) [0]\n\n--- "
    "Original message follows.\n",
    "Notes": "Your message\n\n  Subject: Logo\n\nwas not delivered to:\n\n  "
    "maria@contract.example\n\nbecause:\n\n"
    "  User maria not listed in Domino Directory\n",
}


@pytest.mark.parametrize("server", OLD)
def test_reports_that_follow_no_standard(server: str, mail: MakeMail) -> None:
    one = mail(HEAD.format(subject="Undelivered mail") + OLD[server] + RETURNED)
    assert kind_of(one).kind is Kind.BOUNCE
    assert read_bounces(one) == (Bounce("maria@contract.example", "5.1.1", True, "letter@acme.example"),)


@pytest.mark.parametrize(
    "text",
    [
        "Warning: message delayed 24 hours.\n\n<maria@contract.example>\n\nYou do not need to resend.\n",
        "Delivery to the following recipients has been delayed.\n\n       maria@contract.example\n",
        "Could not deliver yet:\n<maria@contract.example>: 450 4.2.0 greylisted\n",
        "Message will be retried, still trying:\n\n  maria@contract.example\n",
    ],
)
def test_what_is_late_has_not_failed(text: str, mail: MakeMail) -> None:
    [bounce] = read_bounces(mail(HEAD.format(subject="Delayed mail") + text))
    assert (bounce.address, bounce.permanent) == ("maria@contract.example", False)


@pytest.mark.parametrize(
    "before", ["  ", "", "\t* ", "To: ", "User: ", "Recipient address: ", "rfc822;", "user <"]
)
@pytest.mark.parametrize("local", ["tom", "tony", "tobias", "user1", "recipient", "address.book", "emailer"])
def test_a_name_that_begins_as_a_label_does_is_read_whole(before: str, local: str, mail: MakeMail) -> None:
    text = f"The following address failed:\n\n{before}{local}@contract.example\n    User unknown\n"
    [bounce] = read_bounces(mail(HEAD.format(subject="Undelivered mail") + text))
    assert bounce.address == f"{local}@contract.example"


def test_exims_header_names_the_recipients(mail: MakeMail) -> None:
    one = mail(
        "X-Failed-Recipients: a@x.example, b@x.example\nFrom: MAILER-DAEMON@x\nSubject: x\n\nFailed.\n"
    )
    assert [bounce.address for bounce in read_bounces(one)] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("User mailbox exceeds allowed size: maria@contract.example\n\nOriginal message follows.\n", "5.2.2"),
        (
            'Delivery has failed to these recipients:\n\nServer "192.0.2.1:25" returned an error:\n\n'
            "\t* [maria@contract.example]: 550 maria@contract.example...User is overquota\n\n"
            "Original message details:\n\n\t* From: dana@acme.example\n\t* To: all@contract.example\n",
            "5.2.2",
        ),
    ],
)
def test_a_full_mailbox_is_no_address_that_is_gone(text: str, status: str, mail: MakeMail) -> None:
    [bounce] = read_bounces(mail(HEAD.format(subject="Undeliverable Mail") + text))
    assert (bounce.address, bounce.status) == ("maria@contract.example", status)


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("To: Maria <maria@contract.example>\nSubject: Logo\n\nHi\n", "maria@contract.example"),
        ("To: maria@contract.example, ben@contract.example\n\nHi\n", ""),
        ("To: maria@contract.example\nCc: ben@contract.example\n\nHi\n", ""),
        (
            "To: team@acme.example\nContent-Type: multipart/report; boundary=c\n\n--c\n"
            "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; maria@contract.example\n",
            "maria@contract.example",
        ),
    ],
)
def test_who_failed_may_stand_in_what_came_back_alone(returned: str, expected: str, mail: MakeMail) -> None:
    one = mail(
        "From: MAILER-DAEMON@mx.example\nTo: team@acme.example\nSubject: Mail delivery failed\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nOne of the recipients is not a valid user.\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n--b--\n"
    )
    assert [bounce.address for bounce in read_bounces(one)] == [expected]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            "",
            "-- The following addresses had permanent fatal errors --\njo@inside.example\n"
            "    (expanded from: <maria@contract.example>)\n",
        ),
        (
            "X-Failed-Recipients: jo@inside.example\n",
            "  jo@inside.example\n    (generated from maria@contract.example)\n",
        ),
    ],
)
def test_the_alias_that_we_wrote_to_fails_with_the_address_behind_it(
    header: str, text: str, mail: MakeMail
) -> None:
    one = mail(header + HEAD.format(subject="Undelivered mail") + text)
    assert [bounce.address for bounce in read_bounces(one)] == ["jo@inside.example", "maria@contract.example"]


def test_a_report_that_names_nobody_is_still_a_bounce(mail: MakeMail) -> None:
    assert read_bounces(mail(HEAD.format(subject="failure notice") + "Sorry.")) == (Bounce("", "", True, ""),)


def test_real_bounces_name_their_recipient() -> None:
    if not (CORPUS / "mail.tsv").exists():
        pytest.skip("the corpus of real mail is not here")
    with (CORPUS / "mail.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    named = total = 0
    for row in (row for row in rows if row["kind"] == "bounce"):
        one = parse(next(iter(find_mails(CORPUS / row["file"]))).raw)
        if kind_of(one).kind is Kind.BOUNCE:
            total += 1
            named += any(bounce.address for bounce in read_bounces(one))
    assert named / total >= 0.97


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Entrega retrasada: Logo",
            "Se ha retrasado la entrega a los siguientes destinatarios:\n\nmaria@contract.example\n",
        ),
        (
            "Remise différée : Logo",
            "La remise aux destinataires suivants est différée :\n\nmaria@contract.example\n",
        ),
        ("Delayed: Logo", "Deze e-mail is nog niet bezorgd en is vertraagd:\n\nmaria@contract.example\n"),
    ],
)
def test_a_delay_told_in_other_languages_is_no_failure_for_good(
    subject: str, text: str, mail: MakeMail
) -> None:
    [bounce] = read_bounces(mail(HEAD.format(subject=subject) + text))
    assert (bounce.address, bounce.permanent) == ("maria@contract.example", False)


@pytest.mark.parametrize("name", ["< >", "<\u00e9" + "\u00e9" * 900 + ">"])
def test_a_bounce_of_a_mail_whose_id_is_none_is_a_bounce(name: str, mail: MakeMail) -> None:
    group = GROUP.format(
        address="maria@contract.example", action="failed", status="5.1.1", words="550 No such user"
    )
    text = report(group).replace("<letter@acme.example>", name)
    assert read_bounces(mail(text)) == (Bounce("maria@contract.example", "5.1.1", True, ""),)
    told = f"<maria@contract.example>: 550 5.1.1 no such user\n\nMessage-ID: {name}\n"
    [bounce] = read_bounces(mail(HEAD.format(subject="failure notice") + told))
    assert (bounce.status, bounce.letter) == ("5.1.1", "")


@pytest.mark.parametrize(
    ("address", "action", "status", "returned"),
    [
        ("dana@acme.example", "failed", "5.1.1", True),
        ("dana@acme.example", "delayed", "4.4.1", False),
        ("maria@contract.example", "failed", "5.1.1", False),
    ],
)
def test_mail_to_the_owner_has_come_back_only_for_good(
    address: str, action: str, status: str, returned: bool, raw: Callable[..., RawMail], people: People
) -> None:
    """A server that only tells of a delay would raise a false alarm."""
    group = GROUP.format(address=address, action=action, status=status, words="no")
    assert bool(bounce_of_owner(raw(report(group)), people)) is returned
