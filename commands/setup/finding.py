"""Finding a domain's servers: the built-in table, DNS (RFC 6186, RFC 8314), autoconfig as mail programs do it.

Nothing but the domain leaves the house, and every way may fail: the answer is then None, and the owner is asked. Where
DNS does not answer at all there is no network, and nothing else is tried.
"""

import importlib
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from commands.setup.providers import Servers, by_domain, by_exchanger

PATIENCE = 5.0  # seconds for each question
LARGEST = 100_000  # bytes of an autoconfig answer

# (name, "MX" or "SRV") to records as dnspython has them; OSError where nobody answers
Lookup = Callable[[str, str], list[Any]]
Get = Callable[[str], bytes]

_AUTOCONFIG = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    "https://autoconfig.thunderbird.net/v1.1/{domain}",
)


def find(domain: str, lookup: Lookup | None = None, get: Get | None = None) -> Servers | None:
    """The servers of a domain, with where they were found; None where nobody knows them."""
    lookup, get = lookup or dns, get or web
    known = by_domain(domain)
    if known:
        return replace(known, source="the built-in table")
    try:
        return _by_srv(domain, lookup) or _by_mx(domain, lookup) or _by_autoconfig(domain, get)
    except OSError:
        return None


def guess(domain: str) -> Servers:
    """What servers are usually called."""
    return Servers(f"imaps://imap.{domain}", f"smtp+starttls://smtp.{domain}", source="the usual names")


def dns(name: str, kind: str) -> list[Any]:
    """Records of a name, none where there are none, or no dnspython; OSError where no server answers."""
    try:
        resolver = importlib.import_module("dns.resolver")
    except ImportError:
        return []
    try:
        return list(resolver.resolve(name, kind, lifetime=PATIENCE))
    except (resolver.NXDOMAIN, resolver.NoAnswer, resolver.NoNameservers):
        return []
    except Exception as error:  # the library has twenty sorts of failure
        raise OSError(f"DNS does not tell of {name}: {error}") from None


def web(url: str) -> bytes:
    """What lies at an address; OSError where nothing does, or not in time."""
    end = time.monotonic() + PATIENCE
    request = urllib.request.Request(url, headers={"User-Agent": "keepwarm"})  # noqa: S310 - https, above
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - https, above
        if urlsplit(answer.url).scheme != urlsplit(url).scheme:
            raise OSError("led away to where anybody on the way could answer")
        found = b""
        while len(found) < LARGEST and (piece := answer.read1(LARGEST)):
            found += piece
            if time.monotonic() > end:
                raise TimeoutError("too slow")
        return found


def _by_srv(domain: str, lookup: Lookup) -> Servers | None:
    imap = _first(domain, lookup, (("_imaps", "imaps", 993), ("_imap", "imap+starttls", 143)))
    if not imap:
        return None
    smtp = _first(domain, lookup, (("_submissions", "smtps", 465), ("_submission", "smtp+starttls", 587)))
    return Servers(imap, smtp, source="DNS") if smtp else None


def _first(domain: str, lookup: Lookup, services: tuple[tuple[str, str, int], ...]) -> str:
    for service, scheme, usual in services:
        records = sorted(lookup(f"{service}._tcp.{domain}", "SRV"), key=lambda r: (r.priority, -r.weight))
        for record in records:
            host = str(record.target).rstrip(".")
            if host:  # "." says that there is no such service (RFC 2782)
                return f"{scheme}://{host}" + (f":{record.port}" if record.port != usual else "")
    return ""


def _by_mx(domain: str, lookup: Lookup) -> Servers | None:
    for record in sorted(lookup(domain, "MX"), key=lambda r: r.preference):
        found = by_exchanger(str(record.exchange))
        if found:
            return replace(found, source=f"its mail exchanger {str(record.exchange).rstrip('.')}")
    return None


def _by_autoconfig(domain: str, get: Get) -> Servers | None:
    for form in _AUTOCONFIG:
        try:
            found = understood(get(form.format(domain=domain)))
        except (OSError, ValueError, ElementTree.ParseError):
            continue
        if found:
            return found
    return None


def understood(xml: bytes) -> Servers | None:
    """The servers in an autoconfig answer, None where it names no pair that is encrypted."""
    if b"<!ENTITY" in xml:  # no honest answer has one
        return None
    tree = ElementTree.fromstring(xml)  # noqa: S314 - entities are refused above, the size is capped
    imap = next(_urls(tree, "incomingServer", "imap"), "")
    smtp = next(_urls(tree, "outgoingServer", "smtp"), "")
    return Servers(imap, smtp, source="autoconfig") if imap and smtp else None


def _urls(tree: ElementTree.Element, tag: str, protocol: str) -> Iterator[str]:
    usual = {"imaps": "993", "imap+starttls": "143", "smtps": "465", "smtp+starttls": "587"}
    for server in tree.iter(tag):
        security = (server.findtext("socketType") or "").strip().upper()
        scheme = {"SSL": f"{protocol}s", "STARTTLS": f"{protocol}+starttls"}.get(security)
        host, port = (server.findtext(name, "").strip() for name in ("hostname", "port"))
        if server.get("type") == protocol and scheme and host:
            yield f"{scheme}://{host}" + (f":{port}" if port and port != usual[scheme] else "")
