"""Which folders are read, by special use and by name."""

import pytest

from mail.imap.folders import ALL, DRAFTS, JUNK, SENT, TRASH, Folder, chosen, readable, sent, with_use


def folder(name: str, *attributes: str, delimiter: str = "/") -> Folder:
    return Folder(name, delimiter, frozenset(attributes))


PLAIN = [folder(name) for name in ("INBOX", "Sent", "Drafts", "Junk", "Trash", "Clients", "Clients/Ben")]
GMAIL = [
    folder("INBOX"),
    folder("[Gmail]", "\\noselect"),
    folder("[Gmail]/All Mail", ALL),
    folder("[Gmail]/Drafts", DRAFTS),
    folder("[Gmail]/Sent Mail", SENT),
    folder("[Gmail]/Spam", JUNK),
    folder("[Gmail]/Starred", "\\flagged"),
    folder("[Gmail]/Trash", TRASH),
    folder("Clients"),
]
GERMAN = [
    folder("INBOX", delimiter="."),
    folder("INBOX.Gesendet", delimiter="."),
    folder("INBOX.Entwürfe", delimiter="."),
    folder("INBOX.Spamverdacht", delimiter="."),
    folder("INBOX.Papierkorb", delimiter="."),
    folder("INBOX.Papierkorb.2025", delimiter="."),
    folder("INBOX.Kunden.Gesendet", delimiter="."),
]


def test_the_folder_with_everything_is_enough() -> None:
    assert chosen(GMAIL, ()) == ("[Gmail]/All Mail",)


def test_else_all_but_trash_drafts_and_junk() -> None:
    assert chosen(PLAIN, ()) == ("INBOX", "Sent", "Clients", "Clients/Ben")


def test_the_inbox_is_read_whatever_is_announced_of_it() -> None:
    """Twisted's example server lists it with each flag that a mail may have, and so as a view of what is starred."""
    odd = [folder("INBOX", "\\seen", "\\flagged", delimiter="."), folder("INBOX.Clients", delimiter=".")]
    assert chosen(odd, ()) == ("INBOX", "INBOX.Clients")


def test_what_lies_in_the_trash_is_left_out_too_and_names_may_be_localized() -> None:
    assert chosen(GERMAN, ()) == ("INBOX", "INBOX.Gesendet", "INBOX.Kunden.Gesendet")
    assert with_use(GERMAN, SENT) == "INBOX.Gesendet"
    assert with_use(GERMAN, DRAFTS) == "INBOX.Entwürfe"


def test_what_the_server_announces_outweighs_names() -> None:
    there = [
        folder("INBOX"),
        folder("Spam"),
        folder("Filtered", JUNK),
        folder("Old Sent", SENT),
        folder("Sent"),
    ]
    assert chosen(there, ()) == ("INBOX", "Spam", "Old Sent", "Sent")
    assert with_use(there, SENT) == "Old Sent"


def test_sent_mail_lies_in_whatever_folder_a_mail_program_has_for_it() -> None:
    there = [
        folder("INBOX"),
        folder("Sent Messages", SENT),
        folder("Sent", SENT),
        folder("Sent Items"),
        folder("Clients/Sent"),
    ]
    assert sent(there) == {"Sent Messages", "Sent", "Sent Items"}


def test_a_folder_that_only_holds_folders_is_not_read() -> None:
    assert "[Gmail]" not in readable(GMAIL)
    assert len(readable(GMAIL)) == len(GMAIL) - 1


def test_as_configured_in_that_order_and_once() -> None:
    assert chosen(PLAIN, ("Sent", "inbox", "Sent")) == ("Sent", "INBOX")


@pytest.mark.parametrize("wanted", ["Nope", "sent", "[Gmail]", "Clients/", ""])
def test_a_missing_folder_is_named_with_those_that_exist(wanted: str) -> None:
    with pytest.raises(ValueError, match="`Clients`") as caught:
        chosen(GMAIL + PLAIN[:1], ("INBOX", wanted))
    assert f"`{wanted}`" in str(caught.value)
    assert "`INBOX`, `" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["gelöschte elemente", "Éléments supprimés", "ごみ箱", "Корзина", "Deleted Items"]
)
def test_trash_in_many_languages(name: str) -> None:
    assert chosen([folder("INBOX"), folder(name)], ()) == ("INBOX",)


def test_a_mailbox_without_any_special_folder() -> None:
    assert with_use([folder("INBOX")], SENT) is None
    assert chosen([folder("INBOX", delimiter="")], ()) == ("INBOX",)
