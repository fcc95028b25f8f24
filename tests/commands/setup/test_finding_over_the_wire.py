"""The look-ups of `init` against a DNS server and a web server on loopback: found, refused, silent and slow."""

import http.server
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from commands.setup import finding
from commands.setup.finding import find, web
from commands.setup.providers import GOOGLE

SRV = {
    "_imaps._tcp.acme.example. SRV": ["10 0 993 mail.acme.example.", "5 0 9993 first.acme.example."],
    "_submissions._tcp.acme.example. SRV": ["0 0 0 ."],
    "_submission._tcp.acme.example. SRV": ["0 0 587 out.acme.example."],
    "hosted.example. MX": ["10 aspmx.l.google.com."],
}


class Zone(socketserver.ThreadingUDPServer):
    """Answers from a table; names below "broken" are its own trouble, and it may be silent."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.records, self.silent = records, False
        self.asked: list[str] = []


class _Answer(socketserver.BaseRequestHandler):
    server: Zone

    def handle(self) -> None:
        data, sock = self.request
        query = dns.message.from_wire(data)
        [question] = query.question
        name = f"{question.name} {dns.rdatatype.to_text(question.rdtype)}"
        self.server.asked.append(name)
        if self.server.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        found = self.server.records.get(name)
        if found:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *found))
        else:
            answer.set_rcode(dns.rcode.SERVFAIL if "broken" in name else dns.rcode.NXDOMAIN)
        sock.sendto(answer.to_wire(), self.client_address)


class Page(http.server.BaseHTTPRequestHandler):
    """A page, none, one without end, and one that drips."""

    def do_GET(self) -> None:
        self.send_response({"/none": 404, "/away": 302}.get(self.path, 200))
        if self.path == "/away":
            self.send_header("Location", "ftp://127.0.0.1:9/")
        self.end_headers()
        if self.path == "/page":
            self.wfile.write(b"<clientConfig/>")
        try:
            while self.path == "/endless":
                self.wfile.write(bytes(65536))
            while self.path == "/drips":
                self.wfile.write(b".")
                time.sleep(0.05)
        except OSError:
            pass  # they have seen enough

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    monkeypatch.setattr(finding, "PATIENCE", 1.0)
    with Zone(SRV) as server, serving(server):
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield server


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server, serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def nowhere(url: str) -> bytes:
    raise OSError(url)


def test_service_records_of_a_real_dns_server(zone: Zone) -> None:
    found = find("acme.example", get=nowhere)
    assert found is not None
    assert (found.imap, found.smtp, found.source) == (
        "imaps://first.acme.example:9993", "smtp+starttls://out.acme.example", "DNS",
    )  # fmt: skip


def test_the_mail_exchanger_of_a_real_dns_server(zone: Zone) -> None:
    found = find("hosted.example", get=nowhere)
    assert found is not None
    assert (found.imap, found.source) == (GOOGLE.imap, "its mail exchanger aspmx.l.google.com")


@pytest.mark.parametrize("domain", ["unknown.example", "broken.example"])
def test_where_dns_knows_nothing_the_web_is_asked(zone: Zone, domain: str) -> None:
    asked: list[str] = []
    assert find(domain, get=lambda url: asked.append(url) or b"") is None
    assert len(asked) == 3


def test_without_a_network_it_is_given_up_quietly_after_one_question(zone: Zone) -> None:
    zone.silent = True
    asked: list[str] = []
    assert find("acme.example", get=lambda url: asked.append(url) or b"") is None
    assert asked == []
    assert set(zone.asked) == {"_imaps._tcp.acme.example. SRV"}


def test_a_name_that_no_dns_can_have(zone: Zone) -> None:
    assert find(f"{'a' * 64}.example", get=nowhere) is None


def test_a_page_is_read_and_no_page_is_an_error(address: str) -> None:
    assert web(f"{address}/page") == b"<clientConfig/>"
    for path in ("/none", "/away"):
        with pytest.raises(OSError):
            web(address + path)


def test_a_page_without_end_is_cut_and_one_that_drips_is_left(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding.LARGEST <= len(web(f"{address}/endless")) <= 2 * finding.LARGEST
    monkeypatch.setattr(finding, "PATIENCE", 0.5)
    with pytest.raises(OSError, match="slow"):
        web(f"{address}/drips")


def test_nobody_listens(zone: Zone) -> None:
    assert find("unknown.example", get=lambda url: web("http://127.0.0.1:9/")) is None
