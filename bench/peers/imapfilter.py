"""imapfilter: waits with IDLE, and answers whatever is unseen with a fixed letter, sent by a few lines of bash."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers.dovecot import Dovecot

RULES = """
options.starttls = false
options.certificates = false
account = IMAP {{ server = '{host}', port = {port}, username = '{user}', password = '{password}' }}
while true do
  local unseen = account.INBOX:is_unseen()
  if #unseen > 0 then
    os.execute('bash {answer}')
    unseen:mark_seen()
  end
  account.INBOX:enter_idle()
end
"""

ANSWER = r"""
exec 3<>/dev/tcp/127.0.0.1/{port}
said() {{ read -r -u 3; }}
say() {{ printf '%s\r\n' "$1" >&3; said; }}
said
say 'HELO localhost'
say 'MAIL FROM:<{user}>'
say 'RCPT TO:<somebody@contract.example>'
say 'DATA'
printf 'From: {user}\r\nSubject: Thank you\r\n\r\nThank you!\r\n.\r\n' >&3
said
"""


@contextmanager
def running(path: Path, server: Dovecot, user: str, smtp_port: int) -> Iterator[None]:
    """It answers the mail of this user through this port."""
    path.mkdir()
    (path / "answer.sh").write_text(ANSWER.format(port=smtp_port, user=user))
    (path / "rules.lua").write_text(
        RULES.format(
            host=server.host, port=server.imap_port, user=user, password=server.password,
            answer=path / "answer.sh",
        )
    )  # fmt: skip
    with (path / "log").open("wb") as log:
        process = subprocess.Popen(
            ("imapfilter", "-c", path / "rules.lua"),
            env={**os.environ, "HOME": str(path)},
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()
