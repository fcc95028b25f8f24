"""Addresses of mail servers, and the sentences for what is wrong with them."""

import imaplib
import socket
import ssl

import pytest

from mail.imap.connecting import InboxError
from mail.imap.connecting import settings_from_url as imap_settings
from mail.servers import Security, explain, parse_server
from mail.smtp.submission import DeliveryError
from mail.smtp.submission import settings_from_url as smtp_settings
from relationship.domains import is_loopback


@pytest.mark.parametrize(
    ("url", "protocol", "host", "port", "security"),
    [
        ("imaps://imap.acme.example", "imap", "imap.acme.example", 993, Security.TLS),
        ("imaps://imap.acme.example:1993/", "imap", "imap.acme.example", 1993, Security.TLS),
        ("imap+starttls://imap.acme.example", "imap", "imap.acme.example", 143, Security.STARTTLS),
        ("imap://localhost:1143", "imap", "localhost", 1143, Security.PLAIN),
        ("imap://127.0.0.1:1143", "imap", "127.0.0.1", 1143, Security.PLAIN),
        ("imap://[::1]:1143", "imap", "::1", 1143, Security.PLAIN),
        ("smtps://smtp.acme.example", "smtp", "smtp.acme.example", 465, Security.TLS),
        ("smtp+starttls://smtp.acme.example", "smtp", "smtp.acme.example", 587, Security.STARTTLS),
        ("smtp://127.0.0.1", "smtp", "127.0.0.1", 25, Security.PLAIN),
    ],
)
def test_addresses(url: str, protocol: str, host: str, port: int, security: Security) -> None:
    server = parse_server(url, protocol)
    assert (server.host, server.port, server.security) == (host, port, security)


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("imap.acme.example", "imap"),
        ("imaps://", "imap"),
        ("imaps://host:port", "imap"),
        ("imaps://host:99999", "imap"),
        ("imaps://user:secret@host", "imap"),
        ("imaps://host/INBOX", "imap"),
        ("https://host", "imap"),
        ("smtps://host", "imap"),
        ("imaps://host", "smtp"),
        ("", "smtp"),
        ("imaps://[::1", "imap"),
    ],
)
def test_what_is_no_address_is_refused_with_a_hint(url: str, protocol: str) -> None:
    with pytest.raises(ValueError, match=f"{protocol}s://HOST"):
        parse_server(url, protocol)


@pytest.mark.parametrize(
    "host", ["imap.acme.example", "10.0.0.1", "192.168.1.2", "127.0.0.1.acme.example", "::2"]
)
def test_no_password_goes_out_in_plain_text(host: str) -> None:
    assert not is_loopback(host)
    written = f"[{host}]" if ":" in host else host
    with pytest.raises(InboxError, match="plain text"):
        imap_settings(f"imap://{written}", "team@acme.example", "secret")
    with pytest.raises(DeliveryError, match="plain text"):
        smtp_settings(f"smtp://{written}", "team@acme.example", "secret")


def test_settings_do_not_show_the_password() -> None:
    assert "s3cret" not in repr(imap_settings("imaps://host", "team", "s3cret"))
    assert "s3cret" not in repr(smtp_settings("smtps://host", "team", "s3cret"))


def _tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower().replace('_', ' ')}")
    error.reason = reason
    return error


def _certificate(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "certificate is not yet valid"
    return error


@pytest.mark.parametrize(
    "said", ["socket error: unterminated line", "unexpected response", "unexpected tagged response"]
)
def test_what_was_on_the_line_is_not_repeated(said: str) -> None:
    """It may be of a mail, and is in no words of an owner's."""
    error = imaplib.IMAP4.abort(f"command: EXAMINE => {said}: {b'Dear Ana, my salary is'!r}")
    sentence = explain(parse_server("imaps://imap.acme.example", "imap"), error, 7)
    assert sentence.endswith(f"was lost (command: EXAMINE => {said}).")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no host named"),
        (ConnectionRefusedError(111, "Connection refused"), "refuses connections"),
        (TimeoutError("timed out"), "within 7 seconds"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
        (ssl.SSLError(1, "wrong version number"), "imap+starttls://"),
        (EOFError(), "was lost"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "was lost"),
        (_tls("DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), "was lost"),
        (_tls("WRONG_VERSION_NUMBER"), "imap+starttls://"),
        # The server speaks TLS, and the other port would say the same.
        (_tls("TLSV1_ALERT_PROTOCOL_VERSION"), "TLS 1.2 or later"),
        (_tls("SSLV3_ALERT_HANDSHAKE_FAILURE"), "do not agree on TLS"),
        (_tls("UNSUPPORTED_PROTOCOL"), "do not agree on TLS"),
        (_tls("UNSAFE_LEGACY_RENEGOTIATION_DISABLED"), "do not agree on TLS"),
        (_tls("TLSV1_UNRECOGNIZED_NAME"), "does not know that name"),
        (_tls("PACKET_LENGTH_TOO_LONG"), "imap+starttls://"),
        (ConnectionError("the server said goodbye: bye"), "goodbye"),
        (MemoryError(), "must repair it"),
        (_certificate(9), "clock is right"),
    ],
)
def test_one_sentence_for_each_fault(error: BaseException, said: str) -> None:
    sentence = explain(parse_server("imaps://imap.acme.example", "imap"), error, 7)
    assert said in sentence
    assert "imap.acme.example" in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "\n" not in sentence
