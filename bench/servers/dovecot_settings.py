"""Dovecot's settings in the words of the version that is installed: 2.4 gave new ones to much of what 2.3 knows.

Source: https://doc.dovecot.org/2.4.1/installation/upgrade/2.3-to-2.4.html
"""

import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from bench.servers.starting import program

T = TypeVar("T")


class Ports(NamedTuple):
    """Where Dovecot listens, on the loopback."""

    imap: int
    imaps: int
    lmtp: int
    auth: int


class _Words(NamedTuple):
    """What the versions say differently; {path} and {text} are filled in."""

    begin: str
    cleartext: str
    certificate: str
    store: str
    passwords: str
    people: str
    addresses: str


_BEFORE_2_4 = _Words(
    begin="",
    cleartext="disable_plaintext_auth = no",
    certificate="ssl_cert = <{path}.pem\nssl_key = <{path}.key",
    store="mail_location = sdbox:~/mail",
    passwords="passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {path}\n}}",
    people="userdb {{\n  driver = passwd-file\n  args = username_format=%u {path}\n}}",
    addresses="address = {text}",
)
_SINCE_2_4 = _Words(
    begin="dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0",
    cleartext="auth_allow_cleartext = yes",
    certificate="ssl_server_cert_file = {path}.pem\nssl_server_key_file = {path}.key",
    store="mail_driver = sdbox\nmail_path = ~/mail",
    passwords="passdb passwd-file {{\n  passwd_file_path = {path}\n}}",
    people="userdb passwd-file {{\n  passwd_file_path = {path}\n}}",
    addresses="listen = {text}",
)


@cache
def _is_2_4() -> bool:
    """Whether the Dovecot that is installed is 2.4 or newer."""
    said = subprocess.run((program("dovecot"), "--version"), capture_output=True, text=True, check=True)
    major, minor = said.stdout.split(maxsplit=1)[0].split(".")[:2]
    return (int(major), int(minor)) >= (2, 4)


def spoken(before_2_4: T, since_2_4: T) -> T:
    """The one of two that the installed Dovecot understands."""
    return since_2_4 if _is_2_4() else before_2_4


def settings(root: Path, log: Path, certificates: Path, ports: Ports) -> str:
    """The text of dovecot.conf; see Dovecot.url for what the addresses are good for."""
    words = spoken(_BEFORE_2_4, _SINCE_2_4)
    others = "".join(
        f"local {address} {{\n{words.certificate.format(path=certificates / name)}\n}}\n"
        for address, name in (("127.0.0.2", "expired"), ("127.0.0.3", "stranger"))
    )
    return f"""{words.begin}
base_dir = {root}/run
state_dir = {root}/state
log_path = {log}
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
{words.certificate.format(path=certificates / "good")}
{others}
{words.cleartext}
first_valid_uid = 1
{words.store}
mail_fsync = never
mail_max_userip_connections = 200
{words.passwords.format(path=root / "users")}
{words.people.format(path=root / "users")}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}
service imap-login {{
  inet_listener imap {{
    {words.addresses.format(text="127.0.0.1 127.0.0.5 127.0.0.6")}
    port = {ports.imap}
  }}
  inet_listener imaps {{
    {words.addresses.format(text="127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.4")}
    port = {ports.imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {ports.lmtp}
  }}
}}
service auth {{
  inet_listener auth {{
    port = {ports.auth}
  }}
}}
local 127.0.0.5 {{
  protocol imap {{
    imap_capability = IMAP4rev1
  }}
}}
local 127.0.0.6 {{
  protocol imap {{
    imap_capability = IMAP4rev1 UIDPLUS
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@acme.example
}}
"""
