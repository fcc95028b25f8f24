"""Reading and sending against a real Dovecot and a real Postfix."""

from datetime import UTC, datetime

from mail.delivery import Outcome, deliver
from mail.delivery import settings_from_url as smtp_settings
from mail.inbox import Inbox, settings_from_url

AT = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
TEAM, MARIA = "team@acme.example", "maria@contract.example"
LETTER = b"X-Keepwarm-Letter: token1\r\nMessage-ID: <one@acme.example>\r\n\r\nHello.\r\n"


def test_a_letter_goes_out_and_its_copy_comes_back(real_mail):
    receipt = deliver(smtp_settings(real_mail.smtp_url), TEAM, (MARIA,), TEAM, LETTER)
    assert (receipt.outcome, receipt.copied) == (Outcome.ACCEPTED, True)
    assert b"Hello." in real_mail.arrived(MARIA, 1)[0].content
    assert b"token1" in real_mail.arrived(TEAM, 1)[0].content


def test_states(real_mail):
    real_mail.deliver_to(TEAM, LETTER, AT)
    with Inbox(settings_from_url(real_mail.imap_url, TEAM, real_mail.password)) as inbox:
        print(inbox.folders(), inbox.every_folder(), inbox.states(inbox.every_folder()))
