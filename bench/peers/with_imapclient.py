"""IMAPClient's own fetch of header fields, in batches, with its settings as they come."""

import sys

from imapclient import IMAPClient

from bench.peers.asking import BATCH, FIELDS, FOLDERS


def main(host: str, port: str, user: str, password: str) -> None:
    """Print how many mails there were."""
    count = 0
    with IMAPClient(host, int(port), ssl=False) as client:
        client.login(user, password)
        for folder in FOLDERS:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            for start in range(0, len(uids), BATCH):
                found = client.fetch(uids[start : start + BATCH], [f"BODY.PEEK[HEADER.FIELDS ({FIELDS})]"])
                count += len(found)
    print(count)


if __name__ == "__main__":
    main(*sys.argv[1:])
