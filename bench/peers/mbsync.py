"""mbsync (isync): whole mails into a Maildir, which is thrown away."""

from pathlib import Path

from bench.mailboxes import TEAM, Recipe
from bench.servers.dovecot import Dovecot
from bench.trial import run

RULES = """
IMAPAccount server
Host {host}
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account server

MaildirStore near
Path {path}/
Inbox {path}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX Sent
Create Near
Sync Pull
SyncState *
"""


def fetch(server: Dovecot, recipe: Recipe, path: Path) -> float:
    """Seconds for a first sync; RuntimeError where mails are missing after it."""
    path.mkdir()
    rules = RULES.format(
        host=server.host, port=server.imap_port, user=TEAM, password=server.password, path=path
    )
    (path / "mbsyncrc").write_text(rules)
    done = run(["mbsync", "-c", path / "mbsyncrc", "-q", "all"])
    found = sum(1 for folder in ("cur", "new") for mail in path.rglob(f"{folder}/*"))
    if found != recipe.size:
        raise RuntimeError(f"mbsync has fetched {found} mails of {recipe.size}")
    return done.seconds
