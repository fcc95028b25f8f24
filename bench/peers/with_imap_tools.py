"""imap-tools: the headers of all mails, in batches, and of each the fields that its own classes read."""

import sys

from imap_tools import MailBoxUnencrypted

from bench.peers.asking import BATCH, FOLDERS


def main(host: str, port: str, user: str, password: str) -> None:
    """Print how many mails there were."""
    count = 0
    with MailBoxUnencrypted(host, int(port)).login(user, password) as mailbox:
        for folder in FOLDERS:
            mailbox.folder.set(folder, readonly=True)
            for mail in mailbox.fetch(headers_only=True, mark_seen=False, bulk=BATCH):
                count += bool(mail.from_ and mail.to and mail.subject and mail.date)
    print(count)


if __name__ == "__main__":
    main(*sys.argv[1:])
