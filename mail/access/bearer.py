"""The two ways in which mail servers take a token: OAUTHBEARER (RFC 7628) and Google's and Microsoft's XOAUTH2."""

from collections.abc import Callable

Tokens = Callable[[str], str]  # the token that was refused, "" at first, to one that is good


def sasl(mechanism: str, login: str, token: str) -> Callable[..., str]:
    """Answers to a server's challenges: first the token; to the error report that follows a refusal, nothing."""
    first = True

    def respond(challenge: bytes | None = None) -> str:
        nonlocal first
        if not first:
            return "\x01" if mechanism == "OAUTHBEARER" else ""
        first = False
        if mechanism == "XOAUTH2":
            return f"user={login}\x01auth=Bearer {token}\x01\x01"
        name = login.replace("=", "=3D").replace(",", "=2C")
        return f"n,a={name},\x01auth=Bearer {token}\x01\x01"

    return respond


def mechanism_of(offered: str) -> str:
    """Which of the two a server offers; "" for neither."""
    names = offered.upper().split()
    return next((name for name in ("OAUTHBEARER", "XOAUTH2") if name in names), "")
