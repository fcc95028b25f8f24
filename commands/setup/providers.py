"""The big providers: where their servers are, and what an owner has to know before logging in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Servers:
    """Where mail is read from and letters are handed to; `note` is advice, `source` says how they were found."""

    imap: str
    smtp: str
    note: str = ""
    source: str = ""


_APP = "Make an app password for Keepwarm; your usual password is refused"

GOOGLE = Servers(
    "imaps://imap.gmail.com",
    "smtp+starttls://smtp.gmail.com",
    f"{_APP}. You find it at myaccount.google.com/apppasswords, once two-step login is on.",
)
MICROSOFT = Servers(
    "imaps://outlook.office365.com",
    "smtp+starttls://smtp.office365.com",
    "Microsoft takes no passwords for this any more; choose oauth. docs/oauth.md tells how to prepare it.",
)
_TABLE = {
    "gmail.com googlemail.com": GOOGLE,
    "outlook.com hotmail.com live.com msn.com": MICROSOFT,
    "fastmail.com fastmail.fm": Servers(
        "imaps://imap.fastmail.com",
        "smtps://smtp.fastmail.com",
        f"{_APP}: Settings, Privacy & Security, Manage app passwords; access: Mail.",
    ),
    "yahoo.com ymail.com": Servers("imaps://imap.mail.yahoo.com", "smtps://smtp.mail.yahoo.com", f"{_APP}."),
    "icloud.com me.com mac.com": Servers(
        "imaps://imap.mail.me.com", "smtp+starttls://smtp.mail.me.com", f"{_APP}."
    ),
    "zoho.com zohomail.com": Servers("imaps://imap.zoho.com", "smtps://smtp.zoho.com", f"{_APP}."),
    "zoho.eu": Servers("imaps://imap.zoho.eu", "smtps://smtp.zoho.eu", f"{_APP}."),
    "gmx.com": Servers(
        "imaps://imap.gmx.com", "smtp+starttls://mail.gmx.com", "Switch IMAP on first: Settings, POP3 & IMAP."
    ),
    "gmx.net gmx.de": Servers(
        "imaps://imap.gmx.net",
        "smtp+starttls://mail.gmx.net",
        "Switch IMAP on first: E-Mail-Einstellungen, POP3 & IMAP.",
    ),
    "web.de": Servers(
        "imaps://imap.web.de", "smtp+starttls://smtp.web.de", "Switch IMAP on first, in the settings."
    ),
    "mailbox.org": Servers("imaps://imap.mailbox.org", "smtps://smtp.mailbox.org"),
    "posteo.de posteo.net": Servers("imaps://posteo.de", "smtps://posteo.de"),
    "proton.me protonmail.com pm.me": Servers(
        "imap+starttls://127.0.0.1:1143",
        "smtp+starttls://127.0.0.1:1025",
        "Proton needs its Bridge running on this machine; the Bridge shows the password.",
    ),
}
_BY_DOMAIN = {domain: servers for domains, servers in _TABLE.items() for domain in domains.split()}

# Whose mail exchangers these are (by the end of the host name): domains of one's own, hosted by the big ones.
_BY_EXCHANGER = {
    "google.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "outlook.com": MICROSOFT,
    "messagingengine.com": _BY_DOMAIN["fastmail.com"],
    "zoho.com": _BY_DOMAIN["zoho.com"],
    "zoho.eu": _BY_DOMAIN["zoho.eu"],
    "mailbox.org": _BY_DOMAIN["mailbox.org"],
    "icloud.com": _BY_DOMAIN["icloud.com"],
}


def by_domain(domain: str) -> Servers | None:
    """The servers of a provider's own domain."""
    return _BY_DOMAIN.get(domain)


def by_exchanger(host: str) -> Servers | None:
    """The servers of whoever takes in a domain's mail."""
    host = host.rstrip(".").lower()
    found = (servers for end, servers in _BY_EXCHANGER.items() if host == end or host.endswith(f".{end}"))
    return next(found, None)
