"""What a tick costs that finds nothing new: one question to the server, and nothing to the disk."""

from collections import Counter
from collections.abc import Iterator

import pytest

from bench.servers.counting import counting
from bench.servers.proxy import Proxy
from commands.run import work_once
from daemon import House, Keepwarm

MARIA, TEAM = "maria@contract.example", "team@acme.example"


@pytest.fixture
def keepwarm_at(bench, monkeypatch) -> Iterator[object]:
    """Makes the daemon for an IMAP server; it has read the mailbox, and come to rest."""
    monkeypatch.setenv("KEEPWARM_PASSWORD", bench.mail.password)
    made = []

    def make(imap_url: str) -> Keepwarm:
        bench.mail.imap_url = imap_url
        bench.write(bench.text)
        house = House(bench.rules, bench.folder / "data")
        made.append(house.keepwarm(house.policy(house.templates())))
        bench.writes(MARIA, TEAM, "Invoice", "Which address should I use?")
        work_once(made[-1], house.now)
        return made[-1]

    yield make
    for keepwarm in made:
        keepwarm.close()


def files(bench) -> dict[str, tuple[int, int]]:
    found = (path for path in (bench.folder / "data").rglob("*"))
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def test_a_tick_with_nothing_new_asks_once_and_writes_nothing(bench, keepwarm_at) -> None:
    commands = Counter()
    with Proxy(bench.mail.dovecot.imap_port, counting(commands)) as proxy:
        keepwarm = keepwarm_at(f"imap://127.0.0.1:{proxy.port}")
        for _ in range(3):
            keepwarm.inbox.idle(0.01)
            before = files(bench)
            commands.clear()
            assert not keepwarm.tick(House(bench.rules, bench.folder).now())
            assert commands == {"LIST": 1}
            assert files(bench) == before


def test_without_list_status_each_folder_is_asked_once(bench, keepwarm_at) -> None:
    keepwarm = keepwarm_at(bench.mail.dovecot.url("bare"))
    house = House(bench.rules, bench.folder)
    keepwarm.tick(house.now())
    before = keepwarm.inbox._line._client._imap.tagnum
    assert not keepwarm.tick(house.now())
    assert keepwarm.inbox._line._client._imap.tagnum == before + len(keepwarm.inbox.folders())
