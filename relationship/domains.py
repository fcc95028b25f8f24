"""Domains: the one spelling of an address that goes over the wire, and the names of this machine itself."""

import ipaddress

# Older and newer programs make two domains of each (UTS 46, deviation characters).
_BOTH_WAYS = "ßς\u200c\u200d"


def on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (IDNA): "jo@bücher.example" is jo@xn--bcher-kva.example; "" of none.

    The part before the @ stays as it is.
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    if any(letter in domain for letter in _BOTH_WAYS):
        return ""
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its name alone: nothing is looked up that could lie."""
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
