"""Where servers are found: the table, DNS, autoconfig; and what is not believed."""

from typing import NamedTuple

import pytest

from commands.setup.finding import find, guess, understood
from commands.setup.providers import _TABLE, GOOGLE, MICROSOFT
from rules.format.servers import url


class Srv(NamedTuple):
    priority: int
    weight: int
    port: int
    target: str


class Mx(NamedTuple):
    preference: int
    exchange: str


def nothing(name: str, kind: str = "") -> list:
    return []


def nowhere(address: str) -> bytes:
    raise OSError(address)


AUTOCONFIG = b"""<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="acme.example">
<incomingServer type="pop3"><hostname>pop.acme.example</hostname><port>995</port><socketType>SSL</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>plain.acme.example</hostname><port>143</port><socketType>plain</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>mx.acme.example</hostname><port>993</port><socketType>SSL</socketType>
</incomingServer>
<outgoingServer type="smtp"><hostname>mx.acme.example</hostname><port>2587</port><socketType>STARTTLS</socketType>
</outgoingServer></emailProvider></clientConfig>"""


def test_the_big_ones_are_known_without_a_network() -> None:
    found = find("gmail.com", nothing, nowhere)
    assert found is not None
    assert (found.imap, found.smtp) == (GOOGLE.imap, GOOGLE.smtp)
    assert "app password" in found.note


@pytest.mark.parametrize("servers", _TABLE.values(), ids=_TABLE)
def test_every_line_of_the_table_is_a_server(servers) -> None:
    assert url("imap")(servers.imap)
    assert url("smtp")(servers.smtp)


def test_service_records_come_first() -> None:
    records = {
        "_imaps._tcp.acme.example": [Srv(20, 0, 993, "b.acme.example."), Srv(10, 5, 9993, "a.acme.example.")],
        "_submissions._tcp.acme.example": [Srv(0, 0, 0, ".")],  # RFC 2782: there is none
        "_submission._tcp.acme.example": [Srv(0, 0, 587, "out.acme.example.")],
    }
    found = find("acme.example", lambda name, kind: records.get(name, []), nowhere)
    assert found is not None
    assert (found.imap, found.smtp) == ("imaps://a.acme.example:9993", "smtp+starttls://out.acme.example")


@pytest.mark.parametrize(
    ("exchange", "servers"),
    [
        ("ASPMX.L.GOOGLE.com.", GOOGLE),
        ("acme-example.mail.protection.outlook.com.", MICROSOFT),
        ("notgoogle.com.", None),
    ],
)
def test_the_mail_exchanger_tells_who_hosts_a_domain(exchange: str, servers) -> None:
    found = find("acme.example", lambda name, kind: [Mx(10, exchange)] if kind == "MX" else [], nowhere)
    assert (found.imap if found else None) == (servers.imap if servers else None)


def test_autoconfig_is_read_and_only_what_is_encrypted() -> None:
    asked = []

    def get(address: str) -> bytes:
        asked.append(address)
        if "autoconfig.acme.example" in address:
            raise OSError
        return AUTOCONFIG

    found = find("acme.example", nothing, get)
    assert found is not None
    assert (found.imap, found.smtp) == ("imaps://mx.acme.example", "smtp+starttls://mx.acme.example:2587")
    assert all(address.startswith("https://") for address in asked)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html><body>not found",
        b"",
        b"<clientConfig/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + AUTOCONFIG[21:],
        AUTOCONFIG.replace(b"SSL", b"plain"),
    ],
)
def test_what_makes_no_sense_is_passed_over(answer: bytes) -> None:
    assert find("acme.example", nothing, lambda address: answer) is None


def test_entities_are_refused() -> None:
    assert understood(AUTOCONFIG) is not None
    assert (
        understood(AUTOCONFIG.replace(b"<clientConfig", b'<!DOCTYPE x [<!ENTITY a "b">]><clientConfig'))
        is None
    )


def test_where_nobody_knows_the_usual_names_are_proposed() -> None:
    assert find("acme.example", nothing, nowhere) is None
    assert guess("acme.example").imap == "imaps://imap.acme.example"
